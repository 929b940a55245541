"""The list of spans: computed anew for the days ahead, what is over stays as it was (L6).

Whoever holds the rota calls `renew`: after each change, and every few seconds by a job, since a colleague leaves, the
clock of the home is set, and the days go on without anybody touching the rota.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, or_, select

from care import duty
from services.roster import kinds
from storage import tables
from storage.tables.roster import DutySpan, RotaChange
from storage.types import new_id
from storage.unit import Unit

AHEAD: Final = timedelta(days=28)
"""So far ahead a gap is a gap; who is put further ahead is known all the same."""
FARTHEST: Final = timedelta(days=92)

Told = tuple[int, int, date, int | None, datetime, datetime, int | None, int]
"""A span without its id: post, shift, day, staff, begin, end, source, missing."""


@dataclass(frozen=True, slots=True)
class Differs:
    """What is not as it follows from the rota: spans to write, rows that end now, rows that never come."""

    new: list[duty.Span]
    cut: list[DutySpan]
    over: list[int]

    def __bool__(self) -> bool:
        return bool(self.new or self.cut or self.over)


def renew(db: Unit, home: tables.Home, now: datetime, *, only: Collection[int] = ()) -> bool:
    """Write the spans that are not over as they follow from the rota now; whether any became another one. Who calls
    holds the rota. `only`: the posts of which something was decided, all of them without any.
    """
    db.flush()
    found = differs(db, home, now, only)
    for row in found.cut:
        row.ends_at = now
    if found.over:
        db.execute(delete(DutySpan).where(DutySpan.id.in_(found.over)).execution_options(synchronize_session=False))
    for span in found.new:
        db.add(
            DutySpan(
                id=new_id(),
                home_id=home.id,
                post_id=span.seat[0],
                shift_id=span.seat[2],
                day=span.seat[1],
                staff_id=span.staff,
                begins_at=max(span.begins, now),
                ends_at=span.ends,
                source=span.source,
                missing=span.missing,
            )
        )
    db.flush()
    if found:
        db.store.hint("roster")
    return bool(found)


def differs(db: Unit, home: tables.Home, now: datetime, only: Collection[int] = ()) -> Differs:
    """What runs now and goes on as it was keeps its row; what became other is cut now, and goes on from now."""
    wanted = {_wanted(span, now): span for span in _follow(db, home, now, only) if span.ends > now}
    rows = select(DutySpan).where(DutySpan.home_id == home.id, DutySpan.ends_at > now)
    there = list(db.fresh(rows.where(DutySpan.post_id.in_(only)) if only else rows))
    kept: set[Told] = set()
    old: list[DutySpan] = []
    for row in there:
        told = _told(row, now)
        if told in wanted and told not in kept:
            kept.add(told)
        else:
            old.append(row)
    return Differs(
        [span for told, span in wanted.items() if told not in kept],
        [row for row in old if row.begins_at < now],
        [row.id for row in old if row.begins_at >= now],
    )


def _follow(db: Unit, home: tables.Home, now: datetime, only: Collection[int]) -> Iterator[duty.Span]:
    zone = kinds.zone_of(home)
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(-2, AHEAD.days)]
    shifts = kinds.kinds_of(kinds.shifts(db, home.id, gone=True))
    words = changes(db, home.id, days[0])
    seats = duty.seated(word for word in words if not only or word.seat[0] in only)
    left = leavers(db, home.id)
    for post in kinds.posts(db, home.id, gone=True):
        if only and post.id not in only:
            continue
        for span in duty.spans(kinds.post_of(post), seats, shifts, days, zone, left):
            if post.gone_at is None:
                yield span
            elif span.staff is not None and span.begins < post.gone_at:
                yield replace(span, ends=min(span.ends, post.gone_at))


def _wanted(span: duty.Span, now: datetime) -> Told:
    post, day, shift = span.seat
    return post, shift, day, span.staff, max(span.begins, now), span.ends, span.source, span.missing


def _told(row: DutySpan, now: datetime) -> Told:
    return (
        row.post_id,
        row.shift_id,
        row.day,
        row.staff_id,
        max(row.begins_at, now),
        row.ends_at,
        row.source,
        row.missing,
    )


def changes(
    db: Unit, home_id: int, since: date, until: date | None = None, staff_id: int | None = None
) -> list[duty.Change]:
    """What counts for these days, in the order in which it counts: a yes counts when it was said. With `staff_id` what
    was decided about one colleague.
    """
    row = RotaChange
    wanted = select(row.id, row.post_id, row.day, row.shift_id, row.out_id, row.in_id).where(
        row.home_id == home_id, row.day >= since, row.accepted_at.is_not(None)
    )
    if until is not None:
        wanted = wanted.where(row.day <= until)
    if staff_id is not None:
        wanted = wanted.where(or_(row.in_id == staff_id, row.out_id == staff_id))
    rows = db.execute(wanted.order_by(row.accepted_at, row.id))
    return [duty.Change(number, (post, day, shift), out, into) for number, post, day, shift, out, into in rows]


def leavers(db: Unit, home_id: int) -> dict[int, datetime]:
    """Who has left, and when."""
    member = tables.Staff
    rows = db.execute(select(member.id, member.left_at).where(member.home_id == home_id, member.left_at.is_not(None)))
    return {number: at for number, at in rows if at is not None}
