"""What 日程 asks: who may be greeted, with every fact that may forbid it; what is planned, held and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from storage import tables
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Who:
    """A person for whom something may be planned, with what the rules ask about them and the resident."""

    person_id: int
    resident_id: int
    name: str
    elder: str
    place: str
    sex: str | None
    born: str
    is_elder: bool
    status: str
    stopped: bool
    serious: bool
    scopes: frozenset[str]
    following: bool
    window_until: datetime | None
    left: int
    timezone: str | None

    @property
    def kind(self) -> str:
        """Elder or family, for the silent hours."""
        return "elder" if self.is_elder else "family"


@dataclass(frozen=True, slots=True)
class Line:
    """A plan with its person, for the page."""

    row: tables.Plan
    who: Who


def people(db: Unit, home_id: int, resident_id: int | None = None) -> list[Who]:
    """Residents with a phone of their own, and bound relatives; of one resident or of all that live here."""
    return _people(db, home_id, None if resident_id is None else [resident_id], None)


def one(db: Unit, person_id: int, resident_id: int) -> Who | None:
    """One person as they are now; None when they belong to the resident no more."""
    resident = db.get_one(tables.Resident, resident_id)
    return next(
        (who for who in _people(db, resident.home_id, [resident_id], person_id) if who.person_id == person_id), None
    )


def _people(db: Unit, home_id: int, residents_of: Sequence[int] | None, person_id: int | None) -> list[Who]:
    which = tables.Resident.status.in_(LIVING) if residents_of is None else tables.Resident.id.in_(residents_of)
    residents = {
        row.id: row for row in db.scalars(select(tables.Resident).where(tables.Resident.home_id == home_id, which))
    }
    ties = list(db.scalars(select(tables.Kinship).where(tables.Kinship.resident_id.in_(residents))))
    ids = {row.person_id for row in residents.values()} | {tie.person_id for tie in ties}
    persons = {row.id: row for row in db.scalars(select(tables.Person).where(tables.Person.id.in_(ids)))}
    phones = {
        row.person_id: row
        for row in db.scalars(
            select(tables.Follower).where(tables.Follower.person_id.in_(ids)).order_by(tables.Follower.id)
        )
    }
    stops = set(
        db.scalars(select(tables.Stop.person_id).where(tables.Stop.person_id.in_(ids), tables.Stop.lifted_at.is_(None)))
    )
    serious = set(
        db.scalars(
            select(tables.Complaint.person_id).where(
                tables.Complaint.person_id.in_(ids), tables.Complaint.closed_at.is_(None), tables.Complaint.level == 1
            )
        )
    )
    troubled = {tie.resident_id for tie in ties if tie.person_id in serious}
    pairs = [(row.person_id, row, None) for row in residents.values()] + [
        (tie.person_id, residents[tie.resident_id], tie) for tie in ties
    ]
    found = []
    for number, resident, tie in pairs:
        phone = phones.get(number)
        if phone is None or (person_id is not None and number != person_id):
            continue
        elder = db.open(persons[resident.person_id], "name") or "老人"
        found.append(
            Who(
                number,
                resident.id,
                db.open(persons[number], "name") or "家属",
                elder,
                f"{resident.room}-{resident.bed}",
                resident.sex,
                db.open(resident, "born") or "",
                tie is None,
                resident.status,
                resident.person_id in stops or number in stops,
                number in serious or resident.id in troubled,
                frozenset(tie.scopes.split() if tie else ()),
                phone.following,
                phone.session_until,
                phone.session_left,
                persons[number].timezone,
            )
        )
    return found


def planned(db: Unit, home_id: int, since: date) -> set[tuple[int, str, str]]:
    """What has a row already, as (person, occasion, period)."""
    found = db.execute(
        select(tables.Plan.person_id, tables.Plan.occasion, tables.Plan.period).where(
            tables.Plan.home_id == home_id, tables.Plan.day >= since
        )
    )
    return {(person, occasion, period) for person, occasion, period in found}


def due(db: Unit, home_id: int, now: datetime, limit: int) -> list[int]:
    """What is to be said now."""
    found = select(tables.Plan.id).where(
        tables.Plan.home_id == home_id, tables.Plan.state == "planned", tables.Plan.due_at <= now
    )
    return list(db.scalars(found.order_by(tables.Plan.due_at).limit(limit)))


def schedule(db: Unit, sight: Sight, first: date, last: date) -> list[Line]:
    """The plans of these days about residents whom the viewer works with."""
    rows = db.execute(
        select(tables.Plan, tables.Resident.id)
        .join(tables.Resident, tables.Resident.id == tables.Plan.resident_id)
        .where(sight.resident(), tables.Plan.day.between(first, last))
        .order_by(tables.Plan.day, tables.Plan.occasion, tables.Plan.due_at, tables.Plan.id)
    ).all()
    known = {
        (who.person_id, who.resident_id): who
        for who in _people(db, sight.home_id, [resident for _, resident in rows], None)
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
        (row.id, db.open(person, "name") or "老人", f"{row.room}-{row.bed}", db.open(row, "born") or "")
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
    return [(db.open(person, "name") or "家属", at) for at, person in found]
