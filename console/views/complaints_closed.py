"""投诉, closed: looked up by month, number, room and result (C-9)."""

from datetime import date
from typing import Any, Final

from aiohttp import web

from care.words import legal
from console.context import DATABASE
from console.routes import Routes
from console.views.complaints import shown
from services.access import access_page
from services.complaints.access import COMPLAINTS
from storage.queries import complaints_list
from web.forms import number
from web.sessions import viewer

RESULTS: Final = {"": "都要", "first": "一次认可", "again": "重新处理过"}
LONGEST: Final = 16
ROUTES: Final = Routes(COMPLAINTS)


@ROUTES.get("/complaints/closed", "complaints/closed.html")
async def closed(request: web.Request) -> dict[str, Any]:
    """One page of them, the newest first."""
    who = viewer(request)
    access_page(who, COMPLAINTS)
    month, ref, room, result = (_asked(request, name) for name in ("month", "number", "room", "result"))
    wanted = complaints_list.Wanted(_month(month), ref.upper(), room, result if result in RESULTS else "")
    after = number(request.query, "after")
    rows, total, more = await request.app[DATABASE].read(
        lambda db: complaints_list.closed(db, who.sight, wanted, after)
    )
    return {
        "rows": [shown(who, row) for row in rows],
        "total": total,
        "more": more,
        "after": after,
        "asked": {"month": month if wanted.month else "", "number": ref, "room": room, "result": wanted.result},
        "RESULTS": RESULTS,
    }


def _asked(request: web.Request, name: str) -> str:
    return legal(request.query.get(name, "")).strip()[:LONGEST]


def _month(text: str) -> date | None:
    """2026-11, as the field of a browser gives it; None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
