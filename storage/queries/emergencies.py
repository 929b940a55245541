"""What alarms ask: the list of the past ones (D7, F2), which of them are on the ladder, whom it rang (F1)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import aliased

from care.states import PersonKind
from storage import tables
from storage.queries.pages import and_one
from storage.queries.sight import Sight
from storage.queries.talks import IS_PLACE, Who, whos
from storage.seal import Unreadable
from storage.tables.emergencies_chain import AlarmCall, AlarmRun
from storage.tables.families_phones import CommonPhone
from storage.tables.roster import DutyPost
from storage.unit import Unit

PAGE: Final = 50
ENDS: Final = {"arrived": "已到", "false": "误报", "muted": "静音"}


@dataclass(frozen=True, slots=True)
class Past:
    """One alarm that was ended. Seconds count from the first words."""

    row: tables.Alarm
    who: Who | None
    """None for a place to which a colleague called others (F9)."""
    going: str
    arrived: str
    went_after: int | None
    ended_after: int
    how: str
    why: str
    place: str = ""
    """Where a colleague called the others to."""
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
        or_(row.person_id.is_(None), sight.person(row.person_id)),
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
    people = whos(db, [one.person_id for one, _, _ in found if one.person_id is not None])
    shown = [
        _past(db, one, people.get(one.person_id or 0), going or "", arrived or "") for one, going, arrived in found
    ]
    return shown, total, found[-1][0].id if len(every) > PAGE else 0


def _past(db: Unit, one: tables.Alarm, who: Who | None, going: str, arrived: str) -> Past:
    try:
        why = db.words(one, "ended_why")
    except Unreadable:
        why = ""
    went = None if one.going_at is None else round((one.going_at - one.raised_at).total_seconds())
    ended = round(((one.arrived_at or one.raised_at) - one.raised_at).total_seconds())
    message = db.get(tables.Inbox, one.calmed_id) if one.calmed_id is not None else None
    calmed_at = None if message is None else message.arrived_at
    return Past(
        one,
        who,
        going,
        arrived,
        went,
        ended,
        ENDS.get(one.ended_how or "arrived", "已到"),
        why,
        called_to(db, one),
        calmed_at,
    )


def called_to(db: Unit, alarm: tables.Alarm) -> str:
    """Where a colleague called the others to, as the newest press says it; "" where somebody's words raised it (F9)."""
    if alarm.raised_by is None:
        return ""
    press = tables.AlarmPress
    row = db.scalars(select(press).where(press.alarm_id == alarm.id).order_by(press.id.desc()).limit(1)).first()
    try:
        return db.words(row, "place") if row is not None else ""
    except Unreadable:
        return ""


def on_the_ladder(db: Unit, home_id: int, since: datetime) -> list[int]:
    """Alarms that go up the ladder, the oldest first: those that ring, but for strangers' phones (S6), and those that
    ended while they were on it.
    """
    table, run, person = tables.Alarm, AlarmRun, tables.Person
    rings = (
        select(table.id)
        .outerjoin(person, person.id == table.person_id)
        .where(
            table.home_id == home_id,
            table.arrived_at.is_(None),
            table.latest_at > since,
            or_(table.raised_by.is_not(None), person.kind != PersonKind.GUEST.value, IS_PLACE),
        )
    )
    under_way = select(run.alarm_id).where(run.home_id == home_id, run.next_at.is_not(None))
    return sorted({*db.scalars(rings), *db.scalars(under_way)})


def floors_of(db: Unit, people: Collection[int]) -> dict[int, frozenset[str]]:
    """The floors on which a nurse looks for each of these: their own, that of who they belong to, that of a room
    device.
    """
    resident, kin = tables.Resident, tables.Kinship
    own = select(resident.person_id, resident.floor).where(resident.person_id.in_(people))
    tied = (
        select(kin.person_id, resident.floor).join(kin, kin.resident_id == resident.id).where(kin.person_id.in_(people))
    )
    device = select(CommonPhone.place_id, CommonPhone.floor).where(CommonPhone.place_id.in_(people))
    found: dict[int, set[str]] = {person: set() for person in people}
    for person, floor in (*db.execute(own), *db.execute(tied), *db.execute(device)):
        if floor:
            found[person].add(floor)
    return {person: frozenset(floors) for person, floors in found.items()}


def called(db: Unit, alarms: Collection[int]) -> dict[int, list[tuple[AlarmCall, str]]]:
    """Whom each alarm rang, in their order, with the name of the colleague or of the post."""
    if not alarms:
        return {}
    rows = db.execute(
        select(AlarmCall, tables.Staff.name, DutyPost.name)
        .outerjoin(tables.Staff, tables.Staff.id == AlarmCall.staff_id)
        .outerjoin(DutyPost, DutyPost.id == AlarmCall.post_id)
        .where(AlarmCall.alarm_id.in_(alarms))
        .order_by(AlarmCall.id)
    ).all()
    found: dict[int, list[tuple[AlarmCall, str]]] = {}
    for call, name, post in rows:
        found.setdefault(call.alarm_id or 0, []).append((call, name or f"{post or '值班'}手机"))
    return found
