"""The acts of letters that came later: who is in a photo, and the letters of a week."""

from typing import Final

from tests.races.acts.act import PERSON, Act, Key, act, post

ACTS: Final[dict[Key, Act]] = {
    post("/console/letters/{letter}/{photo}/who", "who_is_in"): act(
        "letter.who", "letter", why="its row is held; a form that was drawn from another answer is told"
    ),
    post("/console/letters/weeks/{resident}", "write"): act(
        "weekly.write", "letter", why="its row is held; a form that was drawn from another text is told who was first"
    ),
    post("/console/letters/weeks/{letter}/{act}", "call"): act(
        "weekly.call", "letter", why="its row is held and read again: who comes second is told what was done"
    ),
    post("/console/letters/weeks/{letter}/{act}", "withdraw"): act(
        "weekly.withdraw", "letter", why="its row is held before the family, and read again"
    ),
    ("GET /p/weeks/{weekly}", "show"): act("page.weekly", "reading", why="one row for each letter and reader"),
    post("/p/weeks/{weekly}", "say"): act(
        "page.weekly_say", "reading", guard=PERSON, why="one reader's own word: the newest stands"
    ),
}
