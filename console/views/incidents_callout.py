"""The call-out list on a duty telephone, and the address that opens it (E4)."""

import asyncio
import logging
from typing import Any, Final

from aiohttp import web

from care.errors import NotFound
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import STRANGER, Routes
from console.views.families_day import drawn_qr
from console.views.incidents import SHORT_NUMBERS
from services.incidents import callout
from services.incidents.access import INCIDENTS, MAY_PLAN
from services.staff.sessions import token_hash
from storage.looked import Look
from web.sessions import ANSWERS_IN, viewer

log = logging.getLogger("jiashu.alarms")
ROUTES: Final = Routes(INCIDENTS)
KEPT: Final = web.AppKey[dict[bytes, callout.Callout]]("callout_kept")
"""The last list of each address, for the minutes in which the database is away: then it is needed most."""
LONGEST: Final = 64


@ROUTES.get("/callout", "incidents/callout.html", may=STRANGER)
async def read(request: web.Request) -> dict[str, Any]:
    """The list, for whoever holds the telephone that has the address."""
    token, now, house = request.query.get("k", "")[:LONGEST], request.app[CLOCK](), request.app[HOUSE]
    kept, key = request.app[KEPT], token_hash(token)
    old = False
    try:
        async with asyncio.timeout(ANSWERS_IN):
            found = await request.app[DATABASE].read(lambda db: callout.of_token(db, token, now))
        kept[key] = found
        request.app[DATABASE].note([Look(found.home_id, "machine", "page:/callout")])
    except NotFound:
        kept.pop(key, None)
        raise
    except Exception:
        log.exception("the call-out list from memory", extra={"action": "callout"})
        if key not in kept:
            raise
        found, old = kept[key], True
    return {"list": found, "numbers": SHORT_NUMBERS, "on_duty": house.on_duty(now), "old": old}


@ROUTES.get("/incidents/callout", "incidents/_callout.html", may=MAY_PLAN)
async def shown(request: web.Request) -> dict[str, Any]:
    """The address as a picture to scan."""
    return await _shown(request)


@ROUTES.post("/incidents/callout/make", "incidents/_callout.html", may=MAY_PLAN)
async def make(request: web.Request) -> dict[str, Any]:
    """A new address."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: callout.make(db, who, now))
    return await _shown(request)


@ROUTES.post("/incidents/callout/end", "incidents/_callout.html", may=MAY_PLAN)
async def end(request: web.Request) -> dict[str, Any]:
    """It opens nothing any more."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: callout.end(db, who, now))
    return await _shown(request)


async def _shown(request: web.Request) -> dict[str, Any]:
    who, base = viewer(request), request.app[HOUSE].public_url
    found = await request.app[DATABASE].read(lambda db: callout.current(db, who))
    address = f"{base.rstrip('/') or request.url.origin()}/console/callout?k={found[0]}" if found else ""
    return {"address": address, "drawn": drawn_qr(address), "made_at": found[1] if found else None}
