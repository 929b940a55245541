"""登记 and the record: somebody moves in, each section is written, a bed is changed, a number is looked at."""

from typing import Any, Final

from aiohttp import web

from care.words import whole
from console.context import CLOCK, DATABASE
from console.routes import Routes
from console.views.residents import by_floor, resident_of
from services.access import HANDLERS
from services.families import moving_in
from services.families.moving_in import MoveIn
from services.residents import record, residents
from services.residents.access import RESIDENTS
from services.residents.admission import ADMITS, LEVELS
from services.residents.forms import Move
from services.residents.record import SECTIONS, SeeIdentity
from storage.queries import residents as queries
from storage.queries import residents_beds
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(RESIDENTS)


@ROUTES.get("/residents/new", "residents/new.html", may=ADMITS)
async def new(request: web.Request) -> dict[str, Any]:
    """An empty form; the bed is chosen among those that are free."""
    who = viewer(request)

    def work(db: Unit) -> tuple[list[residents_beds.BedLine], int]:
        return residents_beds.free(db, who.home_id, who.sight), len(residents_beds.beds(db, who.home_id, who.sight))

    free, total = await request.app[DATABASE].read(work)
    return {
        "free": by_floor(free),
        "total": total,
        "chosen": whole(request.query.get("place", "")) or 0,
        "LEVELS": LEVELS,
        "may_bind": who.role in HANDLERS,
    }


@ROUTES.get("/residents/alike", "residents/_alike.html", may=ADMITS)
async def alike(request: web.Request) -> dict[str, Any]:
    """Who is called the same or sounds the same: a warning beside the name that is typed."""
    who, name = viewer(request), request.query.get("name", "").strip()[:30]
    found = await request.app[DATABASE].read(lambda db: queries.alike(db, who.home_id, name))
    return {"alike": found}


@ROUTES.form("/residents/new", MoveIn, may=ADMITS)
async def admit(request: web.Request, form: MoveIn) -> web.StreamResponse:
    """Somebody moves in with the relatives who came along; then the record opens."""
    who, now = viewer(request), request.app[CLOCK]()
    resident = await request.app[DATABASE].write(lambda db: moving_in.move_in(db, who, form, now).id)
    return web.Response(status=204, headers={"HX-Redirect": f"/console/residents/{resident}"})


@ROUTES.forms(
    r"/residents/{resident:\d{1,18}}/{section:basics|allergy|health|habits|customs|risks}",
    "section",
    SECTIONS,
    "residents/_one.html",
)
async def section(request: web.Request, form: record.Section) -> dict[str, Any]:
    """One section is written anew."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    which = request.match_info["section"]
    await request.app[DATABASE].write(lambda db: record.edit(db, who, resident, which, form, now))
    return await resident_of(request)


@ROUTES.form(r"/residents/{resident:\d{1,18}}/move", Move, "residents/_one.html")
async def move(request: web.Request, form: Move) -> dict[str, Any]:
    """Another room or bed."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: residents.move(db, who, resident, form, now))
    return await resident_of(request)


@ROUTES.form(r"/residents/{resident:\d{1,18}}/identity", SeeIdentity, "residents/_identity.html")
async def identity(request: web.Request, form: SeeIdentity) -> dict[str, Any]:
    """The whole identity number, once, for a reason that is written down."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    return {"number": await request.app[DATABASE].write(lambda db: record.see_identity(db, who, resident, form, now))}
