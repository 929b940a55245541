"""What the lists of complaints ask: the open ones by stage, the least time left first, and the closed ones; page by
page, with true totals (C-8, C-9).
"""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select, true

from storage import tables
from storage.queries.complaints import Row
from storage.queries.pages import and_one
from storage.queries.sight import Sight
from storage.queries.talks import Clock, whos
from storage.types import micros, moment
from storage.unit import Unit

LANE: Final = 12
"""Cards of one column of the board."""
PAGE: Final = 48
LANES: Final = ((1, 2), (3, 4), (5,), (6, 7), (8, 9))
"""The stages of each column."""
EDGES: Final = (timedelta(hours=4), timedelta(days=1), timedelta(days=3))
TOKEN: Final = re.compile(r"(\d{1,16})?\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many open cases there are: of each filter, by age (EDGES and older), and in each column under the filter."""

    filters: Mapping[str, int]
    ages: Sequence[int]
    lanes: Sequence[int]


@dataclass(frozen=True, slots=True)
class Portion:
    """One page of cases; `after` leads to the next, "" on the last."""

    rows: list[Row]
    after: str


def _open(sight: Sight) -> Subquery:
    """The open cases with the end of their next clock."""
    due = (
        select(func.min(tables.Promise.due_at))
        .where(
            tables.Promise.person_id == tables.Complaint.person_id,
            tables.Promise.case_id == tables.Complaint.id,
            tables.Promise.kept_at.is_(None),
        )
        .correlate(tables.Complaint)
        .scalar_subquery()
    )
    one = tables.Complaint
    wanted = select(one.id, one.stage, one.level, one.cautious, one.hide_name, one.said_at, due.label("due"))
    return wanted.where(sight.complaint(), one.closed_at.is_(None)).subquery()


def _filters(cases: Subquery, now: datetime) -> dict[str, ColumnElement[bool]]:
    return {
        "": true(),
        "late": cases.c.due <= now,
        "serious": cases.c.level == 1,
        "cautious": cases.c.cautious,
        "hidden": cases.c.hide_name,
    }


def totals(db: Unit, sight: Sight, show: str, now: datetime) -> Totals:
    """All counts of the page in one look."""
    cases = _open(sight)
    filters = _filters(cases, now)
    since = [now - edge for edge in EDGES]
    ages = [cases.c.said_at > since[0]]
    ages += [and_(cases.c.said_at <= newer, cases.c.said_at > older) for newer, older in pairwise(since)]
    ages.append(cases.c.said_at <= since[-1])
    lanes = [and_(cases.c.stage.in_(stages), filters.get(show, true())) for stages in LANES]
    wanted = [*filters.values(), *ages, *lanes]
    found = list(db.execute(select(*(func.count(case((one, 1))) for one in wanted)).select_from(cases)).one())
    most, rest = len(filters), len(filters) + len(ages)
    return Totals(dict(zip(filters, found, strict=False)), found[most:rest], found[rest:])


def board(db: Unit, sight: Sight, show: str, now: datetime) -> list[Portion]:
    """The beginning of each column, the least time left first."""
    cases = _open(sight)
    column = case(*((cases.c.stage.in_(stages), number) for number, stages in enumerate(LANES)), else_=0)
    place = func.row_number().over(partition_by=column, order_by=_order(cases)).label("place")
    ranked = (
        select(cases.c.id, cases.c.due, column.label("lane"), place)
        .where(_filters(cases, now).get(show, true()))
        .subquery()
    )
    found = db.execute(
        select(tables.Complaint, ranked.c.due, ranked.c.lane)
        .join(ranked, ranked.c.id == tables.Complaint.id)
        .where(ranked.c.place <= and_one(LANE))
        .order_by(ranked.c.lane, ranked.c.place)
    ).all()
    known = {row.complaint.id: row for row in _rows(db, [one for one, _, _ in found])}
    lanes = [[(one, due) for one, due, at in found if at == number] for number in range(len(LANES))]
    return [
        Portion([known[one.id] for one, _ in lane[:LANE]], _token(*lane[LANE - 1]) if len(lane) > LANE else "")
        for lane in lanes
    ]


def lane(db: Unit, sight: Sight, number: int, show: str, now: datetime, after: str = "") -> Portion:
    """One page of one column."""
    cases = _open(sight)
    mine = and_(cases.c.stage.in_(LANES[number]), _filters(cases, now).get(show, true()), _behind(cases, after))
    found = db.execute(_cases(cases).where(mine).limit(and_one(PAGE))).all()
    return Portion(_rows(db, [one for one, _ in found[:PAGE]]), _token(*found[PAGE - 1]) if len(found) > PAGE else "")


def first(db: Unit, sight: Sight) -> Row | None:
    """The case with the least time left."""
    found = db.execute(_cases(_open(sight)).limit(1)).all()
    return _rows(db, [one for one, _ in found])[0] if found else None


def _cases(cases: Subquery) -> "Select[tables.Complaint, datetime | None]":
    return select(tables.Complaint, cases.c.due).join(cases, cases.c.id == tables.Complaint.id).order_by(*_order(cases))


def _order(cases: Subquery) -> tuple[ColumnElement[Any], ...]:
    """The least time left first; who waits for nothing last."""
    return (cases.c.due.is_(None), cases.c.due, cases.c.id)


def _token(one: tables.Complaint, due: datetime | None) -> str:
    return f"{micros(due) if due else ''}.{one.id}"


def _behind(cases: Subquery, token: str) -> ColumnElement[bool]:
    """Cases behind the last of a page: `due in µs` or nothing, a point, `id`."""
    found = TOKEN.fullmatch(token)
    if found is None:
        return true()
    due, row = cases.c.due, cases.c.id > int(found[2])
    if not found[1]:
        return and_(due.is_(None), row)
    at = moment(int(found[1]))
    return or_(due.is_(None), due > at, and_(due == at, row))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which closed cases somebody looks for; what is empty asks nothing."""

    month: date | None = None
    number: str = ""
    room: str = ""
    result: str = ""
    """`first`: accepted at once, `again`: only after another round."""


def closed(db: Unit, sight: Sight, wanted: Wanted, after: int = 0) -> tuple[list[Row], int, int]:
    """Closed cases, the newest first: one page, how many there are in all, and the id behind which the next begins."""
    one = tables.Complaint
    asked = [sight.complaint(), one.closed_at.is_not(None)]
    if wanted.month is not None:
        _, days = monthrange(wanted.month.year, wanted.month.month)
        asked.append(one.day.between(wanted.month.replace(day=1), wanted.month.replace(day=days)))
    if wanted.number:
        asked.append(one.number.contains(wanted.number, autoescape=True))
    if wanted.room:
        of_room = select(tables.Resident.id).where(
            tables.Resident.home_id == sight.home_id, tables.Resident.room == wanted.room
        )
        kin = select(tables.Kinship.person_id).where(tables.Kinship.resident_id.in_(of_room))
        asked.append(or_(one.resident_id.in_(of_room), and_(one.resident_id.is_(None), one.person_id.in_(kin))))
    if wanted.result:
        asked.append(one.rounds == 0 if wanted.result == "first" else one.rounds > 0)
    total = db.scalar(select(func.count()).select_from(one).where(*asked)) or 0
    page = select(one).where(*asked, one.id < after if after else true()).order_by(one.id.desc()).limit(and_one(PAGE))
    found = list(db.scalars(page))
    return _rows(db, found[:PAGE]), total, found[PAGE - 1].id if len(found) > PAGE else 0


def _rows(db: Unit, found: Sequence[tables.Complaint]) -> list[Row]:
    """Cases with their people and their next clocks, in the order in which they came."""
    clocks: dict[int, Clock] = {}
    people = [row.person_id for row in found]
    for promise in db.scalars(
        select(tables.Promise)
        .where(
            tables.Promise.person_id.in_(people),
            tables.Promise.case_id.in_([row.id for row in found]),
            tables.Promise.kept_at.is_(None),
        )
        .order_by(tables.Promise.due_at)
    ):
        clocks.setdefault(promise.case_id or 0, Clock(promise.kind, promise.made_at, promise.due_at))
    named = whos(db, people)
    return [Row(row, db.words(row, "title"), named[row.person_id], clocks.get(row.id)) for row in found]
