"""送达: what waits for a call or a print, and what reached whom by which way (C11, F45)."""

from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import LEADS, access_page
from services.outgoing import reaching, templates
from services.outgoing.access import REACH
from services.outgoing.forms import SettleByHand
from services.setup import cut_off
from storage.queries import outgoing as queries
from storage.queries import outgoing_families
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(REACH)
DAYS: Final = 30


@ROUTES.get("/reach", "outgoing/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _reach(request)


@ROUTES.get("/reach/list", "outgoing/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """What changes of it."""
    return await _reach(request)


@ROUTES.get("/reach/cards", "outgoing/cards.html")
async def cards(request: web.Request) -> dict[str, Any]:
    """The cards for the bedside, to be printed."""
    return await _reach(request)


@ROUTES.get("/reach/families", "outgoing/families.html")
async def families(request: web.Request) -> dict[str, Any]:
    """找得到每一家: when each family was truly reached last, and whom to call (F45)."""
    who, now = viewer(request), request.app[CLOCK]()
    access_page(who, REACH)
    return {"reach": await request.app[DATABASE].read(lambda db: outgoing_families.reach(db, who.sight, now))}


@ROUTES.form(r"/reach/{row:\d{1,18}}", SettleByHand, "outgoing/_list.html")
async def settle(request: web.Request, form: SettleByHand) -> dict[str, Any]:
    """What became of one of them."""
    who, now, row = viewer(request), request.app[CLOCK](), int(request.match_info["row"])
    await request.app[DATABASE].write(lambda db: reaching.settle(db, who, row, form, now))
    return await _reach(request)


@ROUTES.post(r"/reach/{row:\d{1,18}}/sms", "outgoing/_list.html")
async def ask_back(request: web.Request) -> dict[str, Any]:
    """Nobody answered: an SMS asks for a call (F52)."""
    who, now, row, house = viewer(request), request.app[CLOCK](), int(request.match_info["row"]), request.app[HOUSE]
    await request.app[DATABASE].write(lambda db: reaching.ask_back(db, who, house, row, now))
    return await _reach(request)


@ROUTES.post(r"/reach/{way:cut|again}", "outgoing/_list.html", may=LEADS)
async def cut(request: web.Request) -> dict[str, Any]:
    """断连: everything due is said by telephone or printed; or no more (F17)."""
    who, now, on = viewer(request), request.app[CLOCK](), request.match_info["way"] == "cut"
    await request.app[DATABASE].write(lambda db: cut_off.turn(db, who, now, on=on))
    return await _reach(request) | {"cut": on}


async def _reach(request: web.Request) -> dict[str, Any]:
    who, now = viewer(request), request.app[CLOCK]()
    since = now - timedelta(days=DAYS)

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, REACH)
        found, total = queries.waiting(db, who.sight)
        return {
            "calls": [one for one in found if one.row.kind == "phone"],
            "sheets": [one for one in found if one.row.kind == "print"],
            "total": total,
            "table": queries.table(db, who.home_id, since),
            "reasons": queries.reasons(db, who.home_id, since),
            "masses": queries.mass_sends(db, who.home_id, since),
            "bound": templates.bound(db, who.home_id),
            "days": DAYS,
        }

    found = await request.app[DATABASE].read(work)
    return found | {
        "cut": request.app[HOUSE].choices.cut_off,
        "may_cut": who.role in LEADS,
        "sms": request.app[HOUSE].terms.sms is not None,
    }
