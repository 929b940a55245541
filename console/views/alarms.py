"""报警条: 我去 and 已到, from memory at once and written down as soon as the database takes it (practice.md F2, F4)."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from aiohttp import web

from care.errors import Busy, NotFound
from console.views.context import BOARD, CLOCK, DATABASE, HOUSE, LIVE
from services import alarms, pulse, unreadable
from services.board import Alarm
from storage.unit import Unit
from web.sessions import viewer

log = logging.getLogger("jiashu.alarms")
TRIES: Final = 600
_last: Final[dict[str, "asyncio.Task[None]"]] = {}
"""The newest act on each alarm that is being written down."""


def routes(router: web.UrlDispatcher) -> None:
    """All addresses of the strip."""
    router.add_get("/alarms", strip)
    router.add_post(r"/alarms/{ref:[0-9a-f]{20}}/go", go)
    router.add_post(r"/alarms/{ref:[0-9a-f]{20}}/arrive", arrive)
    router.add_post(r"/unreadable/{id:\d{1,18}}/seen", looked)
    router.add_post(r"/downtimes/{id:\d{1,18}}/seen", take_note)


async def strip(request: web.Request) -> web.Response:
    """The strip alone."""
    return web.Response(text=request.app[LIVE].strip(request), content_type="text/html")


async def go(request: web.Request) -> web.Response:
    """我去."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    alarm = request.app[BOARD].go(who, request.match_info["ref"], now)
    _write_down(request, alarm, lambda db: alarms.go(db, house, who, alarm.openid, alarm.audience, now))
    return await strip(request)


async def arrive(request: web.Request) -> web.Response:
    """已到."""
    who, now = viewer(request), request.app[CLOCK]()
    alarm = request.app[BOARD].arrive(who, request.match_info["ref"], now)
    _write_down(request, alarm, lambda db: alarms.arrive(db, who, alarm.openid, alarm.audience, now))
    return await strip(request)


async def take_note(request: web.Request) -> web.Response:
    """Somebody has read that nobody listened."""
    who, now, row = viewer(request), request.app[CLOCK](), int(request.match_info["id"])
    await request.app[DATABASE].write(lambda db: pulse.take_note(db, who, row, now))
    request.app[BOARD].took_note(row)
    return await strip(request)


async def looked(request: web.Request) -> web.Response:
    """Somebody has looked at what names nobody, up to this one."""
    who, now, row = viewer(request), request.app[CLOCK](), int(request.match_info["id"])
    await request.app[DATABASE].write(lambda db: unreadable.take_note(db, who, row, now))
    board = request.app[BOARD]
    board.unreadable = [one for one in board.unreadable if one.id > row]
    board.touch()
    return await strip(request)


def _write_down(request: web.Request, alarm: Alarm, work: Callable[[Unit], None]) -> None:
    """Into the database now, or as soon as it is back and the message itself is in it; the acts on one alarm in their order."""
    database, before = request.app[DATABASE], _last.get(alarm.ref)

    async def write() -> None:
        if before is not None:
            await asyncio.wait({before})
        for _ in range(TRIES):
            try:
                await database.write(work)
            except NotFound:
                if not alarm.uncommitted:
                    log.warning("an alarm was over before the act was written down", extra={"action": "alarm_act"})
                    return
                await asyncio.sleep(1)
            except Busy:
                await asyncio.sleep(1)
            else:
                return
        log.error("an act on an alarm could not be written down", extra={"action": "alarm_act"})

    def ended(task: "asyncio.Task[None]") -> None:
        if _last.get(alarm.ref) is task:
            del _last[alarm.ref]

    _last[alarm.ref] = task = asyncio.create_task(write())
    task.add_done_callback(ended)
