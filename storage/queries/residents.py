"""What the page 老人 asks: who lives where, who belongs to whom, who waits to be confirmed."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import func, select

from care.names import sound
from care.risks import HIGH
from care.states import Allergy, Status
from storage import tables
from storage.queries.sight import Sight
from storage.tables.residents import Record
from storage.unit import Unit

STATUSES: Final = tuple(status.value for status in Status)
LIVING: Final = ("在住", "请假", "住院", "病危")
GONE: Final = ("退住", "去世")
SHOWN: Final = 3
"""Of those who are taken for each other so many are named."""


@dataclass(frozen=True, slots=True)
class Line:
    """One resident in the list."""

    id: int
    person_id: int
    name: str
    floor: str
    room: str
    bed: str
    status: str
    relatives: int
    waiting: int
    twin: str = ""
    """Born when, where somebody else has the same name (F12)."""
    alike: str = ""
    """Who has the same name or sounds the same, and where."""
    care_level: str = ""
    allergy: str = Allergy.UNASKED.value
    risks: frozenset[str] = frozenset()
    """Which of the nine are high (L4)."""

    @property
    def place(self) -> str:
        """Where a nurse goes: 306-1."""
        return f"{self.room}-{self.bed}" if self.room else "没有床位"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is chosen by; nothing chosen is everybody who lives here."""

    show: str = ""
    """`left`, or one status."""
    floor: str = ""
    care: str = ""
    words: str = ""
    """A part of a name, or a room."""
    risk: str = ""
    """One of the nine risks: whose is high."""

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses that are shown."""
        return GONE if self.show == "left" else (self.show,) if self.show in STATUSES else LIVING

    @property
    def narrow(self) -> bool:
        """Whether more than a status is asked for."""
        return bool(self.floor or self.care or self.words or self.risk or self.show in STATUSES)

    def takes(self, line: Line) -> bool:
        """Whether a resident is asked for."""
        asked = "".join(self.words.split()).upper()
        named = not asked or asked in line.name.upper() or asked in f"{line.room}-{line.bed}".upper()
        level = not self.care or self.care == (line.care_level or "没填")
        risky = not self.risk or self.risk in line.risks
        return named and level and risky and self.floor in {"", line.floor}


@dataclass(frozen=True, slots=True)
class Relative:
    """Who may know what, and since when."""

    person_id: int
    name: str
    relation: str
    scopes: tuple[str, ...]
    way: str
    primary: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """A relative who sent a code."""

    id: int
    person_id: int
    name: str
    relation: str
    elder: str
    place: str
    resident_id: int
    asked_at: datetime


def lines(db: Unit, sight: Sight, statuses: tuple[str, ...] = LIVING) -> list[Line]:
    """The residents whom the viewer works with, floor by floor, bed by bed."""
    ties = (
        select(tables.Kinship.resident_id, func.count().label("n"))
        .where(tables.Kinship.person_id.in_(select(tables.Follower.person_id)))
        .group_by(tables.Kinship.resident_id)
        .subquery()
    )
    asks = (
        select(tables.Application.resident_id, func.count().label("n"))
        .where(tables.Application.verdict.is_(None))
        .group_by(tables.Application.resident_id)
        .subquery()
    )
    found = db.execute(
        select(
            tables.Resident,
            tables.Person,
            func.coalesce(ties.c.n, 0),
            func.coalesce(asks.c.n, 0),
            Record,
        )
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .outerjoin(ties, ties.c.resident_id == tables.Resident.id)
        .outerjoin(asks, asks.c.resident_id == tables.Resident.id)
        .outerjoin(Record, Record.resident_id == tables.Resident.id)
        .where(sight.resident(), tables.Resident.status.in_(statuses))
        .order_by(tables.Resident.floor, tables.Resident.room, tables.Resident.bed)
    )
    rows = [
        (
            row,
            Line(
                row.id,
                person.id,
                db.words(person, "name", "没写姓名"),
                row.floor,
                row.room,
                row.bed,
                row.status,
                kin,
                waiting,
                care_level=record.care_level if record else "",
                allergy=record.allergy if record else Allergy.UNASKED.value,
                risks=_high(db, record),
            ),
        )
        for row, person, kin, waiting, record in found
    ]
    ears: dict[str, list[Line]] = defaultdict(list)
    for _, line in rows:
        ears[sound(line.name)].append(line)
    return [
        line if len(ears[sound(line.name)]) == 1 else _told_apart(db, row, line, ears[sound(line.name)])
        for row, line in rows
    ]


def _high(db: Unit, record: Record | None) -> frozenset[str]:
    kept = db.open(record, "risks") if record else None
    judged = msgspec.json.decode(kept or "{}", type=dict[str, tuple[str, str]])
    return frozenset(key for key, (level, _) in judged.items() if level == HIGH)


def _told_apart(db: Unit, row: tables.Resident, line: Line, others: list[Line]) -> Line:
    born = db.words(row, "born")[:4]
    rest = [other for other in others[: SHOWN + 1] if other.id != line.id][:SHOWN]
    more = len(others) - 1 - len(rest)
    return replace(
        line,
        twin=f"{born} 年生" if born else "生年没填",
        alike="、".join(f"{other.place} {other.name}" for other in rest) + (f"，还有 {more} 位" if more else ""),
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody who is easily taken for another: room and year of birth tell them apart (F12)."""

    name: str
    place: str
    born: str

    @property
    def words(self) -> str:
        """206-1 王桂蘭，1944 年生."""
        return f"{self.place} {self.name}，{f'{self.born} 年生' if self.born else '生年没填'}"


def alike(db: Unit, home_id: int, name: str, but: int | None = None) -> list[Alike]:
    """Who lives here and has the same name or one that sounds the same; of the whole house, since it is a warning."""
    wanted = sound(name)
    found = db.execute(
        select(tables.Resident, tables.Person)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(tables.Resident.home_id == home_id, tables.Resident.status.in_(LIVING), tables.Resident.id != (but or 0))
        .order_by(tables.Resident.floor, tables.Resident.room, tables.Resident.bed)
    )
    named = ((row, db.words(person, "name")) for row, person in found)
    return [
        Alike(called, f"{row.room}-{row.bed}" if row.room else "没有床位", db.words(row, "born")[:4])
        for row, called in named
        if wanted and sound(called) == wanted
    ]


def relatives(db: Unit, resident_id: int) -> list[Relative]:
    """The bound relatives of one resident, the first contact first, with the way in which consent was given."""
    way = (
        select(tables.Consent.way)
        .where(
            tables.Consent.person_id == tables.Kinship.person_id,
            tables.Consent.resident_id == tables.Kinship.resident_id,
            tables.Consent.withdrawn_at.is_(None),
        )
        .order_by(tables.Consent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = db.execute(
        select(tables.Kinship, tables.Person, way)
        .join(tables.Person, tables.Person.id == tables.Kinship.person_id)
        .where(tables.Kinship.resident_id == resident_id)
        .order_by(tables.Kinship.position, tables.Kinship.is_primary.desc(), tables.Kinship.id)
    )
    return [
        Relative(
            tie.person_id,
            db.words(person, "name", "没写姓名"),
            db.words(tie, "relation"),
            tuple(tie.scopes.split()),
            way or "",
            tie.is_primary,
            tie.created_at,
        )
        for tie, person, way in found
    ]


def asking(db: Unit, sight: Sight, resident_id: int | None = None) -> list[Asking]:
    """Who waits to be confirmed, the longest first."""
    found = db.execute(
        select(tables.Application, tables.Resident, tables.Person)
        .join(tables.Resident, tables.Resident.id == tables.Application.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(
            tables.Application.verdict.is_(None),
            sight.resident(),
            tables.Application.resident_id == resident_id if resident_id else tables.Application.id > 0,
        )
        .order_by(tables.Application.asked_at)
    )
    return [
        Asking(
            row.id,
            row.person_id,
            db.words(row, "name"),
            db.words(row, "relation"),
            db.words(person, "name", "没写姓名"),
            f"{resident.room}-{resident.bed}",
            resident.id,
            row.asked_at,
        )
        for row, resident, person in found
    ]


def one(db: Unit, resident: tables.Resident) -> Line:
    """One resident as a line."""
    person = db.get_one(tables.Person, resident.person_id)
    name = db.words(person, "name", "没写姓名")
    return Line(resident.id, person.id, name, resident.floor, resident.room, resident.bed, resident.status, 0, 0)


@dataclass(frozen=True, slots=True)
class Mourned:
    """A resident for whom machines are silent: why, and since when."""

    resident: int
    name: str
    place: str
    kind: str
    since: datetime
    status: str


def back(db: Unit, sight: Sight) -> list[tuple[int, str, str]]:
    """(resident, place, name) of who is back from hospital while no nurse has signed, the longest first."""
    table = tables.Resident
    rows = db.execute(
        select(table, tables.Person)
        .join(tables.Person, tables.Person.id == table.person_id)
        .where(table.home_id == sight.home_id, table.back_at.is_not(None), table.status.in_(LIVING), sight.resident())
        .order_by(table.back_at)
    )
    return [(row.id, f"{row.room}-{row.bed}", db.words(who, "name", "老人")) for row, who in rows]


def mourned(db: Unit, sight: Sight) -> list[Mourned]:
    """静默 and deaths that stand, of residents whom the viewer works with, the oldest first."""
    stop, home = tables.Stop, tables.Resident
    rows = db.execute(
        select(stop, home, tables.Person)
        .join(home, home.person_id == stop.person_id)
        .join(tables.Person, tables.Person.id == home.person_id)
        .where(stop.home_id == sight.home_id, stop.lifted_at.is_(None), sight.resident())
        .order_by(stop.set_at)
    )
    return [
        Mourned(row.id, db.words(who, "name", "老人"), f"{row.room}-{row.bed}", one.kind, one.set_at, row.status)
        for one, row, who in rows
    ]
