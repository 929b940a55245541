"""The activities of a week: written down, cancelled with a reason that is said, copied from the week before."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from care import workdays
from care.errors import Changed, Invalid, NotFound
from care.week import Event, called, days_of, monday
from services.access import Viewer, name_of
from services.week import sheets
from services.week.access import access_writer
from services.week.forms import CancelActivity, CopySheet, DropActivity, PutActivity
from services.week.menu import WEEK, today_of
from storage.queries import week as queries
from storage.tables.week import Activity
from storage.types import new_id
from storage.unit import Unit

TITLE, PLACE, WHY = 24, 16, 40
MOST: Final = 80
"""Activities of a week."""


def values(rows: Iterable[Activity]) -> list[Event]:
    """Rows as the rules read them."""
    return [
        Event(
            row.day,
            row.begins,
            row.ends,
            row.title,
            row.place,
            tuple(row.floors.split()),
            row.cancelled_at is not None,
            row.cancelled_why,
        )
        for row in rows
    ]


def activity_revision(row: Activity) -> str:
    """What the form of an activity is drawn from."""
    return sheets.digest([row])


def put(db: Unit, viewer: Viewer, form: PutActivity, now: datetime) -> date:
    """A new activity, or another one; gives the Monday of its week. Raises Forbidden, NotFound, Invalid, Changed."""
    home = access_writer(db, viewer)
    if form.day is None:
        raise Invalid(why="请选哪一天。")
    today = today_of(home, now)
    first = sheets.week(form.day, today)
    row = _held(db, viewer, form.activity, form.drawn) if form.activity else None
    title, place = " ".join(form.title.split()), " ".join(form.place.split())
    begins, ends = _clock(form.begins, "几点开始"), _clock(form.ends, "几点结束") if form.ends.strip() else ""
    if not title:
        raise Invalid(why="请写是什么活动，例如「做操」「合唱」。")
    if len(title) > TITLE or len(place) > PLACE:
        raise Invalid(why=f"活动最多 {TITLE} 个字，地点最多 {PLACE} 个字。")
    if ends and ends <= begins:
        raise Invalid(why="结束要晚于开始。")
    floors = floors_of(form.floors)
    if row is None and len(queries.activities(db, home.id, first, days_of(first)[-1])) >= MOST:
        raise Invalid(why=f"这一周已经有 {MOST} 项活动了。")
    if row is not None and monday(row.day) != first:
        raise Invalid(why=f"只能改在同一周里；要放到{called(form.day, today)}，请在那一周加一项，再删掉这一项。")
    if row is None and _is_there(db, home.id, (form.day, begins, title, place, " ".join(floors))):
        raise Invalid(why=f"{called(form.day, today)} {begins}「{title}」已经写上了，不用再加。")
    what = f"{'改' if row else '加'}活动 {title}"[:24]
    with sheets.changing(db, viewer, sheets.name("activities", first), what, now):
        if row is None:
            row = Activity(id=new_id(), home_id=home.id)
            db.add(row)
        row.day, row.begins, row.ends, row.title, row.place = form.day, begins, ends, title, place
        row.floors, row.by_id, row.at = " ".join(floors), viewer.id, now
    return first


def _is_there(db: Unit, home_id: int, wanted: tuple[date, str, str, str, str]) -> bool:
    """Whether the same stands there, pressed twice or by two."""
    day = wanted[0]
    there = queries.activities(db, home_id, day, day)
    return any((one.day, one.begins, one.title, one.place, one.floors) == wanted for one in there)


def cancel(db: Unit, viewer: Viewer, form: CancelActivity, now: datetime) -> date:
    """An activity does not take place, or does after all. Raises Forbidden, NotFound, Invalid, Changed."""
    access_writer(db, viewer)
    row = _held(db, viewer, form.activity, form.drawn)
    why = " ".join(form.why.split())
    if len(why) > WHY:
        raise Invalid(why=f"原因最多 {WHY} 个字，机器人会照着说。")
    first = monday(row.day)
    what = f"{'取消' if form.cancelled else '恢复'} {row.title}"[:24]
    with sheets.changing(db, viewer, sheets.name("activities", first), what, now):
        row.cancelled_at = (row.cancelled_at or now) if form.cancelled else None
        row.cancelled_why = why if form.cancelled else ""
        row.by_id, row.at = viewer.id, now
    return first


def drop(db: Unit, viewer: Viewer, form: DropActivity, now: datetime) -> date:
    """It was written down by mistake. Raises Forbidden, NotFound, Changed."""
    access_writer(db, viewer)
    row = _held(db, viewer, form.activity, form.drawn)
    first = monday(row.day)
    with sheets.changing(db, viewer, sheets.name("activities", first), f"删活动 {row.title}"[:24], now):
        db.delete(row)
    return first


def copy(db: Unit, viewer: Viewer, form: CopySheet, now: datetime) -> date:
    """The activities of the week before, but for cancelled ones and those that stand there. Raises Forbidden,
    Invalid.
    """
    home = access_writer(db, viewer)
    first = sheets.week(form.first, today_of(home, now))
    before = queries.activities(db, home.id, first - WEEK, first - timedelta(days=1))
    if not before:
        raise Invalid(why="上一周没有活动可抄。")
    there = {(row.day, row.begins, row.title) for row in queries.activities(db, home.id, first, days_of(first)[-1])}
    fresh = [row for row in before if row.cancelled_at is None and (row.day + WEEK, row.begins, row.title) not in there]
    if not fresh:
        raise Invalid(why="上一周的活动这一周都有了，没有可抄的。")
    if len(there) + len(fresh) > MOST:
        raise Invalid(why=f"照抄以后这一周的活动会超过 {MOST} 项，请先删掉不要的。")
    with sheets.changing(db, viewer, sheets.name("activities", first), "照抄上周活动", now):
        add(
            db,
            viewer,
            [
                Event(row.day + WEEK, row.begins, row.ends, row.title, row.place, tuple(row.floors.split()))
                for row in fresh
            ],
            now,
        )
    return first


def add(db: Unit, viewer: Viewer, events: Iterable[Event], now: datetime) -> None:
    """Rows for activities."""
    for one in events:
        db.add(
            Activity(
                id=new_id(),
                home_id=viewer.home_id,
                day=one.day,
                begins=one.begins,
                ends=one.ends,
                title=one.title,
                place=one.place,
                floors=" ".join(one.floors),
                by_id=viewer.id,
                at=now,
            )
        )


def floors_of(text: str) -> list[str]:
    """2 3, 2、3 楼; 全院 and nothing are all. Raises Invalid."""
    found = list(dict.fromkeys(re.findall(r"[A-Za-z]?\d{1,2}", text)))
    if text.strip() and not found and not re.search(r"全|所有|大家|都", text):
        raise Invalid(why="给谁的，请写楼层，例如 2、3 楼；空着就是全院。")
    if len(" ".join(found)) > 64:
        raise Invalid(why="写的楼层太多了；空着就是全院。")
    return found


def _held(db: Unit, viewer: Viewer, number: int, drawn: str | None) -> Activity:
    """An activity, once the home is held. Raises NotFound, Changed."""
    row = db.fresh(select(Activity).where(Activity.id == number, Activity.home_id == viewer.home_id)).first()
    if row is None:
        if number and drawn is not None:
            raise Invalid(why="有同事刚刚删掉了这一项活动，您这次没有存。还要的话，请刷新，当作新的一项加上。")
        raise NotFound
    if drawn not in {None, activity_revision(row)}:
        state = "取消了" if row.cancelled_at else "改过"
        raise Changed(who=name_of(db, row.by_id), what=f"{state}「{row.title}」", revision=activity_revision(row))
    return row


def _clock(text: str, what: str) -> str:
    try:
        minute = workdays.minute_of(text.replace("点半", ":30").replace("点", ":00"))
    except ValueError as error:
        raise Invalid(why=f"请写{what}，例如 9:30。") from error
    if minute >= workdays.DAY:
        raise Invalid(why=f"请写{what}，例如 9:30。")
    return workdays.clock(minute)
