"""Calls that ring a colleague: ordered in the database, handed to the telephone company by `bot.dialer`, ended by what
the company reports (F1). Only a key proves that somebody heard.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from care.chain import About, Reachable
from care.states import CallOutcome, CallWay, Role
from care.triage import Audience, Urgency
from services.access import name_of
from services.accusations import accusations
from services.calling import phones
from services.calling.orders import SILENT, STALE, Order, name_of_call, number_of
from services.emergencies import alarms, raising
from services.emergencies.ringing import place_of
from services.house import House
from services.ports import CallReport, CallText, Placed
from storage import tables
from storage.queries import emergencies as queries
from storage.seal import Unreadable
from storage.tables.emergencies_chain import AlarmCall, AlarmRun, Takeover
from storage.tables.roster import DutyPost
from storage.unit import Unit

LEVELS: Final = {Urgency.P0: "紧急", Urgency.P1: "请尽快"}


def claim(db: Unit, house: House, home_id: int, now: datetime, limit: int) -> list[Order]:
    """Orders to carry out now, the oldest first; each is given out once."""
    waiting = (
        select(AlarmCall.id)
        .where(
            AlarmCall.ended_at.is_(None),
            AlarmCall.home_id == home_id,
            AlarmCall.dialed_at.is_(None),
            AlarmCall.asked_at >= now - STALE,
        )
        .order_by(AlarmCall.id)
        .limit(limit)
    )
    found: list[Order] = []
    for number in db.scalars(waiting).all():
        call = db.lock_row(select(AlarmCall).where(AlarmCall.id == number))
        if call is None or call.ended_at is not None or call.dialed_at is not None:
            continue
        if call.alarm_id is not None and not _still_rings(db, call.alarm_id):
            call.ended_at, call.outcome = now, CallOutcome.STOPPED.value
            continue
        call.dialed_at = now
        try:
            found.append(Order(name_of_call(call.id), db.words(call, "number"), *_text(db, house, call)))
        except Unreadable:
            call.ended_at, call.outcome = now, CallOutcome.REFUSED.value
    return found


def _still_rings(db: Unit, alarm_id: int) -> bool:
    """Whether nobody goes yet, or who went did not arrive."""
    alarm = db.fresh(select(tables.Alarm).where(tables.Alarm.id == alarm_id)).one()
    return alarm.arrived_at is None and (alarm.going_at is None or alarms.is_late(db, alarm))


def _text(db: Unit, house: House, call: AlarmCall) -> tuple[CallText, dict[str, str]]:
    """Place and level alone (F15): a name or an illness is never said to a phone."""
    if call.alarm_id is None:
        return CallText.CHECK, {"home": house.home.name}
    alarm = db.get_one(tables.Alarm, call.alarm_id)
    return CallText.ALARM, spoken(Audience(alarm.audience), alarm.level, place_of(db, alarm).rooms)


def spoken(audience: Audience, level: int, rooms: str) -> dict[str, str]:
    """The words for the blanks of an alarm's text."""
    place = "有一件只给主管看的急事" if audience is Audience.LEAD else rooms or "请看电脑上的报警"
    return {"place": place, "level": LEVELS[Urgency(level)]}


def placed(db: Unit, house: House, own: str, answer: Placed, now: datetime) -> None:
    """What the company said at once: it rings, or it does not."""
    found = _locked(db, own)
    if found is None:
        return
    call, run = found
    call.ref, call.code = answer.ref or call.ref, answer.code[:64] or call.code
    if answer.outcome is not None and call.outcome is None:
        _end(db, house, call, run, answer.outcome, now)


def report(db: Unit, house: House, told: CallReport, now: datetime) -> bool:
    """What the company reports afterwards. Whether it is a call of ours."""
    found = _locked(db, told.own)
    if found is None:
        return False
    call, run = found
    call.ref, call.code = told.ref[:64] or call.ref, told.code[:64] or call.code
    if told.ringing and call.rang_at is None:
        call.rang_at = now
        db.store.hint("duty" if call.alarm_id is None else "alarms")
    # a key that comes after the ladder went on still says who goes
    late_key = told.outcome in {CallOutcome.GO, CallOutcome.CANNOT} and call.outcome in {
        CallOutcome.UNKNOWN.value,
        CallOutcome.NO_KEY.value,
        CallOutcome.STOPPED.value,
    }
    if told.outcome is not None and (call.outcome is None or late_key):
        _end(db, house, call, run, told.outcome, now)
    return True


def silent(db: Unit, house: House, home_id: int, now: datetime) -> None:
    """Calls of which nothing came back, and orders that nobody carried out."""
    rows = db.execute(
        select(AlarmCall.id, AlarmCall.dialed_at, AlarmCall.asked_at).where(
            AlarmCall.ended_at.is_(None), AlarmCall.home_id == home_id
        )
    ).all()
    for number, dialed_at, asked_at in rows:
        old = now - asked_at > STALE if dialed_at is None else now - dialed_at > SILENT
        if old and (found := _locked(db, name_of_call(number))) is not None and found[0].ended_at is None:
            _end(db, house, *found, CallOutcome.STOPPED if dialed_at is None else CallOutcome.UNKNOWN, now)


def stop(db: Unit, alarm_id: int, now: datetime) -> None:
    """Somebody goes, or it is over: what is not dialed yet is not rung any more."""
    rows = select(AlarmCall).where(
        AlarmCall.alarm_id == alarm_id, AlarmCall.ended_at.is_(None), AlarmCall.dialed_at.is_(None)
    )
    for row in db.fresh(rows).all():
        row.ended_at, row.outcome = now, CallOutcome.STOPPED.value


def _locked(db: Unit, own: str) -> tuple[AlarmCall, AlarmRun | None] | None:
    """A call with the run that it belongs to; the run is locked first, as everywhere."""
    number = number_of(own)
    known = db.get(AlarmCall, number)
    if known is None:
        return None
    run = None
    if known.alarm_id is not None:
        run = db.lock_row(select(AlarmRun).where(AlarmRun.alarm_id == known.alarm_id))
    call = db.lock_row(select(AlarmCall).where(AlarmCall.id == number))
    return None if call is None else (call, run)


def _end(db: Unit, house: House, call: AlarmCall, run: AlarmRun | None, outcome: CallOutcome, now: datetime) -> None:
    call.ended_at, call.outcome = now, outcome.value
    phones.learned(db, call, outcome, now)
    if call.takeover_id is not None:
        takeover = db.get_one(Takeover, call.takeover_id)
        if outcome is CallOutcome.GO and takeover.ended_at is None:
            takeover.phone_good_at = now
        db.store.hint("duty")
        return
    db.flush()
    if outcome is CallOutcome.GO:
        _goes(db, house, call, now)
    elif run is not None and run.next_at is not None and _waits_for(run, call) and _step_is_over(db, call):
        run.next_at = min(run.next_at, now)
    db.store.hint("alarms")


def _waits_for(run: AlarmRun, call: AlarmCall) -> bool:
    """Whether the ladder stands at the step of this call: a late end of an earlier one hurries nobody, and after the
    last step there is a pause.
    """
    nobody = run.went_at is None or run.late_at is not None
    return nobody and run.step > 0 and (call.round, call.step) == (run.round, run.step - 1)


def about_of(db: Unit, alarm: tables.Alarm) -> About:
    """What of an alarm decides whom it rings."""
    nobody: tuple[frozenset[int], frozenset[tuple[str, str]]] = frozenset(), frozenset()
    if alarm.raised_by is not None:
        floors = frozenset({alarm.floor} if alarm.floor else ())
        return About(Audience(alarm.audience), floors, *raising.accused_of(db, alarm))
    person = alarm.person_id or 0
    named, roles = accusations.of_people(db, [person]).get(person, nobody)
    floors = queries.floors_of(db, [person])[person]
    return About(Audience(alarm.audience), floors, named, roles)


def is_meant(db: Unit, about: About, staff_id: int | None) -> bool:
    """Whether the words accuse this colleague."""
    staff = db.get(tables.Staff, staff_id) if staff_id is not None else None
    return staff is not None and about.means(
        Reachable("", staff.name, Role(staff.role), staff.id, floors=frozenset(staff.floors.split()))
    )


def _goes(db: Unit, house: House, call: AlarmCall, now: datetime) -> None:
    """The key is a 我去, unless somebody else was first or it is over."""
    alarm = db.get_one(tables.Alarm, call.alarm_id)
    raising.lock_row_or_person(db, alarm)
    alarm = db.fresh(select(tables.Alarm).where(tables.Alarm.id == alarm.id)).one()
    if is_meant(db, about_of(db, alarm), call.staff_id):
        return
    if alarm.arrived_at is not None or (alarm.going_at is not None and not alarms.is_late(db, alarm)):
        return
    person = db.get(tables.Person, alarm.person_id) if alarm.person_id is not None else None
    post = db.get(DutyPost, call.post_id) if call.post_id else None
    name = name_of(db, call.staff_id) if call.staff_id else f"{post.name}的同事" if post else "值班的同事"
    alarms.went(db, house, alarm, person.kind if person else "", (call.staff_id, name), now)
    stop(db, alarm.id, now)


def _step_is_over(db: Unit, call: AlarmCall) -> bool:
    """Whether nobody of this step is being rung any more: one failing way stops neither the others nor the next."""
    rings = select(AlarmCall.id).where(
        AlarmCall.alarm_id == call.alarm_id,
        AlarmCall.round == call.round,
        AlarmCall.step == call.step,
        AlarmCall.ended_at.is_(None),
        AlarmCall.channel == CallWay.PHONE.value,
    )
    return db.scalars(rings).first() is None
