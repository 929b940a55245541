"""What 今日 asks: everything that waits, with the time that is left; what did not arrive; how far the letters are."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from storage import tables
from storage.queries import letters
from storage.queries.pages import and_one
from storage.queries.sight import Sight
from storage.queries.talks import Clock, Who, whos
from storage.types import micros, moment
from storage.unit import Unit

LOST_SINCE: Final = timedelta(days=2)
PAGE: Final = 60
LOST: Final = 20
"""People to whom something did not arrive, at most; the talks of the others say it too."""
TOKEN: Final = re.compile(r"(\d{1,16})\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits. `number` and `title` are of the case, where it is one."""

    clock: Clock
    who: Who
    number: str = ""
    title: str = ""
    case_id: int = 0
    person_id: int = 0


@dataclass(frozen=True, slots=True)
class Today:
    """The page's facts: one page of what waits, and how much there is of each."""

    items: list[Item]
    total: int
    late: int
    hour: int
    """Due within an hour, not late."""
    after: str
    """Leads to the next page; "" on the last."""
    lost: list[tuple[int, str, str]]
    """(person, name, why) of messages of the last two days that did not arrive or of which nobody knows: the newest."""
    lost_total: int
    letters: list[letters.Row]


def look(db: Unit, sight: Sight, day: date, now: datetime, after: str = "") -> Today:
    """What the viewer must see, the most pressing first, page by page; `after` is what the page before gave (C-8)."""
    promise = tables.Promise
    mine = (
        sight.person(promise.person_id),
        promise.kept_at.is_(None),
        or_(promise.case_id.is_(None), promise.case_id.in_(select(tables.Complaint.id).where(sight.complaint()))),
    )
    soon = now + timedelta(hours=1)
    total, late, within = db.execute(
        select(
            func.count(), func.count(case((promise.due_at <= now, 1))), func.count(case((promise.due_at <= soon, 1)))
        ).where(*mine)
    ).one()
    rows = list(
        db.scalars(
            select(promise).where(*mine, _after(after)).order_by(promise.due_at, promise.id).limit(and_one(PAGE))
        )
    )
    shown = rows[:PAGE]
    cases = {
        complaint.id: complaint
        for complaint in db.scalars(
            select(tables.Complaint).where(tables.Complaint.id.in_([row.case_id for row in shown if row.case_id]))
        )
    }
    lost = db.execute(
        select(tables.Outbox.person_id, func.max(tables.Outbox.why), func.count().over().label("all"))
        .where(
            tables.Outbox.home_id == sight.home_id,
            or_(
                tables.Outbox.state.in_(("unknown", "given_up")),
                and_(tables.Outbox.state == "parked", tables.Outbox.code == "kept"),
            ),
            tables.Outbox.created_at > now - LOST_SINCE,
            tables.Outbox.id.not_in(select(tables.ByHand.outbox_id).where(tables.ByHand.settled_at.is_not(None))),
            sight.person(tables.Outbox.person_id),
            sight.outbox(tables.Outbox.id),
        )
        .group_by(tables.Outbox.person_id)
        .order_by(func.max(tables.Outbox.id).desc())
        .limit(LOST)
    ).all()
    people = whos(db, [row.person_id for row in shown] + [person for person, _, _ in lost])
    items = [_item(db, row, people[row.person_id], cases.get(row.case_id or 0)) for row in shown]
    return Today(
        items,
        total,
        late,
        within - late,
        f"{micros(shown[-1].due_at)}.{shown[-1].id}" if len(rows) > PAGE else "",
        [(person, people[person].name, why or "") for person, why, _ in lost if person in people],
        lost[0][2] if lost else 0,
        letters.board(db, sight, day),
    )


def _after(token: str) -> ColumnElement[bool]:
    """Promises behind the last of a page: `due in µs`, a point, `id`."""
    found = TOKEN.fullmatch(token)
    if found is None:
        return true()
    at, row = moment(int(found[1])), int(found[2])
    return or_(tables.Promise.due_at > at, and_(tables.Promise.due_at == at, tables.Promise.id > row))


def _item(db: Unit, row: tables.Promise, who: Who, complaint: tables.Complaint | None) -> Item:
    number, title = (complaint.number, db.words(complaint, "title")) if complaint else ("", "")
    return Item(Clock(row.kind, row.made_at, row.due_at), who, number, title, row.case_id or 0, row.person_id)
