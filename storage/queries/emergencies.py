"""What the list of past alarms asks: who went, who arrived, after how long, how each ended (D7, F2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, true
from sqlalchemy.orm import aliased

from storage import tables
from storage.queries.pages import and_one
from storage.queries.sight import Sight
from storage.queries.talks import Who, whos
from storage.seal import Unreadable
from storage.unit import Unit

PAGE: Final = 50
ENDS: Final = {"arrived": "已到", "false": "误报", "muted": "静音"}


@dataclass(frozen=True, slots=True)
class Past:
    """One alarm that was ended. Seconds count from the first words."""

    row: tables.Alarm
    who: Who
    going: str
    arrived: str
    went_after: int | None
    ended_after: int
    how: str
    why: str
    calmed_at: datetime | None = None
    """When they said 没事了; it ended nothing (A18)."""


def past(db: Unit, sight: Sight, before: int = 0) -> tuple[list[Past], int, int]:
    """Alarms that were ended, as far as the viewer may hear them and see who cried: one page, the newest first, how
    many there are in all, and the id before which the next page begins (C-9).
    """
    row, goer, there = tables.Alarm, aliased(tables.Staff), aliased(tables.Staff)
    mine = (
        row.home_id == sight.home_id,
        row.arrived_at.is_not(None),
        row.audience.in_(sight.audiences),
        sight.person(row.person_id),
    )
    total = db.scalar(select(func.count()).select_from(row).where(*mine)) or 0
    every = db.execute(
        select(row, goer.name, there.name)
        .outerjoin(goer, goer.id == row.going_by)
        .outerjoin(there, there.id == row.arrived_by)
        .where(*mine, row.id < before if before else true())
        .order_by(row.id.desc())
        .limit(and_one(PAGE))
    ).all()
    found = every[:PAGE]
    people = whos(db, [one.person_id for one, _, _ in found])
    shown = [_past(db, one, people[one.person_id], going or "", arrived or "") for one, going, arrived in found]
    return shown, total, found[-1][0].id if len(every) > PAGE else 0


def _past(db: Unit, one: tables.Alarm, who: Who, going: str, arrived: str) -> Past:
    try:
        why = db.words(one, "ended_why")
    except Unreadable:
        why = ""
    went = None if one.going_at is None else round((one.going_at - one.raised_at).total_seconds())
    ended = round(((one.arrived_at or one.raised_at) - one.raised_at).total_seconds())
    message = db.get(tables.Inbox, one.calmed_id) if one.calmed_id is not None else None
    calmed_at = None if message is None else message.arrived_at
    return Past(one, who, going, arrived, went, ended, ENDS.get(one.ended_how or "arrived", "已到"), why, calmed_at)
