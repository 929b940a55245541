"""预案: an emergency worked off step by step after somebody is there, drills, plans, and whom to call (E1–E5, L8)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from care.incidents import CALL_WORDS, NUMBERS, Calls, Doer, name_of
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import WORKS, Viewer, access_page
from services.incidents import incidents, plans
from services.incidents.access import INCIDENTS, MAY_PLAN, MAY_REPORT, access_incident, may_see
from services.incidents.forms import (
    Begin,
    ChangePlan,
    Close,
    DecideReport,
    LogCall,
    PutContact,
    SetPlan,
    TakeLead,
    Tick,
    WriteNote,
)
from services.residents import record
from services.residents.admission import today_of
from storage import tables
from storage.looked import Look
from storage.queries import incidents as queries
from storage.queries import residents, residents_record, roster
from storage.unit import Unit
from web.forms import number
from web.sessions import viewer

ROUTES: Final = Routes(INCIDENTS)
ONE: Final = r"/incidents/{incident:\d{1,18}}"
SHORT_NUMBERS: Final = {
    "救护车": NUMBERS[Calls.AMBULANCE],
    "火警": NUMBERS[Calls.FIRE],
    "报警": NUMBERS[Calls.POLICE],
}
"""Whom everybody may call; they stand on each list."""
Work = Callable[[Unit, Viewer, datetime], None]


@ROUTES.get("/incidents", "incidents/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """What is open, what was, the plans and the numbers."""
    return await _list(request)


@ROUTES.get("/incidents/list", "incidents/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The lists alone."""
    return await _list(request)


@ROUTES.get(r"/incidents/alarm/{alarm:\d{1,18}}", "incidents/begin.html")
async def of_alarm(request: web.Request) -> dict[str, Any]:
    """The incident of an alarm, or the question with which plan it begins."""
    who, alarm = viewer(request), int(request.match_info["alarm"])

    def work(db: Unit) -> tuple[tables.Alarm, Any, str, dict[str, Any], list[Any]]:
        row, known, plan = incidents.of_alarm(db, who, alarm)
        whose = {one.id for one in queries.about(db, row.person_id)} if row.person_id is not None else set()
        people = [one for one in residents.lines(db, who.sight) if one.id in whose]
        return row, known, plan, dict(plans.of_home(db, who.home_id)), people

    row, known, plan, every, people = await request.app[DATABASE].read(work)
    if known is not None:
        raise web.HTTPSeeOther(f"/console/incidents/{known.id}")
    return {"alarm": row, "plan": plan, "plans": every, "people": people if len(people) > 1 else []}


@ROUTES.form("/incidents/begin", Begin)
async def begin(request: web.Request, form: Begin) -> web.Response:
    """Begin, and go there."""
    who, now = viewer(request), request.app[CLOCK]()
    row = await request.app[DATABASE].write(lambda db: incidents.begin(db, who, form, now))
    return web.Response(headers={"HX-Redirect": f"/console/incidents/{row.id}"})


@ROUTES.get(ONE, "incidents/one.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One of them, whole."""
    return await _one(request)


@ROUTES.get(ONE + "/body", "incidents/_one.html")
async def body(request: web.Request) -> dict[str, Any]:
    """What changes of it."""
    return await _one(request)


@ROUTES.form(ONE + r"/step/{step:\d{1,18}}", Tick, "incidents/_one.html")
async def tick(request: web.Request, form: Tick) -> dict[str, Any]:
    """A step is done, or passed over with a reason."""
    step = int(request.match_info["step"])
    return await _done(request, lambda db, who, now: incidents.tick(db, who, _number(request), step, form, now))


@ROUTES.form(ONE + "/plan", ChangePlan, "incidents/_one.html")
async def change_plan(request: web.Request, form: ChangePlan) -> dict[str, Any]:
    """Another plan."""
    return await _done(request, lambda db, who, now: incidents.change_plan(db, who, _number(request), form, now))


@ROUTES.form(ONE + r"/call/{tie:\d{1,18}}", LogCall, "incidents/_one.html")
async def call(request: web.Request, form: LogCall) -> dict[str, Any]:
    """A call to a relative, or (0) to somebody outside."""
    tie = int(request.match_info["tie"])
    return await _done(request, lambda db, who, now: incidents.log_call(db, who, _number(request), tie, form, now))


@ROUTES.form(ONE + "/note", WriteNote, "incidents/_one.html")
async def note(request: web.Request, form: WriteNote) -> dict[str, Any]:
    """What happened."""
    return await _done(request, lambda db, who, now: incidents.write_note(db, who, _number(request), form, now))


@ROUTES.form(ONE + "/report", DecideReport, "incidents/_one.html", may=MAY_REPORT)
async def report(request: web.Request, form: DecideReport) -> dict[str, Any]:
    """The director's decision."""
    return await _done(request, lambda db, who, now: incidents.decide_report(db, who, _number(request), form, now))


@ROUTES.form(ONE + "/lead", TakeLead, "incidents/_one.html")
async def lead(request: web.Request, form: TakeLead) -> dict[str, Any]:
    """Who is in charge."""
    return await _done(request, lambda db, who, now: incidents.take_lead(db, who, _number(request), form, now))


@ROUTES.form(ONE + "/close", Close, "incidents/_one.html")
async def close(request: web.Request, form: Close) -> dict[str, Any]:
    """结束, with what stands in the fields."""
    return await _done(request, lambda db, who, now: incidents.close(db, who, _number(request), form, now))


@ROUTES.form(r"/incidents/plans/{plan:[a-z]{1,16}}", SetPlan, "incidents/_list.html", may=MAY_PLAN)
async def set_plan(request: web.Request, form: SetPlan) -> dict[str, Any]:
    """The home's own version of a plan."""
    who, now, plan = viewer(request), request.app[CLOCK](), request.match_info["plan"]
    await request.app[DATABASE].write(lambda db: plans.set_plan(db, who, plan, form, now))
    return await _list(request, "改好了，下一次就按新的来。")


@ROUTES.form("/incidents/contacts", PutContact, "incidents/_list.html", may=MAY_PLAN)
async def put_contact(request: web.Request, form: PutContact) -> dict[str, Any]:
    """A number outside the house."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: plans.put_contact(db, who, form, now))
    return await _list(request, "加上了。")


@ROUTES.post(r"/incidents/contacts/{contact:\d{1,18}}/strike", "incidents/_list.html", may=MAY_PLAN)
async def strike(request: web.Request) -> dict[str, Any]:
    """A number is struck out."""
    who, now, contact = viewer(request), request.app[CLOCK](), int(request.match_info["contact"])
    await request.app[DATABASE].write(lambda db: plans.strike_contact(db, who, contact, now))
    return await _list(request, "划掉了。")


@ROUTES.get("/incidents/print", "incidents/print.html")
async def sheet(request: web.Request) -> dict[str, Any]:
    """The call-out list for the wall: who is on duty, the first steps, and whom to call outside (E3, E4)."""
    who, house, now = viewer(request), request.app[HOUSE], request.app[CLOCK]()

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, INCIDENTS)
        return {"contacts": plans.contacts(db, who.home_id), "plans": plans.of_home(db, who.home_id)}

    found = await request.app[DATABASE].read(work)
    return found | {"on_duty": house.on_duty(now), "numbers": SHORT_NUMBERS}


def _number(request: web.Request) -> int:
    return int(request.match_info["incident"])


async def _done(request: web.Request, work: Work) -> dict[str, Any]:
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: work(db, who, now))
    return await _one(request)


async def _list(request: web.Request, said: str = "") -> dict[str, Any]:
    who, before = viewer(request), number(request.query, "before")

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, INCIDENTS)
        open_ones, _ = queries.listed(db, who.home_id, closed=False)
        over, more = queries.listed(db, who.home_id, closed=True, before=before)
        every = plans.of_home(db, who.home_id)
        return {
            "open": [line for line in open_ones if may_see(db, who, line.row)],
            "over": [line for line in over if may_see(db, who, line.row)],
            "more": more,
            "before": before,
            "plans": every,
            "lines": {word: plans.lines_of(plan) for word, plan in every.items()},
            "own": plans.newest(db, who.home_id),
            "plan_revision": plans.revision_of,
            "contacts": plans.contacts(db, who.home_id),
            "residents": residents.lines(db, who.sight),
        }

    found = await request.app[DATABASE].read(work)
    return found | {"may_plan": who.role in MAY_PLAN, "said": said, "NUMBERS": NUMBERS}


async def _one(request: web.Request) -> dict[str, Any]:
    who, now, incident = viewer(request), request.app[CLOCK](), _number(request)

    def work(db: Unit) -> dict[str, Any]:
        row = access_incident(db, who, incident)
        called = queries.names(db, who.home_id)
        resident = db.get(tables.Resident, row.resident_id) if row.resident_id else None
        person = db.get(tables.Person, resident.person_id) if resident else None
        alarm = db.get(tables.Alarm, row.alarm_id) if row.alarm_id else None
        steps = queries.steps(db, row, called, dict(NUMBERS))
        return {
            "row": row,
            "plan": name_of(row.plan),
            "plans": plans.of_home(db, who.home_id),
            "alarm": alarm,
            "rung": queries.rung(db, row),
            "names": called,
            "steps": steps,
            "now_at": next((step.row.id for step in steps if step.row.done_by is None), 0),
            "calls": queries.calls(db, row, called),
            "family": queries.family(db, row),
            "resident": resident,
            "name": db.words(person, "name", "老人") if person else "",
            "card": _card(db, resident, who.home_id, now) if resident else None,
            "contacts": plans.contacts(db, who.home_id),
            "revisions": {"note": incidents.note_revision(row), "report": incidents.report_revision(row)},
            "note": db.words(row, "note"),
            "no_family": db.words(row, "no_family"),
            "revision": db.words(row, "revision"),
            "reported_why": db.words(row, "reported_why"),
            "missing": incidents.missing(db, row) if row.closed_at is None else [],
            "colleagues": [one for one in roster.members(db, who.home_id) if one.role in WORKS],
        }

    found = await request.app[DATABASE].read(work)
    if found["resident"] is not None:
        request.app[DATABASE].note([Look(who.home_id, f"staff:{who.id}", f"card:{found['resident'].id}")])
    return found | {
        "may_report": who.role in MAY_REPORT,
        "DOERS": {one.value: one.words for one in Doer},
        "OUTCOMES": {one.value: words for one, words in CALL_WORDS.items()},
        "step_revision": incidents.step_revision,
        "SHORT_NUMBERS": SHORT_NUMBERS,
    }


def _card(db: Unit, resident: tables.Resident, home_id: int, now: datetime) -> dict[str, Any]:
    """What can kill, from the emergency card (A9); what nobody has filled in is said, since a blank is no "none"."""
    kept = record.find(db, resident, now)
    return {
        "it": residents_record.shown(db, resident, kept, today_of(db, home_id, now)),
        "risks": [risk for risk in record.risks_of(db, kept) if risk.high],
    }
