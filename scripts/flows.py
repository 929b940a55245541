"""Draws the flows for the docs: `python -m scripts.flows`."""

import inspect
from pathlib import Path
from typing import Any

from conversations.engine import Flow
from conversations.proofs import mermaid
from conversations.registry import standard
from settings import subjects

FOLDER = Path(__file__).parent.parent / "docs" / "flows"


def page(flow: Flow[Any]) -> str:
    """The page of one flow: what its module says of it, and its drawing."""
    module = next(one for one in subjects.modules("conversations.flows") if flow in vars(one).values())
    drawn = "Drawn from the code by `python -m scripts.flows`; a test compares."
    about = inspect.cleandoc(module.__doc__ or "")
    return f"# Flow `{flow.name}`\n\n{about}\n\n{drawn}\n\n```mermaid\n{mermaid(flow)}```\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for each in standard().flows.values():
        (FOLDER / f"{each.name}.md").write_text(page(each), encoding="utf-8")
