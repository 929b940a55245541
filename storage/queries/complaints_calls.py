"""Whom the machine rang for a grave complaint, and for which of them nobody came to the telephone (F41)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from care.states import CallOutcome
from storage import tables
from storage.queries.sight import Sight
from storage.tables.complaints_calls import ComplaintCall
from storage.unit import Unit


def of_case(db: Unit, case_id: int) -> list[tuple[ComplaintCall, str]]:
    """The calls of a complaint with the name of who was rung, the first one first."""
    asked = (
        select(ComplaintCall, tables.Staff.name)
        .join(tables.Staff, tables.Staff.id == ComplaintCall.staff_id)
        .where(ComplaintCall.case_id == case_id)
        .order_by(ComplaintCall.id)
    )
    return [(call, name) for call, name in db.execute(asked)]


def unheard(db: Unit, sight: Sight, since: datetime) -> Sequence[tables.Complaint]:
    """Complaints for which somebody was rung, no call goes on, and the last one was taken by nobody."""
    case, call = tables.Complaint, ComplaintCall
    newest = select(func.max(call.id)).where(call.asked_at > since).group_by(call.case_id)
    vain = select(call.case_id).where(
        call.id.in_(newest), call.ended_at.is_not(None), call.outcome != CallOutcome.GO.value
    )
    asked = select(case).where(
        sight.complaint(), case.id.in_(vain), case.feedback_at.is_(None), case.closed_at.is_(None)
    )
    return db.scalars(asked.order_by(case.opened_at).limit(5)).all()
