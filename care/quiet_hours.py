"""When machines are silent: elders 20:30–06:30 and 12:00–14:00, families 21:30–08:00, in the person's own time zone
(domain.md 5, F16); a home may set other hours, but never give up the night.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

Spans = tuple[tuple[time, time], ...]
ELDER: Final = ((time(20, 30), time(6, 30)), (time(12, 0), time(14, 0)))
FAMILY: Final = ((time(21, 30), time(8, 0)),)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The silent hours of a home. The first span of each kind is its night."""

    elder: Spans = ELDER
    family: Spans = FAMILY

    def spans(self, kind: str) -> Spans:
        """The silent spans of a kind of person."""
        return self.elder if kind == "elder" else self.family


USUAL: Final = Quiet()


def is_quiet(at: datetime, zone: tzinfo, kind: str, quiet: Quiet = USUAL) -> bool:
    """Whether a machine is silent now; only answers to a person's own words and alarms break it."""
    return any(_inside(at.astimezone(zone).time(), *span) for span in quiet.spans(kind))


def is_night(at: datetime, zone: tzinfo, quiet: Quiet = USUAL) -> bool:
    """Whether elders sleep: an unread voice of theirs is then looked after at once (F6)."""
    return _inside(at.astimezone(zone).time(), *quiet.elder[0])


def next_allowed(at: datetime, zone: tzinfo, kind: str, quiet: Quiet = USUAL) -> datetime:
    """The next moment at which a machine may speak, in UTC; `at` itself when it may now."""
    spans = quiet.spans(kind)
    for _ in spans:  # where one span ends another may go on
        local = at.astimezone(zone)
        inside = next((span for span in spans if _inside(local.time(), *span)), None)
        if inside is None:
            break
        begin, end = inside
        day = local.date() + timedelta(days=1 if local.time() >= begin > end else 0)
        at = datetime.combine(day, end, zone)
    return at.astimezone(UTC)


def _inside(now: time, begin: time, end: time) -> bool:
    return begin <= now < end if begin < end else now >= begin or now < end
