"""The act of saying who is in a photo of a letter."""

from typing import Final

from tests.races.acts.act import Act, Key, act, post

ACTS: Final[dict[Key, Act]] = {
    post("/console/letters/{letter}/{photo}/who", "who_is_in"): act(
        "letter.who", "letter", why="its row is held; a form that was drawn from another answer is told"
    ),
}
