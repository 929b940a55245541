"""One strip of the board as a value: who cries from where, what was said, who goes, how it ended."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from care.triage import Audience
from services.access import Viewer

UNDONE_WITHIN: Final = timedelta(minutes=10)
"""How long an end can be taken back (D7)."""
GONE_AFTER: Final = timedelta(minutes=10)
"""Who said 我去 longer ago is not there: the alarm is nobody's again."""
RAISED: Final = "alarm:"
"""How the source of what a colleague raised begins, before its number; no openid has a colon."""
OLD: Final = timedelta(hours=12)
"""What nobody ended for so long is over."""


@dataclass(frozen=True, slots=True)
class Place:
    """Who speaks from an openid, and where a nurse goes: kept in memory, so that no alarm waits for a question.

    `rooms` is the place without a name; `away` is what the records say when the elder is not in the house (A7); a guest
    has no tie to it.
    """

    name: str
    place: str
    rooms: str = ""
    away: str = ""
    bound: bool = True
    floors: frozenset[str] = frozenset()
    """Whose floors they are: whom an alarm rings."""


NOBODY: Final = Place("未绑定的手机", "不知道在哪里，请看来信", bound=False)


@dataclass(frozen=True, slots=True)
class Cry:
    """One message of an alarm: how urgent, what it is about, the words."""

    level: int
    kind: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who was rung, or who said on a screen that she cannot come. `outcome` is empty while it rings."""

    name: str
    at: datetime
    outcome: str = ""
    rang: bool = False
    by_phone: bool = True


@dataclass(frozen=True, slots=True)
class Alarm:
    """One strip: an emergency of one person, or of a place to which a colleague calls others. `openid` names the phone
    that cries, or the row that a colleague raised (`RAISED`). `uncommitted` holds the keys of messages that are not in
    the database yet.

    `brief`: its words accuse somebody. `staff` and `roles` are whom the talk of this person accuses, until somebody
    above lifts it.
    """

    openid: str
    audience: Audience
    level: int
    kind: str
    cries: tuple[Cry, ...]
    raised_at: datetime
    latest_at: datetime
    where: Place
    count: int = 1
    going: str = ""
    going_id: int = 0
    going_at: datetime | None = None
    person_id: int | None = None
    uncommitted: frozenset[str] = field(default=frozenset())
    brief: bool = False
    staff: frozenset[int] = field(default=frozenset())
    roles: frozenset[tuple[str, str]] = field(default=frozenset())
    calmed_at: datetime | None = None
    """When they took it back: it rings on, and who goes knows (A18)."""
    calmed: str = ""
    """With which words."""
    calls: tuple[Called, ...] = ()
    """Whom the ladder rang, in their order."""
    late_at: datetime | None = None
    """Since when who said 我去 is not there: it rings again, and another may go (F2)."""
    number: int = 0
    """Its row, once it has one."""
    nobody_at: datetime | None = None
    """Since when there is nobody left whom a telephone could ring."""
    raised_by: int = 0
    """The colleague who raised it: she is there herself."""
    callers: frozenset[int] = frozenset()
    """Everybody who pressed for it: they are there themselves."""
    presses: frozenset[str] = frozenset()
    """The forms of hers that are in the database."""

    @property
    def waits(self) -> bool:
        """Whether it rings: nobody goes, or who goes did not arrive in time."""
        return not self.going or self.late_at is not None

    @property
    def ref(self) -> str:
        """What names the strip in an address; no openid leaves the house."""
        return hashlib.sha256(f"{self.audience.value}|{self.openid}".encode()).hexdigest()[:20]

    @property
    def name(self) -> str:
        """Who speaks."""
        return self.where.name

    @property
    def place(self) -> str:
        """Where a nurse goes."""
        return self.where.place

    @property
    def words(self) -> str:
        """The worst of what was said, the newest of that (D14)."""
        worst = min((cry.level for cry in self.cries), default=self.level)
        return next((cry.words for cry in reversed(self.cries) if cry.level == worst and cry.words), "")

    @property
    def said(self) -> list[Cry]:
        """Everything that was said, the worst on top, each sentence once."""
        once = {(cry.kind, cry.words): cry for cry in self.cries}
        return sorted(once.values(), key=lambda cry: (cry.level, -cry.at.timestamp()))

    @property
    def cannot_hear(self) -> frozenset[int]:
        """Who does not count as somebody who hears it: whom its words accuse, and who calls the others."""
        return self.staff | self.callers

    def means(self, viewer: Viewer) -> bool:
        """Whether the talk accuses this colleague, by name or by role on a floor."""
        return viewer.id in self.staff or any(
            role == viewer.role.value and (not floor or not viewer.floors or floor in viewer.floors)
            for role, floor in self.roles
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """An alarm that was ended a moment ago, as all see it, with the way back (D7)."""

    alarm: Alarm
    by: str
    at: datetime
    how: str
    why: str = ""
