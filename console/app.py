"""The console as a sub-application: routes, templates, and the order in which a request passes the doors."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from care.duty import Watch
from care.errors import JiashuError
from console import words
from console.context import ACCOUNT, BOARD, CLOCK, DATABASE, DECODE, HOUSE, LIVE, SETTINGS
from console.live import SEEN, Live
from console.routes import Routes, guard
from console.views.incidents_callout import KEPT
from services.access import WORKS, Page, Viewer, pages
from services.emergencies import unreadable
from services.emergencies.board import Board
from services.house import House
from services.ports import AccountDesk, Decode
from services.staff import staff
from services.staff.sessions import PUT_OFF, Session
from settings import Settings, subjects
from settings.clock import Clock
from storage.database import Database
from web import errors, headers, practice, sessions

HERE = Path(__file__).parent
FREE = frozenset(
    {
        "/console/login",
        "/console/start",
        "/console/callout",
        "/console/station",
        "/console/station/in",
        "/console/station/lock",
        "/console/station/alarms",
    }
)
WITHOUT_DATABASE = ("/console/alarms", "/console/live")
"""What must work for who is logged in while the database is away."""


def build(
    database: Database,
    house: House,
    board: Board,
    settings: Settings,
    clock: Clock,
    decode: Decode,
    account: AccountDesk | None = None,
) -> web.Application:
    """The sub-application for `/console`."""
    live = Live(database, board, clock)
    app = web.Application(
        middlewares=[
            live.mark,
            headers.secure,
            practice.mark(house, "/console/static/practice.css"),
            errors.explain,
            _shut(house),
            sessions.middleware(database, clock, "/console/login", FREE, WITHOUT_DATABASE),
            guard,
        ],
        client_max_size=256 * 1024,
    )
    app[DATABASE], app[SETTINGS], app[CLOCK], app[DECODE] = database, settings, clock, decode
    app[HOUSE], app[BOARD], app[LIVE], app[KEPT] = house, board, live, {}
    if account is not None:
        app[ACCOUNT] = account
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        context_processors=[_shared],
    )
    words.install(environment, house, clock)
    app.router.add_static("/static", HERE / "static", name="static", append_version=True)
    for routes in subjects.declared("console.views", Routes):
        for route in routes.all:
            add = app.router.add_get if route.method == "GET" else app.router.add_post
            add(route.path, route.handler)
    app.on_shutdown.append(app[LIVE].close)
    return app


class NotOpened(JiashuError):
    """这里还没有开始使用。装好它的人，请打开启动窗口里的那个地址；没有看到，在服务器上运行 jiashu code。"""

    status = 503


def _shut(house: House) -> Middleware:
    """Until there is a director nothing of the console is there but the way to make one (engineering 5)."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not house.opened and not request.path.startswith(("/console/start", "/console/static/")):
            raise NotOpened
        return await handler(request)

    return check


def on_duty(watches: Sequence[Watch], viewer: Viewer) -> list[Watch]:
    """Who is on duty, as the frame tells it: the viewer's floors first, then the whole house, then the others."""
    if viewer.role not in WORKS:
        return []
    return sorted(watches, key=lambda watch: (not viewer.floors & watch.floors, bool(watch.floors)))


def menu() -> list[Page]:
    """All pages of the menu, whoever asks."""
    subjects.modules("console.views")
    return pages()


async def _shared(request: web.Request) -> dict[str, Any]:
    """What every template may name."""
    session = request.get(sessions.SESSION)
    return {
        "viewer": session.viewer if session else None,
        "csrf": session.csrf if session else "",
        "path": request.path,
        "seen": request.get(SEEN, ""),
        "now": request.app[CLOCK](),
        "nav_pages": [page for page in pages() if session.viewer.sees(page)] if session else [],
        "duty": on_duty(request.app[HOUSE].on_duty(request.app[CLOCK]()), session.viewer) if session else [],
        "alarms": request.app[BOARD].seen_by(session.viewer) if session else [],
        "hearing": request.app[BOARD].hearing(session.viewer) if session else None,
        "takes": session is not None and any(one.session == session.id for one in request.app[BOARD].receivers.all),
        "downtimes": request.app[BOARD].downtimes if session else [],
        "unreadable": unreadable.seen_by(session.viewer, request.app[BOARD].unreadable) if session else [],
        "locks": request.app[BOARD].locks if session and staff.sees_locks(session.viewer) else [],
        "ended": request.app[BOARD].ended_for(session.viewer, request.app[CLOCK]()) if session else [],
        "apart": request.app[BOARD].apart if session else False,
        "playing": request.app[BOARD].playing if session else "",
        "closed": request.app[BOARD].closed if session else None,
        "away": False,
        "codes_by": _soon(session, request.app[CLOCK]()) if session else None,
        "at_station": session is not None and session.station_id is not None,
        "practising": request.app[HOUSE].practice is not None,
        "idle": int(session.idle.total_seconds()) if session else 0,
    }


def _soon(session: Session, now: datetime) -> datetime | None:
    """Until when codes are put off, when that is near enough to be told."""
    by = session.codes_by
    return by if by is not None and by - now <= PUT_OFF else None
