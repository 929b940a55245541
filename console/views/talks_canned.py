"""常用语: the house's and one's own, in their order."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from console.views.setup_settings import elsewhere, entries
from services.access import Viewer
from services.setup import choices, settings
from services.talks import canned
from services.talks.access import CANNED, MAY_EDIT
from services.talks.answering import BLANKS
from services.talks.forms import MoveCanned, RemoveCanned, WriteCanned
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(CANNED)


@ROUTES.get("/settings/canned", "talks/canned.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The two lists."""
    return await _shown(request)


@ROUTES.form("/settings/canned", WriteCanned, "talks/_canned.html")
async def write(request: web.Request, form: WriteCanned) -> dict[str, Any]:
    """A new one, or other words of one."""
    await _write(request, lambda db, who, now: canned.write(db, who, form, now))
    return await _shown(request) | {"said": "存好了，回复框里马上能用。"}


@ROUTES.form("/settings/canned/move", MoveCanned, "talks/_canned.html")
async def move(request: web.Request, form: MoveCanned) -> dict[str, Any]:
    """Up or down."""
    await _write(request, lambda db, who, now: canned.move(db, who, form, now))
    return await _shown(request)


@ROUTES.form("/settings/canned/remove", RemoveCanned, "talks/_canned.html")
async def remove(request: web.Request, form: RemoveCanned) -> dict[str, Any]:
    """Out of the list."""
    await _write(request, lambda db, who, now: canned.remove(db, who, form, now))
    return await _shown(request) | {"said": "删掉了。"}


async def _write(request: web.Request, work: Callable[[Unit, Viewer, datetime], None]) -> None:
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: work(db, who, now))


async def _shown(request: web.Request) -> dict[str, Any]:
    who, house = viewer(request), request.app[HOUSE]

    def work(db: Unit) -> dict[str, Any]:
        found = canned.listed(db, who)
        may = who.role in MAY_EDIT
        return {
            "section": "canned",
            "entries": entries(db, who, house.home, choices.of(settings.stored(db, who.home_id))),
            "elsewhere": elsewhere(who),
            "lists": [
                ("house", "全院的", "谁回话都看得到", [one for one in found if not one.own], may),
                ("own", "我自己的", "只有我看得到", [one for one in found if one.own], True),
            ],
            "BLANKS": BLANKS,
            "LONGEST": canned.LONGEST,
            "said": "",
        }

    return await request.app[DATABASE].read(work)
