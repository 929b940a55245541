"""What 日程 asks: who may be greeted, with every fact that may forbid it; what is planned, held and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from storage import tables
from storage.queries.families import Who, listed
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """A plan with its person, for the page."""

    row: tables.Plan
    who: Who


def planned(db: Unit, since: date, people: Collection[int]) -> set[tuple[int, str, str]]:
    """What has a row already of these people, as (person, occasion, period). They are asked for by themselves: the
    index by home and day would read all that is planned for the house.
    """
    table = tables.Plan
    found = db.execute(
        select(table.person_id, table.occasion, table.period).where(
            table.day >= since, db.among(table.person_id, people)
        )
    )
    return {(person, occasion, period) for person, occasion, period in found}


def residents(db: Unit, home_id: int, after: int, limit: int) -> list[int]:
    """Who lives here, some at a time in the order of their ids, behind one of them."""
    table = tables.Resident
    found = select(table.id).where(table.home_id == home_id, table.status.in_(LIVING), table.id > after)
    return list(db.scalars(found.order_by(table.id).limit(limit)))


def due(db: Unit, home_id: int, now: datetime, limit: int) -> list[int]:
    """What is to be said now."""
    found = select(tables.Plan.id).where(
        tables.Plan.home_id == home_id, tables.Plan.state == "planned", tables.Plan.due_at <= now
    )
    return list(db.scalars(found.order_by(tables.Plan.due_at).limit(limit)))


def schedule(db: Unit, sight: Sight, first: date, last: date) -> list[Line]:
    """The plans of these days about residents whom the viewer works with."""
    found = (
        _plans(sight)
        .where(tables.Plan.day.between(first, last))
        .order_by(tables.Plan.day, tables.Plan.occasion, tables.Plan.due_at, tables.Plan.id)
    )
    return _lines(db, sight, found)


def soon(db: Unit, sight: Sight, first: date, until: datetime, limit: int) -> list[Line]:
    """The next of them that will be said or are held."""
    found = (
        _plans(sight)
        .where(tables.Plan.day >= first, tables.Plan.due_at <= until, tables.Plan.state.in_(("planned", "held")))
        .order_by(tables.Plan.day, tables.Plan.occasion, tables.Plan.due_at, tables.Plan.id)
        .limit(limit)
    )
    return _lines(db, sight, found)


def _plans(sight: Sight) -> Select[tables.Plan, int]:
    return (
        select(tables.Plan, tables.Resident.id)
        .join(tables.Resident, tables.Resident.id == tables.Plan.resident_id)
        .where(sight.resident())
    )


def _lines(db: Unit, sight: Sight, found: Select[tables.Plan, int]) -> list[Line]:
    rows = db.execute(found).all()
    known = {
        (who.person_id, who.resident_id): who
        for who in listed(db, sight.home_id, [resident for _, resident in rows], None, everybody=True)
    }
    pairs = [(row, known.get((row.person_id, resident))) for row, resident in rows]
    return [Line(row, who) for row, who in pairs if who is not None]


def births(db: Unit, sight: Sight) -> list[tuple[int, str, str, str]]:
    """(resident, name, place, born) of everybody who lives here and whose birthday is known,
    with a phone or without.
    """
    found = db.execute(
        select(tables.Resident, tables.Person)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(sight.resident(), tables.Resident.status.in_(LIVING), tables.Resident.born.is_not(None))
        .order_by(tables.Resident.room, tables.Resident.bed)
    )
    return [
        (row.id, db.words(person, "name", "老人"), f"{row.room}-{row.bed}", db.words(row, "born"))
        for row, person in found
    ]


def visits(db: Unit, resident_id: int, now: datetime) -> list[tuple[str, datetime]]:
    """(who, when) of the visits to come."""
    found = db.execute(
        select(tables.Visit.at, tables.Person)
        .join(tables.Person, tables.Person.id == tables.Visit.person_id)
        .where(tables.Visit.resident_id == resident_id, tables.Visit.at > now, tables.Visit.cancelled_at.is_(None))
        .order_by(tables.Visit.at)
    )
    return [(db.words(person, "name", "家属"), at) for at, person in found]


@dataclass(frozen=True, slots=True)
class Alone:
    """A resident to whom nobody comes on a day, as far as it is booked."""

    resident_id: int
    name: str
    place: str
    family: int
    """Relatives who are known."""


def alone(db: Unit, sight: Sight, begins: datetime, ends: datetime) -> list[Alone]:
    """Who is in the house and has no visit between these moments, those without a family first."""
    home, visit, tie = tables.Resident, tables.Visit, tables.Kinship
    comes = select(visit.resident_id).where(visit.at >= begins, visit.at < ends, visit.cancelled_at.is_(None))
    kin = select(func.count()).select_from(tie).where(tie.resident_id == home.id).scalar_subquery()
    rows = db.execute(
        select(home, tables.Person, kin)
        .join(tables.Person, tables.Person.id == home.person_id)
        .where(sight.resident(), home.status == "在住", home.id.not_in(comes))
        .order_by(kin > 0, home.room, home.bed)
    )
    return [Alone(row.id, db.words(person, "name", "老人"), f"{row.room}-{row.bed}", kin) for row, person, kin in rows]
