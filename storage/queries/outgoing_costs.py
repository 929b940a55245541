"""What SMS and calls of the machine come to in a month, by purpose (F18)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from care.states import CallOutcome, SmsKind, SmsState
from storage import tables
from storage.tables.complaints_calls import ComplaintCall
from storage.tables.emergencies_chain import AlarmCall
from storage.tables.outgoing_sms import Sms
from storage.unit import Unit

ASKED_BACK = "call"
"""In place of a purpose: SMS by which colleagues asked for a call."""
UNPAID = (SmsState.FAILED.value, SmsState.DROPPED.value)
NOT_PLACED = (CallOutcome.REFUSED.value, CallOutcome.THROTTLED.value, CallOutcome.STOPPED.value)


@dataclass(slots=True)
class Spent:
    """SMS of one purpose: how many the company charges for, and what became of them."""

    purpose: str
    parts: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int = 0
    failed: int = 0


def month(now: datetime, zone: ZoneInfo, back: int = 0) -> tuple[datetime, datetime]:
    """When a month of the home began and ends; `back`: so many months ago."""
    here = now.astimezone(zone)
    first = here.year * 12 + here.month - 1 - back
    begins, ends = (datetime(one // 12, one % 12 + 1, 1, tzinfo=zone) for one in (first, first + 1))
    return begins, ends


def sms(db: Unit, home_id: int, since: datetime, until: datetime) -> list[Spent]:
    """By purpose, the dearest first."""
    out = tables.Outbox
    purpose = case((Sms.kind == SmsKind.CALL.value, ASKED_BACK), else_=out.purpose)
    paid, opened = Sms.state.not_in(UNPAID), Sms.opened_at.is_not(None)
    rows = db.execute(
        select(
            purpose,
            func.sum(case((paid, func.coalesce(Sms.parts, 1)), else_=0)),
            func.sum(case((paid, 1), else_=0)),
            func.sum(case((Sms.state == SmsState.DELIVERED.value, 1), else_=0)),
            func.sum(case((opened, 1), else_=0)),
            func.sum(case((Sms.state == SmsState.FAILED.value, 1), else_=0)),
        )
        .join(out, out.id == Sms.outbox_id)
        .where(Sms.home_id == home_id, Sms.made_at >= since, Sms.made_at < until, Sms.asked_at.is_not(None))
        .group_by(purpose)
    )
    found = [Spent(str(name), *(int(value or 0) for value in values)) for name, *values in rows]
    return sorted(found, key=lambda one: -one.parts)


def calls(db: Unit, home_id: int, since: datetime, until: datetime) -> int:
    """Calls that the telephone company placed for alarms, tests of a shift and complaints."""
    found = 0
    for table in (AlarmCall, ComplaintCall):
        asked = (
            select(func.count())
            .select_from(table)
            .where(
                table.home_id == home_id,
                table.dialed_at >= since,
                table.dialed_at < until,
                table.outcome.is_(None) | table.outcome.not_in(NOT_PLACED),
            )
        )
        found += db.scalar(asked) or 0
    return found


def last_trouble(db: Unit, home_id: int, since: datetime) -> tuple[str, datetime] | None:
    """Why the company refused the whole account last, and when; None where it did not, or took one since."""
    newest = db.execute(
        select(Sms.state, Sms.code, Sms.why, Sms.asked_at)
        .where(Sms.home_id == home_id, Sms.asked_at >= since)
        .order_by(Sms.asked_at.desc(), Sms.id.desc())
        .limit(1)
    ).first()
    if newest is None or newest[0] != SmsState.FAILED.value or not (newest[1] or "").startswith("!"):
        return None
    return str(newest[2]), newest[3] or since
