"""What 今日 tells of tasks: how many wait for the viewer, and what is late."""

from datetime import datetime

from services.access import LEADS, WORKS, Viewer
from services.subject import TodayLine
from storage.queries import tasks as queries
from storage.unit import Unit


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """One line for the viewer's own; for a lead one more, when others are late."""
    if viewer.role not in WORKS:
        return []
    found, shown = queries.counts(db, viewer.sight, now), list[TodayLine]()
    first = next(iter(queries.open_ones(db, viewer.sight, "mine", most=1)), None) if found.mine else None
    if first is not None:
        late = f"{found.late} 件过了时间，" if found.late else ""
        text = f"{late}先做：{first.resident} {first.words}".replace("： ", "：")
        look = "bad" if found.late else "line"
        shown.append(TodayLine(look, "任务", f"您有 {found.mine} 件要做", text, "/console/tasks", "去做"))
    others = found.late_all - found.late
    if others and viewer.role in LEADS:
        text = "在「任务」的「全部」里，红的在最上面"
        shown.append(TodayLine("bad", "任务", f"同事还有 {others} 件过了时间", text, "/console/tasks?show=all", "去看"))
    return shown
