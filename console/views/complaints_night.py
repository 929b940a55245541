"""夜里的投诉: who is on duty tells a family by one tap that she has seen it; nothing of its words is shown (F41)."""

from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.complaints import night
from services.complaints.night import NIGHT, SeeAtNight
from web.sessions import viewer

ROUTES: Final = Routes(NIGHT)


@ROUTES.get("/night", "complaints/night.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _night(request)


@ROUTES.get("/night/list", "complaints/_night.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """What changes of it."""
    return await _night(request)


@ROUTES.form(r"/night/{complaint:\d{1,18}}", SeeAtNight, "complaints/_night.html")
async def see(request: web.Request, form: SeeAtNight) -> dict[str, Any]:
    """She has seen it."""
    del form
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    case = int(request.match_info["complaint"])
    await request.app[DATABASE].write(lambda db: night.see(db, house, who, case, now))
    return await _night(request) | {"said": "正在发给家属。早上由负责的同事打电话。"}


async def _night(request: web.Request) -> dict[str, Any]:
    who, now = viewer(request), request.app[CLOCK]()
    return {"cases": await request.app[DATABASE].read(lambda db: night.waiting(db, who, now)), "said": ""}
