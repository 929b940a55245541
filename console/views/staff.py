"""登录: name and password; wrong ones cost time and tries, told plainly (design.md 5.14)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakValueDictionary

import aiohttp_jinja2
from aiohttp import web

from care.errors import JiashuError
from console.context import CLOCK, DATABASE, HOUSE, SETTINGS
from console.routes import COLLEAGUE, STRANGER, Routes
from services.staff import sessions, staff
from services.staff.forms import LogIn
from storage.unit import Unit
from web import address
from web.sessions import COOKIE, DEVICE, SESSION, give

ROUTES: Final = Routes(STRANGER)


class Turns:
    """Who tries waits for a turn: one at a time in each place, then one place after the other.

    argon2 costs 200 ms and 64 MiB, so it runs once at a time; whoever floods the door from one place holds up another
    place by one turn.
    """

    def __init__(self) -> None:
        self._places: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._all = asyncio.Lock()

    @asynccontextmanager
    async def at(self, place: str) -> AsyncIterator[None]:
        """A turn among those of one place."""
        own = self._places.setdefault(place, asyncio.Lock())
        async with own:
            yield

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether a password fits, when nobody else's is looked at."""
        async with self._all:
            return await asyncio.to_thread(staff.verify, password_hash, password)


_turns: Final[WeakKeyDictionary[web.Application, Turns]] = WeakKeyDictionary()


@ROUTES.get("/login", "staff/login.html")
async def page(request: web.Request) -> dict[str, Any]:
    """The form; who is already in goes on."""
    if request.get(SESSION):
        raise web.HTTPSeeOther("/console/")
    return {"problem": "", "locked": False, "login": "", "to": _target(request.query.get("to", ""))}


@ROUTES.form("/login", LogIn)
async def enter(request: web.Request, form: LogIn) -> web.StreamResponse:
    """Check name and password; a success sets the cookies."""
    login, password = form.login.strip()[:64], form.password[:256]
    to, settings = _target(form.to), request.app[SETTINGS]
    try:
        cookies = await _checked(request, login, password)
    except JiashuError as error:
        facts = {"problem": error.sentence, "locked": isinstance(error, staff.TooManyTries), "login": login, "to": to}
        return aiohttp_jinja2.render_template("staff/login.html", request, facts, status=error.status)
    answer = web.HTTPSeeOther(to)
    give(answer, cookies, settings, request.app[HOUSE].public_url)
    raise answer


async def _checked(request: web.Request, login: str, password: str) -> sessions.Cookies:
    """The cookies of a log-in. Each try is counted before its password is looked at.

    Raises WrongPassword and TooManyTries.
    """
    database, clock, settings = request.app[DATABASE], request.app[CLOCK], request.app[SETTINGS]
    came_from, known = address.client(request, settings.http.trusted), request.cookies.get(DEVICE, "")
    who = await database.read(lambda db: staff.knock(db, login, came_from, known, clock()))
    turns = _turns.setdefault(request.app, Turns())
    async with turns.at(who.place):
        left = await database.write(lambda db: staff.count(db, who, clock()))
        if await turns.verify(who.password, password):

            def begin(db: Unit) -> sessions.Cookies:
                return sessions.log_in(db, who, clock(), settings.security.session_hours)

            return await database.write(begin)
        database.note([staff.failed(who, left)])
        raise staff.WrongPassword(left=left) if left else await database.write(lambda db: staff.lock(db, who, clock()))


@ROUTES.post("/logout", may=COLLEAGUE)
async def leave(request: web.Request) -> web.StreamResponse:
    """End the session; the browser stays known."""
    session, now = request[SESSION], request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: sessions.log_out(db, session.id, now))
    answer = web.HTTPSeeOther("/console/login")
    answer.del_cookie(COOKIE, path="/console")
    raise answer


def _target(path: str) -> str:
    """Only a page of the console may be gone on to."""
    return path if path.startswith("/console/") and "//" not in path and "\\" not in path else "/console/"
