"""What 今日 tells of messages that a colleague is to look at (F26)."""

from datetime import datetime

from services.access import WORKS, Viewer
from services.subject import TodayLine
from services.talks.looking import LOOK
from storage.queries import tasks as queries
from storage.unit import Unit


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """One line while some wait for the viewer's kind and floor."""
    if viewer.role not in WORKS:
        return []
    mine = [one for one in queries.open_ones(db, viewer.sight, "mine") if one.row.source == LOOK]
    if not mine:
        return []
    late = sum(one.row.due_at is not None and one.row.due_at <= now for one in mine)
    first = f"先看：{mine[0].resident or mine[0].talk} {mine[0].words}"
    text = f"{late} 件过了时间，{first}" if late else first
    return [TodayLine("bad", "请看一眼", f"有 {len(mine)} 件等您看一眼", text, "/console/tasks", "去看")]
