"""What 今日 says of the letters of the week: a sixth of the house each day, and on Sundays who is still missing (F20)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from care import weekly
from care.states import Launch, Role
from services.access import Viewer
from services.letters.letters import CALLERS
from services.subject import TodayLine
from storage import tables
from storage.queries import launch
from storage.queries import letters_weekly as queries
from storage.unit import Unit

WRITERS: Final = frozenset({Role.CARER, Role.NURSE, Role.SUPERVISOR})
SUNDAY: Final = 6
KEPT: Final = timedelta(days=14)
"""Older ones are of no use to the family any more."""


def lines(db: Unit, viewer: Viewer, now: datetime) -> Sequence[TodayLine]:
    """For who writes them, once letters are switched on anywhere."""
    if viewer.role not in WRITERS | CALLERS:
        return []
    return [*_held(db, viewer, now), *_missing(db, viewer, now)]


def _held(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """Those that wait for a call: without it they never leave."""
    if viewer.role not in CALLERS:
        return []
    found = queries.held(db, viewer.sight, now.date() - KEPT)
    if not found:
        return []
    text = f"{'、'.join(one.line.place for one in found[:3])}{'…' if len(found) > len(found[:3]) else ''}，打过就发"
    page = f"/console/letters/weeks/{found[0].line.id}?week={weekly.sunday_of(found[0].letter.day)}"
    return [TodayLine("bad", "每周家书", f"{len(found)} 封先打电话", text, page, "去看")]


def _missing(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    if viewer.role not in WRITERS:
        return []
    on = launch.launched(db, viewer.home_id)
    if not any(what == Launch.LETTERS for what, _ in on.on):
        return []
    day = now.astimezone(ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone)).date()
    rows = queries.board(db, viewer.sight, weekly.sunday_of(day), day)
    many = sum(row.due and on.holds(Launch.LETTERS, row.line.floor) for row in rows)
    if not many:
        return []
    last = day.weekday() == SUNDAY
    text = "今天傍晚一起发；没写的到星期二还能补。" if last else "一人一封，一天写几封，星期天傍晚一起发。"
    return [
        TodayLine("bad" if last else "line", "每周家书", f"还有 {many} 位没写", text, "/console/letters/weeks", "去写")
    ]
