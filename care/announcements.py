"""Announcements of a home: to whom, how urgent, and when they are said again (N4, N6, F42)."""

import calendar
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class Whom(StrEnum):
    """To whom it is said. The words are stored."""

    FAMILY = "family"
    ELDER = "elder"
    BOTH = "both"


class Repeat(StrEnum):
    """How often. The words are stored."""

    ONCE = "once"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Stage(StrEnum):
    """How far one has come. The words are stored."""

    PLANNED = "planned"
    HELD = "held"
    LEAVING = "leaving"
    RELEASED = "released"
    CANCELLED = "cancelled"


WHOM: dict[Whom, str] = {Whom.FAMILY: "家属", Whom.ELDER: "老人", Whom.BOTH: "老人和家属"}
REPEAT: dict[Repeat, str] = {Repeat.ONCE: "只发一次", Repeat.WEEKLY: "每周一次", Repeat.MONTHLY: "每月一次"}


def next_due(first: datetime, last: datetime, repeat: Repeat, zone: tzinfo) -> datetime | None:
    """When it is said again after `last`: the same hour by the clock of the home, whatever the clocks do in between;
    monthly on the day of the `first` one, in a shorter month on its last day. None for one that is said once.
    """
    if repeat is Repeat.ONCE:
        return None
    begun, local = first.astimezone(zone), last.astimezone(zone)
    day = local.date() + timedelta(days=7) if repeat is Repeat.WEEKLY else _next_month(local.date(), begun.day)
    return datetime.combine(day, time(begun.hour, begun.minute), zone)


def _next_month(day: date, wanted: int) -> date:
    year, month = (day.year, day.month + 1) if day.month < 12 else (day.year + 1, 1)
    return date(year, month, min(wanted, calendar.monthrange(year, month)[1]))
