"""The robot of the colleagues' group tells of alarms: place and level alone, since such a group has many members (F15).
Nobody counts as reached by it, and no step of the ladder waits for it.

A post that nobody knows the end of is made again: twice in a group harms nobody, not at all might.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Select, or_, select

from care.errors import Conflict, Forbidden
from care.group_posts import PostEnd, PostWhy
from care.triage import Audience
from services.access import LEADS, Viewer
from services.emergencies import alarms, calls
from services.emergencies.ringing import place_of
from services.house import House
from services.ports import Posted
from storage import tables
from storage.tables.emergencies_chain import AlarmRun, GroupPost
from storage.types import new_id
from storage.unit import Unit

LOST: Final = timedelta(seconds=20)
"""A process that began with a post and has not written its end by now is dead."""
STALE: Final = timedelta(minutes=10)
"""An older one is no news."""
MOST: Final = 20
"""Lines of one post; the companies take 2,048 bytes."""
SAYS: Final = {
    PostWhy.NEW: "{at} 叫的",
    PostWhy.LATE: "{at} 叫的，去的人三分钟没到",
    PostWhy.NOBODY: "{at} 叫的，电话已经没有人可打",
}


class Post(NamedTuple):
    """What is posted now, and the rows it is for."""

    rows: tuple[int, ...]
    text: str


def order(db: Unit, house: House, alarm: tables.Alarm, run: AlarmRun, reason: PostWhy, now: datetime) -> None:
    """The group shall be told, once for a reason and a number of cries; not of what the leads alone may know. The run
    is locked.
    """
    if not house.robot or Audience(alarm.audience) is not Audience.FLOOR:
        return
    told = select(GroupPost.id).where(
        GroupPost.alarm_id == alarm.id, GroupPost.reason == reason.value, GroupPost.times == run.count
    )
    if db.scalars(told).first() is None:
        _add(db, alarm.home_id, alarm.id, reason, run.count, now)


def test(db: Unit, house: House, viewer: Viewer, now: datetime) -> None:
    """A lead tries whether the group hears. Raises Forbidden; Conflict where there is no robot, or a try goes on."""
    if viewer.role not in LEADS:
        raise Forbidden
    under_way = select(GroupPost.id).where(
        GroupPost.home_id == viewer.home_id, GroupPost.alarm_id.is_(None), GroupPost.ended_at.is_(None)
    )
    if not house.robot or db.scalars(under_way).first() is not None:
        raise Conflict
    _add(db, viewer.home_id, None, PostWhy.TEST, 0, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "try_group", f"home:{viewer.home_id}")
    db.store.hint("duty")


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
    rings = False
    for number in db.scalars(_open(home_id, now).order_by(GroupPost.id).limit(MOST)).all():
        row = db.lock_row(select(GroupPost).where(GroupPost.id == number))
        if row is None or row.ended_at is not None or (row.taken_at is not None and row.taken_at > now - LOST):
            continue
        said = _line(db, house, row) if now - row.asked_at <= STALE else ""
        if not said:
            row.ended_at, row.outcome = now, (PostEnd.UNHEARD if row.taken_at else PostEnd.STOPPED).value
            continue
        row.taken_at = now
        rows.append(row.id)
        lines.append(said)
        rings = rings or row.alarm_id is not None
    if not rows:
        return None
    what_to_do = ("请看报警屏，或接值班手机。",) if rings else ()
    return Post(tuple(rows), "\n".join((f"【报警】{house.home.name}", *lines, *what_to_do)))


def _line(db: Unit, house: House, row: GroupPost) -> str:
    """What is said of one; "" for what is over, or where somebody goes."""
    zone = house.home.zone
    if row.alarm_id is None:
        return f"{row.asked_at.astimezone(zone):%H:%M} 试一下群机器人，没有事。"
    alarm = db.fresh(select(tables.Alarm).where(tables.Alarm.id == row.alarm_id)).one()
    goes = alarm.going_at is not None and not alarms.is_late(db, alarm)
    if alarm.arrived_at is not None or goes:
        return ""
    words = calls.spoken(Audience.FLOOR, alarm.level, place_of(db, alarm).rooms)
    at = SAYS[PostWhy(row.reason)].format(at=f"{alarm.raised_at.astimezone(zone):%H:%M}")
    return f"· {words['place']}，{words['level']}，{at}"


def told(db: Unit, rows: Collection[int], answer: Posted, now: datetime) -> None:
    """What the company said: over, or to be made again."""
    for number in sorted(rows):
        row = db.lock_row(select(GroupPost).where(GroupPost.id == number))
        if row is None or row.ended_at is not None:
            continue
        row.code, row.why = answer.code[:64] or None, answer.why[:120] or None
        if answer.again and now - row.asked_at <= STALE:
            row.taken_at = now - LOST + timedelta(seconds=min(answer.again, LOST.total_seconds()))
        else:
            row.ended_at, row.outcome = now, answer.outcome.value
    db.store.hint("duty")


def last(db: Unit, home_id: int) -> GroupPost | None:
    """The last post of which anything is known."""
    told_of = GroupPost.home_id == home_id, or_(GroupPost.outcome.is_not(None), GroupPost.code.is_not(None))
    return db.scalars(select(GroupPost).where(*told_of).order_by(GroupPost.id.desc()).limit(1)).first()
