"""登录: name and password; wrong ones cost time and tries, told plainly (design.md 5.14)."""

import asyncio
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web

from care.errors import JiashuError
from console.views.context import CLOCK, DATABASE, SETTINGS
from services import staff
from storage.unit import Unit
from web.sessions import COOKIE, SESSION

_one_by_one: Final = asyncio.Lock()
"""argon2 costs 200 ms and 64 MiB; and a burst of guesses at once would all pass before the first is counted."""


@aiohttp_jinja2.template("login.html")
async def page(request: web.Request) -> dict[str, Any]:
    """The form; who is already in goes on."""
    if request.get(SESSION):
        raise web.HTTPSeeOther("/console/")
    return {"problem": "", "login": "", "to": _target(request.query.get("to", ""))}


async def enter(request: web.Request) -> web.StreamResponse:
    """Check name and password; a success sets the cookie."""
    form = await request.post()
    login, password = str(form.get("login", "")).strip()[:64], str(form.get("password", ""))[:256]
    database, settings, now = request.app[DATABASE], request.app[SETTINGS], request.app[CLOCK]()
    keys = (f"name:{login}", f"address:{request.remote}")
    try:
        async with _one_by_one:
            await database.read(lambda db: staff.check_throttle(db, keys, now))
            found = await database.read(lambda db: staff.find(db, login))
            right = await asyncio.to_thread(staff.verify, found[1] if found else None, password)
            if found is None or not right:
                raise await database.write(lambda db: staff.failed(db, keys, now))
    except JiashuError as error:
        to = _target(str(form.get("to", "")))
        return aiohttp_jinja2.render_template(
            "login.html", request, {"problem": error.sentence, "login": login, "to": to}, status=error.status
        )
    staff_id, hours = found[0], settings.security.session_hours

    def begin(db: Unit) -> str:
        return staff.log_in(db, staff_id, keys, now, hours)

    token = await database.write(begin)
    answer = web.HTTPSeeOther(_target(str(form.get("to", ""))))
    secure = settings.security.secure_cookies
    answer.set_cookie(
        COOKIE, token, httponly=True, samesite="Lax", path="/console", max_age=hours * 3600,
        secure=settings.http.public_url.startswith("https://") if secure is None else secure,
    )  # fmt: skip
    raise answer


async def leave(request: web.Request) -> web.StreamResponse:
    """End the session."""
    session, now = request[SESSION], request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: staff.log_out(db, session.id, now))
    answer = web.HTTPSeeOther("/console/login")
    answer.del_cookie(COOKIE, path="/console")
    raise answer


def _target(path: str) -> str:
    """Only a page of the console may be gone on to."""
    return path if path.startswith("/console/") and "//" not in path and "\\" not in path else "/console/"
