"""就医: when a resident is to be seen by a doctor, who goes along, and how often it comes again (R1, V3)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class Companion(StrEnum):
    """Who is there; stored, never renamed."""

    HOUSE = "house"
    FAMILY = "family"
    HERE = "here"


class Every(StrEnum):
    """How often it comes again; stored, never renamed."""

    ONCE = "once"
    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    QUARTER = "quarter"


class Stage(StrEnum):
    """What became of it; stored, never renamed."""

    PLANNED = "planned"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"


COMPANIONS: Final[Mapping[str, str]] = {"house": "院里陪", "family": "家属陪", "here": "医生到院里来"}
REPEATS: Final[Mapping[str, str]] = {
    "once": "就这一次",
    "week": "每周",
    "fortnight": "每两周",
    "month": "每月",
    "quarter": "每三个月",
}
STAGES: Final[Mapping[str, str]] = {
    "planned": "约好了",
    "done": "做完了",
    "missed": "没去成",
    "cancelled": "取消了",
}
EVENING: Final = time(18)
"""On the evening before, the relative is reminded."""
SHORT: Final = timedelta(hours=1)
"""What begins sooner than this is not reminded of any more: somebody has just written it down."""
LATE: Final = timedelta(hours=4)
"""So long after it began nobody has said how it was."""
NOT_HERE: Final = "老人{status}，没有提醒"
NOT_SIGNED: Final = "回院交接还没签，没有提醒"
_MONTHS: Final[Mapping[str, int]] = {"month": 1, "quarter": 3}
_DAYS: Final[Mapping[str, int]] = {"week": 7, "fortnight": 14}


def reminded_at(at: datetime, zone: ZoneInfo) -> datetime:
    """The evening before, on the home's clock."""
    return datetime.combine(at.astimezone(zone).date() - timedelta(days=1), EVENING, zone)


def next_at(at: datetime, every: str, zone: ZoneInfo, of_month: int) -> datetime | None:
    """When it comes again, at the same hour of the home's clock; None for what comes once. The 31st (`of_month`, as it
    was wished first) of a short month is its last day, and the 31st of the next one again.
    """
    local = at.astimezone(zone)
    if every in _DAYS:
        day = local.date() + timedelta(days=_DAYS[every])
    elif every in _MONTHS:
        day = _later(local.date(), _MONTHS[every], of_month)
    else:
        return None
    return datetime.combine(day, local.time(), zone)


def _later(day: date, months: int, wished: int) -> date:
    month = day.year * 12 + day.month - 1 + months
    first = date(month // 12, month % 12 + 1, 1)
    behind = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=wished - 1), behind - timedelta(days=1))
