"""投诉: the open cases by time left, and one case with its stages, clocks and first feedback (design.md 5.3)."""

import secrets
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from care.errors import NotFound
from console.views.context import CLOCK, DATABASE
from services import desk
from services.access import Viewer, access_case, access_complaints
from storage.queries import cases as queries
from storage.queries import chats
from storage.unit import Unit
from web.sessions import viewer


def routes(router: web.UrlDispatcher) -> None:
    """All addresses of this page."""
    router.add_get("/complaints", index)
    router.add_get("/complaints/list", rows)
    router.add_get(r"/complaints/{number:C\d{4}-\d{2,4}}", case)
    router.add_get(r"/complaints/{number:C\d{4}-\d{2,4}}/body", body)
    router.add_post(r"/complaints/{number:C\d{4}-\d{2,4}}/{act:answer|call|note}", act)


@aiohttp_jinja2.template("complaints.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The list."""
    return await _rows(request)


@aiohttp_jinja2.template("_complaint_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone, when something changed."""
    return await _rows(request)


@aiohttp_jinja2.template("case.html")
async def case(request: web.Request) -> dict[str, Any]:
    """One case."""
    return await _case(request)


@aiohttp_jinja2.template("_case.html")
async def body(request: web.Request) -> dict[str, Any]:
    """The live parts of a case, when something changed."""
    return await _case(request)


@aiohttp_jinja2.template("_case.html")
async def act(request: web.Request) -> dict[str, Any]:
    """First feedback by message or by phone, or an internal line."""
    form, who, now = await request.post(), viewer(request), request.app[CLOCK]()
    text, key, number, what = str(form.get("text", "")), str(form.get("key", "")), request.match_info["number"], request.match_info["act"]

    def work(db: Unit) -> None:
        found = _find(db, who, number)
        if what == "answer":
            desk.answer(db, who, found.person_id, text, key, now)
        elif what == "call":
            desk.log_call(db, who, found.person_id, text, now)
        else:
            desk.note_case(db, who, found.id, text, now)

    await request.app[DATABASE].write(work)
    return await _case(request) | {"done": what}


async def _rows(request: web.Request) -> dict[str, Any]:
    who = viewer(request)
    access_complaints(who)
    found = await request.app[DATABASE].read(lambda db: queries.rows(db, who.home_id))
    now = request.app[CLOCK]()
    late = [row for row in found if row.clock and row.clock.due_at <= now]
    return {"rows": found, "late": late}


async def _case(request: web.Request) -> dict[str, Any]:
    who, number, now = viewer(request), request.match_info["number"], request.app[CLOCK]()

    def work(db: Unit) -> tuple[queries.Case, chats.Window]:
        found = _find(db, who, number)
        return queries.one(db, found), chats.window(db, found.person_id)

    found, window = await request.app[DATABASE].read(work)
    left, until = window.left(now)
    return {"found": found, "window": window, "left": left, "until": until, "key": secrets.token_urlsafe(16), "done": ""}


def _find(db: Unit, who: Viewer, number: str) -> Any:  # noqa: ANN401
    access_complaints(who)
    found = queries.by_number(db, who.home_id, number)
    if found is None:
        raise NotFound
    return access_case(db, who, found.id)
