"""What the table of acts says of each: on what it decides, against whom, what keeps the two apart."""

from dataclasses import dataclass
from typing import Final

Key = tuple[str, str]
"""Where an act comes in, and which of the acts there it is."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act: its short name, the object on which it decides, its rivals by name, what keeps them apart, and what who
    comes second is told.

    `why`: why it has no rival, or why nobody needs to be told.
    """

    name: str
    object: str
    rivals: tuple[str, ...] = ()
    guard: str = ""
    told: str = ""
    why: str = ""


def act(name: str, whose: str, rivals: str = "", guard: str = "", told: str = "", why: str = "") -> Act:
    return Act(name, whose, tuple(rivals.split()), guard, told, why)


PERSON: Final = "the person is locked, then read again"
ROW: Final = "the row is held before any person"
FAMILY: Final = "the row is held, then the elder and the relatives are locked"
CLAIMED: Final = "people whom nobody holds are locked (SKIP LOCKED), then the rows are read"
AGAIN: Final = "the people are locked, then the rows are read again"
UNIQUE: Final = "a unique key: who comes second begins again and finds the row"
ONE: Final = "one statement decides"
READS: Final = "it reads, or adds a line that nothing depends upon"
ALONE: Final = "the leader alone does it, and once more changes nothing"
MEMORY: Final = "it touches the memory or the files of this process only"


def post(path: str, which: str) -> Key:
    return f"POST {path}", which
