"""自己的微信: a one-time code for a colleague's own WeChat, on 我的账号 and on the page of a colleague (F39)."""

import asyncio
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from care.errors import JiashuError
from console.context import CLOCK, DATABASE, account
from console.routes import COLLEAGUE, Routes
from console.views.families_day import drawn_qr
from conversations.flows.staff import SCENE
from services.access import WORKS
from services.ports import NoAccount
from services.staff import own, wechat
from services.staff.access import COLLEAGUES, access_colleague, may_change
from storage.unit import Unit
from web.sessions import SESSION, viewer

ROUTES: Final = Routes(COLLEAGUES)
ONE: Final = r"/staff/{colleague:\d{1,18}}/wechat"


@ROUTES.get("/me/wechat", "staff/_wechat.html", may=COLLEAGUE)
async def mine(request: web.Request) -> dict[str, Any]:
    """Whether one is bound."""
    return await _own(request)


@ROUTES.post("/me/wechat/code", "staff/_wechat.html", may=COLLEAGUE)
async def own_code(request: web.Request) -> dict[str, Any]:
    """A code, for who gave the password a moment ago."""
    session, now = request[SESSION], request.app[CLOCK]()
    own.need_proof(session, now)

    def work(db: Unit) -> tuple[str, datetime]:
        return wechat.make_code(db, session.viewer, own.me(db, session, lock=True), now)

    return await _own(request) | await _shown(request, *await request.app[DATABASE].write(work))


@ROUTES.post("/me/wechat/end", "staff/_wechat.html", may=COLLEAGUE)
async def own_end(request: web.Request) -> dict[str, Any]:
    """The phone is lost: nothing is asked first."""
    session, now = request[SESSION], request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: wechat.unbind(db, session.viewer, own.me(db, session, lock=True), now))
    return await _own(request, "解绑了，那个微信马上就什么都看不到了。")


@ROUTES.get(ONE, "staff/_wechat.html")
async def hers(request: web.Request) -> dict[str, Any]:
    """Whether a colleague's is bound."""
    return await _hers(request)


@ROUTES.post(ONE + "/code", "staff/_wechat.html")
async def her_code(request: web.Request) -> dict[str, Any]:
    """A code that is read to her."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])
    made = await request.app[DATABASE].write(lambda db: wechat.code_for(db, who, number, now))
    return await _hers(request) | await _shown(request, *made)


@ROUTES.post(ONE + "/end", "staff/_wechat.html")
async def her_end(request: web.Request) -> dict[str, Any]:
    """Her phone is lost."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])
    await request.app[DATABASE].write(lambda db: wechat.unbind_for(db, who, number, now))
    return await _hers(request, "解绑了，那个微信马上就什么都看不到了。")


async def _own(request: web.Request, done: str = "") -> dict[str, Any]:
    session = request[SESSION]
    found = await request.app[DATABASE].read(lambda db: wechat.bound(db, session.viewer.id))
    works = session.viewer.role in WORKS
    return _facts("/console/me/wechat", done) | {
        "bound": found,
        "may": works,
        "may_end": True,
        "mine": True,
        "works": works,
    }


async def _hers(request: web.Request, done: str = "") -> dict[str, Any]:
    who, number = viewer(request), int(request.match_info["colleague"])

    def work(db: Unit) -> dict[str, Any]:
        row = access_colleague(db, who, number)
        works = row.role in {role.value for role in WORKS}
        may = may_change(who) and works and row.left_at is None
        return {"bound": wechat.bound(db, row.id), "works": works, "may": may, "may_end": True}

    found = await request.app[DATABASE].read(work)
    return _facts(f"/console/staff/{number}/wechat", done) | found | {"mine": False}


def _facts(path: str, done: str) -> dict[str, Any]:
    return {"at": path, "done": done, "code": "", "until": None, "picture": "", "why": ""}


async def _shown(request: web.Request, code: str, until: datetime) -> dict[str, Any]:
    """The code in threes, with its QR code where the account makes one."""
    why, picture = "", ""
    try:
        holds = await account(request).qr(f"{SCENE}{code}", int(wechat.LASTS.total_seconds()))
        picture = await asyncio.to_thread(drawn_qr, holds)
    except NoAccount:
        why = "公众号还没接上，这次没有二维码；接上以后，发这九个字也行。"
    except JiashuError as error:
        why = f"二维码没要到：{error.sentence} 发这九个字也行。"
    spelled = " ".join(code[place : place + 3] for place in range(0, len(code), 3))
    return {"code": spelled, "until": until, "picture": picture, "why": why}
