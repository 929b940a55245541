"""One sheet of the notice board: its rows, what they were drawn from, its last change, which can be taken back."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Date

from care.errors import Changed, Invalid
from care.week import days_of, monday
from services.access import Viewer, name_of
from services.week.access import access_prices, access_writer
from services.week.forms import UndoSheet
from storage import revision
from storage.queries import week as queries
from storage.tables.week import Activity, MenuMeal, Price, WeekSheet
from storage.types import Moment, micros, moment, new_id
from storage.unit import Unit

Row = MenuMeal | Activity | Price
KINDS: Final[dict[str, type[Row]]] = {"menu": MenuMeal, "activities": Activity, "prices": Price}
WORDS: Final = {"menu": "菜单", "activities": "活动表", "prices": "价目"}
FARTHEST: Final = 62
"""Days ahead for which a week may be written."""


def name(sheet: str, first: date | None = None) -> str:
    """menu-2026-11-30, prices."""
    return f"{sheet}-{first}" if first else sheet


def week(first: date | None, today: date) -> date:
    """The Monday of a form. Raises Invalid for a week that nobody means."""
    if first is None:
        raise Invalid(why="请选哪一周。")
    found = monday(first)
    if abs((found - today).days) > FARTHEST:
        raise Invalid(why="这一周离今天太远了，请选前后两个月以内的。")
    return found


def rows(db: Unit, home_id: int, sheet: str) -> Sequence[Row]:
    """The rows of a sheet as they are now."""
    kind, _, day = sheet.partition("-")
    if kind == "prices":
        return queries.prices(db, home_id)
    first = date.fromisoformat(day)
    asks = queries.meals if kind == "menu" else queries.activities
    return asks(db, home_id, first, days_of(first)[-1])


def digest(found: Sequence[Row]) -> str:
    """What a form of a sheet is drawn from: what its rows say, whoever wrote them."""
    return revision.of(*sorted(_values(row) for row in found))


def _values(row: Row) -> tuple[str, ...]:
    return tuple(
        str(getattr(row, column.name))
        for column in row.__table__.columns
        if column.name not in {"id", "home_id", "by_id", "at"}
    )


def as_drawn(db: Unit, home_id: int, sheet: str, drawn: str | None, now: str) -> None:
    """Raises Changed with who was first, where a form was drawn from something else than what is there `now`."""
    if drawn is not None and drawn != now:
        last = queries.sheet(db, home_id, sheet)
        what = f"改过这张{WORDS[sheet.partition('-')[0]]}"
        raise Changed(who=name_of(db, last.by_id) if last else "有同事", what=what, revision=now)


@contextmanager
def changing(db: Unit, viewer: Viewer, sheet: str, what: str, now: datetime) -> Iterator[None]:
    """A change of a sheet whose home is held: how it was before is kept, what changed nothing is no change."""
    before = rows(db, viewer.home_id, sheet)
    kept, old = _packed(before), digest(before)
    yield
    db.flush()
    new = digest(rows(db, viewer.home_id, sheet))
    if new != old:
        _note(db, viewer, sheet, what, kept, new, now)


def undo(db: Unit, viewer: Viewer, form: UndoSheet, now: datetime) -> None:
    """A sheet as it was before its last change; not when somebody wrote on it since. Raises Invalid, Changed."""
    home = access_prices(db, viewer) if form.sheet == "prices" else access_writer(db, viewer)
    last = queries.sheet(db, home.id, form.sheet)
    if last is None or last.before is None:
        raise Invalid(why="没有可以撤销的改动，别的同事可能已经撤销了。请刷新看看。")
    found = rows(db, home.id, form.sheet)
    as_drawn(db, home.id, form.sheet, form.drawn, digest(found))
    for row in found:
        db.delete(row)
    db.flush()
    for values in json.loads(last.before):
        db.add(_unpacked(form.sheet, home.id, values))
    db.flush()
    _note(db, viewer, form.sheet, f"撤销了「{last.what}」"[:24], None, digest(rows(db, home.id, form.sheet)), now)


def _note(db: Unit, viewer: Viewer, sheet: str, what: str, before: str | None, after: str, now: datetime) -> None:
    row = queries.sheet(db, viewer.home_id, sheet)
    if row is None:
        row = WeekSheet(id=new_id(), home_id=viewer.home_id, name=sheet, revision=0)
        db.add(row)
    row.revision, row.what, row.before, row.after = row.revision + 1, what, before, after
    row.by_id, row.at = viewer.id, now
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "edit_week", f"week_sheet:{row.id}", f"{sheet} {what}")
    db.store.hint("week", "knowledge")


def _packed(found: Sequence[Row]) -> str:
    def plain(value: object) -> object:
        return micros(value) if isinstance(value, datetime) else str(value) if isinstance(value, date) else value

    return json.dumps(
        [{column.name: plain(getattr(row, column.name)) for column in row.__table__.columns} for row in found],
        ensure_ascii=False,
    )


def _unpacked(sheet: str, home_id: int, values: dict[str, Any]) -> Row:
    kind = KINDS[sheet.partition("-")[0]]
    of: dict[str, Callable[[Any], object]] = {
        column.name: date.fromisoformat for column in kind.__table__.columns if isinstance(column.type, Date)
    } | {column.name: moment for column in kind.__table__.columns if isinstance(column.type, Moment)}
    read = {key: of[key](value) if key in of and value is not None else value for key, value in values.items()}
    return kind(**(read | {"home_id": home_id}))
