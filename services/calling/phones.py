"""The numbers that an alarm rings: a colleague's own, or that of a post; and what is known of each."""

from datetime import datetime, timedelta

from sqlalchemy import select

from care import phones as written
from care.chain import Reachable
from care.states import CallOutcome, Role
from services.calling.orders import digest
from storage import tables
from storage.queries import roster
from storage.seal import Unreadable
from storage.tables.emergencies_chain import AlarmCall, PhoneCheck
from storage.tables.roster import DutyPost
from storage.types import new_id
from storage.unit import Unit


def of(db: Unit, who: tables.Staff | None, post: DutyPost | None) -> str:
    """The number that rings for somebody at a post: the phone of the post, else her own; empty where there is none."""
    shared = _kept(db, post) if post is not None else ""
    return shared or (_kept(db, who) if who is not None and who.left_at is None else "")


def _kept(db: Unit, row: tables.Staff | DutyPost) -> str:
    """A number that cannot be unsealed is none: it must not hold up the others."""
    try:
        return db.words(row, "phone")
    except Unreadable:
        return ""


def shown(number: str) -> str:
    """139****6021."""
    return written.masked(number) if number else ""


def check(db: Unit, home_id: int, number: str) -> PhoneCheck | None:
    """What is known of a number."""
    wanted = select(PhoneCheck).where(PhoneCheck.home_id == home_id, PhoneCheck.digest == digest(db, number))
    return db.scalars(wanted).first()


def learned(db: Unit, call: AlarmCall, outcome: CallOutcome, now: datetime) -> None:
    """What a call says of its number: a key proves it, a phone that is off or wrong makes it suspect."""
    good = outcome in {CallOutcome.GO, CallOutcome.CANNOT}
    if not good and outcome is not CallOutcome.OFF:
        return
    wanted = select(PhoneCheck).where(PhoneCheck.home_id == call.home_id, PhoneCheck.digest == call.digest)
    row = db.lock_row(wanted)
    if row is None:
        row = PhoneCheck(id=new_id(), home_id=call.home_id, digest=call.digest)
        db.add(row)
    if good:
        row.good_at = now
    else:
        row.bad_at, row.bad_how = now, outcome.value


def reachable(db: Unit, home_id: int, now: datetime) -> list[Reachable]:
    """Everybody who could be rung at this moment: who is on duty, with the phone of the post where it has one, and the
    leads and directors with their own.
    """
    people = {
        row.id: row
        for row in db.scalars(
            select(tables.Staff)
            .where(tables.Staff.home_id == home_id, tables.Staff.left_at.is_(None))
            .order_by(tables.Staff.id)
        )
    }
    posts = {
        row.id: row
        for row in db.scalars(
            select(DutyPost)
            .where(DutyPost.home_id == home_id, DutyPost.gone_at.is_(None))
            .order_by(DutyPost.place, DutyPost.id)
        )
    }
    turns = [
        turn
        for turn in roster.between(db, home_id, now, now + timedelta(seconds=1))
        if turn.works and turn.staff in people
    ]
    found: list[Reachable] = []
    for post in posts.values():
        there = [people[turn.staff] for turn in turns if turn.post == post.id and turn.staff is not None]
        floors, number = frozenset(post.floors.split()), _kept(db, post)
        if number:
            one = there[0] if len(there) == 1 else None
            name = one.name if one else f"{post.name}值班手机"
            role = Role(one.role) if one else None
            holders = tuple((each.id, Role(each.role)) for each in there)
            who = one.id if one else None
            found.append(Reachable(number, name, role, who, post.id, floors, on_duty=True, holders=holders))
            continue
        found += [
            Reachable(of(db, one, None), one.name, Role(one.role), one.id, post.id, floors, on_duty=True)
            for one in there
        ]
    found += [
        Reachable(of(db, one, None), one.name, Role(one.role), one.id)
        for one in people.values()
        if one.role in {Role.SUPERVISOR, Role.DIRECTOR}
    ]
    return [one for one in found if one.number]
