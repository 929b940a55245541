"""The acts on dates of the house."""

from typing import Final

from tests.races.acts.act import READS, ROW, Act, Key, act, post

ACTS: Final[dict[Key, Act]] = {
    post("/console/expiries", "keep"): act("date.keep", "date", guard=READS, why="it adds a line"),
    post("/console/expiries/{date}", "renew"): act(
        "date.renew", "date", guard=ROW, why="who comes second is told by the revision of the form"
    ),
}
