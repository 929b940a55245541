"""What the list 会话 and the menu ask: who wrote, who waits and how long, page by page, with true totals (C-8)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import aliased

from storage import tables
from storage.queries.pages import and_one
from storage.queries.sight import Sight
from storage.queries.talks import Clock, Event, Who, event_of, whos, worded
from storage.types import micros, moment
from storage.unit import Unit

PAGE: Final = 80
TOKEN: Final = re.compile(r"(\d{1,16})?\.(\d{1,18})", re.ASCII)
WORDS: Final = ("reply", "first_feedback", "call")
"""Promises of words: somebody waits on the phone."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list."""

    who: Who
    event: Event
    at: datetime | None
    clock: Clock | None
    failed: int
    complaint_number: str | None


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of the list. `total` and `waiting` count all; `after` leads to the next page, "" on the last."""

    lines: list[Line]
    total: int
    waiting: int
    after: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits, for the menu: people who wait for words, open complaints, and how pressing each is."""

    waiting: int
    soon: bool
    late: bool
    cases: int
    complaints_soon: bool
    complaints_late: bool


def counts(db: Unit, sight: Sight, now: datetime, soon: datetime) -> Counts:
    """One look at the running promises of people whom the viewer works with; a complaint counts while its case is
    open.
    """
    promise = tables.Promise
    words, matters = promise.kind.in_(WORDS), promise.kind.not_in(("reply", "binding"))
    waiting, first, matter = db.execute(
        select(
            func.count(func.distinct(case((words, promise.person_id)))),
            func.min(case((words, promise.due_at))),
            func.min(case((matters, promise.due_at))),
        ).where(sight.person(promise.person_id), promise.kept_at.is_(None))
    ).one()
    cases = (
        db.scalar(
            select(func.count())
            .select_from(tables.Complaint)
            .where(sight.complaint(), tables.Complaint.closed_at.is_(None))
        )
        or 0
    )
    return Counts(
        waiting,
        first is not None and first <= soon,
        first is not None and first <= now,
        cases,
        matter is not None and matter <= soon,
        matter is not None and matter <= now,
    )


def lines(
    db: Unit, sight: Sight, *, only_waiting: bool = False, after: str = "", on_top: Collection[int] = ()
) -> Lines:
    """One page of everybody who ever wrote and whom the viewer works with: who waits first, the most pressing clock on
    top, then the latest message. `on_top`: people who come before all others on the first page.

    `after` is what the page before gave; anything else begins at the top.
    """
    inbox, promise = aliased(tables.Inbox), tables.Promise
    latest = (
        select(tables.Inbox.id)
        .where(tables.Inbox.person_id == tables.Person.id, worded(), sight.inbox(tables.Inbox.id))
        .order_by(tables.Inbox.id.desc())
        .limit(1)
        .correlate(tables.Person)
        .scalar_subquery()
    )
    waits = (
        select(promise.person_id, func.min(promise.due_at).label("due"))
        .where(promise.home_id == sight.home_id, promise.kept_at.is_(None), promise.kind.in_(WORDS))
        .group_by(promise.person_id)
        .subquery()
    )
    everybody = (
        select(tables.Person.id, latest.label("latest"), waits.c.due)
        .outerjoin(waits, waits.c.person_id == tables.Person.id)
        .where(sight.person(tables.Person.id))
        .cte("everybody")
        .prefix_with("MATERIALIZED")  # else the newest message is looked for again wherever it is named
    )
    people = (
        select(everybody, func.count().over().label("total"), func.count(everybody.c.due).over().label("waiting"))
        .where(everybody.c.latest.is_not(None))
        .subquery()
    )
    urgent = people.c.id.in_(on_top) if on_top and not after else None
    wanted = (
        select(people, inbox, tables.Person)
        .join(inbox, inbox.id == people.c.latest)
        .join(tables.Person, tables.Person.id == people.c.id)
        .where(people.c.due.is_not(None) if only_waiting else true(), _after(after, people.c.due, people.c.latest))
        .order_by(
            *(() if urgent is None else (urgent.desc(),)), people.c.due.is_(None), people.c.due, people.c.latest.desc()
        )
        .limit(and_one(PAGE))
    )
    rows = db.execute(wanted).all()
    total, waiting = (
        (rows[0].total, rows[0].waiting)
        if rows
        else db.execute(select(func.count(), func.count(people.c.due)).select_from(people)).one()
    )
    ids = [row.id for row in rows[:PAGE]]
    clocks, failed, numbers = _clocks(db, ids), _failed(db, ids), _numbers(db, sight, ids)
    found = whos(db, ids)
    shown = [
        Line(
            found[row.id],
            event_of(db, row[-2]),
            row[-2].created_at,
            clocks.get(row.id),
            failed.get(row.id, 0),
            numbers.get(row.id),
        )
        for row in rows[:PAGE]
    ]
    ordinary = [row for row in rows[:PAGE] if row.id not in on_top]
    more = len(rows) > PAGE and ordinary
    return Lines(
        shown, total, waiting, f"{micros(more[-1].due) if more[-1].due else ''}.{more[-1].latest}" if more else ""
    )


def _after(token: str, due: ColumnElement[datetime], latest: ColumnElement[int]) -> ColumnElement[bool]:
    """Rows behind the last of a page: `due in µs` or nothing, a point, `id of the latest message`."""
    found = TOKEN.fullmatch(token)
    if found is None:
        return true()
    number = int(found[2])
    if not found[1]:
        return and_(due.is_(None), latest < number)
    at = moment(int(found[1]))
    return or_(due.is_(None), due > at, and_(due == at, latest < number))


def _clocks(db: Unit, people: list[int]) -> dict[int, Clock]:
    found: dict[int, Clock] = {}
    for promise in db.scalars(
        select(tables.Promise)
        .where(tables.Promise.person_id.in_(people), tables.Promise.kept_at.is_(None), tables.Promise.kind.in_(WORDS))
        .order_by(tables.Promise.due_at)
    ):
        found.setdefault(promise.person_id, Clock(promise.kind, promise.made_at, promise.due_at))
    return found


def _failed(db: Unit, people: list[int]) -> dict[int, int]:
    return dict(
        db.execute(
            select(tables.Outbox.person_id, func.count())
            .where(tables.Outbox.person_id.in_(people), tables.Outbox.state.in_(("unknown", "given_up")))
            .group_by(tables.Outbox.person_id)
        ).all()
    )


def _numbers(db: Unit, sight: Sight, people: list[int]) -> dict[int, str]:
    return {
        complaint.person_id: complaint.number
        for complaint in db.scalars(
            select(tables.Complaint).where(
                tables.Complaint.person_id.in_(people), tables.Complaint.closed_at.is_(None), sight.complaint()
            )
        )
    }
