"""What 今日 says of the letters of the week: a sixth of the house each day, and on Sundays who is still missing (F20)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from care import weekly
from care.states import Launch, Role
from services.access import Viewer
from services.subject import TodayLine
from storage import tables
from storage.queries import launch
from storage.queries import letters_weekly as queries
from storage.unit import Unit

WRITERS: Final = frozenset({Role.CARER, Role.NURSE, Role.SUPERVISOR})
SUNDAY: Final = 6


def lines(db: Unit, viewer: Viewer, now: datetime) -> Sequence[TodayLine]:
    """For who writes them, once letters are switched on anywhere."""
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
    text = "今天傍晚就发，没写的这周就没有。" if last else "一人一封，一天写几封，星期天傍晚一起发。"
    return [
        TodayLine("bad" if last else "line", "每周家书", f"还有 {many} 位没写", text, "/console/letters/weeks", "去写")
    ]
