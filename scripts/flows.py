"""Draws the flows for the docs: `python -m scripts.flows`."""

from pathlib import Path
from typing import Any

from conversations.engine import Flow, mermaid
from conversations.registry import standard

FOLDER = Path(__file__).parent.parent / "docs" / "flows"
ABOUT = {
    "complaint": """# Complaint 投诉

The story first, in any form; the case opens with the first word; what is missing is asked afterwards, each question
skippable.
取消 and silence end the asking, never the case.
""",
    "enquiry": """# Enquiry 咨询

A question that the house's knowledge answers at once, a choice of at most three, or a colleague under a promised time.
What is no choice is a new matter; an entry with an unfilled blank is never spoken.
""",
    "verdict": """# Verdict 征求意见、回访、进展

What the family says to a result (1 认可 2 不认可 3 请来电) and to a follow-up (1 好了 2 没好 3 又发生了): not content
is a new round, never the end.
And how far a complaint is, at any time.
""",
    "binding": """# Binding 绑定

A relative sends the one-time code of a printed sheet, names the tie and the name, and waits until a colleague
has made sure.
Until then nobody learns anything about anyone.
""",
    "letters": """# Letters 家书

今天的家书 on the menu, at any time: the newest letters that this person may read. It ends with its answer.
""",
    "survey": """# Survey 问卷

The monthly questionnaire in the chat, one question at a time; 稍后 pauses it. Who took part is kept apart from what
was answered.
""",
    "desk": """# Desk 服务台

Welcome, contact, thanks, and everything that no rule answers: a colleague is asked and a time is promised.
These talks end with their first answer.
""",
}


def page(flow: Flow[Any]) -> str:
    """The page of one flow."""
    drawn = "Drawn from the code by `python -m scripts.flows`; a test compares."
    return f"{ABOUT[flow.name]}\n{drawn}\n\n```mermaid\n{mermaid(flow)}```\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for each in standard().flows.values():
        (FOLDER / f"{each.name}.md").write_text(page(each), encoding="utf-8")
