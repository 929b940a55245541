"""Whom somebody shall ask how they are, and what was said (V1, V2, F46)."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from sqlalchemy import func, select

from care.followups import A_DAY, FAMILY, RESIDENT, Outcome, first_due, next_due
from storage import tables
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.tables.followups import FollowUpTalk
from storage.unit import Unit

PAGE: Final = 30
PAPER: Final = 5_000
"""Talks on one printed ledger."""


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody to be asked: the resident (`person` 0), or the relative who is called first."""

    resident: int
    person: int
    name: str
    place: str
    relation: str
    """What the relative is to the resident, with the resident's name; "" for the resident."""
    day: date
    last: date | None
    tries: int
    """Calls in a row that nobody took."""
    phone: str = ""
    """The number of the relative; "" where none is on file."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One that was written down."""

    row: FollowUpTalk
    name: str
    place: str
    by: str
    life: str
    body: str
    wish: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The page: whom to ask now, how many wait behind them, and how far the month and the quarter have come."""

    due: list[Due]
    waiting: int
    residents: tuple[int, int]
    """Asked within a month, and all who live here."""
    families: tuple[int, int]


def board(db: Unit, sight: Sight, today: date, zone: tzinfo) -> Overview:
    """For the residents whom the viewer works with."""
    table, person = tables.Resident, tables.Person
    homes = db.execute(
        select(table, person)
        .join(person, person.id == table.person_id)
        .where(table.home_id == sight.home_id, table.status.in_(LIVING), sight.resident())
        .order_by(table.room, table.bed, table.id)
    ).all()
    numbers = [row.id for row, _ in homes]
    last = _last(db, numbers)
    began = _began(db, numbers, zone, today)
    kin = _first_called(db, numbers)
    every: list[Due] = []
    asked = [0, 0]
    for row, who in homes:
        name, place = db.words(who, "name", "老人"), f"{row.room}-{row.bed}"
        mine = _due(last.get((row.id, 0)), row.id, began[row.id], today, family=False)
        asked[0] += mine[0]
        every.append(Due(row.id, 0, name, place, "", *mine[1:]))
        relative = kin.get(row.id)
        if relative is not None:
            number, called, relation, phone = relative
            theirs = _due(last.get((row.id, number)), number, began[row.id], today, family=True)
            asked[1] += theirs[0]
            every.append(Due(row.id, number, called, place, f"{name}的{relation}", *theirs[1:], phone))
    now = sorted((one for one in every if one.day <= today), key=lambda one: (one.day, one.place))
    return Overview(
        now[:A_DAY],
        max(0, len(now) - A_DAY),
        (asked[0], len(homes)),
        (asked[1], len(kin)),
    )


def _due(
    known: tuple[date, Outcome, date | None, int] | None, number: int, began: date, today: date, *, family: bool
) -> tuple[bool, date, date | None, int]:
    """Whether they were talked to within the cycle, when they are due, when they were talked to last, and how often
    nobody answered since.
    """
    every = FAMILY if family else RESIDENT
    if known is None:
        return False, first_due(number, began, every), None, 0
    day, outcome, talked, tries = known
    return talked is not None and today - talked < every, next_due(day, outcome, every), talked, tries


def _last(db: Unit, residents: list[int]) -> dict[tuple[int, int], tuple[date, Outcome, date | None, int]]:
    """For each resident and relative: the last entry, when they were talked to, and the calls nobody took."""
    table, found = FollowUpTalk, dict[tuple[int, int], tuple[date, Outcome, date | None, int]]()
    rows = db.execute(
        select(table.resident_id, table.person_id, table.day, table.outcome)
        .where(table.resident_id.in_(residents))
        .order_by(table.day, table.id)
    )
    for resident, person, day, outcome in rows:
        key, word = (resident, person or 0), Outcome(outcome)
        before = found.get(key)
        talked = day if word is not Outcome.NO_ANSWER else before[2] if before else None
        tries = 0 if word is not Outcome.NO_ANSWER else (before[3] if before else 0) + 1
        found[key] = day, word, talked, tries
    return found


def _began(db: Unit, residents: list[int], zone: tzinfo, today: date) -> dict[int, date]:
    """From when a resident counts: when they moved in here, or were written into the house."""
    rows = db.execute(select(tables.Resident.id, tables.Resident.created_at).where(tables.Resident.id.in_(residents)))
    return {number: (_day(at, zone) if at is not None else today) for number, at in rows}


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def _first_called(db: Unit, residents: list[int]) -> dict[int, tuple[int, str, str, str]]:
    """The relative of each who is called first: person, name, relation, number."""
    tie, person = tables.Kinship, tables.Person
    rows = db.execute(
        select(tie, person)
        .join(person, person.id == tie.person_id)
        .where(tie.resident_id.in_(residents))
        .order_by(tie.position.desc(), tie.is_primary, tie.id.desc())
    )
    return {
        row.resident_id: (
            who.id,
            db.words(who, "name", "家属"),
            db.words(row, "relation", "家属"),
            db.open(who, "phone") or "",
        )
        for row, who in rows
    }


def many(db: Unit, sight: Sight) -> int:
    """How many talks were written down."""
    table, home = FollowUpTalk, tables.Resident
    asked = select(func.count()).select_from(table).join(home, home.id == table.resident_id)
    return db.scalars(asked.where(table.home_id == sight.home_id, sight.resident())).one()


def talks(
    db: Unit, sight: Sight, resident: int = 0, most: int = PAGE, skip: int = 0, days: tuple[date, date] | None = None
) -> list[Talk]:
    """What was written down, the newest first; of one resident, of a time with both its days."""
    table, home, person = FollowUpTalk, tables.Resident, tables.Person
    asked = (
        select(table, home, person, tables.Staff.name)
        .join(home, home.id == table.resident_id)
        .join(person, person.id == func.coalesce(table.person_id, home.person_id))
        .outerjoin(tables.Staff, tables.Staff.id == table.by_id)
        .where(table.home_id == sight.home_id, sight.resident())
        .order_by(table.id.desc())
        .limit(most)
        .offset(skip)
    )
    if days is not None:
        asked = asked.where(table.day.between(*days))
    rows = db.execute(asked.where(table.resident_id == resident) if resident else asked).all()
    return [
        Talk(
            row,
            db.words(who, "name", "家属"),
            f"{lives.room}-{lives.bed}",
            by or "",
            db.words(row, "life"),
            db.words(row, "body"),
            db.words(row, "wish"),
        )
        for row, lives, who, by in rows
    ]
