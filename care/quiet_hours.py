"""When machines are silent: elders 20:30–06:30 and 12:00–14:00, families 21:30–08:00, in the person's own time zone
(domain.md 5, F16).
"""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

ELDER: Final = ((time(20, 30), time(6, 30)), (time(12, 0), time(14, 0)))
FAMILY: Final = ((time(21, 30), time(8, 0)),)


def spans(kind: str) -> tuple[tuple[time, time], ...]:
    """The silent spans of a kind of person."""
    return ELDER if kind == "elder" else FAMILY


def is_quiet(at: datetime, zone: tzinfo, kind: str) -> bool:
    """Whether a machine is silent now; only answers to a person's own words and alarms break it."""
    return any(_inside(at.astimezone(zone).time(), *span) for span in spans(kind))


def is_night(at: datetime, zone: tzinfo) -> bool:
    """Whether elders sleep: an unread voice of theirs is then looked after at once (F6)."""
    return _inside(at.astimezone(zone).time(), *ELDER[0])


def next_allowed(at: datetime, zone: tzinfo, kind: str) -> datetime:
    """The next moment at which a machine may speak, in UTC; `at` itself when it may now."""
    local = at.astimezone(zone)
    for begin, end in spans(kind):
        if _inside(local.time(), begin, end):
            day = local.date() + timedelta(days=1 if local.time() >= begin > end else 0)
            return datetime.combine(day, end, zone).astimezone(UTC)
    return at.astimezone(UTC)


def _inside(now: time, begin: time, end: time) -> bool:
    return begin <= now < end if begin < end else now >= begin or now < end
