"""What a colleagues' group is told of by its robot, and what became of it (F15)."""

from enum import StrEnum


class PostWhy(StrEnum):
    """Why a group is told: an alarm begins, whoever said 我去 is not there, nobody is left who could be rung; or a
    colleague tries whether the group hears.
    """

    NEW = "new"
    LATE = "late"
    NOBODY = "nobody"
    TEST = "test"


class PostEnd(StrEnum):
    """What became of a post: the company took it, refused it, gave no answer, or it was not needed any more."""

    SENT = "sent"
    REFUSED = "refused"
    UNHEARD = "unheard"
    STOPPED = "stopped"
