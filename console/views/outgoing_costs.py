"""短信和费用: what leaves by SMS and what that comes to, how many there may be (F18)."""

from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import access_page
from services.outgoing.access import COSTS
from services.setup import changes, choices, settings
from services.setup.forms import SetCosts
from storage.queries import outgoing_costs as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(COSTS)


@ROUTES.get("/costs", "outgoing/costs.html")
async def costs(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _costs(request)


@ROUTES.form("/costs", SetCosts, "outgoing/_costs.html")
async def set_costs(request: web.Request, form: SetCosts) -> dict[str, Any]:
    """How many a month, and what they cost."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: choices.set_costs(db, who, form, now))
    return await _costs(request, "存好了。")


async def _costs(request: web.Request, said: str = "") -> dict[str, Any]:
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]

    def month(db: Unit, back: int) -> dict[str, Any]:
        since, until = queries.month(now, house.home.zone, back)
        lines = queries.sms(db, who.home_id, since, until)
        return {
            "lines": lines,
            "parts": sum(line.parts for line in lines),
            "calls": queries.calls(db, who.home_id, since, until),
            "month": since.month,
        }

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, COSTS)
        return {
            "months": [month(db, 0), month(db, 1)],
            "chosen": choices.of(settings.stored(db, who.home_id)),
            "drawn": changes.revision_of(db, who.home_id, choices.COSTS.values()),
            "trouble": queries.last_trouble(db, who.home_id, now - timedelta(days=30)),
        }

    found = await request.app[DATABASE].read(work)
    return found | {"connected": house.sms, "telephone": house.telephone, "said": said, "page": bool(house.public_url)}
