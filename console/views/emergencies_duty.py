"""接班: a colleague opens the sound of her screen, hears it, and has the phone of her post rung (F1, F43)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from console.context import BOARD, CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import LEADS, access_page
from services.emergencies import group, receivers
from services.emergencies.access import DUTY
from services.emergencies.forms import TakeOver
from services.emergencies.receivers import Receiver, Receivers
from settings.clock import wall
from storage.unit import Unit
from web.sessions import SESSION, viewer

ROUTES: Final = Routes(DUTY)


@ROUTES.get("/duty", "emergencies/duty.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _duty(request)


@ROUTES.get("/duty/part", "emergencies/_duty.html")
async def part(request: web.Request) -> dict[str, Any]:
    """What changes of it."""
    return await _duty(request)


@ROUTES.get("/duty/badge", "emergencies/_badge.html")
async def badge(request: web.Request) -> dict[str, Any]:
    """What is true of the house, for the frame."""
    return {"hears": request.app[BOARD].receivers.hears}


@ROUTES.form("/duty/take", TakeOver, "emergencies/_duty.html")
async def take(request: web.Request, form: TakeOver) -> dict[str, Any]:
    """接班 on this screen."""
    who, session, house = viewer(request), request[SESSION].id, request.app[HOUSE]
    return await _done(request, lambda db, now: receivers.take_over(db, house, who, session, form, now))


@ROUTES.post("/duty/heard", "emergencies/_duty.html")
async def heard(request: web.Request) -> dict[str, Any]:
    """She heard the sound."""
    who, session = viewer(request), request[SESSION].id
    return await _done(request, lambda db, now: receivers.heard(db, who, session, now, wall()))


@ROUTES.post("/duty/ring", "emergencies/_duty.html")
async def ring(request: web.Request) -> dict[str, Any]:
    """The phone once more."""
    who, session, house = viewer(request), request[SESSION].id, request.app[HOUSE]
    return await _done(request, lambda db, now: receivers.ring_again(db, house, who, session, now))


@ROUTES.post("/duty/over", "emergencies/_duty.html")
async def over(request: web.Request) -> dict[str, Any]:
    """交班."""
    who, session = viewer(request), request[SESSION].id
    return await _done(request, lambda db, now: receivers.hand_over(db, who, session, now))


@ROUTES.post("/duty/group", "emergencies/_duty.html")
async def try_group(request: web.Request) -> dict[str, Any]:
    """A lead tries whether the colleagues' group hears."""
    who, house = viewer(request), request.app[HOUSE]
    return await _done(request, lambda db, now: group.test(db, house, who, now))


@ROUTES.post("/duty/pulse")
async def pulse(request: web.Request) -> web.Response:
    """The page says that its sound is on."""
    session = request[SESSION].id
    await request.app[DATABASE].write(lambda db: receivers.pulse(db, session, wall()))
    return web.Response(status=204)


async def _done(request: web.Request, work: Callable[[Unit, datetime], None]) -> dict[str, Any]:
    now = request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: work(db, now))
    return await _duty(request)


async def _duty(request: web.Request) -> dict[str, Any]:
    who, session, house, now = viewer(request), request[SESSION].id, request.app[HOUSE], request.app[CLOCK]()
    access_page(who, DUTY)

    def work(db: Unit) -> tuple[Receivers, list[tuple[int, str]], tuple[int, int], dict[str, Any]]:
        nights = receivers.proven_nights(db, who.home_id, house.home.zone, now)
        found, posts = receivers.now_(db, house, who.home_id, wall()), receivers.posts_of(db, who, now)
        robot = {"is_set": house.robot, "last": group.last(db, who.home_id), "tries": group.tries(db, who.home_id)}
        return found, posts, nights, robot

    found, posts, nights, robot = await request.app[DATABASE].read(work)
    mine: Receiver | None = next((one for one in found.all if one.session == session), None)
    robot["may_try"] = who.role in LEADS
    return {"receivers": found, "posts": posts, "mine": mine, "nights": nights, "robot": robot}
