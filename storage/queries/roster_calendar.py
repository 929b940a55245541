"""What the calendar of the home asks: its days, the years that are known, what was set by hand."""

from datetime import date

from sqlalchemy import select

from storage import tables
from storage.tables.roster_calendar import CalendarDay, CalendarYear
from storage.unit import Unit


def days(db: Unit, home_id: int, first: date, last: date) -> list[CalendarDay]:
    """Days that are not what their weekday says."""
    row = CalendarDay
    return list(db.scalars(select(row).where(row.home_id == home_id, row.day.between(first, last)).order_by(row.day)))


def years(db: Unit, home_id: int) -> list[CalendarYear]:
    """The years whose days are known."""
    row = CalendarYear
    return list(db.scalars(select(row).where(row.home_id == home_id).order_by(row.year)))


def by_hand(db: Unit, home_id: int, since: date) -> list[tuple[CalendarDay, str]]:
    """What was set by hand for the days ahead, with who did it."""
    row = CalendarDay
    found = db.execute(
        select(row, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == row.by_id)
        .where(row.home_id == home_id, row.source == "hand", row.day >= since)
        .order_by(row.day)
    )
    return [(day, name or "有同事") for day, name in found]
