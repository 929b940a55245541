"""The acts of the alarm chain and of 接班. Each call and each run is a row that is locked before it is read; a key that
comes second finds who was first.
"""

from typing import Final

from tests.races.acts.act import ALONE, MEMORY, ROW, Act, Key, act, post

HELD: Final = "the home is held: who takes over the same post second hands over for the first"
MINE: Final = "a screen belongs to one log-in, which says again what it said"


def _duty(path: str, why: str) -> tuple[Key, Act]:
    return post(f"/console/duty/{path}", path), act(f"duty.{path}", "takeover", guard=ROW, why=why)


ACTS: Final[dict[Key, Act]] = dict(
    [
        _duty("take", HELD),
        _duty("heard", MINE),
        _duty("ring", "a number is rung once a minute, whoever asks"),
        _duty("over", MINE),
        _duty("pulse", MINE),
        (
            post("/console/duty/group", "try_group"),
            act("duty.group", "group_post", guard=ROW, why="two who try at one moment make one post of two lines"),
        ),
        (
            post("/console/alarms/{ref}/cannot", "cannot"),
            act("alarm.cannot", "alarm", guard=ROW, why="who cannot come twice cannot come; the next one is rung once"),
        ),
        (
            post("/console/alarms/raise", "raise_"),
            act("alarm.raise", "alarm", guard=ROW, why="each form is one press; two at one place are one alarm"),
        ),
        (
            post("/telephone/{secret}", "post"),
            act("call.report", "call", guard=ROW, why="a call ends once; a key that comes later still says who goes"),
        ),
        (("job", "chain"), act("job.chain", "alarm", guard=ROW, why="a step that was taken is a row, and unique")),
        (("job", "chain-audit"), act("job.chain-audit", "chain", guard=ALONE, why="it looks, and moves its own pulse")),
        (("job", "takeovers"), act("job.takeovers", "takeover", guard=ALONE, why="what is over is over")),
        (("job", "receivers"), act("job.receivers", "memory", why=MEMORY)),
    ]
)
