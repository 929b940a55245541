"""What of complaints stands on 今日 beside their clocks: what is yours to answer, and what came at night (C3, F41)."""

from datetime import datetime

from sqlalchemy import select

from services.access import Viewer
from services.complaints import night, ringing
from services.complaints.access import COMPLAINTS
from services.subject import TodayLine
from storage import tables
from storage.queries import complaints_calls
from storage.unit import Unit


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """A line for each complaint of which the viewer was told and which nobody has answered, and for each that rang in
    vain; one for the night.
    """
    found = []
    if viewer.sees(COMPLAINTS):
        case = tables.Complaint
        asked = select(case).where(
            viewer.sight.complaint(),
            case.told_id == viewer.id,
            case.feedback_at.is_(None),
            case.closed_at.is_(None),
        )
        found = [
            TodayLine(
                "bad",
                "由您负责",
                f"{row.number}（{row.level} 级）",
                "刚登记，等您答复家属",
                f"/console/complaints/{row.id}",
                "去答复",
            )
            for row in db.scalars(asked.order_by(case.opened_at).limit(5))
        ]
        found += [
            TodayLine(
                "bad",
                "没人接",
                f"{row.number}（{row.level} 级）",
                "没人值班时来的，负责人的电话没人接",
                f"/console/complaints/{row.id}",
                "去答复",
            )
            for row in complaints_calls.unheard(db, viewer.sight, now - ringing.LOOKS_BACK)
        ]
    if viewer.sees(night.NIGHT) and (waits := night.waiting(db, viewer, now)):
        words = f"{len(waits)} 件投诉在等人看一眼"
        found.append(
            TodayLine("bad", "夜里", words, "客服下班了；点一下，告诉家属有人看到了", "/console/night", "去看")
        )
    return found
