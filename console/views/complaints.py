"""投诉: the open cases by time left, and one case with its stages, clocks and first feedback (design.md 5.3)."""

import secrets
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web

from care.errors import Invalid, NotFound
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import Viewer, access_page
from services.accusations import accusations
from services.accusations.forms import DecideAccused
from services.complaints import approvals, complaints, standing
from services.complaints.access import COMPLAINTS, access_complainant, access_complaint
from services.complaints.ringing import GRAVE
from services.staff import unit
from services.talks import answering
from services.talks.forms import Line
from storage import tables
from storage.queries import complaints as queries
from storage.queries import complaints_calls, complaints_list, talks
from storage.tables.complaints_calls import ComplaintCall
from storage.unit import Unit
from web.forms import number
from web.sessions import viewer

FILTERS = (("", "在办"), ("late", "超时"), ("serious", "1 级"), ("cautious", "慎重"), ("hidden", "不公开姓名"))
COMPLAINT = r"{complaint:\d{1,18}|C\d{4}(?:\d{2})?-\d{2,4}}"
"""A link names the id; a number, with its year or from before it had one, is what people type."""
COLUMNS: Final = ("受理 · 评估", "调查 · 方案", "审批", "反馈 · 征求意见", "回访 · 总结")
"""Of `complaints_list.LANES`."""
AGES: Final = ("4 小时内", "一天内", "3 天内", "更久")


ROUTES: Final = Routes(COMPLAINTS)


@ROUTES.get("/complaints", "complaints/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The list."""
    return await _rows(request)


@ROUTES.get("/complaints/list", "complaints/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone, when something changed."""
    return await _rows(request)


@ROUTES.get(rf"/complaints/{COMPLAINT}")
async def complaint(request: web.Request) -> web.Response:
    """One case; that it was read is written down. Of several with one old number the page asks which."""
    who, ref = viewer(request), request.match_info["complaint"]
    same = [] if ref.isdecimal() else await request.app[DATABASE].read(lambda db: queries.titles(db, who.sight, ref))
    if len(same) > 1:
        return aiohttp_jinja2.render_template("complaints/same_number.html", request, {"number": ref, "cases": same})
    found = await complaint_of(request)
    return aiohttp_jinja2.render_template("complaints/one.html", request, found)


@ROUTES.get(rf"/complaints/{COMPLAINT}/body", "complaints/_one.html")
async def body(request: web.Request) -> dict[str, Any]:
    """The live parts of a case, when something changed."""
    return await complaint_of(request)


@ROUTES.get(rf"/complaints/{COMPLAINT}/meanwhile", "complaints/_meanwhile.html")
async def meanwhile(request: web.Request) -> dict[str, Any]:
    """What others did since the page was drawn, for who is writing and keeps what stands there (D12)."""
    found, seen = await complaint_of(request), number(request.query, "since")
    new = [one for one in found["found"].records if one.row.id > seen and one.row.staff_id != viewer(request).id]
    return found | {"meanwhile": new if seen else []}


@ROUTES.form(rf"/complaints/{COMPLAINT}/{{act:answer|call|note}}", Line, "complaints/_one.html")
async def act(request: web.Request, form: Line) -> dict[str, Any]:
    """First feedback by message or by phone, or an internal line."""
    who, now = viewer(request), request.app[CLOCK]()
    ref, what = request.match_info["complaint"], request.match_info["act"]

    def work(db: Unit) -> None:
        found = found_by(db, who, ref)
        if what == "answer":
            answering.answer(db, who, found.person_id, form.text, form.key, now, form.drawn)
        elif what == "call":
            answering.log_call(db, who, found.person_id, form.text, now)
        else:
            answering.note_complaint(db, who, found.id, form.text, now)

    await request.app[DATABASE].write(work)
    return await complaint_of(request) | {"done": what}


@ROUTES.post(r"/complaints/{complaint:\d{1,18}}/take")
async def take(request: web.Request) -> web.Response:
    """Say that one calls the family now, and open the case."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["complaint"])
    case = await request.app[DATABASE].write(lambda db: complaints.take_on(db, who, number, now))
    return web.Response(status=204, headers={"HX-Redirect": f"/console/complaints/{case}"})


@ROUTES.form(r"/accused/{id:\d{1,18}}", DecideAccused)
async def decide_named(request: web.Request, form: DecideAccused) -> web.Response:
    """Somebody above says whether words mean a colleague; what was hidden from her comes back, or stays."""
    who, now, row = viewer(request), request.app[CLOCK](), int(request.match_info["id"])
    await request.app[DATABASE].write(lambda db: accusations.decide(db, who, row, form, now))
    return web.Response(headers={"HX-Refresh": "true"})


async def _rows(request: web.Request) -> dict[str, Any]:
    who = viewer(request)
    access_page(who, COMPLAINTS)
    now, zone, show = request.app[CLOCK](), request.app[HOUSE].home.zone, request.query.get("show", "")
    show = show if show in dict(FILTERS) else ""
    since = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    alone, after = request.query.get("lane", ""), request.query.get("after", "")
    lanes = [int(alone)] if alone in {*map(str, range(len(COLUMNS)))} else range(len(COLUMNS))

    def work(db: Unit) -> dict[str, Any]:
        found: dict[str, Any] = {
            "totals": complaints_list.totals(db, who.sight, show, now),
            "charge": unit.in_charge(db, who.home_id),
            "month": queries.on_time(db, who.sight, since),
            "lanes": complaints_list.board(db, who.sight, show, now)
            if len(lanes) > 1
            else [complaints_list.lane(db, who.sight, lanes[0], show, now, after)],
        }
        heads = [part.rows[0] for part in found["lanes"] if part.rows]
        whole = not show and len(lanes) > 1
        return found | {"first": min(heads, key=_left, default=None) if whole else complaints_list.first(db, who.sight)}

    found = await request.app[DATABASE].read(work)
    totals, first = found["totals"], found["first"]
    return found | {
        "first": first and shown(who, first),
        "show": show,
        "lane": lanes[0] if len(lanes) == 1 else None,
        "after": after,
        "filters": [(key, label, totals.filters[key]) for key, label in FILTERS],
        "ages": list(zip(AGES, totals.ages, strict=True)),
        "columns": [
            (n, COLUMNS[n], [shown(who, row) for row in part.rows], totals.lanes[n], part.after)
            for n, part in zip(lanes, found["lanes"], strict=True)
        ],
    }


def _left(row: queries.Row) -> tuple[bool, float]:
    return row.clock is None, row.clock.due_at.timestamp() if row.clock else 0.0


def shown(who: Viewer, row: queries.Row) -> queries.Row:
    """A line as this colleague may read it (C14)."""
    return row if access_complainant(who, row.complaint) else queries.veiled_row(row)


async def complaint_of(request: web.Request) -> dict[str, Any]:
    """Everything that the page of a case shows."""
    who, ref, now = viewer(request), request.match_info["complaint"], request.app[CLOCK]()

    def work(
        db: Unit,
    ) -> tuple[
        queries.Case,
        talks.Window,
        list[accusations.Named],
        approvals.Approval | None,
        str,
        str,
        unit.Charge,
        list[tuple[ComplaintCall, str]],
    ]:
        complaint = found_by(db, who, ref)
        case = queries.one(db, complaint)
        waiting = case.waiting("plan") or case.waiting("interim")
        return (
            case,
            talks.window(db, complaint.person_id),
            accusations.of_complaint(db, complaint),
            approvals.of(db, complaint, waiting.row, now) if waiting else None,
            standing.revision_of(db, complaint),
            answering.revision_of(db, complaint.person_id),
            unit.in_charge(db, who.home_id),
            complaints_calls.of_case(db, complaint.id) if complaint.level in GRAVE else [],
        )

    found, window, named, approval, drawn, spoken, charge, calls = await request.app[DATABASE].read(work)
    known = access_complainant(who, found.complaint)
    found = found if known else queries.veiled(found)
    left, until = window.left(now)
    return {
        "found": found,
        "window": window,
        "known": known,
        "approval": approval,
        "decides": approval is not None and approval.may(who),
        "named": named,
        "drawn": drawn,
        "spoken": spoken,
        "charge": charge,
        "calls": calls,
        "left": left,
        "until": until,
        "key": secrets.token_urlsafe(16),
        "done": "",
    }


def found_by(db: Unit, who: Viewer, ref: str) -> tables.Complaint:
    """The case of a link (its id) or of what people say (its number), for who may open it.

    Raises NotFound, Invalid for a number of two.
    """
    if ref.isdecimal():
        return access_complaint(db, who, int(ref))
    found = queries.by_number(db, who.sight, ref)
    if len(found) > 1:
        raise Invalid(why=f"有 {len(found)} 件投诉都叫 {ref}，请从列表里打开要办的那一件。")
    if not found:
        raise NotFound
    return access_complaint(db, who, found[0].id)
