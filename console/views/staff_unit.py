"""投诉处理小组: shown to who answers complaints, set by the director, printed for the wall (C16)."""

from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import HANDLERS
from services.staff import unit
from services.staff.forms import SetUnit
from services.staff.unit import UNIT
from storage.queries import staff as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(UNIT)


@ROUTES.get("/unit", "staff/unit.html")
async def page(request: web.Request) -> dict[str, Any]:
    """Who, and how."""
    return await _facts(request)


@ROUTES.get("/unit/print", "staff/unit_print.html")
async def paper(request: web.Request) -> dict[str, Any]:
    """For the wall."""
    return await _facts(request)


@ROUTES.form("/unit", SetUnit, "staff/_unit.html")
async def save(request: web.Request, form: SetUnit) -> dict[str, Any]:
    """A new version."""
    who, now = viewer(request), request.app[CLOCK]()
    version = await request.app[DATABASE].write(lambda db: unit.set_unit(db, who, form, now))
    return await _facts(request, f"存好了，这是第 {version} 版。")


async def _facts(request: web.Request, done: str = "") -> dict[str, Any]:
    who, house = viewer(request), request.app[HOUSE]

    def work(db: Unit) -> dict[str, Any]:
        here = [row for row in queries.everybody(db, who.home_id) if row.left_at is None]
        return {
            "group": unit.look(db, who),
            "drawn": unit.revision_of(unit.latest(db, who.home_id)),
            "everybody": here,
            "handlers": [row for row in here if row.role in {role.value for role in HANDLERS}],
        }

    found = await request.app[DATABASE].read(work)
    draft = unit.draft(house.figures, house.home.name)
    return found | {"may_set": unit.may_set(who), "draft": draft, "done": done}
