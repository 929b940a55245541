"""What the list of past alarms asks: who went, who arrived, after how long, how each ended (D7, F2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import aliased

from storage import tables
from storage.queries.sight import Sight
from storage.queries.talks import Who, whos
from storage.seal import Unreadable
from storage.unit import Unit

MOST: Final = 200
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


def past(db: Unit, sight: Sight, since: datetime) -> list[Past]:
    """The newest alarms that were ended, as far as the viewer may hear them and see who cried."""
    row, goer, there = tables.Alarm, aliased(tables.Staff), aliased(tables.Staff)
    found = db.execute(
        select(row, goer.name, there.name)
        .outerjoin(goer, goer.id == row.going_by)
        .outerjoin(there, there.id == row.arrived_by)
        .where(
            row.home_id == sight.home_id,
            row.raised_at > since,
            row.arrived_at.is_not(None),
            row.audience.in_(sight.audiences),
            sight.person(row.person_id),
        )
        .order_by(row.id.desc())
        .limit(MOST)
    ).all()
    people = whos(db, [one.person_id for one, _, _ in found])
    return [
        _past(db, one, people[one.person_id], going or "", arrived or "")
        for one, going, arrived in found
        if one.person_id in people
    ]


def _past(db: Unit, one: tables.Alarm, who: Who, going: str, arrived: str) -> Past:
    try:
        why = db.open(one, "ended_why") or ""
    except Unreadable:
        why = ""
    went = None if one.going_at is None else round((one.going_at - one.raised_at).total_seconds())
    ended = round(((one.arrived_at or one.raised_at) - one.raised_at).total_seconds())
    return Past(one, who, going, arrived, went, ended, ENDS.get(one.ended_how or "arrived", "已到"), why)
