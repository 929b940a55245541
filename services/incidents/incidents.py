"""An incident from the moment somebody is there to its end: steps, calls, decision, note (E1, E2, F33, L8)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from care.errors import Decided, Forbidden, Invalid, NotFound
from care.incidents import CALL_WORDS, FamilyCall, plan_for, still_open
from care.triage import Audience
from services.access import WORKS, Viewer, may_hear, name_of
from services.incidents import plans
from services.incidents.access import MAY_REPORT, access_incident
from services.incidents.forms import Begin, DecideReport, LogCall, TakeLead, Tick, WriteNote
from storage import tables
from storage.tables.incidents import Incident, IncidentCall, IncidentStep
from storage.types import new_id
from storage.unit import Unit

LONG, TOLD, SHORT, PLACE, NAME = 2000, 400, 200, 48, 40
"""Signs of a note, of what was said, of a reason, of a place, of a name."""


def words_of(text: str, most: int, what: str) -> str:
    """One line of words. Raises Invalid for a longer one: nothing is cut off in silence."""
    words = " ".join(text.split())
    if len(words) > most:
        raise Invalid(why=f"{what}最多 {most} 个字，请写短些。")
    return words


def of_alarm(db: Unit, viewer: Viewer, alarm_id: int) -> tuple[tables.Alarm, Incident | None, str]:
    """An alarm with its incident, if there is one, and the plan with which it would begin. Raises NotFound."""
    alarm = db.get(tables.Alarm, alarm_id)
    if alarm is None or alarm.home_id != viewer.home_id or not may_hear(viewer, Audience(alarm.audience)):
        raise NotFound
    seen = select(tables.Person.id).where(tables.Person.id == alarm.person_id, viewer.sight.person(tables.Person.id))
    if viewer.role not in WORKS or db.scalars(seen).first() is None:
        raise NotFound
    known = db.scalars(select(Incident).where(Incident.alarm_id == alarm.id)).first()
    return alarm, known, plan_for(alarm.kind)


def begin(db: Unit, viewer: Viewer, form: Begin, now: datetime) -> Incident:
    """Begin a plan; an alarm has one incident, whoever presses twice. Raises Invalid, NotFound, Forbidden."""
    if viewer.role not in WORKS:
        raise Forbidden
    plan = plans.of_home(db, viewer.home_id).get(form.plan)
    if plan is None:
        raise Invalid(why="请选一份预案。")
    alarm, known, resident = None, None, None
    if form.alarm:
        alarm, known, _ = of_alarm(db, viewer, form.alarm)
        resident = db.scalars(
            select(tables.Resident).where(tables.Resident.person_id == alarm.person_id)
        ).first() or _of_relative(db, alarm.person_id)
    elif form.resident:
        resident = db.scalars(
            select(tables.Resident).where(tables.Resident.id == form.resident, viewer.sight.resident())
        ).first()
        if resident is None:
            raise NotFound
    if known is not None:
        return known
    row = Incident(
        id=new_id(),
        home_id=viewer.home_id,
        alarm_id=alarm.id if alarm else None,
        resident_id=resident.id if resident else None,
        plan=form.plan,
        drill=form.drill and alarm is None,
        place=words_of(form.place, PLACE, "地点") or (f"{resident.room} 室 {resident.bed} 床" if resident else ""),
        opened_at=alarm.raised_at if alarm else now,
        opened_by=viewer.id,
        lead_id=viewer.id,
    )
    db.add(row)
    for position, step in enumerate(plan.steps, 1):
        db.add(
            IncidentStep(
                id=new_id(),
                incident_id=row.id,
                position=position,
                text=step.text,
                more=step.more,
                doer=step.role.value,
                calls=step.calls.value,
                within=step.within,
            )
        )
    try:
        db.flush()
    except IntegrityError as error:  # two pressed in the same moment
        raise Decided(who="有同事", what="刚刚开始了预案") from error
    _told(db, viewer, row, "begin_incident", now, form.plan)
    return row


def _of_relative(db: Unit, person_id: int) -> tables.Resident | None:
    """The resident for whom a relative called, where it can only be one."""
    found = db.scalars(
        select(tables.Resident)
        .join(tables.Kinship, tables.Kinship.resident_id == tables.Resident.id)
        .where(tables.Kinship.person_id == person_id)
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def tick(db: Unit, viewer: Viewer, incident_id: int, step_id: int, form: Tick, now: datetime) -> None:
    """A step is done by a person, or passed over with a reason; pressed again it is open. Raises NotFound, Decided."""
    row = _open(db, viewer, incident_id)
    step = db.fresh(select(IncidentStep).where(IncidentStep.id == step_id, IncidentStep.incident_id == row.id)).first()
    if step is None:
        raise NotFound
    why = words_of(form.why, SHORT, "原因")
    if step.done_by is not None and not why:
        step.done_at, step.done_by, step.passed_why = None, None, None
        _told(db, viewer, row, "untick_step", now, str(step.position))
        return
    step.done_by, step.done_at = viewer.id, now
    db.seal(step, "passed_why", why or None)
    _told(db, viewer, row, "pass_step" if why else "tick_step", now, str(step.position))


def log_call(db: Unit, viewer: Viewer, incident_id: int, form: LogCall, now: datetime) -> None:
    """A colleague called somebody; the machine calls no family (F52). Raises NotFound, Invalid, Decided."""
    row = _open(db, viewer, incident_id)
    if form.outcome not in CALL_WORDS:
        raise Invalid(why="请选电话打通了没有。")
    who = words_of(form.who, NAME, "打给谁")
    tie = None
    if form.kinship:
        tie = db.get(tables.Kinship, form.kinship)
        if tie is None or tie.resident_id != row.resident_id:
            raise NotFound
    elif not who:
        raise Invalid(why="请写打给谁。")
    call = IncidentCall(
        id=new_id(),
        incident_id=row.id,
        kinship_id=tie.id if tie else None,
        outcome=FamilyCall(form.outcome).value,
        at=now,
        by_id=viewer.id,
    )
    db.seal(call, "who", who or "家属")
    db.seal(call, "told", words_of(form.told, TOLD, "说了什么") or None)
    db.add(call)
    _told(db, viewer, row, "log_incident_call", now, form.outcome)


def write_note(db: Unit, viewer: Viewer, incident_id: int, form: WriteNote, now: datetime) -> None:
    """What happened, in the words of who was there. Raises NotFound, Decided."""
    row = _open(db, viewer, incident_id)
    for name, words in (("note", form.note), ("no_family", form.no_family), ("revision", form.revision)):
        if len(words.strip()) > LONG:
            raise Invalid(why=f"最多 {LONG} 个字，请写短些。")
        db.seal(row, name, words.strip() or None)
    _told(db, viewer, row, "write_incident", now)


def decide_report(db: Unit, viewer: Viewer, incident_id: int, form: DecideReport, now: datetime) -> None:
    """The director's decision, recorded with its reason (L8). Raises Forbidden, Invalid, NotFound."""
    row = access_incident(db, viewer, incident_id, lock=True)
    if viewer.role not in MAY_REPORT:
        raise Forbidden
    why = words_of(form.why, TOLD, "理由")
    if not why:
        raise Invalid(why="请写一句：报给谁、几点；或者为什么不用报。")
    row.reported, row.reported_at, row.reported_by = form.report, now, viewer.id
    db.seal(row, "reported_why", why)
    _told(db, viewer, row, "decide_report", now)


def take_lead(db: Unit, viewer: Viewer, incident_id: int, form: TakeLead, now: datetime) -> None:
    """Who is in charge of it from now on. Raises NotFound, Invalid, Decided."""
    row = _open(db, viewer, incident_id)
    staff = form.staff or viewer.id
    found = db.get(tables.Staff, staff)
    if found is None or found.home_id != viewer.home_id or found.left_at is not None:
        raise Invalid(why="这位同事已经不在了，请重选。")
    row.lead_id = staff
    _told(db, viewer, row, "take_lead", now)


def missing(db: Unit, row: Incident) -> list[str]:
    """What is missing before it may end, in words."""
    steps = [step.done_by is not None for step in steps_of(db, row)]
    calls = [FamilyCall(call.outcome) for call in calls_of(db, row) if call.kinship_id is not None]
    family = row.resident_id is not None and not row.no_family and _has_family(db, row.resident_id)
    note, revision = db.words(row, "note"), db.words(row, "revision")
    return still_open(steps, calls, family=family, note=note, drill=row.drill, revision=revision)


def close(db: Unit, viewer: Viewer, incident_id: int, now: datetime) -> None:
    """结束. Raises Invalid with all that is missing, NotFound, Decided."""
    row = _open(db, viewer, incident_id)
    if found := missing(db, row):
        raise Invalid(why=f"还不能结束：{'，'.join(found)}。")
    row.closed_at, row.closed_by = now, viewer.id
    _told(db, viewer, row, "close_incident", now)


def _has_family(db: Unit, resident_id: int) -> bool:
    return db.scalars(select(tables.Kinship.id).where(tables.Kinship.resident_id == resident_id)).first() is not None


def steps_of(db: Unit, row: Incident) -> list[IncidentStep]:
    """The steps in their order."""
    return list(
        db.scalars(select(IncidentStep).where(IncidentStep.incident_id == row.id).order_by(IncidentStep.position))
    )


def calls_of(db: Unit, row: Incident) -> list[IncidentCall]:
    """The calls that were logged, the first one first."""
    return list(db.scalars(select(IncidentCall).where(IncidentCall.incident_id == row.id).order_by(IncidentCall.id)))


def _open(db: Unit, viewer: Viewer, incident_id: int) -> Incident:
    row = access_incident(db, viewer, incident_id, lock=True)
    if row.closed_at is not None:
        raise Decided(who=name_of(db, row.closed_by), what="结束了这件事")
    return row


def _told(db: Unit, viewer: Viewer, row: Incident, action: str, now: datetime, more: str = "") -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", action, f"incident:{row.id}", more or None)
    db.store.hint("incidents")
