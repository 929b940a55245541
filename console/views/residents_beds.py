"""床位: which floors, rooms and beds there are, who has them, which are free."""

from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE
from console.routes import Routes
from services.residents import beds
from services.residents.access import RESIDENTS
from services.residents.admission import ADMITS
from services.residents.beds import LAYS, AddBed, CloseBed, LayOut
from storage.queries import residents_beds as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(RESIDENTS)


@ROUTES.get("/residents/beds", "residents/beds.html")
async def index(request: web.Request) -> dict[str, Any]:
    """All beds by floor."""
    return await _beds(request)


@ROUTES.get("/residents/beds/list", "residents/_beds.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The beds alone, when something changed."""
    return await _beds(request)


@ROUTES.form("/residents/beds/floors", LayOut, "residents/_beds.html")
async def lay_out(request: web.Request, form: LayOut) -> dict[str, Any]:
    """Floors with the same rooms; what is there stays."""
    who, now = viewer(request), request.app[CLOCK]()
    added = await request.app[DATABASE].write(lambda db: beds.lay_out(db, who, form, now))
    return await _beds(request) | {"added": added}


@ROUTES.form("/residents/beds/one", AddBed, "residents/_beds.html")
async def add(request: web.Request, form: AddBed) -> dict[str, Any]:
    """One bed more."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: beds.add_bed(db, who, form, now))
    return await _beds(request) | {"added": 1}


@ROUTES.form(r"/residents/beds/{bed:\d{1,18}}", CloseBed, "residents/_beds.html")
async def close(request: web.Request, form: CloseBed) -> dict[str, Any]:
    """Close a bed, or open it again."""
    who, now, bed = viewer(request), request.app[CLOCK](), int(request.match_info["bed"])
    await request.app[DATABASE].write(lambda db: beds.close(db, who, bed, form, now))
    return await _beds(request)


async def _beds(request: web.Request) -> dict[str, Any]:
    who = viewer(request)

    def work(db: Unit) -> list[queries.BedLine]:
        return queries.beds(db, who.home_id, who.sight)

    found = await request.app[DATABASE].read(work)
    floors = list(dict.fromkeys((bed.building, bed.floor) for bed in found))
    return {
        "floors": [(floor, _rooms([bed for bed in found if (bed.building, bed.floor) == floor])) for floor in floors],
        "total": sum(not bed.closed for bed in found),
        "free": sum(bed.free for bed in found),
        "out_of_use": sum(bed.closed for bed in found),
        "added": None,
        "may_lay": who.role in LAYS,
        "may_close": {floor for _, floor in floors if who.role in LAYS and (not who.floors or floor in who.floors)},
        "may_admit": who.role in ADMITS,
    }


def _rooms(found: list[queries.BedLine]) -> list[tuple[str, list[queries.BedLine]]]:
    rooms = list(dict.fromkeys(bed.room for bed in found))
    return [(room, [bed for bed in found if bed.room == room]) for room in rooms]
