"""What of residents stands on 今日: who is back from hospital and not signed over (F7); for leads alone, and as no
message, 静默 that nobody has looked at for half a day, and the days after a death (F11).
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from care import mourning
from services.access import LEADS, Viewer
from services.residents.residents import DEATH, HUSH
from services.residents.returning import SIGNS
from services.subject import TodayLine
from storage import tables
from storage.queries import residents as queries
from storage.unit import Unit


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """A line for each."""
    found_back = [
        TodayLine(
            "bad",
            "回院",
            f"{place} {name}出院回来了",
            "交接签好以前，机器人不问候、不提醒",
            f"/console/residents/{number}#back",
            "去交接",
        )
        for number, place, name in (queries.back(db, viewer.sight) if viewer.role in SIGNS else [])
    ]
    return found_back + (_of_leads(db, viewer, now) if viewer.role in LEADS else [])


def _of_leads(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    zone = ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone)
    today, found = now.astimezone(zone).date(), list[TodayLine]()
    found_of = queries.mourned(db, viewer.sight)
    gone = {stop.resident for stop in found_of if stop.kind == DEATH or stop.status in queries.GONE}
    for stop in found_of:
        page = f"/console/residents/{stop.resident}"
        if stop.kind == HUSH and stop.resident not in gone and now - stop.since >= mourning.WAKES_AFTER:
            hours = int((now - stop.since).total_seconds() // 3600)
            text = "还要继续就不用动；不用了，到老人页上解除"
            found.append(TodayLine("line", "静默", f"{stop.place} {stop.name}静默 {hours} 小时了", text, page, "去看"))
        if stop.kind != DEATH:
            continue
        for name, day in mourning.days(stop.since.astimezone(zone).date(), today):
            when = "今天" if day == today else "明天"
            text = "按登记去世的那天算，先核对日子；打不打电话由人来定，机器人不发任何话"
            found.append(TodayLine("line", "追思", f"{when}是{stop.name}的{name}", text, page, "看家属"))
    return found
