"""A grave complaint that comes while nobody is at the desk rings whoever is in charge, one after the other, until a key
says that she calls the family (F41). Never whom it is about, and no telephone of a post, which anybody may hold.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from care import sla
from care.errors import NotFound
from care.severity import Level
from care.sla import Kind
from care.states import CallOutcome
from services.access import Viewer
from services.calling import orders
from services.calling.orders import SILENT, STALE, Order, name_of_call, number_of
from services.complaints import charge, complaints
from services.house import House
from services.ports import CallReport, CallText, Placed
from storage import tables
from storage.queries.complaints_urgent import TAKEN
from storage.seal import Unreadable
from storage.tables.complaints_calls import ComplaintCall
from storage.types import new_id
from storage.unit import Unit

GRAVE: Final = frozenset({Level.S1, Level.S2})
ROUNDS: Final = 3
BETWEEN: Final = timedelta(minutes=10)
"""From one round to the next."""
MOST_CALLS: Final = ((2, timedelta(hours=1)), (6, timedelta(hours=12)))
"""Calls for complaints to one number, over all cases."""
LOOKS_BACK: Final = timedelta(days=3)
"""An older one is not news that wakes anybody."""


def due(db: Unit, house: House, home_id: int, now: datetime) -> list[int]:
    """Complaints for which somebody may have to be rung; none while somebody is at the desk, nor after a restore until
    the director has confirmed.
    """
    if not house.rings_complaints or house.hours.open_until(now) is not None or _restored(db):
        return []
    case = tables.Complaint
    asked = select(case.id).where(
        case.home_id == home_id,
        case.level.in_([level.value for level in GRAVE]),
        case.feedback_at.is_(None),
        case.closed_at.is_(None),
        case.told_at.is_not(None),
        case.opened_at > now - LOOKS_BACK,
    )
    return list(db.scalars(asked.order_by(case.id).limit(50)))


def _restored(db: Unit) -> bool:
    return db.scalars(select(tables.Epoch.id).where(tables.Epoch.confirmed_at.is_(None)).limit(1)).first() is not None


def ring(db: Unit, house: House, case_id: int, now: datetime) -> None:
    """Order the next call for one, where none goes on and nobody has said that she calls."""
    calls = db.fresh(select(ComplaintCall).where(ComplaintCall.case_id == case_id).order_by(ComplaintCall.id)).all()
    turn = calls[-1].round if calls else 0
    last = max((call.ended_at or now for call in calls), default=now)
    if any(call.ended_at is None for call in calls):
        return
    db.lock_whose(select(tables.Complaint.person_id).where(tables.Complaint.id == case_id))
    complaint = db.get_one(tables.Complaint, case_id, populate_existing=True)
    if complaint.feedback_at is not None or complaint.closed_at is not None or complaint.level not in GRAVE:
        return
    calls = db.fresh(select(ComplaintCall).where(ComplaintCall.case_id == case_id).order_by(ComplaintCall.id)).all()
    if any(call.ended_at is None for call in calls) or _taken(db, house, complaint, now):
        return
    rung = {call.staff_id for call in calls if call.round == turn}
    there = _numbers(db, complaint, house, now)
    waiting = [(one, number) for one, number in there if one.id not in rung]
    if not waiting and calls:
        if turn + 1 >= ROUNDS or now - last < BETWEEN:
            return
        turn, waiting = turn + 1, there
    tired = _tired(db, complaint.home_id, now)
    for one, number in waiting:
        if orders.digest(db, number) not in tired and orders.rested(db, complaint.home_id, now, number):
            _order(db, complaint, one, number, turn, now)
            return


def _tired(db: Unit, home_id: int, now: datetime) -> set[str]:
    """Numbers that complaints have rung as often as they may: what the company allows a number is kept for alarms
    (anchors-reach 1.1). Who answers one call reads of all.
    """
    call = ComplaintCall
    found: set[str] = set()
    for most, span in MOST_CALLS:
        asked = select(call.digest).where(call.home_id == home_id, call.asked_at > now - span).group_by(call.digest)
        found |= set(db.scalars(asked.having(func.count() >= most)))
    return found


def _numbers(db: Unit, complaint: tables.Complaint, house: House, now: datetime) -> list[tuple[Viewer, str]]:
    """Who is in charge, the first one first, with her own number; one number is rung once."""
    found: dict[str, Viewer] = {}
    for one in charge.candidates(db, [complaint], house, now)[0][1]:
        try:
            number = db.words(db.get_one(tables.Staff, one.id), "phone")
        except Unreadable:
            continue
        if number:
            found.setdefault(number, one)
    return [(one, number) for number, one in found.items()]


def _taken(db: Unit, house: House, complaint: tables.Complaint, now: datetime) -> bool:
    """Whether somebody has said that she calls, and there is still time for it: until the hour that was promised, or as
    long again from her word where that is over.
    """
    line, promise = tables.ComplaintRecord, tables.Promise
    taken = select(func.max(line.said_at)).where(line.case_id == complaint.id, line.kind == TAKEN)
    said_at = db.scalars(taken).first()
    if said_at is None:
        return False
    again = sla.first_feedback_due(said_at, Level(complaint.level), house.figures)
    asked = select(promise.due_at).where(
        promise.case_id == complaint.id, promise.kind == Kind.FIRST_FEEDBACK.value, promise.kept_at.is_(None)
    )
    by = db.scalars(asked.order_by(promise.due_at)).first()
    return now < (again if by is None else max(by, again))


def _order(db: Unit, complaint: tables.Complaint, one: Viewer, number: str, turn: int, now: datetime) -> None:
    row = ComplaintCall(
        id=new_id(),
        home_id=complaint.home_id,
        case_id=complaint.id,
        staff_id=one.id,
        round=turn,
        digest=orders.digest(db, number),
        asked_at=now,
    )
    db.seal(row, "number", number)
    db.add(row)
    db.flush()
    db.store.audit(complaint.home_id, now, "machine", "ring_charge", f"case:{complaint.id}", one.name)
    db.store.hint("calls", "cases", f"case:{complaint.id}")


# -- what `bot.dialer` asks and tells ---------------------------------------------------------------------------------


def claim(db: Unit, house: House, home_id: int, now: datetime, limit: int) -> list[Order]:
    """Orders to carry out now; each is given out once."""
    del house
    if _restored(db):
        return []
    waiting = select(ComplaintCall.id).where(
        ComplaintCall.ended_at.is_(None),
        ComplaintCall.home_id == home_id,
        ComplaintCall.dialed_at.is_(None),
        ComplaintCall.asked_at >= now - STALE,
    )
    found: list[Order] = []
    for number in db.scalars(waiting.order_by(ComplaintCall.id).limit(limit)).all():
        call = db.lock_row(select(ComplaintCall).where(ComplaintCall.id == number))
        if call is None or call.ended_at is not None or call.dialed_at is not None:
            continue
        call.dialed_at = now
        complaint = db.get_one(tables.Complaint, call.case_id, populate_existing=True)
        if complaint.feedback_at is not None or complaint.closed_at is not None:
            call.ended_at, call.outcome = now, CallOutcome.STOPPED.value
            continue
        words = {"level": str(complaint.level), "number": complaint.number}
        try:
            found.append(Order(name_of_call(call.id), db.words(call, "number"), CallText.COMPLAINT, words))
        except Unreadable:
            call.ended_at, call.outcome = now, CallOutcome.REFUSED.value
    return found


def placed(db: Unit, house: House, own: str, answer: Placed, now: datetime) -> None:
    """What the company said at once."""
    del house
    call = _locked(db, own)
    if call is None:
        return
    call.ref, call.code = answer.ref or call.ref, answer.code[:64] or call.code
    if answer.outcome is not None and call.outcome is None:
        _end(db, call, answer.outcome, now)


def report(db: Unit, house: House, told: CallReport, now: datetime) -> bool:
    """What the company reports afterwards. Whether it is a call of ours."""
    del house
    call = _locked(db, told.own)
    if call is None:
        return False
    call.ref, call.code = told.ref[:64] or call.ref, told.code[:64] or call.code
    if told.ringing and call.rang_at is None:
        call.rang_at = now
    late_key = told.outcome is CallOutcome.GO and call.outcome != CallOutcome.GO.value
    if told.outcome is not None and (call.outcome is None or late_key):
        _end(db, call, told.outcome, now)
    return True


def silent(db: Unit, home_id: int, now: datetime) -> None:
    """Calls of which nothing came back, and orders that nobody carried out."""
    rows = db.scalars(select(ComplaintCall).where(ComplaintCall.ended_at.is_(None), ComplaintCall.home_id == home_id))
    for row in rows.all():
        old = now - row.asked_at > STALE if row.dialed_at is None else now - row.dialed_at > SILENT
        call = _locked(db, name_of_call(row.id)) if old else None
        if call is not None and call.ended_at is None:
            _end(db, call, CallOutcome.STOPPED if call.dialed_at is None else CallOutcome.UNKNOWN, now)


def _locked(db: Unit, own: str) -> ComplaintCall | None:
    """A call, held before any person is."""
    return db.lock_row(select(ComplaintCall).where(ComplaintCall.id == number_of(own)))


def _end(db: Unit, call: ComplaintCall, outcome: CallOutcome, now: datetime) -> None:
    call.ended_at, call.outcome = call.ended_at or now, outcome.value
    db.flush()
    db.store.hint("cases", f"case:{call.case_id}")
    if outcome is CallOutcome.GO and not _takes(db, call, now):
        call.outcome = CallOutcome.STOPPED.value


def _takes(db: Unit, call: ComplaintCall, now: datetime) -> bool:
    """Her key is 「我来联系」, unless she has left or may not know of it any more."""
    staff = db.get_one(tables.Staff, call.staff_id)
    if staff.left_at is not None:
        return False
    try:
        complaints.take_on(db, charge.viewer_of(staff), call.case_id, now)
    except NotFound:
        return False
    return True
