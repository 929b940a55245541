"""The acts of announcements: the row is locked and read again, a form and a button carry the revision they were drawn
from, and each person of a round has one row.
"""

from typing import Final

from tests.races.acts.act import PERSON, ROW, Act, Key, act, post

WHO_IS_SECOND: Final = "the row is held; who presses what was drawn before is told who was first"
ACTS: Final[dict[Key, Act]] = {
    post("/console/announcements", "write"): act("announcement.write", "announcement", why="each is one of its own"),
    post("/console/announcements/preview", "preview"): act("announcement.preview", "nothing", why="it keeps nothing"),
    post("/console/announcements/{row}/change", "change"): act(
        "announcement.change", "announcement", guard=ROW, why=WHO_IS_SECOND
    ),
    **{
        post("/console/announcements/{row}/{verdict}", verdict): act(
            f"announcement.{verdict}", "announcement", guard=ROW, why=WHO_IS_SECOND
        )
        for verdict in ("planned", "held", "cancelled")
    },
    post("/console/announcements/groups", "make"): act("group.make", "group", why="each is one of its own"),
    post("/console/announcements/groups/{group}/drop", "drop"): act(
        "group.drop", "group", guard=ROW, why="once: who comes second is told"
    ),
    post("/console/announcements/people/{person}", "put"): act(
        "group.put", "member", guard=PERSON, why="under the lock of who it is about: the newest word stands"
    ),
    ("job", "announcements"): act(
        "job.announcements",
        "announcement",
        guard=ROW,
        why="a unique key for a person and a round: once, whoever says it",
    ),
}
