"""An incident from the moment somebody is there to its end: steps, calls, decision, note (E1, E2, F33, L8)."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from care.errors import Changed, Decided, Forbidden, Invalid, NotFound
from care.incidents import CALL_WORDS, FamilyCall, Plan, plan_for, still_open
from care.states import Role
from services.access import WORKS, Viewer, name_of
from services.incidents import plans
from services.incidents.access import MAY_REPORT, access_incident, hears, may_see
from services.incidents.forms import Begin, ChangePlan, Close, DecideReport, LogCall, TakeLead, Tick, WriteNote
from storage import revision, tables
from storage.queries import emergencies
from storage.queries import incidents as queries
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
    """An alarm with its incident, if there is one, and the plan with which it would begin; "" where a person must say.
    Raises NotFound.
    """
    alarm = db.get(tables.Alarm, alarm_id)
    if alarm is None or alarm.home_id != viewer.home_id or not hears(db, viewer, alarm):
        raise NotFound
    known = db.scalars(select(Incident).where(Incident.alarm_id == alarm.id)).first()
    return alarm, known, plan_for(alarm.kind)


def begin(db: Unit, viewer: Viewer, form: Begin, now: datetime) -> Incident:
    """Begin a plan; an alarm has one incident, and so has a resident or a place, whoever presses twice.

    Raises Invalid, NotFound, Forbidden, Decided.
    """
    if viewer.role not in WORKS:
        raise Forbidden
    plan = plans.of_home(db, viewer.home_id).get(form.plan)
    if plan is None:
        raise Invalid(why="请选一份预案。")
    alarm, known, resident, place = None, None, None, words_of(form.place, PLACE, "地点")
    if form.alarm:
        alarm, known, _ = of_alarm(db, viewer, form.alarm)
        whose = queries.about(db, alarm.person_id) if alarm.person_id is not None else []
        resident = next((one for one in whose if one.id == form.resident or len(whose) == 1), None)
        place = place or queries.rooms(whose) or emergencies.called_to(db, alarm)
    else:
        db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
        if form.resident:
            mine = select(tables.Resident).where(tables.Resident.id == form.resident, viewer.sight.resident())
            resident = db.scalars(mine).first()
            if resident is None:
                raise NotFound
    place = f"{resident.room} 室 {resident.bed} 床" if resident and not form.place else place
    known = known or (None if alarm else _under_way(db, viewer, form, resident, place))
    if known is not None:
        return known
    row = Incident(
        id=new_id(),
        home_id=viewer.home_id,
        alarm_id=alarm.id if alarm else None,
        resident_id=resident.id if resident else None,
        plan=form.plan,
        drill=form.drill and alarm is None,
        place=place[:PLACE],
        opened_at=alarm.raised_at if alarm else now,
        opened_by=viewer.id,
        lead_id=viewer.id,
    )
    db.add(row)
    _put(db, row, plan)
    try:
        db.flush()
    except IntegrityError as error:  # two pressed in the same moment
        raise Decided(who="有同事", what="开始了预案") from error
    _told(db, viewer, row, "begin_incident", now, form.plan)
    return row


def _under_way(db: Unit, viewer: Viewer, form: Begin, resident: tables.Resident | None, place: str) -> Incident | None:
    """The same, begun by another a moment ago; two of them would each have half of the ticks."""
    asked = select(Incident).where(
        Incident.home_id == viewer.home_id,
        Incident.closed_at.is_(None),
        Incident.alarm_id.is_(None),
        Incident.plan == form.plan,
        Incident.drill == form.drill,
        Incident.place == place,
        Incident.resident_id == resident.id if resident else Incident.resident_id.is_(None),
    )
    return next((row for row in db.scalars(asked) if may_see(db, viewer, row)), None)


def _put(db: Unit, row: Incident, plan: Plan) -> None:
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


def change_plan(db: Unit, viewer: Viewer, incident_id: int, form: ChangePlan, now: datetime) -> None:
    """Another plan, as long as no step of this one is done. Raises NotFound, Invalid, Decided."""
    row = _open(db, viewer, incident_id)
    plan = plans.of_home(db, viewer.home_id).get(form.plan)
    if plan is None:
        raise Invalid(why="请选一份预案。")
    if any(step.done_by is not None for step in steps_of(db, row)):
        raise Invalid(why="已经勾过步骤，不能换了。剩下用不上的写「不做」，另外开始一份对的。")
    if row.plan == form.plan:
        return
    db.execute(delete(IncidentStep).where(IncidentStep.incident_id == row.id))
    row.plan = form.plan
    _put(db, row, plan)
    _told(db, viewer, row, "change_incident_plan", now, form.plan)


def step_revision(step: IncidentStep) -> str:
    """What the buttons of a step are drawn from."""
    return revision.of(step.done_by, step.done_at, step.passed_why)


def tick(db: Unit, viewer: Viewer, incident_id: int, step_id: int, form: Tick, now: datetime) -> None:
    """A step is done by a person, passed over with a reason, or open again. Two who mean the same agree; who means
    something else than what a colleague has just done is told. Raises NotFound, Invalid, Decided, Changed.
    """
    row = _open(db, viewer, incident_id)
    step = db.fresh(select(IncidentStep).where(IncidentStep.id == step_id, IncidentStep.incident_id == row.id)).first()
    if step is None:
        raise NotFound
    why = words_of(form.why, SHORT, "原因")
    if form.want not in {"done", "open", "passed"} or (form.want == "passed") != bool(why):
        raise Invalid(why="不做的步骤要写原因。")
    stands = "open" if step.done_by is None else "done" if step.passed_why is None else "passed"
    if form.want == stands and not why:
        return
    if form.drawn not in {None, step_revision(step)}:
        who = name_of(db, step.done_by) if step.done_by is not None else "有同事"
        raise Changed(who=who, what="动过这一步", revision=step_revision(step))
    if form.want == "open":
        step.done_at, step.done_by, step.passed_why = None, None, None
        _told(db, viewer, row, "untick_step", now, str(step.position))
        return
    step.done_by, step.done_at = viewer.id, now
    db.seal(step, "passed_why", why or None)
    _told(db, viewer, row, "pass_step" if why else "tick_step", now, str(step.position))


def log_call(db: Unit, viewer: Viewer, incident_id: int, tie: int, form: LogCall, now: datetime) -> None:
    """A colleague called a relative (`tie`), or somebody outside (0), who is named; the machine calls no family (F52).

    Raises NotFound, Invalid, Decided.
    """
    row = _open(db, viewer, incident_id)
    if form.outcome not in CALL_WORDS:
        raise Invalid(why="请选电话打通了没有。")
    who = words_of(form.who, NAME, "打给谁")
    if tie:
        relative = next((one for one in queries.family(db, row) if one.id == tie), None)
        if relative is None:
            raise NotFound
        who = relative.name
    elif not who:
        raise Invalid(why="请写打给谁。")
    call = IncidentCall(
        id=new_id(),
        incident_id=row.id,
        kinship_id=tie or None,
        outcome=FamilyCall(form.outcome).value,
        at=now,
        by_id=viewer.id,
    )
    db.seal(call, "who", who[:NAME])
    db.seal(call, "told", words_of(form.told, TOLD, "说了什么") or None)
    db.add(call)
    _told(db, viewer, row, "log_incident_call", now, form.outcome)


def note_revision(row: Incident) -> str:
    """What the fields of what happened are drawn from."""
    return revision.of(row.note, row.no_family, row.revision)


def report_revision(row: Incident) -> str:
    """What the director's decision is drawn from."""
    return revision.of(row.reported, row.reported_at, row.reported_why)


def write_note(db: Unit, viewer: Viewer, incident_id: int, form: WriteNote, now: datetime) -> None:
    """What happened, in the words of who was there. Raises NotFound, Invalid, Decided, Changed."""
    _write(db, viewer, _open(db, viewer, incident_id), form, now)


def _write(db: Unit, viewer: Viewer, row: Incident, form: WriteNote, now: datetime) -> None:
    if form.drawn not in {None, note_revision(row)}:
        who = name_of(db, row.written_by) if row.written_by is not None else "有同事"
        raise Changed(who=who, what="写过经过", revision=note_revision(row))
    for name, words in (("note", form.note), ("no_family", form.no_family), ("revision", form.revision)):
        if len(words.strip()) > LONG:
            raise Invalid(why=f"最多 {LONG} 个字，请写短些。")
        db.seal(row, name, words.strip() or None)
    row.written_by = viewer.id
    db.flush()
    _told(db, viewer, row, "write_incident", now)


def decide_report(db: Unit, viewer: Viewer, incident_id: int, form: DecideReport, now: datetime) -> None:
    """The director's decision, recorded with its reason (L8). Raises Forbidden, Invalid, NotFound, Changed."""
    row = access_incident(db, viewer, incident_id, lock=True)
    if viewer.role not in MAY_REPORT:
        raise Forbidden
    why = words_of(form.why, TOLD, "理由")
    if not why:
        raise Invalid(why="请写一句：报给谁、几点；或者为什么不用报。")
    if form.drawn not in {None, report_revision(row)}:
        raise Changed(who=name_of(db, row.reported_by), what="定过要不要上报", revision=report_revision(row))
    row.reported, row.reported_at, row.reported_by = form.report, now, viewer.id
    db.seal(row, "reported_why", why)
    _told(db, viewer, row, "decide_report", now)


def take_lead(db: Unit, viewer: Viewer, incident_id: int, form: TakeLead, now: datetime) -> None:
    """Who is in charge of it from now on. Raises NotFound, Invalid, Decided."""
    row = _open(db, viewer, incident_id)
    found = db.get(tables.Staff, form.staff or viewer.id)
    if found is None or found.home_id != viewer.home_id or found.left_at is not None:
        raise Invalid(why="这位同事已经不在了，请重选。")
    if form.drawn not in {None, str(row.lead_id)}:
        who = name_of(db, row.lead_id) if row.lead_id is not None else "有同事"
        raise Changed(who=who, what="负责了这件事", revision=str(row.lead_id))
    whose = Viewer(found.id, found.home_id, found.name, Role(found.role), frozenset(found.floors.split()))
    if whose.role not in WORKS or not may_see(db, whose, row, mine=True):
        raise Invalid(why="这件事不能交给这位同事，请换一位。")
    row.lead_id = found.id
    _told(db, viewer, row, "take_lead", now)


def missing(db: Unit, row: Incident) -> list[str]:
    """What is missing before it may end, in words."""
    steps = [step.done_by is not None for step in steps_of(db, row)]
    calls = [FamilyCall(call.outcome) for call in calls_of(db, row) if call.kinship_id is not None]
    family = not row.no_family and bool(queries.family(db, row))
    note, changes = db.words(row, "note"), db.words(row, "revision")
    return still_open(steps, calls, family=family, note=note, drill=row.drill, revision=changes)


def close(db: Unit, viewer: Viewer, incident_id: int, form: Close, now: datetime) -> None:
    """结束, with what stands in the fields. Raises Invalid with all that is missing, NotFound, Decided, Changed."""
    row = _open(db, viewer, incident_id)
    kept = db.words(row, "note"), db.words(row, "no_family"), db.words(row, "revision")
    if (form.note.strip(), form.no_family.strip(), form.revision.strip()) != kept:
        _write(db, viewer, row, form, now)
    if found := missing(db, row):
        raise Invalid(why=f"还不能结束：{'，'.join(found)}。")
    row.closed_at, row.closed_by = now, viewer.id
    _told(db, viewer, row, "close_incident", now)


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
