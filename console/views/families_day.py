"""绑定: sheets with their codes, for one or for a floor; the board of a binding day: who waits with which proofs, twenty
confirmed at once, what was refused (design.md 38, F49).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import segno
from aiohttp import web
from markupsafe import Markup

from care import families
from care.errors import Invalid, JiashuError, NotFound
from console.context import CLOCK, DATABASE, HOUSE, account
from console.routes import Routes
from conversations.flows.families import SCENE
from services.access import HANDLERS
from services.families import binding, sheets
from services.families.forms import ConfirmBinding, ConfirmMany, PrintSheets, RefuseBinding, UndoBinding
from services.families.sheets import Sheet
from services.ports import AccountDesk, NoAccount
from services.residents.access import access_resident
from storage.queries import families_day as queries
from storage.queries import families_phones
from storage.unit import Unit
from web.forms import number, parts
from web.sessions import viewer

ROUTES: Final = Routes(HANDLERS)
AT_ONCE: Final = 20
"""So many are confirmed in one press: who was proved and stands there."""
LATELY: Final = timedelta(days=1)
ELDERS: Final = "老人"
"""The tag of the account to which the elders' own menu is shown."""
WHY_REFUSED: Final = {
    "used": "用过的单子又来一次",
    "expired": "过期的单子",
    "revoked": "单子作废过",
    "already": "已经绑定过的家属",
    "wrong": "不是我们的码",
    "unproved": "没核实，答复过了",
}


@ROUTES.post(r"/residents/{resident:\d{1,18}}/sheet", "families/sheet.html")
async def sheet(request: web.Request) -> dict[str, Any]:
    """A new one-time code on paper, for a registered relative or for whoever comes; it is shown this once."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    fields, _ = await parts(request)
    person = number(fields, "person")
    made = await request.app[DATABASE].write(lambda db: sheets.one(db, who, resident, person, now))
    return await _paper(request, [made])


@ROUTES.get("/binding", "families/day.html")
async def day(request: web.Request) -> dict[str, Any]:
    """The board."""
    return await _board(request)


@ROUTES.get("/binding/part", "families/_day.html")
async def part(request: web.Request) -> dict[str, Any]:
    """The board alone, when something changed."""
    return await _board(request)


@ROUTES.form("/binding/print", PrintSheets, "families/sheet.html")
async def prints(request: web.Request, form: PrintSheets) -> dict[str, Any]:
    """The sheets of a floor in one print."""
    who, now = viewer(request), request.app[CLOCK]()
    made = await request.app[DATABASE].write(lambda db: sheets.of_floor(db, who, form.floor, now))
    return await _paper(request, made)


@ROUTES.get(r"/binding/{application:\d{1,18}}", "families/_ask.html")
async def ask(request: web.Request) -> dict[str, Any]:
    """One who waits, with all that can be said of them."""
    who, wanted = viewer(request), int(request.match_info["application"])

    def work(db: Unit) -> dict[str, Any]:
        found = queries.waiting(db, who.sight, only=wanted)
        if not found:
            raise NotFound
        resident = access_resident(db, who, found[0].resident_id)
        return {"one": found[0], "others": families_phones.others(db, resident, who.sight)}

    return _words() | await request.app[DATABASE].read(work)


@ROUTES.form("/binding/confirm", ConfirmMany, "families/_day.html")
async def confirm_many(request: web.Request, form: ConfirmMany) -> dict[str, Any]:
    """Those who were ticked, each in a transaction of its own; who could not be is named with the reason."""
    if not form.applications:
        raise Invalid(why="还没有勾。证实过、人在眼前的才勾。")
    if len(form.applications) > AT_ONCE:
        raise Invalid(why=f"一次最多 {AT_ONCE} 位，请少勾几位，分两次按。")
    done, failed = 0, list[str]()
    for application in sorted(form.applications):
        try:
            failed += await _confirm(request, application, _of(form, application))
        except JiashuError as error:
            failed.append(error.sentence)
        else:
            done += 1
    return await _board(request) | {"done": f"{done} 位绑好了。" if done else "", "failed": failed}


@ROUTES.forms(
    r"/applications/{application:\d{1,18}}/{verdict:confirm|refuse|undo}",
    "verdict",
    {"confirm": ConfirmBinding, "refuse": RefuseBinding, "undo": UndoBinding},
    "families/_day.html",
)
async def decide(request: web.Request, form: ConfirmBinding | RefuseBinding | UndoBinding) -> dict[str, Any]:
    """Confirm who a relative is, say why not, or take a confirmation back."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    application, failed = int(request.match_info["application"]), list[str]()
    if isinstance(form, ConfirmBinding):
        failed = await _confirm(request, application, form)
        done = "绑好了。"
    elif isinstance(form, RefuseBinding):
        await request.app[DATABASE].write(lambda db: binding.refuse(db, house, who, application, form, now))
        done = "答复了，对方会看到为什么。"
    else:
        await request.app[DATABASE].write(lambda db: binding.undo(db, who, application, now))
        done = "撤回了，这位又在等核对。"
    return await _board(request) | {"done": done, "failed": failed}


async def _confirm(request: web.Request, application: int, form: ConfirmBinding) -> list[str]:
    """Confirm one; what went wrong afterwards, for the colleague."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    bound = await request.app[DATABASE].write(lambda db: binding.confirm(db, house, who, application, form, now))
    if not bound.elder:
        return []
    try:
        desk = account(request)
        tag = await desk.tag(ELDERS)
        for openid in bound.openids:
            await desk.mark(openid, tag)
    except JiashuError as error:
        return [f"老人的手机绑好了，老人的菜单还没换上：{error.sentence}"]
    return []


def _of(form: ConfirmMany, application: int) -> ConfirmBinding:
    """What was chosen for one of them. Raises Invalid for who was not proved here and now (F49)."""

    def chosen(name: str) -> str:
        return next(iter(form.of_each.get(f"{name}-{application}", ())), "")

    person = int(chosen("person")) if chosen("person").isdecimal() else 0
    phone_is, rang = chosen("phone_is") or "family", bool(chosen("rang"))
    if phone_is == "shared":
        raise Invalid(why="有一位是两人共用的手机，没有绑；请点「单独办」，选另一位是谁。")
    if phone_is == "family" and not rang:
        raise Invalid(why="有一位的号码还没当面打响，没有绑；请打一下再勾，或点「单独办」。")
    return ConfirmBinding(
        scopes=frozenset({"daily"}), phone_is=phone_is, person=person, proof=chosen("proof"), rang=rang
    )


async def _paper(request: web.Request, made: Sequence[Sheet]) -> dict[str, Any]:
    """Sheets with their QR codes, where the account makes them; without one the eight signs do."""
    why, codes = "", list(made)
    try:
        desk = account(request)
        codes = [replace(one, holds=await _holds(desk, one)) for one in made]
    except NoAccount:
        why = "公众号还没接上，这次没有二维码；家属照样可以发八个字。"
    except JiashuError as error:
        why = f"二维码没要到：{error.sentence} 家属照样可以发八个字。"
    drawn = await asyncio.to_thread(lambda: [drawn_qr(one.holds) for one in codes])
    return {"sheets": list(zip(codes, drawn, strict=True)), "why": why}


async def _holds(desk: AccountDesk, one: Sheet) -> str:
    return await desk.qr(f"{SCENE}{one.code}", int(binding.LASTS.total_seconds()))


def drawn_qr(holds: str) -> Markup:
    """The code as a picture that a printer draws sharp."""
    if not holds:
        return Markup("")
    return Markup(segno.make(holds, error="m").svg_inline(scale=5, border=2, omitsize=True))  # noqa: S704  (ours)


def _words() -> dict[str, Any]:
    return {
        "SCOPES": families.SCOPES,
        "BY": families.WAYS,
        "PROOFS": families.PROOFS,
        "PHONES": families.PHONES,
        "names": families.names,
    }


async def _board(request: web.Request) -> dict[str, Any]:
    who, now, floor = viewer(request), request.app[CLOCK](), request.query.get("floor", "")[:8]

    def work(db: Unit) -> dict[str, Any]:
        waiting = queries.waiting(db, who.sight, floor)
        one = next((one for one in waiting if str(one.id) == request.query.get("one")), None)
        resident = access_resident(db, who, one.resident_id) if one is not None else None
        return {
            "one": one,
            "others": families_phones.others(db, resident, who.sight) if resident is not None else [],
            "floors": queries.floors(db, who.sight),
            "waiting": waiting,
            "out": queries.out(db, who.sight, now, floor),
            "bound": queries.done(db, who.sight, now - LATELY, floor),
            "refused": queries.refused(db, who.sight, now - LATELY),
        }

    found = await request.app[DATABASE].read(work)
    return found | _words() | {"floor": floor, "done": "", "failed": [], "WHY": WHY_REFUSED, "AT_ONCE": AT_ONCE}
