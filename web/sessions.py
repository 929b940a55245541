"""Who is looking: the session cookie, CSRF, and the redirect to the log-in; for all pages of a sub-application."""

import asyncio
import contextlib
import hmac
import logging
import re
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware
from yarl import URL

from care.errors import StaleForm
from services.access import Viewer
from services.staff import sessions
from settings.clock import Clock
from storage.database import Database
from web import bodies

log = logging.getLogger("jiashu.sessions")
COOKIE: Final = "jiashu"
STATION: Final = "jiashu_station"
LOCKED: Final = "/console/station"
"""Where a station without anybody leads."""
ANSWERS_IN: Final = 1.0
"""Seconds after which the database counts as silent for a page that must work without it."""
REMEMBERED: Final = (500, 600.0)
"""Sessions kept in memory, and for how many seconds: who looked at a page in this time can answer an alarm without the
database.
"""
SESSION: Final = web.RequestKey("session", sessions.Session)
TOLD_AFTER: Final = 60.0, 20.0
"""Seconds after which an act of a person is written down again; at a station, which locks sooner."""
IDLE: Final = "X-Idle"
"""How many seconds ago somebody touched the page that asks: what a page fetches by itself keeps nobody logged in."""
STEPS: Final = {
    sessions.Owes.CODE: "/console/login/code",
    sessions.Owes.PASSWORD: "/console/first/password",
    sessions.Owes.PLEDGE: "/console/first/pledge",
    sessions.Owes.CODES: "/console/first/codes",
}
"""The only address for a session that still owes something, beside the way out."""
LEAVES: Final = "/console/logout"
WATCHES: Final = re.compile(r"/console/(live|duty/pulse|alarms/[0-9a-f]{20}/(go|cannot|arrive))")
"""What is open to a screen that nobody sits at, and that hears alarms for a shift: the strip and its answers (F1)."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def viewer(request: web.Request) -> Viewer:
    """The member of staff behind a request that passed the middleware."""
    return request[SESSION].viewer


class Sessions:
    """Looks up sessions; remembers those of the last minutes for the paths that must work without the database."""

    def __init__(self, database: Database, clock: Clock, without: tuple[str, ...]) -> None:
        self._database, self._clock, self._without = database, clock, without
        self._seen: dict[str, tuple[sessions.Session, float]] = {}

    async def of(self, token: str, path: str) -> sessions.Session | None:
        """The session of a cookie. Raises what the database raises, unless the path works without it and the session
        was just seen.
        """
        patient = not path.startswith(self._without)
        try:
            async with asyncio.timeout(None if patient else ANSWERS_IN):
                found = await self._database.read(lambda db: sessions.session(db, token, self._clock()))
        except Exception:
            known = self._seen.get(token)
            if patient or known is None or time.monotonic() - known[1] > REMEMBERED[1]:
                raise
            log.warning("the database is silent, the session is remembered", extra={"action": "remembered"})
            return known[0]
        self._seen.pop(token, None)
        if found is not None:
            self._seen[token] = (found, time.monotonic())
            if len(self._seen) > REMEMBERED[0]:
                self._seen.pop(next(iter(self._seen)))
        return found


def middleware(
    database: Database, clock: Clock, login: str, free: frozenset[str], without: tuple[str, ...] = ()
) -> Middleware:
    """Let in who has a session; send the others to `login`. `free` paths need none; `without`: paths that work without
    the database.
    """
    sessions = Sessions(database, clock, without)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        token = request.cookies.get(COOKIE, "")
        found = await sessions.of(token, request.path) if token else None
        path = request.path
        shut = found is not None and found.left and not WATCHES.fullmatch(path)
        if found is not None and not shut:
            request[SESSION] = found
        if path in free or path.startswith("/console/static/"):
            _same_origin(request)
            return await handler(request)
        if found is None or shut:
            return _out(request, found, login)
        if found.owes and path not in {step := STEPS[found.owes], LEAVES}:
            return _lead_to(request, step)
        if request.method not in {"GET", "HEAD"}:
            _same_origin(request)
            given = request.headers.get("X-CSRF") or str((await bodies.fields(request)).get("csrf", ""))
            if not hmac.compare_digest(given.encode(errors="surrogatepass"), found.csrf.encode()):
                raise StaleForm
        if not request.path.startswith(without):
            await _told(database, clock, request, found)
        return await handler(request)

    return check


def _out(request: web.Request, found: sessions.Session | None, login: str) -> web.StreamResponse:
    """Redirect to the log-in; a background request of a locked page, which still receives alarms, gets 204."""
    if found is not None and request.method == "GET" and request.headers.get("HX-Request"):
        return web.Response(status=204)
    return _lead_to(request, LOCKED if request.cookies.get(STATION) else login)


def _lead_to(request: web.Request, page: str) -> web.StreamResponse:
    """Another page first, which leads back to this one."""
    if request.headers.get("HX-Request"):
        return web.Response(headers={"HX-Redirect": _then(page, _page_of(request))})
    raise web.HTTPSeeOther(_then(page, request.raw_path if request.method == "GET" else ""))


async def _told(database: Database, clock: Clock, request: web.Request, found: sessions.Session) -> None:
    """Somebody did something: written down at most once a minute. No page fails by it."""
    text = request.headers.get(IDLE, "")
    if not text.isdecimal() and request.method == "GET" and request.headers.get("HX-Request"):
        return
    at = clock() - timedelta(seconds=int(text[:6]) if text.isdecimal() else 0)
    often = TOLD_AFTER[found.station_id is not None]
    if found.seen_at is not None and (at - found.seen_at).total_seconds() < often:
        return
    with contextlib.suppress(Exception):
        async with asyncio.timeout(ANSWERS_IN):
            await database.write(lambda db: sessions.touch(db, found.id, at))


def _page_of(request: web.Request) -> str:
    """The page on which something was pressed, as the browser tells."""
    try:
        return URL(request.headers.get("HX-Current-URL", "")).raw_path_qs
    except ValueError:
        return ""


def _then(login: str, page: str) -> str:
    """The log-in, which leads back to a page."""
    return str(URL(login) % {"to": page}) if page else login


def _same_origin(request: web.Request) -> None:
    """A form of another site is refused, also before there is a session."""
    if request.method not in {"GET", "HEAD"} and request.headers.get("Sec-Fetch-Site", "same-origin") not in {
        "same-origin",
        "none",
    }:
        raise StaleForm
