"""The act of 回访: each talk is a line of its own."""

from typing import Final

from tests.races.acts.act import READS, Act, Key, act, post

ACTS: Final[dict[Key, Act]] = {
    post("/console/followups", "write"): act(
        "followup.write", "talk", guard=READS, why="it adds a line; two who talked to one person both did"
    ),
}
