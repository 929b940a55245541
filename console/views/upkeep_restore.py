"""恢复: after a backup came back nothing leaves until the director has looked at what that means and said so
(architecture, Restore).
"""

from typing import Any

import aiohttp_jinja2
from aiohttp import web

from console.views.context import CLOCK, DATABASE
from console.views.forms import Form
from services.access import access_page
from services.upkeep import epochs
from services.upkeep.access import RESTORE
from storage.unit import Unit
from web.sessions import viewer


def routes(router: web.UrlDispatcher) -> None:
    """All addresses of this page."""
    router.add_get("/restore", index)
    router.add_post(r"/restore/{epoch:\d{1,18}}", confirm)


@aiohttp_jinja2.template("upkeep/restore.html")
async def index(request: web.Request) -> dict[str, Any]:
    """What confirming does, in figures; without a restore a page that says so."""
    who = viewer(request)
    access_page(who, RESTORE)

    def work(db: Unit) -> tuple[epochs.Closed | None, epochs.Account | None]:
        found = epochs.closed(db, who.home_id)
        return found, epochs.account(db, who, found) if found else None

    found, account = await request.app[DATABASE].read(work)
    return {"epoch": found, "account": account, "CONFIRM": epochs.CONFIRM}


async def confirm(request: web.Request) -> web.StreamResponse:
    """Open the way out."""
    who, now, form = viewer(request), request.app[CLOCK](), Form(await request.post())
    number, words = int(request.match_info["epoch"]), form.words("words")
    await request.app[DATABASE].write(lambda db: epochs.confirm(db, who, number, words, now))
    return web.Response(status=204, headers={"HX-Redirect": "/console/restore"})
