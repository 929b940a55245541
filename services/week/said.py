"""What the notice board says on a day, by the name of the blank that it fills: today's words, or nothing and why (A8).

A table that the home has begun speaks for its blanks alone: what was typed into the blank by hand is not said in its
place, also when the table has run out.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from care import week
from services.week import activities, menu, prices, vacancies
from storage.queries import week as queries
from storage.tables.week import BedCheck, RoomKind, WeekSheet
from storage.unit import Unit

MENU, SNACK, ACTIVITIES, BEDS = "本周菜单", "加餐", "本周活动", "空床情况"
PAGE: Final = "/console/week"


@dataclass(frozen=True, slots=True)
class Fed:
    """A blank that a table fills: what is said, until when, why it is not, and where the table is."""

    words: str
    page: str
    until: date | None = None
    why: str = ""


def fed(db: Unit, home_id: int, today: date) -> dict[str, Fed]:
    """The blanks that tables fill on a day; of a table that the home has not begun there is nothing."""
    used, found = queries.used(db, home_id), dict[str, Fed]()
    if "menu" in used:
        first = week.monday(today)
        there = menu.values(
            queries.meals(db, home_id, first, max(first + timedelta(days=6), today + timedelta(days=1)))
        )
        found[MENU] = Fed(week.menu_said(there, today), PAGE, why="今天的菜单没有写")
        if (snack := week.snack_said(there, today)) != "":
            found[SNACK] = Fed(snack, PAGE)
    if "activities" in used:
        rows = queries.activities(db, home_id, week.monday(today), today + timedelta(days=week.AHEAD))
        said = week.activities_said(activities.values(rows), today)
        found[ACTIVITIES] = Fed(said, f"{PAGE}/activities", why="今后七天没有写活动")
    if "beds" in used and (check := queries.check(db, home_id)) is not None:
        true = check.valid_until >= today
        count = vacancies.free(queries.rooms(db, home_id))
        words = week.beds_said(count, check.checked_on) if true else ""
        found[BEDS] = Fed(words, f"{PAGE}/beds", check.valid_until, "空床过了核对的日子")
    if "prices" in used:
        costs = prices.values(queries.prices(db, home_id))
        for name, words in week.prices_said(costs, today).items():
            found[name] = Fed(words, f"{PAGE}/prices", _ends(name, costs, today), "现在没有有效的价格")
    return found


def _ends(name: str, costs: list[week.Cost], today: date) -> date | None:
    """The last day of the price that runs out first."""
    return min((one.valid_until for one in week.in_force(costs, today) if name in week.blanks(one.item)), default=None)


def edition(db: Unit, home_id: int) -> frozenset[tuple[int, datetime]]:
    """What tells whether anything of the tables was changed: the last change of each, and a count of free beds that
    somebody else has made another one.
    """
    rows: list[tuple[int, datetime]] = [
        (row_id, at)
        for table in (WeekSheet, BedCheck, RoomKind)
        for row_id, at in db.execute(select(table.id, table.at).where(table.home_id == home_id))
    ]
    return frozenset(rows)


def beds_edition(db: Unit, home_id: int) -> frozenset[tuple[str, int]]:
    """The free beds, for a home whose count is told."""
    if queries.check(db, home_id) is None:
        return frozenset()
    count: Counter[str] = vacancies.free(queries.rooms(db, home_id))
    return frozenset(count.items())


def lines(db: Unit, home_id: int, day: date, floor: str) -> tuple[str, ...]:
    """What there was for everybody on a floor on a day, a line each: a colleague may take them into a letter."""
    dishes = [one for one in menu.values(queries.meals(db, home_id, day, day)) if not one.diet]
    events = activities.values(queries.activities(db, home_id, day, day))
    there = [one.words for one in events if not one.cancelled and (not one.floors or floor in one.floors)]
    return (*week.meals_of(dishes, day), *there)
