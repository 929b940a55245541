"""报警条: 我去, 已到, 误报, 静音 and 撤销, from memory at once and written down as soon as the database
takes it (F2, F4, D7, S6).
"""

from typing import Any, Final

from aiohttp import web

from care.errors import Busy, NotFound
from console.context import BOARD, CLOCK, DATABASE, HOUSE, LIVE
from console.routes import COLLEAGUE, Routes
from services.access import access_page
from services.emergencies import acts, alarms, chain, unreadable
from services.emergencies.access import ALARMS
from services.emergencies.forms import Act
from services.staff import staff
from services.upkeep import pulse
from storage.queries import emergencies as queries
from storage.unit import Unit
from web.forms import number
from web.sessions import viewer

REF = r"{ref:[0-9a-f]{20}}"
ENDED: Final = {"arrive": "arrived", "dismiss": "false", "mute": "muted"}
"""How an alarm ended, by the act; the word is stored."""


ROUTES: Final = Routes(ALARMS)


@ROUTES.get("/alarms", may=COLLEAGUE)
async def strip(request: web.Request) -> web.Response:
    """The strip alone."""
    return web.Response(text=request.app[LIVE].strip(request), content_type="text/html")


@ROUTES.get("/alarms/past", "emergencies/past.html")
async def past(request: web.Request) -> dict[str, Any]:
    """Past alarms, page by page: who went, who arrived, after how many seconds, how each ended."""
    who, before = viewer(request), number(request.query, "before")
    access_page(who, ALARMS)
    rows, total, more = await request.app[DATABASE].read(lambda db: queries.past(db, who.sight, before))
    return {"rows": rows, "total": total, "more": more, "before": before}


@ROUTES.form(rf"/alarms/{REF}/{{act:go|arrive|dismiss|mute|undo}}", Act)
async def act(request: web.Request, form: Act) -> web.Response:
    """我去, 已到, 误报, 静音, 撤销."""
    who, now, house, board = viewer(request), request.app[CLOCK](), request.app[HOUSE], request.app[BOARD]
    ref, what, why = request.match_info["ref"], request.match_info["act"], form.why
    if what == "go":
        alarm = board.go(who, ref, now)
        if alarm.going_id != who.id:
            return await strip(request)
    elif what == "undo":
        alarm = board.undo(who, ref, now)
    else:
        alarm = {"arrive": board.arrive, "dismiss": board.dismiss, "mute": board.mute}[what](who, ref, now, why)

    def work(db: Unit) -> None:
        if what == "go":
            alarms.go(db, house, who, alarm.openid, alarm.audience, now)
        elif what == "undo":
            alarms.undo(db, who, alarm.openid, alarm.audience, now)
        else:
            alarms.end(db, who, alarm.openid, alarm.audience, ENDED[what], why, now)

    acts.write_down(request.app[DATABASE], alarm, work)
    return await strip(request)


@ROUTES.post(rf"/alarms/{REF}/cannot")
async def cannot(request: web.Request) -> web.Response:
    """走不开: the next one is rung at once."""
    who, now, board = viewer(request), request.app[CLOCK](), request.app[BOARD]
    alarm = board.rings(who, request.match_info["ref"])
    database = request.app[DATABASE]

    def work(db: Unit) -> None:
        chain.cannot_come(db, who, alarm.openid, alarm.audience, now)

    try:
        await database.write(work)
    except (Busy, NotFound):
        if not alarm.uncommitted:
            raise
        acts.write_down(database, alarm, work)
    return await strip(request)


@ROUTES.post(r"/unreadable/{id:\d{1,18}}/seen")
async def looked(request: web.Request) -> web.Response:
    """Somebody has looked at what names nobody, up to this one."""
    who, now, row = viewer(request), request.app[CLOCK](), int(request.match_info["id"])
    await request.app[DATABASE].write(lambda db: unreadable.take_note(db, who, row, now))
    board = request.app[BOARD]
    board.unreadable = [one for one in board.unreadable if one.id > row]
    board.touch()
    return await strip(request)


@ROUTES.post(r"/locks/{id:\d{1,18}}/{act:unlock|seen}", may=staff.UNLOCKS)
async def lock(request: web.Request) -> web.Response:
    """A log-in that was locked is opened again, or somebody has read of it."""
    who, now, row = viewer(request), request.app[CLOCK](), int(request.match_info["id"])
    work = staff.unlock if request.match_info["act"] == "unlock" else staff.took_note
    await request.app[DATABASE].write(lambda db: work(db, who, row, now))
    board = request.app[BOARD]
    board.locks = [one for one in board.locks if one.id != row]
    board.touch()
    return await strip(request)


@ROUTES.post(r"/downtimes/{id:\d{1,18}}/seen")
async def take_note(request: web.Request) -> web.Response:
    """Somebody has read that nobody listened."""
    who, now, row = viewer(request), request.app[CLOCK](), int(request.match_info["id"])
    await request.app[DATABASE].write(lambda db: pulse.take_note(db, who, row, now))
    request.app[BOARD].took_note(row)
    return await strip(request)
