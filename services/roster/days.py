"""The calendar of the home: filled from the published list where it knows the year, corrected by hand with a reason; a
year that nobody knows is said and never guessed (N8).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

import chinese_calendar  # type: ignore[import-untyped]
from sqlalchemy import select

from care.errors import Changed, Forbidden, Invalid
from care.states import DayKind, DaySource
from care.workdays import Workdays
from services.access import LEADS, Viewer, name_of
from services.form import coming
from services.roster import kinds
from services.roster.access import access_calendar
from services.roster.forms import CheckYear, SetDay
from storage import revision, tables
from storage.tables.roster_calendar import CalendarDay, CalendarYear
from storage.types import new_id
from storage.unit import Unit

RED_FROM: Final = 12
"""The month from whose first day on a next year without its days is red; the notice comes in November or December."""
WORDS: Final = {"plain": "照周几", "workday": "上班", "holiday": "放假", "makeup": "调休上班"}
NAME, REASON = 16, 80
LEAST: Final = 7
"""So many days of holidays a year has at least, before somebody can say that it was compared."""


@cache
def published(year: int) -> tuple[tuple[date, DayKind, str], ...] | None:
    """The days of a year that are not what their weekday says, by the published list; None for a year it has not."""
    known = {day.year for day in chinese_calendar.holidays}
    return tuple(_published(year)) if year in known else None


def _published(year: int) -> Iterator[tuple[date, DayKind, str]]:
    day = date(year, 1, 1)
    while day.year == year:
        rests, name = chinese_calendar.get_holiday_detail(day)
        if name is not None:
            kind = DayKind.HOLIDAY if rests else DayKind.MAKEUP
            yield day, kind, chinese_calendar.Holiday(name).chinese[:NAME]
        day += timedelta(days=1)


def unknown(db: Unit, home_id: int, today: date) -> list[int]:
    """Of this year and the next, those whose holidays nobody knows, the published list neither."""
    return [year for year in _missing(db, home_id, today) if published(year) is None]


def is_late(year: int, today: date) -> bool:
    """Whether a year without its days is red: from 1 December before it on."""
    return year <= today.year or (year == today.year + 1 and today.month >= RED_FROM)


def to_fill(db: Unit, home_id: int, today: date) -> list[int]:
    """Years that the list knows and the home does not."""
    return [year for year in _missing(db, home_id, today) if published(year) is not None]


def _missing(db: Unit, home_id: int, today: date) -> list[int]:
    known = set(db.scalars(select(CalendarYear.year).where(CalendarYear.home_id == home_id)))
    return [year for year in (today.year, today.year + 1) if year not in known]


def fill(db: Unit, home_id: int, year: int, now: datetime) -> None:
    """Write the days of a year; what was set by hand stays. The row of the home is held."""
    mine = set(db.scalars(select(CalendarDay.day).where(CalendarDay.home_id == home_id)))
    for day, kind, name in published(year) or ():
        if day not in mine:
            db.add(_row(home_id, day, kind, name, now))
    db.add(CalendarYear(id=new_id(), home_id=home_id, year=year, source=DaySource.FILLED.value, by_id=0, at=now))
    db.store.audit(home_id, now, "machine", "fill_year", f"home:{home_id}", str(year))
    db.store.hint("calendar")


def _row(home_id: int, day: date, kind: DayKind, name: str, now: datetime) -> CalendarDay:
    return CalendarDay(
        id=new_id(),
        home_id=home_id,
        day=day,
        kind=kind.value,
        name=name,
        source=DaySource.FILLED.value,
        by_id=0,
        reason="",
        at=now,
    )


def set_day(db: Unit, viewer: Viewer, form: SetDay, now: datetime) -> None:
    """A day is another one than it says, for a reason; `plain` takes that back. Raises Forbidden, Invalid, Changed."""
    home = lock_calendar(db, viewer)
    if form.day is None:
        raise Invalid(why="请选哪一天。")
    today = now.astimezone(kinds.zone_of(home)).date()
    coming(form.day, today, "这一天")
    if form.kind not in WORDS:
        raise Invalid(why="请选这一天是上班、放假还是调休上班。")
    row = _of(db, home.id, form.day)
    if form.drawn not in {None, day_revision(row)}:
        what = f"把这一天改成了「{WORDS[row.kind]}」" if row else "把这一天改回去了"
        raise Changed(who=name_of(db, row.by_id) if row else "有同事", what=what, revision=day_revision(row))
    reason = form.reason.strip()[:REASON]
    if form.kind != "plain" and not reason:
        raise Invalid(why="请写一句原因，例如「家属开放日」「国务院通知调整」。")
    if row is not None:
        db.delete(row)
        db.flush()
    if form.kind == "plain":
        for day, kind, name in published(form.day.year) or ():
            if day == form.day:
                db.add(_row(home.id, day, kind, name, now))
    else:
        db.add(
            CalendarDay(
                id=new_id(),
                home_id=home.id,
                day=form.day,
                kind=DayKind(form.kind).value,
                name=form.name.strip()[:NAME],
                source=DaySource.HAND.value,
                by_id=viewer.id,
                reason=reason,
                at=now,
            )
        )
    what = f"{form.day:%Y-%m-%d} {WORDS[form.kind]}"
    db.store.audit(home.id, now, f"staff:{viewer.id}", "set_day", f"home:{home.id}", what)
    db.store.hint("calendar")


def check_year(db: Unit, viewer: Viewer, form: CheckYear, now: datetime) -> None:
    """Somebody compared a year with the notice and has set its days by hand. Raises Forbidden, Invalid."""
    home = lock_calendar(db, viewer)
    today = now.astimezone(kinds.zone_of(home)).date()
    if form.year not in unknown(db, home.id, today):
        raise Invalid(why=f"{form.year} 年已经对过了。")
    first, last = date(form.year, 1, 1), date(form.year, 12, 31)
    days = select(CalendarDay.id).where(
        CalendarDay.home_id == home.id,
        CalendarDay.day.between(first, last),
        CalendarDay.kind == DayKind.HOLIDAY.value,
    )
    if len(db.scalars(days).all()) < LEAST:
        raise Invalid(
            why=f"{form.year} 年的放假日还没填全，请对着国务院通知，把放假和调休的日子一天一天点上，再说对过了。"
        )
    row = CalendarYear(
        id=new_id(), home_id=home.id, year=form.year, source=DaySource.HAND.value, by_id=viewer.id, at=now
    )
    db.add(row)
    db.store.audit(home.id, now, f"staff:{viewer.id}", "check_year", f"home:{home.id}", str(form.year))
    db.store.hint("calendar")


def lock_calendar(db: Unit, viewer: Viewer) -> tables.Home:
    """The calendar for who may change it, locked. Raises Forbidden, NotFound."""
    if viewer.role not in LEADS:
        raise Forbidden
    return access_calendar(db, viewer, lock=True)


def _of(db: Unit, home_id: int, day: date) -> CalendarDay | None:
    return db.fresh(select(CalendarDay).where(CalendarDay.home_id == home_id, CalendarDay.day == day)).first()


def day_revision(row: CalendarDay | None) -> str:
    """What the form of a day is drawn from."""
    return revision.of(*((row.kind, row.name, row.reason, row.source) if row else ()))


def workdays(db: Unit, home_id: int, today: date) -> Workdays:
    """The calendar as a value, from yesterday on."""
    rows = db.execute(
        select(CalendarDay.day, CalendarDay.kind).where(
            CalendarDay.home_id == home_id, CalendarDay.day >= today - timedelta(days=1)
        )
    )
    years = db.scalars(select(CalendarYear.year).where(CalendarYear.home_id == home_id))
    return Workdays({day: DayKind(kind) for day, kind in rows}, frozenset(years))
