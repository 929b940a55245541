"""The acts of practice: it begins once, ends once, and what empties it may be tried again at any step."""

from typing import Final

from tests.races.acts.act import Act, Key, act, post

PLAYED: Final = "it is a phone that acts: what it says goes the way of every message"
ACTS: Final[dict[Key, Act]] = {
    post("/console/practice/begin", "begin"): act(
        "practice.begin", "home", why="the row of the home is held: who comes second finds it begun"
    ),
    post("/console/practice/over", "over"): act(
        "practice.over", "home", why="the row of the home is held: who comes second hears that it is done"
    ),
    **{
        post("/console/practice/phones/api/{act}", what): act(f"practice.{what}", "nothing", why=PLAYED)
        for what in ("text", "file", "location", "link", "menu", "scan", "follow")
    },
    ("job", "practice"): act(
        "job.practice", "home", why="nothing comes in or leaves any more; each step finds what the one before left"
    ),
    ("job", "simulator"): act("job.simulator", "home", why="one process at a time holds the lock of the simulator"),
}
