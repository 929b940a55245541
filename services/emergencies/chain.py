"""The chain: an alarm that nobody answers goes up the ladder by itself, through every restart, until somebody is there
(F1, F2, L6).

Each step is a row before anybody is rung, so that whatever process dies, the next one goes on with it; a job looks once
a second, and an auditor beside it says when it is late.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from care import chain as ladder
from care.chain import LADDERS, About, Reachable, Step
from care.errors import NotFound
from care.group_posts import PostWhy
from care.states import CallOutcome, CallWay
from care.triage import Audience
from services.access import Viewer, may_hear
from services.calling import orders, phones
from services.emergencies import calls, group, raising, receivers
from services.emergencies.receivers import Receivers
from services.emergencies.strip import OLD
from services.house import House
from services.upkeep import epochs
from storage import tables
from storage.queries import emergencies as queries
from storage.tables.emergencies_chain import AlarmCall, AlarmRun
from storage.types import new_id
from storage.unit import Unit


def is_due(db: Unit, home_id: int, now: datetime) -> bool:
    """Whether there is anything to look at: an alarm that rings, one that ended under way, a call that is out."""
    out = select(AlarmCall.id).where(AlarmCall.ended_at.is_(None), AlarmCall.home_id == home_id)
    return bool(under_way(db, home_id, now)) or db.scalars(out.limit(1)).first() is not None


def under_way(db: Unit, home_id: int, now: datetime) -> list[int]:
    """The alarms to look at, the oldest first. What a restored copy still has ringing is of another time: nobody is
    called for it until the director has confirmed the copy.
    """
    numbers, closed = queries.on_the_ladder(db, home_id, now - OLD), epochs.closed(db, home_id)
    if closed is None:
        return numbers
    later = select(tables.Alarm.id).where(tables.Alarm.id.in_(numbers), tables.Alarm.latest_at > closed.backup_at)
    return sorted(db.scalars(later))


def advance(db: Unit, house: House, number: int, now: datetime, machine_now: datetime) -> bool:
    """Go on with one alarm, if its moment has come, in a transaction of its own: one that cannot be read holds up no
    other. Whether a step was taken.
    """
    run = db.lock_row(select(AlarmRun).where(AlarmRun.alarm_id == number))
    alarm = db.fresh(select(tables.Alarm).where(tables.Alarm.id == number)).one()
    return _look_at(db, house, alarm, run, receivers.now_(db, house, alarm.home_id, machine_now), now)


def _look_at(db: Unit, house: House, alarm: tables.Alarm, run: AlarmRun | None, hear: Receivers, now: datetime) -> bool:
    rings = alarm.arrived_at is None and alarm.latest_at > now - OLD
    steps = LADDERS[Audience(alarm.audience)]
    if not rings or not steps:
        if run is not None and run.next_at is not None:
            run.next_at, run.ended_at = None, now
            calls.stop(db, alarm.id, now)
        return False
    about = calls.about_of(db, alarm)
    heard = hear.cover(about.floors, about.audience, about.accused | raising.callers(db, alarm))
    _nobody_who_is_meant(db, alarm, about, now)
    if run is None:
        run = AlarmRun(
            id=new_id(),
            home_id=alarm.home_id,
            alarm_id=alarm.id,
            round=0,
            step=0,
            count=alarm.count,
            begun_at=now,
            next_at=alarm.raised_at + ladder.first_wait(alarm.level, heard=heard),
        )
        db.add(run)
        group.order(db, house, alarm, PostWhy.NEW, now)
    elif run.next_at is None:  # its end was taken back
        run.next_at, run.ended_at, run.late_at, run.round, run.step = now, None, None, run.round + 1, 0
        run.went_at = None
        group.order(db, house, alarm, PostWhy.NEW, now)
    if run.went_at is not None and alarm.going_at is None:  # whoever went does not go any more
        group.order(db, house, alarm, PostWhy.NEW, now)
    _someone_went(db, alarm, run, steps, now)
    _cried_again(alarm, run, heard, now)
    if run.next_at is None or run.next_at > now:
        return False
    if alarm.going_at is not None and run.late_at is None:
        run.late_at, run.step = now, ladder.above(steps, run.step)
        db.store.audit(alarm.home_id, now, "machine", "not_arrived", f"alarm:{alarm.id}")
        group.order(db, house, alarm, PostWhy.LATE, now)
    _ring(db, house, alarm, run, steps, about, now)
    db.store.hint("alarms")
    return True


def _nobody_who_is_meant(db: Unit, alarm: tables.Alarm, about: About, now: datetime) -> None:
    """Who said 我去 and is accused after it does not go: the ladder goes on at once, and another may go (F27)."""
    if alarm.going_by is None or not calls.is_meant(db, about, alarm.going_by):
        return
    raising.lock_row_or_person(db, alarm)
    alarm = db.fresh(select(tables.Alarm).where(tables.Alarm.id == alarm.id)).one()
    alarm.going_at, alarm.going_by = None, None
    db.flush()
    db.store.audit(alarm.home_id, now, "machine", "not_arrived", f"alarm:{alarm.id}")
    db.store.hint("alarms", f"person:{alarm.person_id or 0}")


def _someone_went(db: Unit, alarm: tables.Alarm, run: AlarmRun, steps: Sequence[Step], now: datetime) -> None:
    """A 我去 stops the ladder for three minutes; without one it goes on from where it was."""
    if alarm.going_at == run.went_at:
        return
    run.went_at, run.late_at = alarm.going_at, None
    if alarm.going_at is not None:
        run.next_at = alarm.going_at + ladder.ARRIVES
        calls.stop(db, alarm.id, now)
    else:
        run.next_at, run.step = now, min(run.step, len(steps) - 1)


def _cried_again(alarm: tables.Alarm, run: AlarmRun, heard: bool, now: datetime) -> None:
    """A repeat joins and rings again: where nobody goes yet the next step comes no later than a first one would."""
    if alarm.count == run.count:
        return
    run.count = alarm.count
    if (run.went_at is None or run.late_at is not None) and run.next_at is not None:
        run.next_at = min(run.next_at, now + ladder.first_wait(alarm.level, heard=heard))


def _ring(
    db: Unit, house: House, alarm: tables.Alarm, run: AlarmRun, steps: Sequence[Step], about: About, now: datetime
) -> None:
    """The next step in which somebody can be rung; one with nobody waits for nothing (L6)."""
    people, out = _who(db, house, alarm, run, now)
    while True:
        step = steps[run.step]
        asked = ladder.rung(step, people, about, out)
        for one in asked:
            _ask(db, alarm, run, step, one, now)
        run.step += 1
        whole = run.step >= len(steps)
        if asked:
            run.nobody_at = None
        if whole:
            run.step, run.round = 0, run.round + 1
        if asked or whole:
            run.next_at = now + (ladder.AGAIN if whole else ladder.EACH[alarm.level])
            if not asked and not _rang_in_round(db, run):
                if run.nobody_at is None and house.telephone and not out:
                    group.order(db, house, alarm, PostWhy.NOBODY, now)
                run.nobody_at = run.nobody_at or now
            return


def _rang_in_round(db: Unit, run: AlarmRun) -> bool:
    """Whether anybody was rung in the round that has just ended."""
    asked = select(AlarmCall.id).where(
        AlarmCall.alarm_id == run.alarm_id, AlarmCall.round == run.round - 1, AlarmCall.channel == CallWay.PHONE.value
    )
    return db.scalars(asked).first() is not None


def _who(
    db: Unit, house: House, alarm: tables.Alarm, run: AlarmRun, now: datetime
) -> tuple[list[Reachable], frozenset[str]]:
    """Who could be rung for this one, and the numbers that were rung within the last minute."""
    if not house.telephone:
        return [], frozenset()
    cannot = frozenset(
        db.scalars(
            select(AlarmCall.staff_id).where(
                AlarmCall.alarm_id == alarm.id,
                AlarmCall.round == run.round,
                AlarmCall.outcome == CallOutcome.CANNOT.value,
            )
        )
    )
    late = alarm.going_by if run.late_at is not None else None
    people = [
        one
        for one in phones.reachable(db, alarm.home_id, now)
        if one.staff is None or one.staff not in cannot | {late} | raising.callers(db, alarm)
    ]
    lately = orders.rung_lately(db, alarm.home_id, now)
    return people, frozenset(one.number for one in people if orders.digest(db, one.number) in lately)


def _ask(db: Unit, alarm: tables.Alarm, run: AlarmRun, step: Step, one: Reachable, now: datetime) -> None:
    call = AlarmCall(
        id=new_id(),
        home_id=alarm.home_id,
        alarm_id=alarm.id,
        round=run.round,
        step=run.step,
        of_step=step.value,
        channel=CallWay.PHONE.value,
        staff_id=one.staff,
        post_id=one.post,
        digest=orders.digest(db, one.number),
        asked_at=now,
    )
    db.seal(call, "number", one.number)
    db.add(call)
    db.flush()
    db.store.audit(alarm.home_id, now, "machine", "ring_phone", f"alarm:{alarm.id}")
    db.store.hint("calls")


def cannot_come(db: Unit, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> None:
    """走不开: the next one is rung at once. Raises NotFound for what does not ring any more."""
    if not may_hear(viewer, audience):
        raise NotFound
    table = tables.Alarm
    found = db.scalars(
        select(table)
        .where(
            table.home_id == viewer.home_id,
            raising.of_source(openid),
            table.audience == audience.value,
            table.arrived_at.is_(None),
        )
        .order_by(table.id.desc())
    ).first()
    if found is None:
        raise NotFound
    run = db.lock_row(select(AlarmRun).where(AlarmRun.alarm_id == found.id))
    who = db.sealer.sign("staff", viewer.id).hex()
    known = select(AlarmCall.id).where(
        AlarmCall.alarm_id == found.id, AlarmCall.digest == who, AlarmCall.round == (run.round if run else 0)
    )
    if db.scalars(known).first() is None:
        db.add(
            AlarmCall(
                id=new_id(),
                home_id=found.home_id,
                alarm_id=found.id,
                round=run.round if run else 0,
                step=run.step if run else 0,
                of_step=Step.FLOOR.value,
                channel=CallWay.SCREEN.value,
                staff_id=viewer.id,
                digest=who,
                asked_at=now,
                dialed_at=now,
                ended_at=now,
                outcome=CallOutcome.CANNOT.value,
            )
        )
    if run is not None and run.next_at is not None and (found.going_at is None or run.late_at is not None):
        run.next_at = min(run.next_at, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "cannot_come", f"alarm:{found.id}")
    db.store.hint("alarms")


def overdue(db: Unit, home_id: int, now: datetime) -> list[str]:
    """What should have gone on and did not: a run whose moment is 30 s past, a call that is out for 90 s."""
    run = AlarmRun
    numbers = under_way(db, home_id, now)
    late = select(run.id).where(run.alarm_id.in_(numbers), run.next_at < now - timedelta(seconds=30))
    out = select(AlarmCall.id).where(
        AlarmCall.ended_at.is_(None),
        AlarmCall.home_id == home_id,
        or_(AlarmCall.dialed_at < now - timedelta(seconds=90), AlarmCall.asked_at < now - timedelta(seconds=120)),
    )
    table = tables.Alarm
    unknown = (
        select(table.id)
        .outerjoin(run, run.alarm_id == table.id)
        .where(
            table.id.in_(numbers),
            run.id.is_(None),
            table.raised_at < now - timedelta(seconds=30),
        )
    )
    found = {"runs": late, "calls": out, "alarms": unknown}
    return [word for word, asked in found.items() if db.scalars(asked.limit(1)).first() is not None]
