"""What the page 老人 asks: who lives where, who belongs to whom, who waits to be confirmed."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from care.states import Status
from storage import tables
from storage.queries.sight import Sight
from storage.unit import Unit

STATUSES: Final = tuple(status.value for status in Status)
LIVING: Final = ("在住", "请假", "住院", "病危")
GONE: Final = ("退住", "去世")


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

    @property
    def place(self) -> str:
        """Where a nurse goes: 306-1."""
        return f"{self.room}-{self.bed}"


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
    ties = select(tables.Kinship.resident_id, func.count().label("n")).group_by(tables.Kinship.resident_id).subquery()
    asks = (
        select(tables.Application.resident_id, func.count().label("n"))
        .where(tables.Application.verdict.is_(None))
        .group_by(tables.Application.resident_id)
        .subquery()
    )
    found = db.execute(
        select(tables.Resident, tables.Person, func.coalesce(ties.c.n, 0), func.coalesce(asks.c.n, 0))
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .outerjoin(ties, ties.c.resident_id == tables.Resident.id)
        .outerjoin(asks, asks.c.resident_id == tables.Resident.id)
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
            ),
        )
        for row, person, kin, waiting in found
    ]
    names = Counter(line.name for _, line in rows)
    return [
        line if names[line.name] == 1 else replace(line, twin=f"{db.words(row, 'born')[:4]} 年生") for row, line in rows
    ]


def relatives(db: Unit, resident_id: int) -> list[Relative]:
    """The bound relatives of one resident, the first contact first, with the way in which consent was given."""
    found = db.execute(
        select(tables.Kinship, tables.Person, tables.Consent.way)
        .join(tables.Person, tables.Person.id == tables.Kinship.person_id)
        .outerjoin(
            tables.Consent,
            (tables.Consent.person_id == tables.Kinship.person_id)
            & (tables.Consent.resident_id == tables.Kinship.resident_id)
            & tables.Consent.withdrawn_at.is_(None),
        )
        .where(tables.Kinship.resident_id == resident_id)
        .order_by(tables.Kinship.is_primary.desc(), tables.Kinship.id)
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
