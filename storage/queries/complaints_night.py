"""Complaints of the night: who may handle one, and what waits for the one tap of who is on duty (C3, F41)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select

from care.errors import NotFound
from care.states import PersonKind
from storage import tables
from storage.queries.sight import Sight
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Waiting:
    """A complaint as somebody on duty may know of it: no words, no name."""

    id: int
    person: int
    number: str
    level: int
    opened_at: datetime
    due_at: datetime | None


def handled(db: Unit, sight: Sight, cases: Collection[int]) -> set[int]:
    """Which of these cases somebody with this sight may open."""
    return set(db.scalars(select(tables.Complaint.id).where(tables.Complaint.id.in_(cases), sight.complaint())))


def meant(db: Unit, case_id: int) -> set[int]:
    """Colleagues whom the words of a case name."""
    table = tables.Accused
    asked = select(table.staff_id).where(table.case_id == case_id, table.state != "lifted", table.staff_id.is_not(None))
    return {number for number in db.scalars(asked) if number is not None}


def by_tap(levels: Collection[int], but: Collection[str]) -> ColumnElement[bool]:
    """Of these levels, but not of these categories."""
    return and_(tables.Complaint.level.in_(levels), tables.Complaint.category.not_in(but))


def waiting(db: Unit, sight: Sight, now: datetime, levels: Collection[int], but: Collection[str]) -> list[Waiting]:
    """Those of these levels, but not of these categories, that nobody has answered or seen, the oldest first; none that
    may be about the viewer, and none of an elder.
    """
    case, promise = tables.Complaint, tables.Promise
    rows = db.execute(
        select(case, promise.due_at)
        .outerjoin(promise, (promise.case_id == case.id) & (promise.kind == "first_feedback"))
        .where(
            _theirs(sight),
            case.night_until > now,
            by_tap(levels, but),
            case.seen_by.is_(None),
            case.feedback_at.is_(None),
            case.closed_at.is_(None),
        )
        .order_by(case.opened_at)
    )
    return [Waiting(row.id, row.person_id, row.number, row.level, row.opened_at, due) for row, due in rows]


def one(db: Unit, sight: Sight, case_id: int) -> tables.Complaint:
    """A complaint of the night that is not about the viewer. Raises NotFound."""
    case = tables.Complaint
    found = db.fresh(select(case).where(case.id == case_id, case.night_until.is_not(None), _theirs(sight))).first()
    if found is None:
        raise NotFound
    return found


def _theirs(sight: Sight) -> ColumnElement[bool]:
    """A family's or a guest's: on an elder's phone nothing of it is said."""
    person = tables.Person
    talks = select(person.id).where(person.kind != PersonKind.ELDER.value)
    return and_(sight.not_about_me(), tables.Complaint.person_id.in_(talks))
