"""The menu: a week typed in once, copied from the week before, with diets beside what everybody gets."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from care.errors import Invalid
from care.week import MEALS, Dish, days_of
from services.access import Viewer
from services.roster.kinds import zone_of
from services.week import sheets
from services.week.access import access_writer
from services.week.forms import CopySheet, SaveMenu
from storage import tables
from storage.queries import week as queries
from storage.tables.week import MenuMeal
from storage.types import new_id
from storage.unit import Unit

LONGEST: Final = 120
DIET: Final = 8
DIETS: Final = 12
"""Kinds of meals beside what everybody gets, in one week."""
WEEK: Final = timedelta(days=7)


def values(rows: Iterable[MenuMeal]) -> list[Dish]:
    """Rows as the rules read them."""
    return [Dish(row.day, row.meal, row.diet, row.dishes) for row in rows]


def drawn(rows: Sequence[MenuMeal], diet: str) -> str:
    """What the form of a week is drawn from."""
    return sheets.digest([row for row in rows if row.diet == diet])


def save(db: Unit, viewer: Viewer, form: SaveMenu, now: datetime) -> date:
    """A week of one diet as it was typed; gives its Monday. Raises Forbidden, Invalid, Changed."""
    home = access_writer(db, viewer)
    first = sheets.week(form.first, today_of(home, now))
    diet = diet_of(form.diet)
    wanted = {
        (day, meal): _dishes(next(iter(form.cells.get(f"{day}-{meal}", ())), ""), day, meal)
        for day in days_of(first)
        for meal in MEALS
    }
    name = sheets.name("menu", first)
    there = of_diet(queries.meals(db, home.id, first, days_of(first)[-1]), diet)
    sheets.as_drawn(db, home.id, name, form.drawn, sheets.digest(there))
    with sheets.changing(db, viewer, name, f"改{diet}菜单", now):
        write(db, viewer, there, wanted, diet, now)
    return first


def of_diet(week: Sequence[MenuMeal], diet: str) -> list[MenuMeal]:
    """The meals of one diet of a week. Raises Invalid for one diet too many."""
    diets = {row.diet for row in week if row.diet}
    if diet and diet not in diets and len(diets) >= DIETS:
        raise Invalid(why=f"一周最多 {DIETS} 种餐别，已经有{'、'.join(sorted(diets))}。")
    return [row for row in week if row.diet == diet]


def write(
    db: Unit,
    viewer: Viewer,
    there: Sequence[MenuMeal],
    wanted: dict[tuple[date, str], str],
    diet: str,
    now: datetime,
) -> None:
    """The meals that are named become so; an empty one goes. A meal that stays the same keeps who wrote it."""
    known = {(row.day, row.meal): row for row in there}
    for (day, meal), words in wanted.items():
        row = known.get((day, meal))
        if not words:
            if row is not None:
                db.delete(row)
            continue
        if row is None:
            row = MenuMeal(id=new_id(), home_id=viewer.home_id, day=day, meal=meal, diet=diet, dishes="")
            db.add(row)
        if row.dishes != words:
            row.dishes, row.by_id, row.at = words, viewer.id, now


def copy(db: Unit, viewer: Viewer, form: CopySheet, now: datetime) -> date:
    """The meals of the week before, into what is still empty; gives the Monday. Raises Forbidden, Invalid."""
    home = access_writer(db, viewer)
    first = sheets.week(form.first, today_of(home, now))
    before = queries.meals(db, home.id, first - WEEK, first - timedelta(days=1))
    if not before:
        raise Invalid(why="上一周没有菜单可抄。")
    there = {
        (row.day, row.meal, row.diet) for row in queries.meals(db, home.id, first, first + WEEK - timedelta(days=1))
    }
    fresh = [row for row in before if (row.day + WEEK, row.meal, row.diet) not in there]
    if not fresh:
        raise Invalid(why="上一周有的，这一周都已经写了，没有可抄的空格。")
    with sheets.changing(db, viewer, sheets.name("menu", first), "照抄上周菜单", now):
        for row in fresh:
            db.add(
                MenuMeal(
                    id=new_id(),
                    home_id=home.id,
                    day=row.day + WEEK,
                    meal=row.meal,
                    diet=row.diet,
                    dishes=row.dishes,
                    by_id=viewer.id,
                    at=now,
                )
            )
    return first


def today_of(home: tables.Home, now: datetime) -> date:
    """The home's day."""
    return now.astimezone(zone_of(home)).date()


def diet_of(text: str) -> str:
    """The name of a diet; empty and 普食 are what everybody gets. Raises Invalid."""
    found = "".join(text.split())
    if found == "普食":
        return ""
    if len(found) > DIET:
        raise Invalid(why=f"餐别「{found[:12]}」太长，最多 {DIET} 个字，例如 软食、糖尿病餐。")
    return found


def _dishes(text: str, day: date, meal: str) -> str:
    words = " ".join(text.split())
    if len(words) > LONGEST:
        where = f"{day.month}月{day.day}日{MEALS[meal]}"
        raise Invalid(why=f"{where}写了 {len(words)} 个字，最多 {LONGEST} 个。")
    return words
