"""What of the settings stands on 今日: SMS of the month that run out (F18)."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.access import Viewer
from services.outgoing.access import COSTS
from services.setup import choices, settings
from services.subject import TodayLine
from storage import tables
from storage.queries import outgoing_costs
from storage.unit import Unit

WARNS_AT: Final = 0.8
"""The share of the SMS of a month at which who pays for them is told."""


def lines(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """One line where most of them are used, or all."""
    if not viewer.sees(COSTS):
        return []
    home = db.get_one(tables.Home, viewer.home_id)
    span = outgoing_costs.month(now, ZoneInfo(home.timezone))
    most = choices.of(settings.stored(db, viewer.home_id)).sms_most
    used = sum(line.parts for line in outgoing_costs.sms(db, viewer.home_id, *span))
    if not used or used < most * WARNS_AT:
        return []
    over = used >= most
    title = f"这个月的短信用完了（{most} 条）" if over else f"这个月的短信用了 {used} 条，上限 {most}"
    detail = "剩下的改成打电话" if over else "到顶以后改成打电话"
    return [TodayLine("line", "短信", title, detail, "/console/costs", "去看")]
