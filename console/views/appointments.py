"""就医: what is ahead, who goes along, and how it was (R1, V3)."""

from typing import Any, Final

from aiohttp import web

from care import appointments as rules
from care.appointments import LATE
from care.states import Status
from care.words import whole
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import access_page
from services.appointments import appointments
from services.appointments.access import APPOINTMENTS, WRITES
from services.appointments.forms import EditAppointment, EndAppointment, WriteAppointment
from services.residents.access import access_resident
from storage.queries import appointments as queries
from storage.queries import residents
from storage.unit import Unit
from web.forms import page_number
from web.sessions import viewer

ROUTES: Final = Routes(APPOINTMENTS)
NAMES: Final = {"COMPANIONS": rules.COMPANIONS, "REPEATS": rules.REPEATS, "STAGES": rules.STAGES}


@ROUTES.get("/appointments", "appointments/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _board(request)


@ROUTES.get("/appointments/list", "appointments/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """What changes of it."""
    return await _board(request)


@ROUTES.get("/appointments/relatives", "appointments/_told.html", may=WRITES)
async def relatives(request: web.Request) -> dict[str, Any]:
    """Who may be told, once the resident is chosen."""
    who, number = viewer(request), whole(request.query.get("resident", "")) or 0
    if not number:
        return {"kin": None, "told": 0}

    def work(db: Unit) -> list[tuple[int, str, str]]:
        return queries.relatives(db, access_resident(db, who, number).id)

    kin = await request.app[DATABASE].read(work)
    return {"kin": kin, "told": kin[0][0] if kin else 0}


@ROUTES.get(r"/appointments/of/{resident:\d{1,18}}", "appointments/_of.html")
async def of(request: web.Request) -> dict[str, Any]:
    """What one resident has ahead, on their page."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, APPOINTMENTS)
        resident = access_resident(db, who, number)
        here = resident.status not in {Status.DIED, Status.MOVED_OUT}
        found = queries.of_resident(db, who.sight, resident.id)
        return {"ahead": found, "number": resident.id, "may_write": here and who.role in WRITES, "late": now - LATE}

    return await request.app[DATABASE].read(work) | NAMES


@ROUTES.form("/appointments", WriteAppointment, "appointments/_list.html", may=WRITES)
async def write(request: web.Request, form: WriteAppointment) -> dict[str, Any]:
    """One more."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    await request.app[DATABASE].write(lambda db: appointments.write(db, house, who, form, now))
    return await _board(request)


@ROUTES.forms(
    r"/appointments/{number:\d{1,18}}/{act:edit|end}",
    "act",
    {"edit": EditAppointment, "end": EndAppointment},
    "appointments/_list.html",
    may=WRITES,
)
async def act(request: web.Request, form: EditAppointment | EndAppointment) -> dict[str, Any]:
    """Another time, or how it was."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    number = int(request.match_info["number"])

    def work(db: Unit) -> None:
        if isinstance(form, EditAppointment):
            appointments.edit(db, house, who, number, form, now)
        else:
            appointments.end(db, house, who, number, form, now)

    await request.app[DATABASE].write(work)
    return await _board(request)


async def _board(request: web.Request) -> dict[str, Any]:
    who, now, zone = viewer(request), request.app[CLOCK](), request.app[HOUSE].home.zone
    writes, page = who.role in WRITES, page_number(request.query)

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, APPOINTMENTS)
        ahead = queries.ahead(db, who.sight)
        past, more = queries.past(db, who.sight, page)
        return {
            "ahead": [one for one in ahead if one.row.at + LATE > now],
            "late": [one for one in ahead if one.row.at + LATE <= now],
            "past": past,
            "more": more,
            "page": page,
            "people": residents.lines(db, who.sight) if writes else [],
            "kin": queries.relatives_of(db, {one.row.resident_id for one in ahead}) if writes else {},
        }

    found = await request.app[DATABASE].read(work)
    return (
        found
        | NAMES
        | {
            "writes": writes,
            "today": now.astimezone(zone).date(),
            "zone": zone,
            "chosen": whole(request.query.get("resident", "")) or 0,
            "revision_of": appointments.revision_of,
        }
    )
