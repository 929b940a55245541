"""开始使用: from an empty database to a home that can receive its first message (N3, design 30)."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web

from care.errors import Changed, Invalid, JiashuError, NotFound
from console.context import CLOCK, DATABASE, DOCTOR, HOUSE, SETTINGS, account
from console.routes import STRANGER, Routes
from console.views.staff import give
from services.access import Viewer
from services.ports import NoAccount, PlatformRefused
from services.residents import beds
from services.residents.beds import LayOut
from services.setup import first_start, menu, settings, steps
from services.setup.access import SETUP
from services.setup.forms import Claim, SetAccount, SetDomain, SetHome
from services.staff import sessions as logins
from services.staff import staff
from settings import Settings
from storage.unit import Unit
from web.forms import NAMES, SENT
from web.sessions import viewer

ROUTES: Final = Routes(SETUP)
Act = Callable[[Unit, Viewer, Settings, datetime], None]
ZONES: Final = {"Asia/Shanghai": "北京时间", "Asia/Urumqi": "新疆时间", "Asia/Hong_Kong": "香港时间"}


@ROUTES.get("/start", "setup/start.html", may=STRANGER)
async def start(request: web.Request) -> dict[str, Any]:
    """The one-time code and the first director. It does not exist once there was a director."""
    if request.app[HOUSE].opened:
        raise web.HTTPSeeOther("/console/")
    return {"problem": "", "form": Claim(code="", name="", login="", password="")}


@ROUTES.form("/start", Claim, may=STRANGER)
async def claim(request: web.Request, form: Claim) -> web.StreamResponse:
    """Make the first director and log in; nothing typed is lost when it is refused."""
    database, now, hours = request.app[DATABASE], request.app[CLOCK](), request.app[SETTINGS].security.session_hours

    def work(db: Unit) -> logins.Cookies | JiashuError:
        home = staff.home_of(db)
        found = first_start.claim(db, home, form, now)
        if isinstance(found, JiashuError):
            return found
        db.flush()
        return logins.log_in(db, staff.Knock(form.login.strip(), "", "", found.staff_id, None, home), now, hours)

    try:
        found = await database.write(work)
    except NotFound as error:  # a second click, or somebody else was first
        raise web.HTTPSeeOther("/console/") from error
    except Invalid as error:
        found = error
    if isinstance(found, JiashuError):
        facts = {"problem": found.sentence, "form": form}
        return aiohttp_jinja2.render_template("setup/start.html", request, facts, status=found.status)
    request.app[HOUSE].opened = True
    answer = web.HTTPSeeOther("/console/setup")
    give(request, answer, found)
    raise answer


@ROUTES.get("/setup")
async def index(request: web.Request) -> web.StreamResponse:
    """Where the first start stands: the first step that is not done."""
    found = await _state(request)
    step = next((one for one in found.steps if not one.done), found.steps[-1])
    raise web.HTTPSeeOther(f"/console/setup/{step.word}")


@ROUTES.get("/setup/{step:home|account|domain|menu|check}", "setup/index.html")
async def step(request: web.Request) -> dict[str, Any]:
    """One step."""
    return await _shown(request, request.match_info["step"])


async def _state(request: web.Request) -> steps.State:
    who, base = viewer(request), request.app[SETTINGS]
    return await request.app[DATABASE].read(lambda db: steps.state(db, who, base))


async def _shown(request: web.Request, word: str) -> dict[str, Any]:
    found, base = await _state(request), request.app[SETTINGS]
    place = [one.word for one in found.steps].index(word)
    return {
        "state": found,
        "step": found.steps[place],
        "next": found.next_of(word),
        "ZONES": ZONES,
        "open": base.open,
        "place": place + 1,
        "site": _site(request, found.now),
        "ours": menu.FAMILY,
        "elders": menu.ELDER,
        "staff_menu": menu.COLLEAGUE,
        "before": json.loads(found.before) if found.before else None,
    }


def _site(request: web.Request, now: Settings) -> str:
    """The address of the pages as it is set, or as this browser has come here; "" on the machine itself."""
    here = request.host.rpartition(":")[0] or request.host
    guess = "" if here in {"127.0.0.1", "localhost", "[::1]"} else f"https://{request.host}"
    return now.http.public_url.rstrip("/") or guess


@ROUTES.form("/setup/home", SetHome, "setup/_step.html")
async def home(request: web.Request, form: SetHome) -> dict[str, Any]:
    """The name and the telephone of the home."""
    await _write(request, "home", form.drawn, lambda db, who, base, now: steps.set_home(db, who, base, form, now))
    return await _shown(request, "home")


@ROUTES.form("/setup/beds", LayOut, "setup/_step.html")
async def lay_out(request: web.Request, form: LayOut) -> dict[str, Any]:
    """Floors, rooms and beds by a pattern; what is there stays."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: beds.lay_out(db, who, form, now))
    return await _shown(request, "home")


@ROUTES.form("/setup/account", SetAccount, "setup/_step.html")
async def keys(request: web.Request, form: SetAccount) -> dict[str, Any]:
    """The keys of the account."""
    await _write(request, "account", form.drawn, lambda db, who, base, now: steps.set_account(db, who, base, form, now))
    return await _shown(request, "account")


@ROUTES.form("/setup/domain", SetDomain, "setup/_step.html")
async def domain(request: web.Request, form: SetDomain) -> dict[str, Any]:
    """The address of the pages, and the file that proves it when one came with it."""
    names, files = request[NAMES], request[SENT]

    def work(db: Unit, who: Viewer, base: Settings, now: datetime) -> None:
        if "http.public_url" in base.open:
            steps.set_domain(db, who, base, form, now)
        for name, data in zip(names, files, strict=True):
            if data:
                steps.keep_proof(db, who, name, data, now)

    await _write(request, "domain", form.drawn, work)
    return await _shown(request, "domain")


async def _write(request: web.Request, word: str, drawn: str | None, work: Act) -> None:
    who, base, now = viewer(request), request.app[SETTINGS], request.app[CLOCK]()

    def checked(db: Unit) -> None:
        settings.lock_home(db, who)
        stands = steps.state(db, who, base).drawn[word]
        if drawn not in {None, "", stands}:
            raise Changed(who="有同事", what="改了这一页", revision=stands)
        work(db, who, base, now)

    await request.app[DATABASE].write(checked)


@ROUTES.get("/setup/account/looks", "setup/_looks.html")
async def looks(request: web.Request) -> dict[str, Any]:
    """Whether the platform gives us a token, and whether it has been at our door."""
    why, code = "", ""
    try:
        await account(request).token()
    except NoAccount:
        code = "none"
    except PlatformRefused as refused:
        why, code = refused.sentence, str(refused.facts["code"])
    return await _shown(request, "account") | {"why": why, "code": code}


@ROUTES.get("/setup/menu/before", "setup/_before.html")
async def before(request: web.Request) -> dict[str, Any]:
    """The menu that stands there now."""
    shown = menu.shown(await account(request).menu())
    return {"shown": shown, "by_hand": menu.by_hand(shown)}


@ROUTES.post("/setup/menu/push", "setup/_step.html")
async def push(request: web.Request) -> dict[str, Any]:
    """Keep the menu that is there, put ours in its place, and the elders' own for their tag."""
    _not_in_practice(request)
    who, now, desk = viewer(request), request.app[CLOCK](), account(request)
    app_id = (await _state(request)).now.wechat.app_id
    there = menu.shown(await desk.menu())
    await request.app[DATABASE].write(lambda db: menu.remember(db, who, there, now))
    await desk.remove_menus()
    await desk.put_menu(list(menu.FAMILY))
    tag = await desk.tag(menu.ELDERS)
    await desk.put_menu_for(tag, list(menu.ELDER))
    await desk.put_menu_for(await desk.tag(menu.COLLEAGUES), list(menu.COLLEAGUE))
    await request.app[DATABASE].write(lambda db: menu.pushed(db, who, app_id, tag, now))
    return await _shown(request, "menu")


@ROUTES.post("/setup/menu/undo", "setup/_step.html")
async def undo(request: web.Request) -> dict[str, Any]:
    """The menu of before again, as far as the platform lets a program make it."""
    _not_in_practice(request)
    who, now, desk, found = viewer(request), request.app[CLOCK](), account(request), await _state(request)
    there = json.loads(found.before) if found.before else []
    again = [one for one in there if not menu.by_hand([one])]
    await desk.remove_menus()
    if again:
        await desk.put_menu(again)
    await request.app[DATABASE].write(lambda db: menu.undone(db, who, now))
    return await _shown(request, "menu")


def _not_in_practice(request: web.Request) -> None:
    """What the simulator is told of a menu must not be taken for what the real account has. Raises Invalid."""
    if request.app[HOUSE].practice is not None:
        raise Invalid(why="现在是练习，真的公众号还没接。转正式以后再推菜单。")


@ROUTES.get("/setup/check/findings", "setup/_findings.html")
async def findings(request: web.Request) -> dict[str, Any]:
    """Everything that `jiashu doctor` looks at."""
    who, now, doctor = viewer(request), request.app[CLOCK](), request.app.get(DOCTOR)
    found = await doctor() if doctor is not None else []
    await request.app[DATABASE].write(lambda db: steps.checked(db, who, now))
    order = {"bad": 0, "look": 1}
    return {"findings": sorted(found, key=lambda one: order.get(one.mark, 2))}


@ROUTES.get("/setup/drafts", "setup/drafts.html")
async def drafts(request: web.Request) -> dict[str, Any]:
    """The impact assessment and the contract with who runs the machine, as drafts to sign (F48)."""
    return {"state": await _state(request)}
