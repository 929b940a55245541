"""What of 到期 stands on 今日: how many things run out soon, and which is the first."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.access import HANDLERS, Viewer
from services.expiries.access import EXPIRIES, KEEPS
from services.subject import TodayLine
from storage import tables
from storage.queries import expiries as queries
from storage.unit import Unit


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """One line; none where nothing runs out within its time."""
    if not viewer.sees(EXPIRIES):
        return []
    today = now.astimezone(ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone)).date()
    found = queries.soon(db, viewer.sight, today, residents=viewer.role in HANDLERS, house=viewer.role in KEEPS)
    if not found:
        return []
    first, late = found[0], sum(one.day < today for one in found)
    text = f"先看：{first.title}，{first.day.month}月{first.day.day}日" + (f"；{late} 件已经过期" if late else "")
    look = "bad" if late else "line"
    return [TodayLine(look, "到期", f"{len(found)} 样东西快到期", text, "/console/expiries", "去看")]
