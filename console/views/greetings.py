"""日程: the next weeks with every greeting and reminder, who gets it and who does not and why; held or cancelled here
(design.md 5.9).
"""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from aiohttp import web

from care import lunar, occasions
from care.errors import NotFound
from care.occasions import MONTHS, day_words
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import HANDLERS, access_page
from services.greetings import occasions as plans
from services.greetings.access import DAYS
from services.greetings.forms import DecidePlan
from storage.queries import greetings as queries
from storage.queries.greetings import Line
from storage.unit import Unit
from web.sessions import viewer

STATES = {"planned": "会发", "held": "先不发", "cancelled": "取消了", "sent": "已经安排", "skipped": "没发"}


ROUTES: Final = Routes(DAYS)


@ROUTES.get("/days", "greetings/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The next 30 days."""
    return await _days(request)


@ROUTES.get("/days/list", "greetings/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone, when something changed."""
    return await _days(request)


@ROUTES.get(r"/days/company/{day:\d{4}-\d\d-\d\d}", "greetings/company.html")
async def company(request: web.Request) -> dict[str, Any]:
    """Who sits with those to whom nobody comes on a festival, to be printed and filled in."""
    who, zone = viewer(request), request.app[HOUSE].home.zone
    access_page(who, DAYS)
    try:
        day = date.fromisoformat(request.match_info["day"])
        names = [one.name for one in occasions.between(day, day)]
    except (ValueError, lunar.OutOfCalendar) as error:
        raise NotFound from error
    begins = datetime.combine(day, time(), zone)
    rows = await request.app[DATABASE].read(lambda db: queries.alone(db, who.sight, begins, begins + timedelta(days=1)))
    return {"day": day, "name": "、".join(names), "rows": rows, "lunar_words": _lunar}


@ROUTES.form(r"/days/{plan:\d{1,18}}/{verdict:held|cancelled|planned}", DecidePlan, "greetings/_list.html")
async def decide(request: web.Request, form: DecidePlan) -> dict[str, Any]:
    """Hold, cancel, or plan again."""
    who, now = viewer(request), request.app[CLOCK]()
    number, verdict = int(request.match_info["plan"]), request.match_info["verdict"]
    await request.app[DATABASE].write(lambda db: plans.decide(db, who, number, verdict, form, now))
    return await _days(request)


async def _days(request: web.Request) -> dict[str, Any]:
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    access_page(who, DAYS)
    first = now.astimezone(request.app[HOUSE].home.zone).date()
    last = first + plans.AHEAD

    def work(db: Unit) -> tuple[list[Line], list[tuple[int, str, str, str]]]:
        return queries.schedule(db, who.sight, first, last), queries.births(db, who.sight)

    lines, births = await request.app[DATABASE].read(work)
    groups: dict[tuple[date, str, int], list[dict[str, Any]]] = {}
    for line in lines:
        row = line.row
        planned = row.state == "planned"
        fate = plans.fate(line.who, row.occasion, now, house)
        told = {
            "row": row,
            "who": line.who,
            "why": row.why or (fate.why if planned else ""),
            "goes": planned and fate.goes and not row.why,
            "hand": planned and fate.hand and not row.why,
            "text": house.words([plans.words(line.who, row, house)], now, elder=line.who.is_elder),
        }
        group = 0 if row.occasion in occasions.BY_ID else row.resident_id
        groups.setdefault((row.day, "birthday" if row.occasion == "birthday-soon" else row.occasion, group), []).append(
            told
        )
    return {
        "groups": [_group(key, found) for key, found in sorted(groups.items(), key=lambda item: item[0][:2])],
        "others": [
            day
            for day in occasions.between(first, last)
            if day.id not in plans.GREETED.keys() & house.choices.festivals
        ],
        "births": sorted(
            (day.day, name, place, day.note, number)
            for number, name, place, born in births
            for day in occasions.birthdays(occasions.born(born), first, last)
        ),
        "first": first,
        "last": last,
        "lunar_words": _lunar,
        "STATES": STATES,
        "may_decide": who.role in HANDLERS,
        "revision_of": plans.revision_of,
        "week": timedelta(days=7),
        "goes": sum(one["goes"] for found in groups.values() for one in found),
        "all": len(lines),
    }


def _group(key: tuple[date, str, int], found: list[dict[str, Any]]) -> dict[str, Any]:
    day, occasion, _ = key
    festival = occasions.BY_ID.get(occasion)
    title = festival.name if festival else f"{found[0]['who'].elder} {plans.NAMES[occasion]}"
    return {
        "day": day,
        "title": title,
        "note": festival.note if festival else "",
        "together": occasion in occasions.ALONE,
        "lines": found,
        "goes": sum(one["goes"] for one in found),
    }


def _lunar(day: date) -> str:
    """农历十月十四."""
    _, month, number, leap = lunar.of(day)
    return f"农历{'闰' if leap else ''}{MONTHS[month - 1]}{day_words(number)}"
