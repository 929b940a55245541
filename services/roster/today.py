"""What 今日 tells of the rota: where nobody is in the next seven days, and who is asked to come (L6)."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from conversations.phrases import WEEKDAYS
from services.access import LEADS, WORKS, Viewer
from services.roster import days, kinds
from services.subject import TodayLine
from storage import tables
from storage.queries import roster as queries
from storage.queries.roster import Turn
from storage.unit import Unit

SOON: Final = timedelta(days=7)
SHOWN: Final = 3


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """The next gaps, red; what a colleague was asked; in a home without a rota a word to the lead."""
    if viewer.role not in WORKS:
        return []
    zone = kinds.zone_of(db.get_one(tables.Home, viewer.home_id))
    today = now.astimezone(zone).date()
    gaps = queries.gaps(db, viewer.home_id, now, now + SOON)
    found = [
        TodayLine(
            "warn",
            "请您顶",
            f"{one.by}请您顶{_day(one.day, today)}{one.word}班，{one.place}",
            f"{one.begins} 到 {one.ends}。答应了才排上，来不了也请回一下",
            "/console/roster",
            "去回",
        )
        for one in queries.asked(db, viewer.home_id, today - timedelta(days=1), viewer.id)
    ]
    found += [
        TodayLine(
            "bad",
            "没人",
            told(gap, now, zone),
            "排上了，这一行就消失" if viewer.role in LEADS else "主管看得到，排上了就消失",
            f"/console/roster?seat={gap.post}.{gap.day}.{gap.shift}",
            "去排" if viewer.role in LEADS else "去看",
        )
        for gap in gaps[:SHOWN]
    ]
    if len(gaps) > SHOWN:
        more = f"今后七天另外还有 {len(gaps) - SHOWN} 处没人"
        found.append(TodayLine("bad", "没人", more, "在「排班」里一格一格红着", "/console/roster", "去看"))
    if not gaps and viewer.role in LEADS and not kinds.posts(db, viewer.home_id):
        text = "排了班，才知道现在谁在、哪一夜没人"
        found.append(TodayLine("line", "排班", "还没有排班", text, "/console/roster", "去排"))
    found += [
        TodayLine(
            "bad",
            "放假安排",
            f"{year} 年的放假和调休还没有数据",
            "对着国务院通知填上；没填以前只按周几算，答应家属的时间可能不准",
            "/console/calendar",
            "去填" if viewer.role in LEADS else "去看",
        )
        for year in days.unknown(db, viewer.home_id, today)
        if days.is_late(year, today)
    ]
    return found


def told(gap: Turn, now: datetime, zone: ZoneInfo) -> str:
    """周四（26 日）夜班 2 楼没人, with its hours where it is a part of a shift or has begun."""
    few = "没人" if gap.missing == 1 else f"差 {gap.missing} 人"
    begins, ends = max(gap.begins, now).astimezone(zone), gap.ends.astimezone(zone)
    return f"{_day(gap.day, now.astimezone(zone).date())}{gap.word}班（{begins:%H:%M} 到 {ends:%H:%M}）{gap.place}{few}"


def _day(day: date, today: date) -> str:
    near = {0: "今天", 1: "明天"}.get((day - today).days)
    return near or f"周{WEEKDAYS[day.weekday()]}（{day.day} 日）"
