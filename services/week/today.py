"""What 今日 tells of the notice board: what has run out, so that the machine no longer says it (A8)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.access import Viewer
from services.subject import TodayLine
from services.week.access import PRICES, WRITES
from services.week.said import ACTIVITIES, BEDS, MENU, fed
from storage import tables
from storage.unit import Unit


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """A line for each table of the home that says nothing today, for who can mend it."""
    if viewer.role not in WRITES:
        return []
    today = now.astimezone(ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone)).date()
    there = fed(db, viewer.home_id, today)
    found = [
        TodayLine("warn", tag, there[name].why, "有人问起，机器人会说请同事来答", there[name].page, act)
        for name, tag, act in ((MENU, "菜单", "去写"), (ACTIVITIES, "活动", "去写"), (BEDS, "空床", "去核对"))
        if name in there and not there[name].words
    ]
    gone = [name for name, one in there.items() if one.page.endswith("/prices") and not one.words]
    if gone and viewer.role in PRICES:
        names = "、".join(gone[:4]) + (f"等 {len(gone)} 项" if len(gone) > 4 else "")
        text = "到期的价格机器人不说，会请同事来答"
        found.append(TodayLine("warn", "价目", f"{names}没有有效的价格", text, "/console/week/prices", "去续"))
    return found
