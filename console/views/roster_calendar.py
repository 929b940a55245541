"""节假日和服务时间: when the desk is there, when machines are silent, which days are others than they say, and three
promises that follow from it (N8).
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from care import occasions, workdays
from care.quiet_hours import Quiet
from care.states import DayKind
from care.workdays import Desk, Hours
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from console.views.roster_week import called
from services.access import LEADS, access_page, name_of
from services.house import House
from services.roster import days, hours, kinds
from services.roster.access import CALENDAR, access_calendar
from services.roster.forms import CheckYear, SetDay, SetHours
from services.talks.dispatch import first_words
from storage.queries import roster_calendar as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(CALENDAR)
MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
EVENING, AFTERNOON = time(22, 10), time(14)
FARTHEST: Final = timedelta(days=400)
MINUTES: Final = 14.4
"""Of a day in a hundredth of its bar."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month as the page draws it."""

    day: date
    look: str
    """holiday, makeup, weekend, or nothing."""
    word: str
    hand: bool
    past: bool


@ROUTES.get("/calendar", "roster/calendar.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _calendar(request)


@ROUTES.get("/calendar/list", "roster/_calendar.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """All of it but the frame, when something changed."""
    return await _calendar(request)


@ROUTES.form("/calendar/day", SetDay, "roster/_calendar.html")
async def day(request: web.Request, form: SetDay) -> dict[str, Any]:
    """A day is another one than it says."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: days.set_day(db, who, form, now))
    return await _calendar(request)


@ROUTES.form("/calendar/year", CheckYear, "roster/_calendar.html")
async def year(request: web.Request, form: CheckYear) -> dict[str, Any]:
    """A year was compared with the notice."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: days.check_year(db, who, form, now))
    return await _calendar(request)


@ROUTES.form("/calendar/hours", SetHours, "roster/_calendar.html")
async def service_hours(request: web.Request, form: SetHours) -> dict[str, Any]:
    """When the desk is there, and when machines are silent."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: hours.set_hours(db, who, form, now))
    return await _calendar(request) | {"said": "存好了，从现在起照这个说。"}


async def _calendar(request: web.Request) -> dict[str, Any]:
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    access_page(who, CALENDAR)

    def work(db: Unit) -> dict[str, Any]:
        home = access_calendar(db, who)
        zone = kinds.zone_of(home)
        today = now.astimezone(zone).date()
        found = MONTH.fullmatch(request.query.get("month", ""))
        first = date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
        first = min(max(first, today.replace(day=1)), (today + FARTHEST).replace(day=1))
        second = (first + timedelta(days=31)).replace(day=1)
        chosen = _day(request.query.get("day", ""))
        known = {row.day: row for row in queries.days(db, home.id, first, second + timedelta(days=31))}
        stored, desk, quiet = (
            hours.stored(db, home.id),
            hours.desk(db, home.id, now),
            hours.quiet(db, home.id),
        )
        unknown = days.unknown(db, home.id, today)
        row = known.get(chosen) if chosen else None
        return {
            "months": [(month, _weeks(month, known, unknown, today)) for month in (first, second)],
            "first": first,
            "before": (first - timedelta(days=1)).replace(day=1) if first > today.replace(day=1) else None,
            "after": second,
            "unknown": [(one, days.is_late(one, today)) for one in unknown],
            "known_years": queries.years(db, home.id),
            "chosen": chosen,
            "chosen_row": row,
            "chosen_by": name_of(db, row.by_id) if row is not None and row.by_id else "",
            "chosen_drawn": days.day_revision(row),
            "WORDS": days.WORDS,
            "by_hand": queries.by_hand(db, home.id, today),
            "desk_rows": _desk_rows({name: one.hours for name, one in stored.items()}),
            "quiet_rows": _quiet_rows(quiet),
            "is_set": desk.is_set,
            "drawn": hours.hours_revision(stored),
            "open_until": Hours(desk, zone).open_until(now),
            "next_open": Hours(desk, zone).next_open(now) if desk.is_set else None,
            "promises": _promises(house, desk, now, zone),
            "may_edit": who.role in LEADS,
            "today": today,
            "called": lambda one: called(one, today),
            "said": "",
        }

    return await request.app[DATABASE].read(work)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _weeks(month: date, known: Mapping[date, Any], unknown: list[int], today: date) -> list[list[Cell | None]]:
    last = date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])
    feasts = {one.day: one.name for one in occasions.between(month, last)}
    calendar_of = workdays.Workdays(
        {one: DayKind(row.kind) for one, row in known.items()},
        frozenset({month.year} - set(unknown)),
    )
    cells: list[Cell | None] = [None] * month.weekday()
    for n in range(last.day):
        one = month + timedelta(days=n)
        row, kind = known.get(one), calendar_of.kind(one)
        look = kind.value if kind else "weekend" if one.isoweekday() > 5 else ""
        word = ((row.name if row is not None else "") or feasts.get(one, "")).partition("（")[0]
        mark = {DayKind.MAKEUP: "班", DayKind.HOLIDAY: "休", DayKind.WORKDAY: "上班"}.get(kind, "") if kind else ""
        cells.append(Cell(one, look, word or mark, row is not None and row.source == "hand", one < today))
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _desk_rows(stored: Mapping[str, str]) -> list[tuple[str, str, list[str]]]:
    """A row for each weekday and for holidays: its key, its word, four clocks; what is usual where nothing is said."""
    found = []
    for name, word in hours.DESK.items():
        spans = workdays.spans_of(stored.get(f"desk-{name}", "" if stored else hours.USUAL[name]))
        clocks = [workdays.clock(minute % workdays.DAY) for span in spans for minute in span]
        found.append((name, word, [*clocks, "", "", "", ""][:4]))
    return found


def _quiet_rows(quiet: Quiet) -> list[dict[str, Any]]:
    """A row for elders and one for families: two clocks, and the bar of a day."""
    found = []
    for name, word in hours.QUIET.items():
        spans = quiet.spans(name)
        (begin, end), *others = spans
        bars = [(0.0, _share(end)), (_share(begin), 100 - _share(begin))]
        bars += [(_share(one), _share(other) - _share(one)) for one, other in others]
        nap = [f"{at:%H:%M}" for at in others[0]] if others else ["", ""]
        found.append(
            {"name": name, "word": word, "begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}", "bars": bars, "nap": nap}
        )
    return found


def _share(at: time) -> float:
    return round((at.hour * 60 + at.minute) / MINUTES, 1)


def _promises(house: House, desk: Desk, now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What the machine would promise now, this evening, and on the next day on which the house rests."""
    local = now.astimezone(zone)
    evening = datetime.combine(local.date(), EVENING, zone)
    evening = evening if evening > local else evening + timedelta(days=1)
    rests = next(
        (one for n in range(1, workdays.LOOK) if desk.days.rests(one := local.date() + timedelta(days=n))), local.date()
    )
    kind = desk.days.kind(rests)
    moments = [
        (f"现在，{local:%H:%M}", local),
        (f"{called(evening.date(), local.date())} {evening:%H:%M}", evening),
        (
            f"{rests.month}月{rests.day}日{'放假' if kind is DayKind.HOLIDAY else '周末'} {AFTERNOON:%H:%M}",
            datetime.combine(rests, AFTERNOON, zone),
        ),
    ]
    then = replace(house, desk=desk)
    return [(words, house.words(first_words(then, at), at).partition("\n")[0]) for words, at in moments]
