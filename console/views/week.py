"""本周与价目: the notice board: the menu and the activities of a week, free beds, prices, and what the machine says of
them (A8).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from aiohttp import web

from care import week
from care.words import whole
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from conversations.answers import Kind
from services.knowledge import shelves
from services.week import activities, menu, pasting, prices, said, sheets, vacancies
from services.week.access import PRICES, WEEK, WRITES, access_week
from services.week.forms import (
    CancelActivity,
    CheckBeds,
    CopySheet,
    DropActivity,
    DropPrice,
    PasteSheet,
    PutActivity,
    PutPrice,
    SaveMenu,
    SetRooms,
    UndoSheet,
)
from settings import Home
from storage.queries import week as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(WEEK)
TABS: Final = {"menu": "菜单", "activities": "活动", "beds": "空床", "prices": "价目"}
ASKED: Final = {
    "menu": ("今天吃什么",),
    "activities": ("明天有什么活动",),
    "beds": ("现在有空床吗",),
    "prices": ("怎么收费", "夫妻住双人间多少钱"),
}
"""What a family may ask, for the answer that the page shows."""
FILLS: Final = {
    "menu": {said.MENU},
    "activities": {said.ACTIVITIES},
    "beds": {said.BEDS},
    "prices": set(week.PRICED),
}
"""The blanks that a table fills once it is begun."""
WEEKS: Final = 62
TAB: Final = "{tab:activities|beds|prices}"


@ROUTES.get("/week", "week/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The menu of this week."""
    return await _facts(request, "menu")


@ROUTES.get(f"/week/{TAB}", "week/index.html")
async def tab(request: web.Request) -> dict[str, Any]:
    """One of the other tables."""
    return await _facts(request, request.match_info["tab"])


@ROUTES.get("/week/list/{tab:menu|activities|beds|prices}", "week/_sheet.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The table alone, when something changed."""
    return await _facts(request, request.match_info["tab"])


@ROUTES.form("/week/menu", SaveMenu, "week/_sheet.html")
async def save_menu(request: web.Request, form: SaveMenu) -> dict[str, Any]:
    """A week of one diet."""
    who, now = viewer(request), request.app[CLOCK]()
    first = await request.app[DATABASE].write(lambda db: menu.save(db, who, form, now))
    return await _facts(request, "menu", first, menu.diet_of(form.diet), told="存好了。")


@ROUTES.form("/week/copy/{tab:menu|activities}", CopySheet, "week/_sheet.html")
async def copy(request: web.Request, form: CopySheet) -> dict[str, Any]:
    """The week before, once more."""
    who, now, sheet = viewer(request), request.app[CLOCK](), request.match_info["tab"]
    act = menu.copy if sheet == "menu" else activities.copy
    first = await request.app[DATABASE].write(lambda db: act(db, who, form, now))
    return await _facts(request, sheet, first, told="照抄好了，写过的没有动。不一样的请再改。")


@ROUTES.form("/week/undo", UndoSheet, "week/_sheet.html")
async def undo(request: web.Request, form: UndoSheet) -> dict[str, Any]:
    """The last change is taken back."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: sheets.undo(db, who, form, now))
    sheet, _, day = form.sheet.partition("-")
    return await _facts(request, sheet, date.fromisoformat(day) if day else None, told="撤销了。")


@ROUTES.form("/week/activities/put", PutActivity, "week/_sheet.html")
async def put_activity(request: web.Request, form: PutActivity) -> dict[str, Any]:
    """An activity, new or changed."""
    who, now = viewer(request), request.app[CLOCK]()
    first = await request.app[DATABASE].write(lambda db: activities.put(db, who, form, now))
    return await _facts(request, "activities", first, told="存好了。")


@ROUTES.form("/week/activities/cancel", CancelActivity, "week/_sheet.html")
async def cancel(request: web.Request, form: CancelActivity) -> dict[str, Any]:
    """It does not take place, or does after all."""
    who, now = viewer(request), request.app[CLOCK]()
    first = await request.app[DATABASE].write(lambda db: activities.cancel(db, who, form, now))
    told = "取消了。有人问起，机器人会说取消了。" if form.cancelled else "恢复了。"
    return await _facts(request, "activities", first, told=told)


@ROUTES.form("/week/activities/drop", DropActivity, "week/_sheet.html")
async def drop_activity(request: web.Request, form: DropActivity) -> dict[str, Any]:
    """It was written down by mistake."""
    who, now = viewer(request), request.app[CLOCK]()
    first = await request.app[DATABASE].write(lambda db: activities.drop(db, who, form, now))
    return await _facts(request, "activities", first, told="删掉了。")


@ROUTES.form("/week/prices/put", PutPrice, "week/_sheet.html")
async def put_price(request: web.Request, form: PutPrice) -> dict[str, Any]:
    """A price, new or changed."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: prices.put(db, who, form, now))
    return await _facts(request, "prices", told="存好了。")


@ROUTES.form("/week/prices/drop", DropPrice, "week/_sheet.html")
async def drop_price(request: web.Request, form: DropPrice) -> dict[str, Any]:
    """It was written down by mistake."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: prices.drop(db, who, form, now))
    return await _facts(request, "prices", told="删掉了。")


@ROUTES.form("/week/beds/check", CheckBeds, "week/_sheet.html")
async def check(request: web.Request, form: CheckBeds) -> dict[str, Any]:
    """The free beds were compared with the house."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: vacancies.check(db, who, form, now))
    return await _facts(request, "beds", told="核对好了。")


@ROUTES.form("/week/beds/rooms", SetRooms, "week/_sheet.html")
async def rooms(request: web.Request, form: SetRooms) -> dict[str, Any]:
    """What kind of room some are."""
    who, now = viewer(request), request.app[CLOCK]()
    count = await request.app[DATABASE].write(lambda db: vacancies.set_rooms(db, who, form, now))
    return await _facts(request, "beds", told=f"{count} 间房写好了。")


@ROUTES.form("/week/paste/{tab:menu|activities|prices}", PasteSheet, "week/_pasted.html")
async def paste(request: web.Request, form: PasteSheet) -> dict[str, Any]:
    """A table from a sheet as it was understood; nothing is written."""
    who, now, sheet = viewer(request), request.app[CLOCK](), request.match_info["tab"]

    def work(db: Unit) -> dict[str, Any]:
        home = access_week(db, who)
        return {"pasted": pasting.read(home, sheet, form, now), "today": menu.today_of(home, now)}

    return await request.app[DATABASE].read(work) | {"tab": sheet, "MEALS": week.MEALS, "called": week.called}


@ROUTES.form("/week/pasted/{tab:menu|activities|prices}", PasteSheet, "week/_sheet.html")
async def pasted(request: web.Request, form: PasteSheet) -> dict[str, Any]:
    """The same, written."""
    who, now, sheet = viewer(request), request.app[CLOCK](), request.match_info["tab"]
    count = await request.app[DATABASE].write(lambda db: pasting.write(db, who, sheet, form, now))
    first = week.monday(form.first) if form.first else None
    return await _facts(request, sheet, first, menu.diet_of(form.diet), told=f"写进去 {count} 条。")


@ROUTES.get("/week/print/{tab:menu|activities|prices}", "week/print.html")
async def paper(request: web.Request) -> dict[str, Any]:
    """A table for the wall."""
    return await _facts(request, request.match_info["tab"])


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of which home, week, day and diet, and which row is being changed."""

    home_id: int
    monday: date
    today: date
    diet: str
    chosen: int


async def _facts(
    request: web.Request, sheet: str, first: date | None = None, diet: str | None = None, told: str = ""
) -> dict[str, Any]:
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    chosen = whole(request.query.get("edit", "")) or 0
    diet = menu.diet_of(request.query.get("diet", "")[:8]) if diet is None else diet

    def work(db: Unit) -> dict[str, Any]:
        home = access_week(db, who)
        today = menu.today_of(home, now)
        monday = _week(first, request.query.get("first", ""), today)
        name = sheets.name(sheet, monday if sheet in {"menu", "activities"} else None)
        names = queries.names(db, home.id)
        last = queries.sheet(db, home.id, name)
        parts = {"menu": _menu, "activities": _activities, "beds": _beds, "prices": _prices}
        facts = parts[sheet](db, _Asked(home.id, monday, today, diet, chosen))
        whole_digest = sheets.digest(sheets.rows(db, home.id, name)) if sheet != "beds" else ""
        return facts | {
            "tab": sheet,
            "TABS": TABS,
            "sheet": name,
            "first": monday,
            "days": week.days_of(monday),
            "this_week": week.monday(today),
            "earlier": monday - menu.WEEK,
            "later": monday + menu.WEEK,
            "today": today,
            "called": week.called,
            "clock": week.clock,
            "names": names,
            "last": last,
            "last_by": names.get(last.by_id, "有同事") if last else "",
            "may_undo": last is not None and last.before is not None and last.after == whole_digest,
            "whole_digest": whole_digest,
            "may_write": who.role in (PRICES if sheet == "prices" else WRITES),
            "diet": diet,
            "told": told,
            "says": _says(db, home.id, house.home, sheet, now),
        }

    return await request.app[DATABASE].read(work)


def _week(first: date | None, asked: str, today: date) -> date:
    try:
        found = first or date.fromisoformat(asked)
    except ValueError:
        found = today
    return week.monday(found if abs((found - today).days) <= WEEKS else today)


def _menu(db: Unit, asked: _Asked) -> dict[str, Any]:
    there = queries.meals(db, asked.home_id, asked.monday, asked.monday + timedelta(days=6))
    counts: dict[str, int] = {"": 0} | dict.fromkeys(week.DIETS, 0) | {asked.diet: 0}
    for row in there:
        counts[row.diet] = counts.get(row.diet, 0) + 1
    before = queries.meals(db, asked.home_id, asked.monday - menu.WEEK, asked.monday - timedelta(days=1))
    return {
        "MEALS": week.MEALS,
        "cells": {(row.day, row.meal): row for row in there if row.diet == asked.diet},
        "all_cells": {(row.day, row.meal, row.diet): row for row in there},
        "counts": counts,
        "printed": [
            (name, meal, word)
            for name in counts
            for meal, word in week.MEALS.items()
            if any((row.diet, row.meal) == (name, meal) for row in there)
        ],
        "drawn": menu.drawn(there, asked.diet),
        "before": len(before),
    }


def _activities(db: Unit, asked: _Asked) -> dict[str, Any]:
    there = queries.activities(db, asked.home_id, asked.monday, asked.monday + timedelta(days=6))
    before = queries.activities(db, asked.home_id, asked.monday - menu.WEEK, asked.monday - timedelta(days=1))
    return {
        "there": there,
        "by_day": [(day, [row for row in there if row.day == day]) for day in week.days_of(asked.monday)],
        "revisions": {row.id: activities.activity_revision(row) for row in there},
        "edited": next((row for row in there if row.id == asked.chosen), None),
        "before": len(before),
    }


def _beds(db: Unit, asked: _Asked) -> dict[str, Any]:
    there = queries.rooms(db, asked.home_id)
    free = vacancies.free(there)
    row = queries.check(db, asked.home_id)
    kinds = [
        (kind, count, [room for room in there if room.kind == kind])
        for kind, count in sorted(free.items(), key=week.by_size)
    ]
    return {
        "kinds": kinds,
        "free": sum(free.values()),
        "total": sum(room.beds for room in there),
        "check": row,
        "checked_by": vacancies.told_by(db, row),
        "is_true": row is not None and row.valid_until >= asked.today,
        "drawn": vacancies.count_revision(there),
        "DAYS": vacancies.DAYS,
    }


def _prices(db: Unit, asked: _Asked) -> dict[str, Any]:
    there = queries.prices(db, asked.home_id)
    true = {(one.item, one.valid_from) for one in week.in_force(prices.values(there), asked.today)}
    return {
        "there": there,
        "groups": [
            ("现在", [row for row in there if (row.item, row.valid_from) in true]),
            ("以后的", [row for row in there if row.valid_from > asked.today]),
            (
                "不再说的",
                [row for row in there if row.valid_from <= asked.today and (row.item, row.valid_from) not in true],
            ),
        ],
        "revisions": {row.id: prices.price_revision(row) for row in there},
        "edited": next((row for row in there if row.id == asked.chosen), None),
        "PRICED": week.PRICED,
        "until": date(asked.today.year, 12, 31) if asked.today.month < 11 else date(asked.today.year + 1, 6, 30),
    }


@dataclass(frozen=True, slots=True)
class Told:
    """What the machine says to a question today: the answer, or why a colleague is asked; `lacks` are blanks that only
    a hand fills, of the entry with this key.
    """

    question: str
    answer: str | None
    why: str = ""
    entry: str = ""
    lacks: tuple[str, ...] = ()


def _says(db: Unit, home_id: int, home: Home, sheet: str, now: datetime) -> list[Told]:
    shelf, found = shelves.shelf(db, home_id, home, now.astimezone(home.zone).date()), list[Told]()
    for question in ASKED[sheet]:
        hit = shelf.snapshot.find(question)
        if hit.kind is not Kind.ANSWER:
            why = "有几条相近，会请对方选是哪一个" if hit.kind is Kind.CHOICES else "没有相近的条目，会请同事来答"
            found.append(Told(question, None, why))
            continue
        entry = hit.hits[0].entry
        missing = shelf.snapshot.missing(entry)
        whys = [one.why for name in missing if (one := shelf.blanks[name].fed) is not None]
        unfed = [name for name in missing if shelf.blanks[name].fed is None]
        if FILLS[sheet].intersection(unfed):
            whys.append("、".join(name for name in unfed if name in FILLS[sheet]) + "在这张表里还没有写")
        lacks = tuple(name for name in unfed if name not in FILLS[sheet])
        if lacks:
            whys.append(f"「{'、'.join(lacks)}」还没有填")
        why = f"会请同事来答：{'，'.join(dict.fromkeys(whys))}"
        found.append(Told(question, shelf.snapshot.spoken(entry, now), why, entry.id, lacks))
    return found
