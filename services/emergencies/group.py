"""The robot of the colleagues' group tells of alarms: place and level alone, since such a group has many members (F15).
Nobody counts as reached by it, and no step of the ladder waits for it.

A post that nobody knows the end of is made again: twice in a group harms nobody, not at all might.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Select, func, or_, select

from care.errors import Conflict, Forbidden
from care.group_posts import PostEnd, PostWhy
from care.triage import Audience
from services.access import LEADS, Viewer
from services.emergencies import alarms, calls
from services.emergencies.ringing import place_of
from services.house import House
from services.ports import Posted
from services.upkeep import epochs
from storage import tables
from storage.seal import Unreadable
from storage.tables.emergencies_chain import GroupPost
from storage.types import new_id
from storage.unit import Unit

LOST: Final = timedelta(seconds=20)
"""A process that began with a post and has not written its end by now is dead."""
STALE: Final = timedelta(minutes=10)
"""An older one is no news."""
MOST: Final = 20
"""Rows of one post."""
BYTES: Final = 1800
"""Of its lines; the companies take 2,048."""
TOO_LATE: Final = "十分钟里没能发出去"
SAYS: Final = {
    PostWhy.NEW: "{at} 叫的",
    PostWhy.LATE: "{at} 叫的，去的人三分钟没到",
    PostWhy.NOBODY: "{at} 叫的，电话已经没有人可打",
}


class Post(NamedTuple):
    """What is posted now, and the rows it is for."""

    rows: tuple[int, ...]
    text: str


def order(db: Unit, house: House, alarm: tables.Alarm, reason: PostWhy, now: datetime) -> None:
    """The group shall be told, unless it is about to be. The run of the alarm is locked."""
    if not house.robot or not _may_know(db, alarm):
        return
    mine = GroupPost.alarm_id == alarm.id, GroupPost.reason == reason.value
    waits_ = select(GroupPost.id).where(*mine, GroupPost.ended_at.is_(None), GroupPost.taken_at.is_(None))
    if db.scalars(waits_).first() is None:
        times = db.scalars(select(func.count()).select_from(GroupPost).where(*mine)).one()
        _add(db, alarm.home_id, alarm.id, reason, times, now)


def _may_know(db: Unit, alarm: tables.Alarm) -> bool:
    """Whether a group of all colleagues may know of it: nothing that is for the leads alone, and nothing that accuses
    somebody, who is in the group as well (F27).
    """
    about = calls.about_of(db, alarm)
    return about.audience is Audience.FLOOR and not (alarm.brief or about.accused or about.roles)


def test(db: Unit, house: House, viewer: Viewer, now: datetime) -> None:
    """A lead tries whether the group hears. Raises Forbidden; Conflict where there is no robot, or a try goes on."""
    if viewer.role not in LEADS:
        raise Forbidden
    if not house.robot or epochs.closed(db, viewer.home_id) or tries(db, viewer.home_id):
        raise Conflict
    _add(db, viewer.home_id, None, PostWhy.TEST, 0, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "try_group", f"home:{viewer.home_id}")
    db.store.hint("duty")


def tries(db: Unit, home_id: int) -> bool:
    """Whether a try is under way."""
    mine = GroupPost.home_id == home_id, GroupPost.alarm_id.is_(None), GroupPost.ended_at.is_(None)
    return db.scalars(select(GroupPost.id).where(*mine).limit(1)).first() is not None


def _add(db: Unit, home_id: int, alarm_id: int | None, reason: PostWhy, times: int, now: datetime) -> None:
    row = GroupPost(id=new_id(), home_id=home_id, alarm_id=alarm_id, reason=reason.value, times=times, asked_at=now)
    db.add(row)
    db.flush()
    db.store.hint("group")


def waits(db: Unit, home_id: int, now: datetime) -> bool:
    """Whether anything is to be posted."""
    return db.scalars(_open(home_id, now).limit(1)).first() is not None


def _open(home_id: int, now: datetime) -> Select[int]:
    free = or_(GroupPost.taken_at.is_(None), GroupPost.taken_at <= now - LOST)
    return select(GroupPost.id).where(GroupPost.ended_at.is_(None), GroupPost.home_id == home_id, free)


def claim(db: Unit, house: House, home_id: int, now: datetime) -> Post | None:
    """Everything that is to be posted now, as one post; None where there is nothing."""
    rows: list[int] = []
    lines: list[str] = []
    rings, closed = False, epochs.closed(db, home_id)
    for number in db.scalars(_open(home_id, now).order_by(GroupPost.id).limit(MOST)).all():
        row = db.lock_row(select(GroupPost).where(GroupPost.id == number))
        if row is None or row.ended_at is not None or (row.taken_at is not None and row.taken_at > now - LOST):
            continue
        of_before = closed is not None and row.asked_at <= closed.backup_at  # a restored copy tells nothing old
        said = "" if of_before else _line(db, house, row)
        if not said or now - row.asked_at > STALE:
            row.ended_at, row.outcome = now, (PostEnd.UNHEARD if said else PostEnd.STOPPED).value
            row.why = (row.why or TOO_LATE) if said else None
            db.store.hint("duty")
            continue
        if lines and len("\n".join((*lines, said)).encode()) > BYTES:
            break
        row.taken_at = now
        rows.append(row.id)
        lines.append(said)
        rings = rings or row.alarm_id is not None
    if not rows:
        return None
    what_to_do = ("请看报警屏，或接值班手机。",) if rings else ()
    return Post(tuple(rows), "\n".join((f"【报警】{house.home.name}", *lines, *what_to_do)))


def _line(db: Unit, house: House, row: GroupPost) -> str:
    """What is said of one; "" for what is over, or where somebody goes, or what the group may not know any more."""
    zone = house.home.zone
    if row.alarm_id is None:
        return f"{row.asked_at.astimezone(zone):%H:%M} 试一下群机器人，没有事。"
    alarm = db.fresh(select(tables.Alarm).where(tables.Alarm.id == row.alarm_id)).one()
    goes = alarm.going_at is not None and not alarms.is_late(db, alarm)
    if alarm.arrived_at is not None or goes or not _may_know(db, alarm):
        return ""
    words = calls.spoken(Audience.FLOOR, alarm.level, _rooms(db, alarm))
    at = SAYS[PostWhy(row.reason)].format(at=f"{alarm.raised_at.astimezone(zone):%H:%M}")
    return f"· {words['place']}，{words['level']}，{at}"


def _rooms(db: Unit, alarm: tables.Alarm) -> str:
    """The place without a name; "" for who is not in the house, of whom the group knows nothing, and where it cannot be
    read: a colleague looks at the screen.
    """
    try:
        place = place_of(db, alarm)
    except Unreadable:
        return ""
    return "" if place.away else place.rooms


def told(db: Unit, rows: Collection[int], answer: Posted, now: datetime) -> None:
    """What the company said: over, or to be made again."""
    for number in sorted(rows):
        row = db.lock_row(select(GroupPost).where(GroupPost.id == number))
        if row is None or row.ended_at is not None:
            continue
        row.code, row.why = answer.code[:64] or None, answer.why[:120] or None
        if answer.again and now - row.asked_at <= STALE:
            row.taken_at = now - LOST + timedelta(seconds=answer.again)
        else:
            row.ended_at, row.outcome = now, answer.outcome.value
    db.store.hint("duty")


def last(db: Unit, home_id: int) -> GroupPost | None:
    """The last post that was tried: what was not needed any more says nothing of the robot."""
    tried = or_(GroupPost.outcome != PostEnd.STOPPED.value, GroupPost.outcome.is_(None) & GroupPost.code.is_not(None))
    asked = select(GroupPost).where(GroupPost.home_id == home_id, tried)
    return db.scalars(asked.order_by(GroupPost.id.desc()).limit(1)).first()
