"""紧急: a colleague who is with somebody calls the others (F9). It works while the database is away."""

import asyncio
import secrets
from typing import Any, Final

from aiohttp import web

from care.errors import JiashuError
from console.context import BOARD, CLOCK, DATABASE
from console.routes import Routes
from services.access import access_page
from services.emergencies import acts, raising
from services.emergencies.access import ALARMS
from services.emergencies.forms import Raise
from services.emergencies.raising import Press
from storage.queries import residents
from web.sessions import ANSWERS_IN, viewer

ROUTES: Final = Routes(ALARMS)


@ROUTES.get("/alarms/raise", "emergencies/raise.html")
async def ask(request: web.Request) -> dict[str, Any]:
    """Where, what, and one button; with the residents to choose from, while there is a database."""
    who = viewer(request)
    access_page(who, ALARMS)
    lines: list[Any] = []
    if not who.visitors:
        try:
            async with asyncio.timeout(ANSWERS_IN):
                lines = await request.app[DATABASE].read(lambda db: residents.lines(db, who.sight))
        except (JiashuError, TimeoutError, OSError):
            lines = []
    return {"kinds": raising.KINDS, "residents": lines, "token": secrets.token_hex(16), "sent": "", "where": ""}


@ROUTES.form("/alarms/raise", Raise, "emergencies/_raise.html")
async def raise_(request: web.Request, form: Raise) -> dict[str, Any]:
    """It rings on every screen at once, and is written down as soon as the database takes it."""
    who, now, database, board = viewer(request), request.app[CLOCK](), request.app[DATABASE], request.app[BOARD]
    plain = raising.checked(None, who, form)
    try:
        async with asyncio.timeout(ANSWERS_IN):
            press: Press = await database.read(lambda db: raising.checked(db, who, form))
    except (JiashuError, TimeoutError, OSError):
        press = plain
    alarm = raising.strip(who, press, now)
    source = board.call_for_help(alarm)
    number = raising.number_of(source)
    acts.write_down(database, alarm, lambda db: raising.write(db, who, number, press, now))
    return {
        "kinds": raising.KINDS,
        "token": secrets.token_hex(16),
        "sent": form.kind,
        "where": " ".join(form.place.split()),
    }
