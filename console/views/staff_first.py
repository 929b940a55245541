"""The steps of a first log-in: a password of one's own, the pledge, codes. No other page opens before (P6)."""

import asyncio
from typing import Any, Final

import aiohttp_jinja2
import segno
from aiohttp import web
from markupsafe import Markup

from care.errors import Invalid, JiashuError
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import COLLEAGUE, Routes
from console.views.staff import safe, target, verify
from services.staff import codes, own, pledge, staff
from services.staff.forms import OwnPassword, Pledge, SetUpCodes
from services.staff.sessions import Owes
from web.sessions import SESSION

ROUTES: Final = Routes(COLLEAGUE)


@ROUTES.get("/first/password", "staff/first_password.html")
async def password_page(request: web.Request) -> dict[str, Any]:
    """The password that somebody handed out is changed."""
    _owing(request, Owes.PASSWORD)
    return {"problem": "", "to": target(request)}


@ROUTES.form("/first/password", OwnPassword)
async def set_password(request: web.Request, form: OwnPassword) -> web.StreamResponse:
    """Kept, unless it is the one that was handed out."""
    _owing(request, Owes.PASSWORD)
    session, now, database = request[SESSION], request.app[CLOCK](), request.app[DATABASE]
    row = await database.read(lambda db: own.me(db, session))
    try:
        words = own.fits(form.password, form.again, row.login, row.name)
        if await verify(request, row.password, words):
            raise Invalid(why="这是发给您的那一个。请换一个别人不知道的。")
    except JiashuError as error:
        facts = {"problem": error.sentence, "to": safe(form.to)}
        return aiohttp_jinja2.render_template("staff/first_password.html", request, facts, status=error.status)
    kept = await asyncio.to_thread(staff.hashed, words)
    await database.write(lambda db: own.change_password(db, session, kept, now))
    raise web.HTTPSeeOther(safe(form.to))


@ROUTES.get("/first/pledge", "staff/pledge.html")
async def pledge_page(request: web.Request) -> dict[str, Any]:
    """What is pledged, and what the house pledges."""
    _owing(request, Owes.PLEDGE)
    session = request[SESSION]
    row = await request.app[DATABASE].read(lambda db: own.me(db, session))
    return {"before": row.pledged_at, "lines": pledge.TEXT, "notice": pledge.NOTICE, "to": target(request)}


@ROUTES.form("/first/pledge", Pledge)
async def give_pledge(request: web.Request, form: Pledge) -> web.StreamResponse:
    """Written down with its day."""
    _owing(request, Owes.PLEDGE)
    who, now = request[SESSION].viewer, request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: pledge.give(db, who.id, now))
    raise web.HTTPSeeOther(safe(form.to))


@ROUTES.get("/first/codes", "staff/first_codes.html")
async def codes_page(request: web.Request) -> dict[str, Any]:
    """Who sees much is led to the codes."""
    _owing(request, Owes.CODES)
    return _setup(request, codes.new_secret()) | {"problem": "", "to": target(request)}


@ROUTES.form("/first/codes", SetUpCodes)
async def set_up_codes(request: web.Request, form: SetUpCodes) -> web.StreamResponse:
    """The first code proves that they arrived; or they are put off, once."""
    _owing(request, Owes.CODES)
    session, now, database = request[SESSION], request.app[CLOCK](), request.app[DATABASE]
    if form.later:
        await database.write(lambda db: codes.put_off(db, session, now))
        raise web.HTTPSeeOther(safe(form.to))
    try:
        shown = await database.write(lambda db: codes.turn_on(db, session, form.secret, form.code, now))
    except JiashuError as error:
        facts = _setup(request, form.secret) | {"problem": error.sentence, "to": safe(form.to)}
        return aiohttp_jinja2.render_template("staff/first_codes.html", request, facts, status=error.status)
    facts = {"shown": shown, "to": safe(form.to)}
    return aiohttp_jinja2.render_template("staff/first_recovery.html", request, facts)


def picture(request: web.Request, secret: str) -> dict[str, Any]:
    """What an authenticator takes in: a picture, and the same to be typed."""
    name, home = request[SESSION].viewer.name, request.app[HOUSE].home.name
    drawn = segno.make(codes.address_of(secret, name, home), error="l", micro=False)
    spelled = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {
        "secret": secret,
        "spelled": spelled,
        "picture": Markup(drawn.svg_inline(omitsize=True, border=2)),  # noqa: S704  (drawn here, of a secret of ours)
    }


def _setup(request: web.Request, secret: str) -> dict[str, Any]:
    may_wait = request[SESSION].codes_by is None
    return picture(request, codes.checked_secret(secret)) | {"may_wait": may_wait}


def _owing(request: web.Request, step: Owes) -> None:
    """Who owes nothing goes on."""
    if request[SESSION].owes is not step:
        raise web.HTTPSeeOther(target(request))
