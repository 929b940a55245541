"""到期: what runs out, whose it is, and the dates of the house (A6)."""

from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import HANDLERS, access_page
from services.expiries import expiries
from services.expiries.access import EXPIRIES, KEEPS
from services.expiries.forms import KeepDate, RenewDate
from storage.queries import expiries as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(EXPIRIES)


@ROUTES.get("/expiries", "expiries/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _expiries(request)


@ROUTES.get("/expiries/list", "expiries/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """What changes of it."""
    return await _expiries(request)


@ROUTES.form("/expiries", KeepDate, "expiries/_list.html", may=KEEPS)
async def keep(request: web.Request, form: KeepDate) -> dict[str, Any]:
    """One more date of the house."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    await request.app[DATABASE].write(lambda db: expiries.keep(db, house, who, form, now))
    return await _expiries(request)


@ROUTES.form(r"/expiries/{date:\d{1,18}}", RenewDate, "expiries/_list.html", may=KEEPS)
async def renew(request: web.Request, form: RenewDate) -> dict[str, Any]:
    """Renewed until another day, or over."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    number = int(request.match_info["date"])
    await request.app[DATABASE].write(lambda db: expiries.renew(db, house, who, number, form, now))
    return await _expiries(request)


async def _expiries(request: web.Request) -> dict[str, Any]:
    who, now = viewer(request), request.app[CLOCK]()
    today = now.astimezone(request.app[HOUSE].home.zone).date()
    keeps, handles = who.role in KEEPS, who.role in HANDLERS

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, EXPIRIES)
        return {
            "soon": queries.soon(db, who.sight, today, residents=handles, house=keeps),
            "dates": queries.dates(db, who.sight) if keeps else [],
        }

    found = await request.app[DATABASE].read(work)
    return found | {
        "today": today,
        "keeps": keeps,
        "USUAL": expiries.USUAL,
        "revision_of": expiries.revision_of,
    }
