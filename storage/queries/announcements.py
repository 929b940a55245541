"""Announcements as pages list them, and whom each reached (N4)."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, or_, select, true

from care.announcements import Stage
from storage import tables
from storage.queries.pages import and_one
from storage.queries.sight import Sight
from storage.queries.talks import Who, whos
from storage.seal import Unreadable
from storage.tables.announcements import Announcement, AnnouncementReach
from storage.tables.announcements_groups import AudienceGroup
from storage.unit import Unit

AHEAD_MOST: Final = 500
PAGE: Final = 30
ALL: Final = 20_000
AHEAD: Final = frozenset({Stage.PLANNED.value, Stage.HELD.value})


@dataclass(frozen=True, slots=True)
class Line:
    """One as the list shows it: its words, and how many have an end."""

    row: Announcement
    words: str
    by: str
    told: int
    """People of this round who have an end, whatever it is."""
    resident: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """One person of a round: the state and the way of the message, or why there is none."""

    who: Who | None
    state: str
    way: str
    proof: str
    why: str
    hand: str
    """What a colleague shall do, or did."""


def listed(db: Unit, sight: Sight, before: int = 0) -> tuple[list[Line], int]:
    """What is to come by its hour, then a page of what has left, the newest first, and where the next page begins; of
    the viewer's floors, or what she wrote. Of a later page (`before`) what has left alone.
    """
    row, reach, home_id = Announcement, AnnouncementReach, sight.home_id
    ahead = row.state.in_((Stage.PLANNED.value, Stage.HELD.value, Stage.LEAVING.value))
    mine = or_(row.floor.in_(sight.floors), row.made_by == sight.staff_id) if sight.floors else true()
    asked = (
        select(row, tables.Staff.name, tables.Resident)
        .outerjoin(tables.Staff, tables.Staff.id == row.made_by)
        .outerjoin(tables.Resident, tables.Resident.id == row.resident_id)
        .where(row.home_id == home_id, mine)
    )
    left = asked.where(~ahead, row.id < before if before else true()).order_by(row.id.desc())
    over = db.execute(left.limit(and_one(PAGE))).all()
    coming = [] if before else db.execute(asked.where(ahead).order_by(row.due_at, row.id).limit(AHEAD_MOST)).all()
    rows, more = [*coming, *over[:PAGE]], over[PAGE - 1][0].id if len(over) > PAGE else 0
    counted = {
        (number, turn): count
        for number, turn, count in db.execute(
            select(reach.announcement_id, reach.round, func.count())
            .where(reach.announcement_id.in_([one.id for one, *_ in rows]))
            .group_by(reach.announcement_id, reach.round)
        )
    }
    numbers = {one.group_id for one, *_ in rows if one.group_id is not None}
    named = {row.id: row.name for row in db.scalars(select(AudienceGroup).where(AudienceGroup.id.in_(numbers)))}
    lines = [
        Line(
            one,
            words(db, one),
            by or "",
            counted.get((one.id, one.round - 1 if one.round and one.state in AHEAD else one.round), 0),
            f"{home.room}-{home.bed}" if home is not None else "",
            named.get(one.group_id or 0, ""),
        )
        for one, by, home in rows
    ]
    return lines, more


def words(db: Unit, row: Announcement) -> str:
    """What it says."""
    try:
        return db.words(row, "words")
    except Unreadable:
        return "内容打不开"


def reached(db: Unit, row: Announcement, turn: int) -> list[Reached]:
    """Everybody of a round with the end that their message has now; who is not reached stands first."""
    reach, out, hand = AnnouncementReach, tables.Outbox, tables.ByHand
    rows = db.execute(
        select(reach, out, hand)
        .outerjoin(out, out.id == reach.outbox_id)
        .outerjoin(hand, hand.outbox_id == out.id)
        .where(reach.announcement_id == row.id, reach.round == turn)
        .order_by(reach.id)
        .limit(ALL)
    ).all()
    people = whos(db, [one.person_id for one, *_ in rows])
    found = [
        Reached(
            people.get(one.person_id),
            message.state if message is not None else "",
            (message.way or "") if message is not None else "",
            (message.proof or "") if message is not None else "",
            one.why or ((message.why or "") if message is not None else ""),
            "" if task is None else (task.outcome or task.kind),
        )
        for one, message, task in rows
    ]
    order = {"given_up": 0, "parked": 1, "unknown": 2, "cancelled": 3, "": 4, "sent": 9}
    return sorted(found, key=lambda one: order.get(one.state, 5))
