"""审计: who did or saw what, newest first; for the auditor and the director (design.md 5.12, P5).

Whose it was is told by number alone.
"""

import contextlib
from typing import Any, Final

from aiohttp import web

from care.errors import Busy
from care.words import whole
from console.context import CLOCK, DATABASE
from console.routes import Routes
from services.access import access_page
from services.upkeep import audit_looks
from services.upkeep.access import AUDIT
from storage.queries import upkeep as queries
from web.sessions import viewer

FILTERS: Final = (
    ("", "工作人员"),
    ("view", "看过"),
    ("show_phone", "看号码"),
    ("log_in", "登录和退出"),
    ("change", "改动"),
    ("all", "全部，连机器人"),
)


ROUTES: Final = Routes(AUDIT)


@ROUTES.get("/audit", "upkeep/audit.html")
async def index(request: web.Request) -> dict[str, Any]:
    """A page of rows; `before` is the id under which the next page begins."""
    who, show, before = viewer(request), request.query.get("show", ""), request.query.get("before", "")
    access_page(who, AUDIT)
    shown = show if show in {key for key, _ in FILTERS} else ""
    database, now = request.app[DATABASE], request.app[CLOCK]()
    if database.away_since is None:  # who reads the audit sees what was looked at until now
        with contextlib.suppress(Busy):
            await audit_looks.write_down(database, now)
    rows = await database.read(lambda db: queries.rows(db, who.home_id, shown, whole(before)))
    return {
        "rows": rows[: queries.PAGE],
        "more": len(rows) > queries.PAGE,
        "show": shown,
        "filters": FILTERS,
        "today": now,
    }
