"""The rota as arithmetic: who is at which post from when to when, and from when to when too few are there (L6).

A shift is told in the home's wall clock and kept in UTC, so that a night of the change of clocks is as long as it is.
What must be filled is asked by time and not by name: a nurse who stays 24 h fills the day and the night.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final

DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(hours=24)
REST: Final = timedelta(hours=8)
WEEK: Final = frozenset(range(7))

Seat = tuple[int, date, int]
"""A post, a day, a kind of shift."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of shift of the home; one that ends when it begins, or before, goes over midnight."""

    id: int
    name: str
    begins: time
    ends: time
    works: bool = True

    def hours(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        """From when to when, in UTC."""
        until = day if self.ends > self.begins else day + DAY
        return (
            datetime.combine(day, self.begins, zone).astimezone(UTC),
            datetime.combine(until, self.ends, zone).astimezone(UTC),
        )


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody must be: which kinds of shift are to be filled, on which days of the week (Monday is 0), by how
    many.
    """

    id: int
    least: int = 1
    shifts: tuple[int, ...] = ()
    weekdays: frozenset[int] = WEEK


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody decided about a seat, in the order in which it counts."""

    id: int
    seat: Seat
    out: int | None
    into: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody is there; without `staff` a gap, in which `missing` people are too few."""

    seat: Seat
    staff: int | None
    begins: datetime
    ends: datetime
    source: int | None = None
    missing: int = 0


def seated(changes: Iterable[Change]) -> dict[Seat, dict[int, int]]:
    """Who has which seat in the end, and by which change; the newest word counts."""
    found: dict[Seat, dict[int, int]] = {}
    for change in changes:
        there = found.setdefault(change.seat, {})
        if change.out is not None:
            there.pop(change.out, None)
        if change.into is not None:
            there[change.into] = change.id
    return {seat: there for seat, there in found.items() if there}


def spans(
    post: Post,
    seats: Mapping[Seat, Mapping[int, int]],
    kinds: Mapping[int, Kind],
    days: Sequence[date],
    zone: tzinfo,
    left: Mapping[int, datetime],
) -> list[Span]:
    """Everybody at a post and every gap on these days. `left`: colleagues who have left, and when: nobody stands there
    in their name.
    """
    people = list(_people(post, seats, kinds, zone, left))
    at_work = [span for span in people if kinds[span.seat[2]].works]
    gaps = [
        gap
        for day in days
        if day.weekday() in post.weekdays
        for shift in post.shifts
        if shift in kinds and kinds[shift].works
        for gap in _gaps((post.id, day, shift), kinds[shift].hours(day, zone), at_work, post.least)
    ]
    return people + gaps


def _people(
    post: Post,
    seats: Mapping[Seat, Mapping[int, int]],
    kinds: Mapping[int, Kind],
    zone: tzinfo,
    left: Mapping[int, datetime],
) -> Iterator[Span]:
    for seat, there in seats.items():
        if seat[0] != post.id or seat[2] not in kinds:
            continue
        begins, ends = kinds[seat[2]].hours(seat[1], zone)
        for staff, source in there.items():
            until = min(ends, left.get(staff, ends))
            if until > begins:
                yield Span(seat, staff, begins, until, source)


def _gaps(seat: Seat, hours: tuple[datetime, datetime], at_work: Sequence[Span], least: int) -> Iterator[Span]:
    """The parts of a shift in which fewer people are there than must be."""
    begins, ends = hours
    there = [span for span in at_work if span.begins < ends and span.ends > begins]
    edges = sorted({begins, ends, *(edge for span in there for edge in (span.begins, span.ends))})
    gap: Span | None = None
    for start, end in pairwise(edges):
        if start < begins or end > ends:
            continue
        missing = least - len({span.staff for span in there if span.begins <= start and span.ends >= end})
        if gap is not None and missing == gap.missing:
            gap = Span(seat, None, gap.begins, end, None, missing)
            continue
        if gap is not None:
            yield gap
        gap = Span(seat, None, start, end, None, missing) if missing > 0 else None
    if gap is not None:
        yield gap


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody on duty, by name; without a name nobody is there. `floors`: those of the post, none = whole house."""

    place: str
    name: str
    begins: datetime
    ends: datetime
    floors: frozenset[str] = frozenset()


# -- rules that warn and never block (F53) ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """One turn of a colleague, at a post."""

    post: int
    begins: datetime
    ends: datetime


def against(wanted: Work, others: Sequence[Work]) -> list[str]:
    """Which rules a turn would break beside the others of the same colleague: `two` posts at once, `long` (more than
    24 h on end), `rest` (less than 8 h between).
    """
    found: list[str] = []
    if any(one.post != wanted.post and one.begins < wanted.ends and wanted.begins < one.ends for one in others):
        found.append("two")
    begins, ends = wanted.begins, wanted.ends
    grew = True
    while grew:
        grew = False
        for one in others:
            if one.begins <= ends and begins <= one.ends and (one.begins < begins or one.ends > ends):
                begins, ends, grew = min(begins, one.begins), max(ends, one.ends), True
    if ends - begins > LONGEST:
        found.append("long")
    if any(timedelta(0) < gap < REST for one in others for gap in (wanted.begins - one.ends, one.begins - wanted.ends)):
        found.append("rest")
    return found
