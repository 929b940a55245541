"""Who is looking: the session cookie, CSRF, and the redirect to the log-in; for all pages of a sub-application."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from care.errors import StaleForm
from services import staff
from services.access import Viewer
from settings.clock import Clock
from storage.database import SqliteDatabase

COOKIE: Final = "jiashu"
SESSION: Final = web.RequestKey("session", staff.Session)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def viewer(request: web.Request) -> Viewer:
    """The member of staff behind a request that passed the middleware."""
    return request[SESSION].viewer


def middleware(database: SqliteDatabase, clock: Clock, login: str, free: frozenset[str]) -> Middleware:
    """Let in who has a session; send the others to `login`. `free` paths need none."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        token = request.cookies.get(COOKIE, "")
        found = await database.read(lambda db: staff.session(db, token, clock())) if token else None
        if found is not None:
            request[SESSION] = found
        path = request.path
        if path in free or path.startswith("/console/static/"):
            _same_origin(request)
            return await handler(request)
        if found is None:
            if request.headers.get("HX-Request"):
                return web.Response(headers={"HX-Redirect": login})
            raise web.HTTPSeeOther(f"{login}?to={path}" if request.method == "GET" else login)
        if request.method not in {"GET", "HEAD"}:
            _same_origin(request)
            given = request.headers.get("X-CSRF") or str((await request.post()).get("csrf", ""))
            if not hmac.compare_digest(given.encode(), found.csrf.encode()):
                raise StaleForm
        return await handler(request)

    return check


def _same_origin(request: web.Request) -> None:
    """A form of another site is refused, also before there is a session."""
    if request.method not in {"GET", "HEAD"} and request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise StaleForm
