"""Complaints of the night: who may handle one, and what waits for the one tap of who is on duty (C3, F41)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from care.errors import NotFound
from storage import tables
from storage.queries.sight import Sight
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Waiting:
    """A complaint as somebody on duty may know of it: no words, no name."""

    id: int
    number: str
    level: int
    opened_at: datetime
    due_at: datetime | None
    in_charge: str


def may_handle(db: Unit, sight: Sight, case_id: int) -> bool:
    """Whether somebody with this sight may open a case."""
    asked = select(tables.Complaint.id).where(tables.Complaint.id == case_id, sight.complaint())
    return db.scalars(asked).first() is not None


def waiting(db: Unit, sight: Sight, now: datetime) -> list[Waiting]:
    """Those that nobody has answered or seen, the oldest first; none that may be about the viewer."""
    case, promise = tables.Complaint, tables.Promise
    rows = db.execute(
        select(case, promise.due_at, tables.Staff.name)
        .outerjoin(promise, (promise.case_id == case.id) & (promise.kind == "first_feedback"))
        .outerjoin(tables.Staff, tables.Staff.id == case.told_id)
        .where(
            sight.not_about_me(),
            case.night_until > now,
            case.seen_by.is_(None),
            case.feedback_at.is_(None),
            case.closed_at.is_(None),
        )
        .order_by(case.opened_at)
    )
    return [Waiting(row.id, row.number, row.level, row.opened_at, due, name or "") for row, due, name in rows]


def one(db: Unit, sight: Sight, case_id: int) -> tables.Complaint:
    """A complaint of the night that is not about the viewer. Raises NotFound."""
    case = tables.Complaint
    found = db.fresh(
        select(case).where(case.id == case_id, case.night_until.is_not(None), sight.not_about_me())
    ).first()
    if found is None:
        raise NotFound
    return found
