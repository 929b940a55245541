"""登录: name and password; wrong ones cost time and tries, told plainly (design.md 5.14)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakValueDictionary

import aiohttp_jinja2
from aiohttp import web

from care.errors import JiashuError
from console.context import CLOCK, DATABASE, HOUSE, SETTINGS
from console.routes import COLLEAGUE, STRANGER, Routes
from services.staff import codes, sessions, staff
from services.staff.forms import EnterCode, LogIn
from storage import tables
from storage.unit import Unit
from web import address
from web.sessions import COOKIE, SESSION

DEVICE: Final = "jiashu_device"
DEVICE_DAYS: Final = 90


LET_IN: Final = "jiashu_let_in"
"""For a minute after a right password, also where nothing is encrypted: who then has no session has a browser that did
not keep it.
"""
WHY: Final = {
    "put_out": "您的账号已经停用了。有疑问请找主管或院长。",
    "ended": "这里的登录被退出了。请再登录一次。",
    "password": "密码换过了，请用新密码登录。",
    "idle": "很久没有动，已经退出。写到一半的都还在，登录后接着写。要一直看报警的电脑，请院长设为值班台：锁着也会响。",
    "over": "登录到时间了，请再登录一次。写到一半的都还在。",
}
BROWSERS: Final = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "安卓"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux"),
)
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
    """The form; who is already in goes on. Who was thrown out reads why."""
    if request.get(SESSION):
        raise web.HTTPSeeOther(target(request))
    token, now = request.cookies.get(COOKIE, ""), request.app[CLOCK]()
    why = await request.app[DATABASE].read(lambda db: sessions.why_ended(db, token, now)) if token else ""
    told = WHY.get(why, "") if token else _not_kept(request)
    return {"problem": "", "locked": False, "login": "", "to": target(request), "why": told}


def _not_kept(request: web.Request) -> str:
    """Why somebody with the right password is at the door again; nothing for who just came."""
    if LET_IN not in request.cookies:
        return ""
    here = request.app[HOUSE].public_url.rstrip("/")
    if here.startswith("https://"):
        return f"密码是对的，但这个地址没有加密，浏览器不存登录。请从 {here}/console/ 打开。"
    return "密码是对的，但浏览器没有存下登录。请在浏览器的设置里允许这个网站存 Cookie，再登录。"


@ROUTES.form("/login", LogIn)
async def enter(request: web.Request, form: LogIn) -> web.StreamResponse:
    """Check name and password; a success sets the cookies."""
    login, password = form.login.strip()[:64], form.password[:256]
    to = safe(form.to)
    try:
        cookies = await _checked(request, login, password)
    except JiashuError as error:
        facts = {"problem": error.sentence, "locked": isinstance(error, staff.TooManyTries), "login": login, "to": to}
        return aiohttp_jinja2.render_template("staff/login.html", request, facts | {"why": ""}, status=error.status)
    answer = web.HTTPSeeOther(to)
    give(request, answer, cookies)
    raise answer


def give(request: web.Request, answer: web.StreamResponse, cookies: sessions.Cookies) -> None:
    """The cookies of a log-in: the session, and the proof that the account was opened here."""
    set_cookie(request, answer, COOKIE, cookies.session, request.app[SETTINGS].security.session_hours * 3600)
    set_cookie(request, answer, DEVICE, cookies.device, DEVICE_DAYS * 86_400)
    answer.set_cookie(LET_IN, "1", httponly=True, samesite="Lax", path="/console/login", max_age=60)


def set_cookie(request: web.Request, answer: web.StreamResponse, name: str, value: str, seconds: int) -> None:
    """A cookie that no script reads, on this console alone."""
    settings = request.app[SETTINGS]
    secure = settings.security.secure_cookies
    if secure is None:
        secure = request.app[HOUSE].public_url.startswith("https://")
    answer.set_cookie(name, value, httponly=True, samesite="Lax", path="/console", max_age=seconds, secure=secure)


async def _checked(request: web.Request, login: str, password: str) -> sessions.Cookies:
    """The cookies of a log-in. Each try is counted before its password is looked at.

    Raises WrongPassword and TooManyTries.
    """
    database, clock, settings = request.app[DATABASE], request.app[CLOCK], request.app[SETTINGS]
    came_from, known = address.client(request, settings.http.trusted), request.cookies.get(DEVICE, "")
    agent = browser(request)
    who = await database.read(lambda db: staff.knock(db, login, came_from, known, clock()))
    turns = _turns.setdefault(request.app, Turns())
    async with turns.at(who.place):
        left = await database.write(lambda db: staff.count(db, who, clock()))
        if await turns.verify(who.password, password):
            before = request.cookies.get(COOKIE, "")

            def begin(db: Unit) -> sessions.Cookies:
                idle = timedelta(minutes=settings.security.idle_minutes)
                return sessions.log_in(db, who, clock(), settings.security.session_hours, agent, idle, before)

            return await database.write(begin)
        database.note([staff.failed(who, left)])
        raise staff.WrongPassword(left=left) if left else await database.write(lambda db: staff.lock(db, who, clock()))


async def knock_of(request: web.Request, session: sessions.Session, step: str) -> staff.Knock:
    """Who is logged in tries something again: a code, or the password."""
    came_from, known = address.client(request, request.app[SETTINGS].http.trusted), request.cookies.get(DEVICE, "")
    me = session.viewer

    def work(db: Unit) -> staff.Knock:
        row = db.get_one(tables.Staff, me.id)
        return staff.Knock(row.login, came_from, staff.device(db, known, me.id), me.id, row.password, me.home_id, step)

    return await request.app[DATABASE].read(work)


async def attempt(
    request: web.Request, who: staff.Knock, fits: Callable[[], Awaitable[bool]], wrong: type[JiashuError]
) -> None:
    """A try, counted before it is looked at; five wrong ones lock this step here. Raises `wrong`, TooManyTries."""
    database, clock = request.app[DATABASE], request.app[CLOCK]
    await database.read(lambda db: staff.refuse_locked(db, who, clock()))
    async with _turns.setdefault(request.app, Turns()).at(who.place + who.step):
        left = await database.write(lambda db: staff.count(db, who, clock()))
        if await fits():
            await database.write(lambda db: staff.forget(db, who))
            return
        database.note([staff.failed(who, left)])
        raise wrong(left=left) if left else await database.write(lambda db: staff.lock(db, who, clock()))


async def verify(request: web.Request, password_hash: str | None, password: str) -> bool:
    """Whether a password fits, when nobody else's is looked at."""
    return await _turns.setdefault(request.app, Turns()).verify(password_hash, password)


@ROUTES.get("/login/code", "staff/code.html", may=COLLEAGUE)
async def code_page(request: web.Request) -> dict[str, Any]:
    """The second step of a log-in."""
    _owing(request, sessions.Owes.CODE)
    return {"problem": "", "to": target(request)}


@ROUTES.form("/login/code", EnterCode, may=COLLEAGUE)
async def enter_code(request: web.Request, form: EnterCode) -> web.StreamResponse:
    """A code of the phone, or a recovery code; five wrong ones end the log-in and lock this step here."""
    session, database, clock = request[SESSION], request.app[DATABASE], request.app[CLOCK]
    _owing(request, sessions.Owes.CODE)
    who, text = await knock_of(request, session, "code"), form.code[:32]

    async def fits() -> bool:
        return await database.write(lambda db: codes.enter(db, session, text, clock()))

    try:
        await attempt(request, who, fits, codes.WrongCode)
    except staff.TooManyTries as error:
        await database.write(lambda db: sessions.log_out(db, session.id, clock()))
        facts = {"problem": error.sentence, "locked": True, "login": who.login, "to": safe(form.to), "why": ""}
        return aiohttp_jinja2.render_template("staff/login.html", request, facts, status=error.status)
    except JiashuError as error:
        facts = {"problem": error.sentence, "to": safe(form.to)}
        return aiohttp_jinja2.render_template("staff/code.html", request, facts, status=error.status)
    raise web.HTTPSeeOther(safe(form.to))


@ROUTES.post("/active", may=COLLEAGUE)
async def active(request: web.Request) -> web.StreamResponse:
    """Somebody types on an open page; the door has written it down."""
    return web.Response(status=204 if request[SESSION].viewer else 404)


def _owing(request: web.Request, step: sessions.Owes) -> None:
    """Who owes nothing goes on."""
    if request[SESSION].owes is not step:
        raise web.HTTPSeeOther(target(request))


@ROUTES.post("/logout", may=COLLEAGUE)
async def leave(request: web.Request) -> web.StreamResponse:
    """End the session; the browser stays known."""
    session, now = request[SESSION], request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: sessions.log_out(db, session.id, now))
    answer = web.HTTPSeeOther("/console/login")
    answer.del_cookie(COOKIE, path="/console")
    answer.del_cookie(LET_IN, path="/console/login")
    raise answer


def target(request: web.Request) -> str:
    """Where the log-in leads."""
    return safe(request.query.get("to", ""))


def safe(path: str) -> str:
    """Only a page of the console may be gone on to."""
    return path if path.startswith("/console/") and "//" not in path and "\\" not in path else "/console/"


def browser(request: web.Request) -> str:
    """Which kind of browser, in a few words: told to its colleague alone."""
    agent = request.headers.get("User-Agent", "")
    kind = next((name for sign, name in BROWSERS if sign in agent), "浏览器")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return " · ".join(filter(None, (kind, system)))
