"""回访: whom to ask how they are, and what was said (V1, V2, F46)."""

from typing import Any, Final

from aiohttp import web

from care.followups import CONTENT, MANNERS, OUTCOMES
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import access_page
from services.followups import followups
from services.followups.access import FOLLOW_UPS
from services.followups.forms import WriteTalk
from storage.queries import followups as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(FOLLOW_UPS)
NAMES: Final = {
    "MANNERS": {one.value: words for one, words in MANNERS.items()},
    "OUTCOMES": {one.value: words for one, words in OUTCOMES.items()},
    "CONTENT": {one.value: words for one, words in CONTENT.items()},
}


@ROUTES.get("/followups", "followups/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _board(request)


@ROUTES.get("/followups/list", "followups/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """What changes of it."""
    return await _board(request)


@ROUTES.get("/followups/print", "followups/print.html")
async def ledger(request: web.Request) -> dict[str, Any]:
    """What was written down, on paper, for an inspection (F55)."""
    return await _board(request)


@ROUTES.form("/followups", WriteTalk, "followups/_list.html")
async def write(request: web.Request, form: WriteTalk) -> dict[str, Any]:
    """One talk."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    await request.app[DATABASE].write(lambda db: followups.write(db, house, who, form, now))
    return await _board(request)


async def _board(request: web.Request) -> dict[str, Any]:
    who, now, zone = viewer(request), request.app[CLOCK](), request.app[HOUSE].home.zone

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, FOLLOW_UPS)
        return {"board": queries.board(db, who.sight, now.astimezone(zone).date(), zone)}

    return await request.app[DATABASE].read(work) | NAMES
