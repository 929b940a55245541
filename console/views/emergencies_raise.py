"""紧急: a colleague who is with somebody calls the others (F9). It works while the database is away."""

import asyncio
import logging
import secrets
from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from console.context import BOARD, CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import access_page
from services.emergencies import acts, raising
from services.emergencies.access import ALARMS
from services.emergencies.forms import Raise
from storage.queries import residents
from web.sessions import ANSWERS_IN, viewer

log = logging.getLogger("jiashu.alarms")
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
        except Exception:  # whatever is wrong with the database: the page of an emergency opens
            log.exception("no residents for the page of an emergency", extra={"action": "raise"})
    return {
        "kinds": raising.KINDS,
        "residents": lines,
        "token": secrets.token_hex(16),
        "sent": "",
        "where": "",
        "away": False,
    }


@ROUTES.form("/alarms/raise", Raise, "emergencies/_raise.html")
async def raise_(request: web.Request, form: Raise) -> dict[str, Any]:
    """It rings on every screen at once, and is written down as soon as the database takes it."""
    who, now, database, board = viewer(request), request.app[CLOCK](), request.app[DATABASE], request.app[BOARD]
    press, away = raising.checked(None, who, form), False
    try:
        async with asyncio.timeout(ANSWERS_IN):
            press = await database.read(lambda db: raising.checked(db, who, form))
    except Exception:  # it rings with the words as they stand
        log.exception("an emergency without the database", extra={"action": "raise"})
        away = True
    alarm = raising.strip(who, press, now, board.names)
    source = board.call_for_help(alarm)
    number = raising.number_of(source)
    acts.write_down(
        database, replace(alarm, openid=source), lambda db: raising.write(db, who, number, press, now), acts.DAY
    )
    house = request.app[HOUSE]
    return {
        "kinds": raising.KINDS,
        "token": secrets.token_hex(16),
        "sent": form.kind,
        "where": "" if who.visitors else " ".join(form.place.split()),
        "away": away,
        "telephones": house.telephone and house.practice is None,
    }
