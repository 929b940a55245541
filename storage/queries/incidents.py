"""What the pages of incidents ask: what is open, what was, and one of them whole (E2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, true

from care.incidents import Calls, name_of
from storage import tables
from storage.queries import emergencies, families_phones
from storage.queries.pages import and_one
from storage.tables.emergencies_chain import AlarmCall
from storage.tables.families_ties import TieChange
from storage.tables.incidents import Incident, IncidentCall, IncidentStep
from storage.unit import Unit

PAGE = 30
OPEN = 500
"""Incidents that nobody has closed, on one page."""


@dataclass(frozen=True, slots=True)
class Line:
    """An incident in a list."""

    row: Incident
    plan: str
    lead: str
    done: int
    steps: int


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step with who ticked it, and whether its time is over."""

    row: IncidentStep
    by: str
    why: str
    due_at: datetime
    number: str
    """What it dials, where that is one number for all."""


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody of the family in the order in which they are called."""

    id: int
    name: str
    relation: str
    phone: str
    calls: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was logged."""

    row: IncidentCall
    who: str
    told: str
    by: str


def listed(db: Unit, home_id: int, *, closed: bool, before: int = 0) -> tuple[list[Line], int]:
    """Open ones, or a page of those that are over, the newest first, and where the next page begins."""
    over = Incident.closed_at.is_not(None) if closed else Incident.closed_at.is_(None)
    asked = (
        select(Incident, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == Incident.lead_id)
        .where(Incident.home_id == home_id, over, Incident.id < before if before else true())
        .order_by(Incident.id.desc())
        .limit(and_one(PAGE if closed else OPEN))
    )
    every = db.execute(asked).all()
    rows = every[: PAGE if closed else OPEN]
    counted = {
        number: (done, steps)
        for number, done, steps in db.execute(
            select(IncidentStep.incident_id, func.count(IncidentStep.done_by), func.count())
            .where(IncidentStep.incident_id.in_([row.id for row, _ in rows]))
            .group_by(IncidentStep.incident_id)
        )
    }
    found = [Line(row, name_of(row.plan), lead or "", *counted.get(row.id, (0, 0))) for row, lead in rows]
    return found, rows[-1][0].id if len(every) > PAGE else 0


def names(db: Unit, home_id: int) -> dict[int, str]:
    """How everybody is called who ever worked here."""
    return dict(db.execute(select(tables.Staff.id, tables.Staff.name).where(tables.Staff.home_id == home_id)).all())


def steps(db: Unit, row: Incident, called: dict[int, str], numbers: dict[Calls, str]) -> list[StepLine]:
    """The steps of one, in their order."""
    asked = select(IncidentStep).where(IncidentStep.incident_id == row.id).order_by(IncidentStep.position)
    return [
        StepLine(
            one,
            called.get(one.done_by or 0, ""),
            db.words(one, "passed_why"),
            row.opened_at + timedelta(minutes=one.within),
            numbers.get(Calls(one.calls), ""),
        )
        for one in db.scalars(asked)
    ]


def calls(db: Unit, row: Incident, called: dict[int, str]) -> list[Call]:
    """The calls that were logged, the newest first."""
    asked = select(IncidentCall).where(IncidentCall.incident_id == row.id).order_by(IncidentCall.id.desc())
    return [
        Call(one, db.words(one, "who"), db.words(one, "told"), called.get(one.by_id, "")) for one in db.scalars(asked)
    ]


def family(db: Unit, row: Incident) -> list[Relative]:
    """The relatives of the resident in the order in which they are called, but for those from whom 紧急 was taken back
    (F13); the numbers are whole, since nobody can wait for them.
    """
    if row.resident_id is None:
        return []
    tie, change = tables.Kinship, TieChange
    taken = set(
        db.scalars(
            select(change.about).where(
                change.resident_id == row.resident_id,
                change.kind != "removed",
                (" " + change.before + " ").contains(" emergency "),
                ~(" " + change.after + " ").contains(" emergency "),
            )
        )
    )
    tried: dict[int, list[str]] = {}
    for number, outcome in db.execute(
        select(IncidentCall.kinship_id, IncidentCall.outcome).where(IncidentCall.incident_id == row.id)
    ):
        tried.setdefault(number or 0, []).append(outcome)
    rows = db.execute(
        select(tie, tables.Person)
        .join(tables.Person, tables.Person.id == tie.person_id)
        .where(tie.resident_id == row.resident_id)
        .order_by(tie.position, tie.is_primary.desc(), tie.id)
    )
    return [
        Relative(
            one.id,
            db.words(person, "name", "家属"),
            db.words(one, "relation"),
            db.words(person, "phone"),
            len(tried.get(one.id, [])),
            "reached" in tried.get(one.id, []),
        )
        for one, person in rows
        if "emergency" in one.scopes.split() or person.id not in taken
    ]


def about(db: Unit, person_id: int) -> list[tables.Resident]:
    """Whom an alarm may be about: who speaks, those to whom a relative belongs, those who live where a phone hangs."""
    table, tie = tables.Resident, tables.Kinship
    whose = table.person_id == person_id, table.id.in_(select(tie.resident_id).where(tie.person_id == person_id))
    found = list(db.scalars(select(table).where(or_(*whose)).order_by(table.room, table.bed, table.id)))
    return found or families_phones.who_live_at(db, person_id)


def rooms(residents: Sequence[tables.Resident]) -> str:
    """Their rooms, as a place: 306 室 或 307 室."""
    return " 或 ".join(dict.fromkeys(f"{one.room} 室" for one in residents if one.room))


def rung(db: Unit, row: Incident) -> list[tuple[AlarmCall, str]]:
    """Whom the alarm rang before somebody was there."""
    return emergencies.called(db, [row.alarm_id]).get(row.alarm_id, []) if row.alarm_id else []
