"""恢复: after a backup came back nothing leaves until the director has looked at what that means and said so
(architecture, Restore).
"""

from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE
from console.routes import Routes
from services.access import access_page
from services.upkeep import epochs
from services.upkeep.access import RESTORE
from services.upkeep.forms import ConfirmEpoch
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(RESTORE)


@ROUTES.get("/restore", "upkeep/restore.html")
async def index(request: web.Request) -> dict[str, Any]:
    """What confirming does, in figures; without a restore a page that says so."""
    who = viewer(request)
    access_page(who, RESTORE)

    def work(db: Unit) -> tuple[epochs.Closed | None, epochs.Account | None]:
        found = epochs.closed(db, who.home_id)
        return found, epochs.account(db, who, found) if found else None

    found, account = await request.app[DATABASE].read(work)
    return {"epoch": found, "account": account, "CONFIRM": epochs.CONFIRM}


@ROUTES.form(r"/restore/{epoch:\d{1,18}}", ConfirmEpoch)
async def confirm(request: web.Request, form: ConfirmEpoch) -> web.StreamResponse:
    """Open the way out."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["epoch"])
    await request.app[DATABASE].write(lambda db: epochs.confirm(db, who, number, form, now))
    return web.Response(status=204, headers={"HX-Redirect": "/console/restore"})
