"""What 今日 asks: everything that waits, with the time that is left; what did not arrive; how far the letters are."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select

from storage import tables
from storage.queries import letters
from storage.queries.sight import Sight
from storage.queries.talks import Clock, Who, whos
from storage.unit import Unit

LOST_SINCE: Final = timedelta(days=2)


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
    """The page's facts."""

    items: list[Item]
    lost: list[tuple[int, str, str]]
    """(person, name, why) of messages of the last two days that did not arrive or of which nobody knows."""
    letters: list[letters.Row]


def look(db: Unit, sight: Sight, day: date, now: datetime) -> Today:
    """Everything that the viewer must see, the most pressing first."""
    rows = list(
        db.scalars(
            select(tables.Promise)
            .where(sight.person(tables.Promise.person_id), tables.Promise.kept_at.is_(None))
            .order_by(tables.Promise.due_at)
        )
    )
    cases = {
        complaint.id: complaint
        for complaint in db.scalars(
            select(tables.Complaint).where(
                tables.Complaint.id.in_([row.case_id for row in rows if row.case_id]), sight.complaint()
            )
        )
    }
    lost = db.execute(
        select(tables.Outbox.person_id, func.max(tables.Outbox.why))
        .where(
            tables.Outbox.home_id == sight.home_id,
            or_(
                tables.Outbox.state.in_(("unknown", "given_up")),
                and_(tables.Outbox.state == "parked", tables.Outbox.code == "kept"),
            ),
            tables.Outbox.created_at > now - LOST_SINCE,
            sight.person(tables.Outbox.person_id),
            sight.outbox(tables.Outbox.id),
        )
        .group_by(tables.Outbox.person_id)
    ).all()
    people = whos(db, [row.person_id for row in rows] + [person for person, _ in lost])
    items = [
        _item(db, row, people[row.person_id], cases.get(row.case_id or 0))
        for row in rows
        if row.case_id is None or row.case_id in cases
    ]
    return Today(
        items,
        [(person, people[person].name, why or "") for person, why in lost if person in people],
        letters.board(db, sight, day),
    )


def _item(db: Unit, row: tables.Promise, who: Who, complaint: tables.Complaint | None) -> Item:
    number, title = (complaint.number, db.open(complaint, "title") or "") if complaint else ("", "")
    return Item(Clock(row.kind, row.made_at, row.due_at), who, number, title, row.case_id or 0, row.person_id)
