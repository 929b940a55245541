"""What of 就医 stands on 今日: who goes today and tomorrow, and of which nobody has said how it was."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from care.appointments import LATE
from services.access import Viewer
from services.appointments.access import APPOINTMENTS, WRITES
from services.subject import TodayLine
from storage import tables
from storage.queries import appointments as queries
from storage.unit import Unit


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """Two lines at most; none where nobody goes."""
    if not viewer.sees(APPOINTMENTS) or viewer.role not in WRITES:
        return []
    zone = ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone)
    today = now.astimezone(zone).date()
    until = datetime.combine(today + timedelta(days=2), time(), zone)
    found = queries.open_of(db, viewer.sight, until)
    shown: list[TodayLine] = []
    late = [place for at, place in found if at + LATE <= now]
    if late:
        text = f"{'、'.join(late[:3])}{'…' if len(late) > len(late[:3]) else ''}，写一句情况"
        shown.append(TodayLine("bad", "就医", f"{len(late)} 位看完了没写情况", text, "/console/appointments", "去写"))
    coming = [(at.astimezone(zone), place) for at, place in found if at + LATE > now]
    if coming:
        first, place = coming[0]
        day = "今天" if first.date() == today else "明天"
        text = f"先去的：{place}，{day} {first:%H:%M}"
        shown.append(TodayLine("line", "就医", f"今明两天 {len(coming)} 位", text, "/console/appointments", "去看"))
    return shown
