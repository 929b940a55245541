"""回访: whom to ask how they are, and what was said (V1, V2, F46)."""

from datetime import date, timedelta
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
from web.forms import page_number
from web.sessions import viewer

ROUTES: Final = Routes(FOLLOW_UPS)
OLDEST: Final = date(2000, 1, 1)
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
    """What was written down in a month, on paper, for an inspection (F55)."""
    house, who = request.app[HOUSE], viewer(request)
    today = request.app[CLOCK]().astimezone(house.home.zone).date()
    first = _month(request.query.get("month", ""), today)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, FOLLOW_UPS)
        found = queries.talks(db, who.sight, most=queries.PAPER, days=(first, last))
        return {
            "talks": followups.shown(house, who, found),
            "board": queries.board(db, who.sight, today, house.home.zone),
        }

    months = {
        "this_month": first == today.replace(day=1),
        "month": first,
        "before": first - timedelta(days=1),
        "after": last + timedelta(days=1),
        "today": today,
    }
    return await request.app[DATABASE].read(work) | NAMES | months


def _month(text: str, today: date) -> date:
    """The first day of a month as it stands in an address, 2026-11; of this month for anything else."""
    try:
        return max(OLDEST, min(date.fromisoformat(f"{text}-01"), today.replace(day=1)))
    except ValueError:
        return today.replace(day=1)


@ROUTES.form("/followups", WriteTalk, "followups/_list.html")
async def write(request: web.Request, form: WriteTalk) -> dict[str, Any]:
    """One talk."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    await request.app[DATABASE].write(lambda db: followups.write(db, house, who, form, now))
    return await _board(request)


async def _board(request: web.Request) -> dict[str, Any]:
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    zone, page = house.home.zone, page_number(request.query)

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, FOLLOW_UPS)
        talks = queries.talks(db, who.sight, skip=page * queries.PAGE)
        return {
            "board": queries.board(db, who.sight, now.astimezone(zone).date(), zone),
            "talks": followups.shown(house, who, talks),
            "many": queries.many(db, who.sight),
            "page": page,
            "pages": queries.PAGE,
        }

    return await request.app[DATABASE].read(work) | NAMES
