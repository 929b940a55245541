"""What the page of colleagues asks: who is there, when she last came in, what is in her hands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from storage import tables
from storage.queries import tasks
from storage.queries.sight import Sight
from storage.tables.staff import Station
from storage.tables.tasks import Task
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Hers:
    """One thing in somebody's hands."""

    kind: str
    """case, talk or task."""
    id: int
    title: str
    waits: int
    """Promised times that run on it."""


def everybody(db: Unit, home_id: int) -> list[tables.Staff]:
    """Who is here, by name; who left at the end, the latest first."""
    table = tables.Staff
    mine = select(table).where(table.home_id == home_id)
    here = db.scalars(mine.where(table.left_at.is_(None)).order_by(table.name, table.id))
    gone = db.scalars(mine.where(table.left_at.is_not(None)).order_by(table.left_at.desc()))
    return [*here, *gone]


def last_in(db: Unit, home_id: int) -> dict[int, datetime]:
    """When each of them last logged in."""
    table = tables.StaffSession
    rows = db.execute(
        select(table.staff_id, func.max(table.created_at))
        .join(tables.Staff, tables.Staff.id == table.staff_id)
        .where(tables.Staff.home_id == home_id, table.awaits.is_(None))
        .group_by(table.staff_id)
    )
    return {staff_id: at for staff_id, at in rows if at is not None}


def open_log_ins(db: Unit, staff_id: int, now: datetime) -> int:
    """At how many places she is logged in."""
    table = tables.StaffSession
    mine = table.staff_id == staff_id, table.ended_at.is_(None), table.expires_at > now
    return db.scalar(select(func.count()).select_from(table).where(*mine)) or 0


def hers(db: Unit, sight: Sight, staff_id: int) -> list[Hers]:
    """What is in a colleague's hands, as far as the viewer may see it: complaints that she owns, talks that she
    answers.
    """
    case, talk, person = tables.Complaint, tables.Conversation, tables.Person
    waits = _waits(db, staff_id)
    cases = db.scalars(
        select(case).where(case.owner_id == staff_id, case.closed_at.is_(None), sight.complaint()).order_by(case.id)
    )
    found = [Hers("case", row.id, row.number, waits.get(row.person_id, 0)) for row in cases]
    talks = db.scalars(
        select(person)
        .join(talk, talk.person_id == person.id)
        .where(talk.attended_by == staff_id, _still(talk), sight.person(person.id))
        .order_by(person.id)
    )
    found += [Hers("talk", row.id, db.words(row, "name", "没写姓名的人"), waits.get(row.id, 0)) for row in talks]
    return found + [
        Hers("task", line.row.id, f"{line.resident} {line.words}".strip(), 0)
        for line in tasks.in_hands(db, sight, staff_id)
    ]


def in_hands(db: Unit, home_id: int) -> dict[int, int]:
    """How many things are in whose hands."""
    case, talk = tables.Complaint, tables.Conversation
    found: dict[int, int] = {}
    for rows in (
        db.execute(
            select(case.owner_id, func.count())
            .where(case.home_id == home_id, case.owner_id.is_not(None), case.closed_at.is_(None))
            .group_by(case.owner_id)
        ),
        db.execute(
            select(talk.attended_by, func.count())
            .where(talk.home_id == home_id, talk.attended_by.is_not(None), _still(talk))
            .group_by(talk.attended_by)
        ),
        db.execute(
            select(Task.owner_id, func.count())
            .where(Task.home_id == home_id, Task.owner_id.is_not(None), Task.ended_at.is_(None))
            .group_by(Task.owner_id)
        ),
    ):
        for staff_id, number in rows:
            found[staff_id or 0] = found.get(staff_id or 0, 0) + number
    return found


def left_behind(db: Unit, home_id: int) -> int:
    """How many things are still in the hands of who has left: red for the lead until they are handed over."""
    table, case, talk = tables.Staff, tables.Complaint, tables.Conversation
    gone = list(db.scalars(select(table.id).where(table.home_id == home_id, table.left_at.is_not(None))))
    if not gone:
        return 0
    cases = select(func.count()).select_from(case).where(case.owner_id.in_(gone), case.closed_at.is_(None))
    talks = select(func.count()).select_from(talk).where(talk.attended_by.in_(gone), _still(talk))
    things = select(func.count()).select_from(Task).where(Task.owner_id.in_(gone), Task.ended_at.is_(None))
    return sum(db.scalar(each) or 0 for each in (cases, talks, things))


def stations(db: Unit, home_id: int) -> list[Station]:
    """The browsers that are trusted, the newest first."""
    return list(
        db.scalars(
            select(Station)
            .where(Station.home_id == home_id, Station.ended_at.is_(None))
            .order_by(Station.marked_at.desc())
        )
    )


def with_pin(db: Unit, home_id: int) -> list[tables.Staff]:
    """Who may come to a station."""
    table = tables.Staff
    here = table.home_id == home_id, table.left_at.is_(None), table.pin.is_not(None), table.first_password.is_(False)
    return list(db.scalars(select(table).where(*here).order_by(table.name)))


def _waits(db: Unit, staff_id: int) -> dict[int, int]:
    """Promised times that run, for the people whom she answers."""
    promise, talk, case = tables.Promise, tables.Conversation, tables.Complaint
    mine = select(talk.person_id).where(talk.attended_by == staff_id)
    owned = select(case.person_id).where(case.owner_id == staff_id, case.closed_at.is_(None))
    rows = db.execute(
        select(promise.person_id, func.count())
        .where(promise.kept_at.is_(None), or_(promise.person_id.in_(mine), promise.person_id.in_(owned)))
        .group_by(promise.person_id)
    )
    return {row[0]: row[1] for row in rows}


def _still(talk: type[tables.Conversation]) -> ColumnElement[bool]:
    """A talk that somebody wrote in after the colleague did, or in which a promised time runs."""
    running = select(tables.Promise.person_id).where(tables.Promise.kept_at.is_(None))
    return or_(talk.heard_at > talk.spoke_at, talk.person_id.in_(running))
