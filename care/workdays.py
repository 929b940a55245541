"""When the desk is there: hours by weekday, holidays and the days that are made up for them; and time that only runs
then, so that no promise is made that the night cannot keep (N8, Q4).

A year whose holidays nobody knows is not guessed: there a day is what its weekday says, but for the days that the law
names by their date.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from care.states import DayKind

Span = tuple[int, int]
"""From which minute of the day to which; 1440 is midnight."""
DAY: Final = 24 * 60
Presence = tuple[datetime, datetime]
"""From which moment to which, in UTC."""
KEPT: Final = 16
"""Days of which the presences are kept."""
LOOK: Final = 60
"""So many days ahead the desk is looked for."""
FIXED: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""元旦, 劳动节, 国庆节: named by their date in the law, whatever a year's notice says."""
HOLIDAY: Final = "holiday"
MONDAY: Final = 1
TYPED: Final = re.compile(r"(\d{1,2})(?:[:：.]?([0-5]\d))?", re.ASCII)
SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", re.ASCII)


def spans_of(text: str) -> tuple[Span, ...]:
    """Hours as they are stored: 08:30-12:00 13:30-17:30. Raises ValueError."""
    found: list[Span] = []
    for part in text.split():
        match = SPAN.fullmatch(part)
        if match is None:
            raise ValueError(part)
        begin, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if not 0 <= begin < end <= DAY or (found and begin < found[-1][1]):
            raise ValueError(part)
        found.append((begin, end))
    return tuple(found)


def words_of(spans: tuple[Span, ...]) -> str:
    """Hours as they are stored."""
    return " ".join(f"{clock(begin)}-{clock(end)}" for begin, end in spans)


def minute_of(text: str) -> int:
    """A clock as people type it: 8:30, 8：30, 0830, 830, 8, 24:00. Raises ValueError."""
    match = TYPED.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    found = int(match[1]) * 60 + int(match[2] or 0)
    if found > DAY:
        raise ValueError(text)
    return found


def clock(minute: int) -> str:
    """08:30, 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True, slots=True)
class Workdays:
    """The home's calendar: days that are not what their weekday says, and the years that are known."""

    days: Mapping[date, DayKind] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def kind(self, day: date) -> DayKind | None:
        """What a day is, when it is not what its weekday says."""
        found = self.days.get(day)
        if found is None and day.year not in self.years and (day.month, day.day) in FIXED:
            return DayKind.HOLIDAY
        return found

    def rests(self, day: date) -> bool:
        """Whether the house at large does not work: a holiday, or a weekend that is not made up."""
        kind = self.kind(day)
        return kind is DayKind.HOLIDAY or (kind is None and day.isoweekday() > 5)


@dataclass(frozen=True, slots=True)
class Desk:
    """The hours of the desk by weekday ("1" is Monday) and on holidays; without any it is always there."""

    hours: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    days: Workdays = field(default_factory=Workdays)
    _known: dict[tuple[date, tzinfo], tuple[Presence, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def is_set(self) -> bool:
        """Whether somebody has said when the desk is there."""
        return any(self.hours.values())

    def on(self, day: date) -> tuple[Span, ...]:
        """The hours of a day. A day that is made up for a holiday, and lies on a weekend, is worked like a Monday."""
        kind, weekday = self.days.kind(day), day.isoweekday()
        if kind is DayKind.HOLIDAY:
            return self.hours.get(HOLIDAY, ())
        if kind in {DayKind.MAKEUP, DayKind.WORKDAY} and weekday > 5:
            weekday = MONDAY
        return self.hours.get(str(weekday), ())

    def presences(self, first: date, zone: tzinfo) -> tuple[Presence, ...]:
        """The spans of presence in two months from a day on, in UTC; one that goes on at midnight is one. Kept, since
        each promise asks for those of the same day.
        """
        known = self._known.get((first, zone))
        if known is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            known = self._known[first, zone] = tuple(self._presences(first, zone))
        return known

    def _presences(self, first: date, zone: tzinfo) -> Iterator[Presence]:
        held: Presence | None = None
        for day in (first + timedelta(days=n) for n in range(LOOK)):
            for begin, end in self.on(day):
                begins, ends = _at(day, begin, zone), _at(day, end, zone)
                if held is not None and begins <= held[1]:
                    held = held[0], max(ends, held[1])
                    continue
                if held is not None:
                    yield held
                held = begins, ends
        if held is not None:
            yield held


@dataclass(frozen=True, slots=True)
class Hours:
    """The desk in the clock of the home."""

    desk: Desk = field(default_factory=Desk)
    zone: tzinfo = UTC

    def open_until(self, at: datetime) -> datetime | None:
        """Until when the desk is there, if it is."""
        begins, ends = next(self._spans(at), (at, None))
        return ends if begins <= at else None

    def next_open(self, at: datetime) -> datetime | None:
        """When somebody is there again; `at` itself while somebody is; None if never within two months."""
        return next((max(begins, at) for begins, _ in self._spans(at)), None)

    def after(self, at: datetime, length: timedelta) -> datetime:
        """The moment when a length of desk time has run since `at`; in a home that has not said its hours, of time."""
        if not self.desk.is_set:
            return at + length
        left = length
        for begins, ends in self._spans(at):
            start = max(begins, at)
            if ends - start >= left:
                return start + left
            left -= ends - start
        return at + length

    def _spans(self, at: datetime) -> Iterator[Presence]:
        """Spans of presence that are not over, in UTC."""
        first = at.astimezone(self.zone).date() - timedelta(days=1)
        return (span for span in self.desk.presences(first, self.zone) if span[1] > at)


def _at(day: date, minute: int, zone: tzinfo) -> datetime:
    there = day + timedelta(days=1) if minute == DAY else day
    minute %= DAY
    return datetime.combine(there, time(minute // 60, minute % 60), zone).astimezone(UTC)
