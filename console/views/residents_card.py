"""急救卡 and 床头卡: what somebody reads standing, at two metres, and what hangs at the bed (A9, F34)."""

from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE
from console.routes import Routes
from services.residents import record
from services.residents.access import RESIDENTS, access_resident
from services.residents.admission import today_of
from storage.looked import Look
from storage.queries import residents as queries
from storage.queries import residents_record
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(RESIDENTS)
STALE: Final = timedelta(days=90)
"""What nobody checked for so long is asked about before it is used."""


@ROUTES.get(r"/residents/{resident:\d{1,18}}/card", "residents/card.html")
async def card(request: web.Request) -> dict[str, Any]:
    """The emergency card. Its numbers are open; that it was opened is written down, and the card says so."""
    who, number, now = viewer(request), int(request.match_info["resident"]), request.app[CLOCK]()

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, number)
        line, kept = queries.one(db, resident), record.find(db, resident, now)
        return {
            "line": line,
            "back": resident.back_at,
            "it": residents_record.shown(db, resident, kept, today_of(db, who.home_id, now)),
            "risks": [risk for risk in record.risks_of(db, kept) if risk.high],
            "contacts": residents_record.contacts(db, resident.id),
            "alike": queries.alike(db, who.home_id, line.name, resident.id),
        }

    found = await request.app[DATABASE].read(work)
    request.app[DATABASE].note([Look(who.home_id, f"staff:{who.id}", f"card:{number}")])
    checked = found["it"].by["health"][1]
    return found | {"stale": checked is not None and now - checked > STALE}


@ROUTES.get(r"/residents/{resident:\d{1,18}}/bedside", "residents/bedside.html")
async def bedside(request: web.Request) -> dict[str, Any]:
    """The card at the bed: WeChat is no bell. It tells nothing about the body."""
    who, number = viewer(request), int(request.match_info["resident"])
    return {"line": await request.app[DATABASE].read(lambda db: queries.one(db, access_resident(db, who, number)))}
