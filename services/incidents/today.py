"""What 今日 tells of incidents: those that are not ended (E2)."""

from datetime import datetime

from sqlalchemy import select

from care.incidents import name_of
from services.access import Viewer
from services.incidents.access import INCIDENTS, may_see
from services.subject import TodayLine
from storage.tables.incidents import Incident
from storage.unit import Unit

SHOWN = 5


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """A line for each that is open and that the viewer may see, the newest first."""
    del now
    if not viewer.sees(INCIDENTS):
        return []
    asked = select(Incident).where(Incident.home_id == viewer.home_id, Incident.closed_at.is_(None))
    rows = [row for row in db.scalars(asked.order_by(Incident.id.desc()).limit(20)) if may_see(db, viewer, row)]
    return [
        TodayLine(
            "warn" if row.drill else "bad",
            "演练" if row.drill else "紧急",
            f"{name_of(row.plan)}{'：' + row.place if row.place else ''}",
            "步骤勾完、告诉家里、写了经过才结束",
            f"/console/incidents/{row.id}",
            "去看",
        )
        for row in rows[:SHOWN]
    ]
