"""我的账号: one's own password, codes, station PIN and log-ins. Before anything is changed the password is asked again."""

import asyncio
from typing import Any, Final

from aiohttp import web

from care.errors import Invalid
from console.context import CLOCK, DATABASE
from console.routes import COLLEAGUE, Routes
from console.views.staff import attempt, knock_of, verify
from console.views.staff_first import picture
from services.staff import codes, own, pledge, sessions, staff
from services.staff.forms import OwnPassword, Prove, SetPin, SetUpCodes
from storage.unit import Unit
from web.sessions import SESSION

ROUTES: Final = Routes(COLLEAGUE)


@ROUTES.get("/me", "staff/me.html")
async def page(request: web.Request) -> dict[str, Any]:
    """All of it."""
    return await _facts(request)


@ROUTES.form("/me/prove", Prove, "staff/_me.html")
async def prove(request: web.Request, form: Prove) -> dict[str, Any]:
    """The password once more; five wrong ones lock this step here."""
    session, now = request[SESSION], request.app[CLOCK]()
    await _right(request, form.password)
    await request.app[DATABASE].write(lambda db: own.prove(db, session, now))
    return await _facts(request, "密码对了，10 分钟内可以改。", proved=True)


@ROUTES.form("/me/password", OwnPassword, "staff/_me.html")
async def password(request: web.Request, form: OwnPassword) -> dict[str, Any]:
    """Another password; log-ins elsewhere end."""
    session, now, database = request[SESSION], request.app[CLOCK](), request.app[DATABASE]
    row = await database.read(lambda db: own.me(db, session))
    words = own.fits(form.password, form.again, row.login, row.name)
    await _right(request, form.old)
    kept = await asyncio.to_thread(staff.hashed, words)
    await database.write(lambda db: own.change_password(db, session, kept, now))
    return await _facts(request, "密码换好了，别处的登录都退出了。")


@ROUTES.post(r"/me/sessions/{session:\d{1,18}}/end", "staff/_me.html")
async def end_one(request: web.Request) -> dict[str, Any]:
    """A log-in of one's own ends, where a phone was lost or a screen left open."""
    session, now, number = request[SESSION], request.app[CLOCK](), int(request.match_info["session"])
    if number == session.id:
        raise Invalid(why="这里就是您正在用的。要退出，请点左下角的退出。")
    await request.app[DATABASE].write(lambda db: own.end_one(db, session, number, now))
    return await _facts(request, "那里已经退出了。")


@ROUTES.post("/me/sessions/end", "staff/_me.html")
async def end_others(request: web.Request) -> dict[str, Any]:
    """All but this one."""
    session, now = request[SESSION], request.app[CLOCK]()
    ended = await request.app[DATABASE].write(lambda db: own.end_others(db, session, now))
    return await _facts(request, f"别处的 {ended} 个登录都退出了。")


@ROUTES.post("/me/codes/begin", "staff/_me.html")
async def begin_codes(request: web.Request) -> dict[str, Any]:
    """A picture for the phone; also for another phone."""
    own.need_proof(request[SESSION], request.app[CLOCK]())
    return await _facts(request) | {"setup": picture(request, codes.new_secret())}


@ROUTES.form("/me/codes", SetUpCodes, "staff/_me.html")
async def set_codes(request: web.Request, form: SetUpCodes) -> dict[str, Any]:
    """The code of the phone proves it; recovery codes are shown once."""
    session, now = request[SESSION], request.app[CLOCK]()
    own.need_proof(session, now)
    shown = await request.app[DATABASE].write(lambda db: codes.turn_on(db, session, form.secret, form.code, now))
    return await _facts(request, "验证码设好了。") | {"shown": shown}


@ROUTES.post("/me/codes/recovery", "staff/_me.html")
async def new_recovery(request: web.Request) -> dict[str, Any]:
    """Other recovery codes."""
    session, now = request[SESSION], request.app[CLOCK]()
    own.need_proof(session, now)
    shown = await request.app[DATABASE].write(lambda db: codes.new_recovery(db, session, now))
    return await _facts(request, "换好了，以前的恢复码都不能用了。") | {"shown": shown}


@ROUTES.post("/me/codes/off", "staff/_me.html")
async def codes_off(request: web.Request) -> dict[str, Any]:
    """For who may be without."""
    session, now = request[SESSION], request.app[CLOCK]()
    own.need_proof(session, now)
    await request.app[DATABASE].write(lambda db: codes.turn_off(db, session, now))
    return await _facts(request, "验证码关掉了。")


@ROUTES.form("/me/pin", SetPin, "staff/_me.html")
async def set_pin(request: web.Request, form: SetPin) -> dict[str, Any]:
    """Six digits for stations; an empty field takes them away."""
    session, now = request[SESSION], request.app[CLOCK]()
    own.need_proof(session, now)
    kept = await asyncio.to_thread(staff.hashed_pin, own.pin(form.pin)) if form.pin.strip() else None
    await request.app[DATABASE].write(lambda db: own.set_pin(db, session, kept, now))
    return await _facts(request, "值班台密码设好了。" if kept else "值班台密码取消了。")


async def _right(request: web.Request, words: str) -> None:
    """Raises WrongPassword, TooManyTries."""
    who = await knock_of(request, request[SESSION], "prove")
    await attempt(request, who, lambda: verify(request, who.password, words[:256]), staff.WrongPassword)


async def _facts(request: web.Request, done: str = "", *, proved: bool = False) -> dict[str, Any]:
    session, now = request[SESSION], request.app[CLOCK]()

    def work(db: Unit) -> dict[str, Any]:
        row = own.me(db, session)
        return {
            "row": row,
            "phone": db.open(row, "phone") or "",
            "devices": own.devices(db, session, now),
            "recovery": codes.left(db, row.id),
        }

    found = await request.app[DATABASE].read(work)
    return found | {
        "done": done,
        "proved": proved or own.proved(session, now),
        "must": session.viewer.role in sessions.NEEDS_CODES,
        "setup": None,
        "shown": [],
        "until": found["row"].pledged_at + pledge.YEAR if found["row"].pledged_at else None,
        "lines": pledge.TEXT,
    }
