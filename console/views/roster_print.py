"""The rota on paper: seven days by post, a month by colleague, A4 across, with lines to sign (F55)."""

import calendar
import re
from datetime import date, timedelta
from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE
from console.routes import Routes
from console.views import roster_week as week
from services.roster import kinds, spans
from services.roster.access import ROSTER, access_rota
from storage.queries import roster as queries
from storage.queries.roster import Turn
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(ROSTER)
MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)

LEAST: Final = timedelta(minutes=15)
"""A gap that was shorter is the moment between two clicks."""


@ROUTES.get("/roster/print", "roster/print_week.html")
async def seven(request: web.Request) -> dict[str, Any]:
    """Seven days by post, for the wall."""
    who, now = viewer(request), request.app[CLOCK]()

    def work(db: Unit) -> dict[str, Any]:
        home = access_rota(db, who)
        zone = kinds.zone_of(home)
        today = now.astimezone(zone).date()
        try:
            first = date.fromisoformat(request.query.get("first", ""))
        except ValueError:
            first = today
        first = min(max(first, today - timedelta(days=3660)), today + spans.FARTHEST)
        days = week.days_of(first)
        shifts = kinds.shifts(db, home.id, gone=True) or kinds.starter(home.id)
        turns = queries.on_days(db, home.id, days[0], days[-1])
        there = {turn.post for turn in turns}
        posts = [row for row in kinds.posts(db, home.id, gone=True) if row.gone_at is None or row.id in there]
        return {
            "days": days,
            "first": first,
            "last": days[-1],
            "rows": week.rows(posts, shifts, turns, days, now, zone),
            "hours": [row for row in kinds.of_home(db, home.id) if row.works],
        }

    return await request.app[DATABASE].read(work)


@ROUTES.get("/roster/month", "roster/print_month.html")
async def month(request: web.Request) -> dict[str, Any]:
    """A month by colleague: which shift on which day, how many in all, and where nobody was."""
    who, now = viewer(request), request.app[CLOCK]()

    def work(db: Unit) -> dict[str, Any]:
        home = access_rota(db, who)
        today = now.astimezone(kinds.zone_of(home)).date()
        found = MONTH.fullmatch(request.query.get("month", ""))
        year, number = (int(found[1]), int(found[2])) if found else (today.year, today.month)
        first = date(min(max(year, 2000), today.year + 1), number, 1)
        days = week.days_of(first, calendar.monthrange(first.year, first.month)[1])
        turns = queries.on_days(db, home.id, days[0], days[-1])
        return {
            "first": first,
            "days": days,
            "before": (first - timedelta(days=1)).replace(day=1),
            "after": (first + timedelta(days=31)).replace(day=1),
            "lines": _lines(turns, days),
            "gaps": [
                sum(turn.day == day for turn in turns if turn.staff is None and turn.ends - turn.begins >= LEAST)
                for day in days
            ],
            "hours": [row for row in kinds.of_home(db, home.id) if row.works],
            "ahead": today + spans.AHEAD,
        }

    return await request.app[DATABASE].read(work)


def _lines(turns: list[Turn], days: list[date]) -> list[dict[str, Any]]:
    """A line for each colleague: her shifts day by day, and how many of each in all."""
    found: dict[int, dict[str, Any]] = {}
    for turn in turns:
        if turn.staff is None:
            continue
        line = found.setdefault(turn.staff, {"name": turn.name, "days": {}, "posts": {}, "count": {}})
        there = line["days"].setdefault(turn.day, {})
        if turn.word not in there:
            there[turn.word] = turn.place
            line["posts"].setdefault(turn.place, None)
            line["count"][turn.word] = line["count"].get(turn.word, 0) + 1
    return [
        {
            "name": line["name"],
            "posts": "、".join(line["posts"]),
            "cells": ["／".join(line["days"].get(day, {})) for day in days],
            "count": " ".join(f"{word}{count}" for word, count in line["count"].items()),
        }
        for line in sorted(found.values(), key=lambda one: (list(one["posts"]), one["name"]))
    ]


@ROUTES.get("/roster/poster", "roster/print_poster.html")
async def poster(request: web.Request) -> dict[str, Any]:
    """Whom to turn to, for the wall of each floor (Q7+): the number of the house, and who is on duty in seven days at
    the posts for the whole house.
    """
    who, now = viewer(request), request.app[CLOCK]()

    def work(db: Unit) -> dict[str, Any]:
        home = access_rota(db, who)
        zone = kinds.zone_of(home)
        days = week.days_of(now.astimezone(zone).date())
        shifts = kinds.shifts(db, home.id, gone=True) or kinds.starter(home.id)
        posts = [row for row in kinds.posts(db, home.id) if not row.floors]
        turns = queries.on_days(db, home.id, days[0], days[-1])
        wanted = {row.id for row in posts}
        return {
            "days": days,
            "rows": week.rows(posts, shifts, [turn for turn in turns if turn.post in wanted], days, now, zone),
            "hours": [row for row in kinds.of_home(db, home.id) if row.works],
        }

    return await request.app[DATABASE].read(work)
