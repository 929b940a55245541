"""How urgent a message is, and who may see its alarm (domain.md 4, practice.md F3, F5). What the words say is read in
`understanding`.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Urgency(IntEnum):
    """P0 rings at once, P1 within 5 min, P2 is looked at in the same shift, P3 is talk."""

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3


class Audience(StrEnum):
    """Who may see the alarm (F5): the floor, or the lead and director alone, or the floor and
    the lead for self-harm.
    """

    FLOOR = "floor"
    LEAD = "lead"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Triage:
    """What the rules heard: `kind` in two to four characters, `why` the words themselves."""

    level: Urgency
    kind: str = ""
    why: str = ""
    audience: Audience = Audience.NONE
    also: "Triage | None" = None
    """An emergency for the floor in words that the lead alone may read (F5): both ring."""

    @property
    def rings(self) -> bool:
        """Whether somebody must go."""
        return self.level <= Urgency.P1


CALM: Final = Triage(Urgency.P3)
NURSE: Final = Triage(Urgency.P1, "叫护士", "按了叫护士", Audience.FLOOR)
"""A tap on 叫护士: no voice, no words needed; twice within a minute it is P0 (F22)."""
UNHEARD: Final = Triage(Urgency.P1, "语音", "夜里的语音没有文字，请马上听", Audience.FLOOR)
"""An elder's voice at night that nobody could read: elders do not chat at three in the morning (F6)."""
