"""A table that was copied from a sheet: shown first as it was understood, then written (A8)."""

from datetime import date, datetime

from care import week_pasted
from care.errors import Invalid
from care.week import days_of
from care.week_pasted import Pasted
from services.access import Viewer
from services.form import YEAR
from services.week import activities, menu, prices, sheets
from services.week.access import access_prices, access_writer
from services.week.forms import PasteSheet
from storage import tables
from storage.queries import week as queries
from storage.tables.week import Price
from storage.types import new_id
from storage.unit import Unit


def read(home: tables.Home, sheet: str, form: PasteSheet, now: datetime) -> Pasted:
    """What a pasted table says; nothing is written. Raises Invalid."""
    today = menu.today_of(home, now)
    try:
        rows = week_pasted.rows_of(form.text)
    except ValueError as error:
        raise Invalid(why=str(error)) from error
    if sheet == "prices":
        return week_pasted.prices(rows, today, _until(form, today))
    first = sheets.week(form.first, today)
    if sheet == "menu":
        return week_pasted.menu(rows, first, menu.diet_of(form.diet))
    return week_pasted.activities(rows, first)


def write(db: Unit, viewer: Viewer, sheet: str, form: PasteSheet, now: datetime) -> int:
    """Write what a pasted table says: cells and prices of the same name and day are replaced, activities that are there
    already are left out; gives how many rows. Raises Forbidden, Invalid.
    """
    home = access_prices(db, viewer) if sheet == "prices" else access_writer(db, viewer)
    found = read(home, sheet, form, now)
    if not found.count:
        raise Invalid(why="没有一行看得懂，什么都没有写。请看每一行的说明，在 Excel 里改好再贴。")
    if sheet == "prices":
        _prices(db, viewer, found, now)
    else:
        first = sheets.week(form.first, menu.today_of(home, now))
        with sheets.changing(db, viewer, sheets.name(sheet, first), f"粘贴{sheets.WORDS[sheet]}", now):
            if sheet == "menu":
                _menu(db, viewer, found, first, menu.diet_of(form.diet), now)
            else:
                _activities(db, viewer, found, first, now)
    return found.count


def _menu(db: Unit, viewer: Viewer, found: Pasted, first: date, diet: str, now: datetime) -> None:
    there = menu.of_diet(queries.meals(db, viewer.home_id, first, days_of(first)[-1]), diet)
    menu.write(db, viewer, there, {(one.day, one.meal): one.dishes for one in found.dishes}, diet, now)


def _activities(db: Unit, viewer: Viewer, found: Pasted, first: date, now: datetime) -> None:
    rows = queries.activities(db, viewer.home_id, first, days_of(first)[-1])
    there = {(row.day, row.begins, row.title) for row in rows}
    fresh = {(one.day, one.begins, one.title): one for one in found.events}
    if len(there | fresh.keys()) > activities.MOST:
        raise Invalid(why=f"这一周的活动会超过 {activities.MOST} 项，请分开贴。")
    activities.add(db, viewer, (one for key, one in fresh.items() if key not in there), now)


def _prices(db: Unit, viewer: Viewer, found: Pasted, now: datetime) -> None:
    there = {(row.item, row.valid_from): row for row in queries.prices(db, viewer.home_id)}
    fresh = {(one.item, one.valid_from): one for one in found.costs}
    if len(there.keys() | fresh.keys()) > prices.MOST:
        raise Invalid(why=f"价目会超过 {prices.MOST} 条，请先删掉过期的。")
    with sheets.changing(db, viewer, "prices", "粘贴价目", now):
        for key, one in fresh.items():
            row = there.get(key)
            if row is None:
                row = Price(id=new_id(), home_id=viewer.home_id)
                db.add(row)
            prices.write(row, one, viewer, now)


def _until(form: PasteSheet, today: date) -> date:
    if form.until is None:
        raise Invalid(why="请写这些价格有效到哪天。")
    if not today <= form.until <= today + YEAR:
        raise Invalid(why="有效期要在今天以后、一年以内。")
    return form.until
