"""老人: who lives where, who belongs to whom and may know what; binding sheets, requests, status (design.md 5.8, 26)."""

from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import HANDLERS, access_page
from services.families import binding
from services.families.forms import ConfirmBinding, RefuseBinding
from services.greetings import occasions
from services.greetings.forms import BookVisit
from services.residents import residents
from services.residents.access import RESIDENTS, access_resident
from services.residents.forms import Hush, SetStatus
from storage.queries import greetings
from storage.queries import residents as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(RESIDENTS)


@ROUTES.get("/residents", "residents/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The list by floor, and who waits to be confirmed."""
    return await _rows(request)


@ROUTES.get("/residents/list", "residents/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone, when something changed."""
    return await _rows(request)


@ROUTES.get(r"/residents/{resident:\d{1,18}}", "residents/one.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One resident; that the record was read is written down (P5)."""
    return await _one(request)


@ROUTES.post(r"/residents/{resident:\d{1,18}}/sheet", "families/sheet.html")
async def sheet(request: web.Request) -> dict[str, Any]:
    """A new one-time code on paper; it is shown this once."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])

    def work(db: Unit) -> dict[str, Any]:
        code, until = binding.invite(db, who, resident, now)
        return {
            "code": f"{code[:4]}-{code[4:]}",
            "until": until,
            "line": queries.one(db, access_resident(db, who, resident)),
        }

    return await request.app[DATABASE].write(work)


@ROUTES.forms(
    r"/applications/{application:\d{1,18}}/{verdict:confirm|refuse}",
    "verdict",
    {"confirm": ConfirmBinding, "refuse": RefuseBinding},
    "residents/_list.html",
)
async def decide(request: web.Request, form: ConfirmBinding | RefuseBinding) -> dict[str, Any]:
    """Confirm who a relative is, or say why not."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    application = int(request.match_info["application"])

    def work(db: Unit) -> None:
        if isinstance(form, ConfirmBinding):
            binding.confirm(db, house, who, application, form, now)
        else:
            binding.refuse(db, house, who, application, form, now)

    await request.app[DATABASE].write(work)
    return await _rows(request)


@ROUTES.form(r"/residents/{resident:\d{1,18}}/status", SetStatus, "residents/_one.html")
async def status(request: web.Request, form: SetStatus) -> dict[str, Any]:
    """Where a resident is; a death needs the director and the name once more."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: residents.set_status(db, who, resident, form, now))
    return await _one(request)


@ROUTES.form(r"/residents/{resident:\d{1,18}}/visit", BookVisit, "residents/_one.html")
async def visit(request: web.Request, form: BookVisit) -> dict[str, Any]:
    """A relative said when they come; they are reminded the evening before (R1)."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    resident = int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: occasions.book_visit(db, house, who, resident, form, now))
    return await _one(request)


@ROUTES.form(r"/residents/{resident:\d{1,18}}/hush", Hush, "residents/_one.html")
async def hush(request: web.Request, form: Hush) -> dict[str, Any]:
    """静默: one tap stops everything that is not human; lifted by hand."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: residents.hush(db, who, resident, form, now))
    return await _one(request)


async def _rows(request: web.Request) -> dict[str, Any]:
    who = viewer(request)
    access_page(who, RESIDENTS)
    left = request.query.get("show") == "left"
    statuses = queries.GONE if left else queries.LIVING

    def work(db: Unit) -> tuple[list[queries.Line], list[queries.Asking]]:
        return queries.lines(db, who.sight, statuses), queries.asking(db, who.sight) if who.role in HANDLERS else []

    found, asking = await request.app[DATABASE].read(work)
    floors = sorted({line.floor for line in found})
    return {
        "floors": [(floor, [line for line in found if line.floor == floor]) for floor in floors],
        "total": len(found),
        "left": left,
        "asking": [] if left else asking,
        "bound": sum(line.relatives > 0 for line in found),
        "SCOPES": binding.SCOPES,
        "BY": binding.WAYS,
        "may_bind": who.role in HANDLERS,
    }


async def _one(request: web.Request) -> dict[str, Any]:
    who, resident_id = viewer(request), int(request.match_info["resident"])

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, resident_id)
        hushed = residents.hushed_since(db, resident.person_id)
        return {
            "line": queries.one(db, resident),
            "relatives": queries.relatives(db, resident.id),
            "hushed": hushed,
            "drawn": residents.revision_of(resident, hushed),
            "visits": greetings.visits(db, resident.id, request.app[CLOCK]()),
        }

    found = await request.app[DATABASE].read(work)
    return found | {
        "SCOPES": binding.SCOPES,
        "BY": binding.WAYS,
        "may_bind": who.role in HANDLERS,
        "STATUSES": residents.may_set(who),
    }
