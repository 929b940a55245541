"""岗位和班次: where somebody must be and which kinds of shift there are, as the lead keeps them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE
from console.routes import Routes
from console.views import roster as rota
from console.views.roster_week import is_night
from services.access import LEADS, Page, Viewer, access_page
from services.roster import kinds, posts
from services.roster.access import ROSTER
from services.roster.forms import ByFloor, EditPost, EditShift, EndPost, EndShift
from storage.queries import roster as queries
from storage.unit import Unit
from web.sessions import viewer

POSTS: Final = Page("岗位和班次", "/roster/posts", LEADS)
ROUTES: Final = Routes(POSTS)


@ROUTES.get("/roster/posts", "roster/posts.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _posts(request)


@ROUTES.form("/roster/by-floor", ByFloor, "roster/_rota.html")
async def by_floor(request: web.Request, form: ByFloor) -> dict[str, Any] | web.Response:
    """A post for each floor that has none; who pressed on the page of posts is led to the week."""
    await _write(request, lambda db, who, now: posts.by_floor(db, who, form, now))
    if request.headers.get("HX-Target") == "posts":
        return web.Response(headers={"HX-Location": "/console/roster"})
    return await rota.rota(request)


@ROUTES.form("/roster/posts/edit", EditPost, "roster/_posts.html")
async def edit_post(request: web.Request, form: EditPost) -> dict[str, Any]:
    """A new post, or another one."""
    await _write(request, lambda db, who, now: posts.edit_post(db, who, form, now))
    return await _posts(request)


@ROUTES.form("/roster/posts/end", EndPost, "roster/_posts.html")
async def end_post(request: web.Request, form: EndPost) -> dict[str, Any]:
    """A post is given up."""
    await _write(request, lambda db, who, now: posts.end_post(db, who, form, now))
    return await _posts(request)


@ROUTES.form("/roster/shifts/edit", EditShift, "roster/_posts.html")
async def edit_shift(request: web.Request, form: EditShift) -> dict[str, Any]:
    """A new kind of shift, or other hours."""
    await _write(request, lambda db, who, now: posts.edit_shift(db, who, form, now))
    return await _posts(request)


@ROUTES.form("/roster/shifts/end", EndShift, "roster/_posts.html")
async def end_shift(request: web.Request, form: EndShift) -> dict[str, Any]:
    """A kind of shift is no longer offered."""
    await _write(request, lambda db, who, now: posts.end_shift(db, who, form, now))
    return await _posts(request)


async def _write(request: web.Request, work: Callable[[Unit, Viewer, datetime], object]) -> None:
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: work(db, who, now))


async def _posts(request: web.Request) -> dict[str, Any]:
    who = viewer(request)
    access_page(who, ROSTER)

    def work(db: Unit) -> dict[str, Any]:
        shifts = kinds.of_home(db, who.home_id)
        return {
            "posts": (there := kinds.posts(db, who.home_id)),
            "phones": {row.id: db.open(row, "phone") or "" for row in there},
            "shifts": shifts,
            "stored": bool(kinds.shifts(db, who.home_id)),
            "names": {str(row.id): row.name for row in shifts},
            "without": [name for name, _ in posts.bare_floors(db, who.home_id)],
            "floors": queries.floors(db, who.home_id),
            "post_revision": posts.post_revision,
            "shift_revision": posts.shift_revision,
            "is_night": is_night,
            "WEEKDAYS": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
        }

    return await request.app[DATABASE].read(work)
