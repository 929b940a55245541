"""Who is looking: the session cookie, CSRF, and the redirect to the log-in; for all pages of a sub-application."""

import asyncio
import hmac
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware
from yarl import URL

from care.errors import StaleForm
from services.access import Viewer
from services.staff import staff
from settings import Settings


from services.staff import sessions
from settings.clock import Clock
from storage.database import Database

log = logging.getLogger("jiashu.sessions")
COOKIE: Final = "jiashu"
DEVICE: Final = "jiashu_device"
DEVICE_DAYS: Final = 90
ANSWERS_IN: Final = 1.0
"""Seconds after which the database counts as silent for a page that must work without it."""
REMEMBERED: Final = (500, 600.0)
"""Sessions kept in memory, and for how many seconds: who looked at a page in this time can answer an alarm without the
database.
"""
SESSION: Final = web.RequestKey("session", sessions.Session)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def give(answer: web.StreamResponse, cookies: staff.Cookies, settings: Settings, public_url: str) -> None:
    """Put the cookies of a log-in into an answer: the session, and the proof that the account was opened here."""
    secure = settings.security.secure_cookies
    if secure is None:
        secure = public_url.startswith("https://")
    for name, value, age in (
        (COOKIE, cookies.session, settings.security.session_hours * 3600),
        (DEVICE, cookies.device, DEVICE_DAYS * 86_400),
    ):
        answer.set_cookie(name, value, httponly=True, samesite="Lax", path="/console", max_age=age, secure=secure)


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
        if found is not None:
            request[SESSION] = found
        path = request.path
        if path in free or path.startswith("/console/static/"):
            _same_origin(request)
            return await handler(request)
        if found is None:
            if request.headers.get("HX-Request"):
                return web.Response(headers={"HX-Redirect": _then(login, _page_of(request))})
            raise web.HTTPSeeOther(_then(login, request.raw_path if request.method == "GET" else ""))
        if request.method not in {"GET", "HEAD"}:
            _same_origin(request)
            given = request.headers.get("X-CSRF") or str((await request.post()).get("csrf", ""))
            if not hmac.compare_digest(given.encode(), found.csrf.encode()):
                raise StaleForm
        return await handler(request)

    return check


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
