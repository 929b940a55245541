"""Going live is an act, by floor and by purpose; stopping is one tap (F29).

Until then nothing leaves for a floor by itself and no row falls due: what an import brings is registered, and nothing
more. What was due before the switch stays unsaid.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from care.errors import Changed, Invalid
from care.states import Launch
from services.access import Viewer, access_page, name_of
from services.launch.access import LAUNCH, need_floor
from services.launch.forms import Switch
from storage import revision, tables
from storage.queries.launch import floors
from storage.tables.launch import Launch as Row
from storage.types import new_id
from storage.unit import Unit

WORDS: Final = {
    Launch.LETTERS: ("家书", "写好的家书到点打开，窗口开着的家属收到一句提示"),
    Launch.GREETINGS: ("问候", "生日、春节、中秋、重阳，只发给窗口开着的人"),
    Launch.REMINDERS: ("提醒", "探视前一晚，生日前三天"),
    Launch.SURVEYS: ("问卷", "每月一次，院长或主管开始以后"),
}


def revision_of(db: Unit, home_id: int, purpose: str, floor: str) -> str:
    """What a switch was drawn from."""
    return revision.of(*(row.since for row in _going_on(db, home_id, purpose, floor)))


def switch(db: Unit, viewer: Viewer, form: Switch, now: datetime) -> None:
    """Switch on or off. Raises Invalid, Changed, NotFound."""
    access_page(viewer, LAUNCH)
    need_floor(viewer, form.floor)
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    if form.purpose not in set(Launch):
        raise Invalid(why="请选一件要启用的事。")
    if form.on and form.floor and not dict(floors(db, viewer.home_id)).get(form.floor):
        raise Invalid(why=f"{form.floor} 楼没有住着人，先登记老人。")
    going_on = _going_on(db, viewer.home_id, form.purpose, form.floor)
    stands = revision.of(*(row.since for row in going_on))
    if form.drawn not in {None, stands} and bool(going_on) != form.on:
        raise Changed(who="有同事", what="动了这个开关", revision=stands)
    if form.on == bool(going_on):
        return
    if form.on and not form.seen:
        raise Invalid(why="请先看一眼第一天会发给谁，再启用。")
    if form.on:
        db.add(
            Row(
                id=new_id(),
                home_id=viewer.home_id,
                launched=form.purpose,
                floor=form.floor,
                since=now,
                begun_by=viewer.id,
            )
        )
    for row in going_on:
        row.ended_at, row.ended_by = now, viewer.id
    act = "launch" if form.on else "unlaunch"
    what = f"{WORDS[Launch(form.purpose)][0]} {f'{form.floor} 楼' if form.floor else '全院'}"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, f"home:{viewer.home_id}", what)
    db.store.hint("launch", "days", "letters")


def _going_on(db: Unit, home_id: int, purpose: str, floor: str) -> list[Row]:
    found = select(Row).where(
        Row.home_id == home_id, Row.launched == purpose, Row.floor == floor, Row.ended_at.is_(None)
    )
    return list(db.fresh(found))


def by_whom(db: Unit, home_id: int, purpose: str, floor: str) -> tuple[datetime, str] | None:
    """Since when, and who switched it on."""
    rows = _going_on(db, home_id, purpose, floor)
    return (rows[0].since, name_of(db, rows[0].begun_by)) if rows else None
