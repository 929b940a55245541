"""Who hears an alarm: 接班 opens the sound of a screen, has it heard, rings the phone once and writes it down (F1). Of
the house one of three states is true, and everybody reads it (F43).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select

from care.chain import Step
from care.errors import Invalid, NotFound
from care.states import CallWay, TakeoverEnd
from care.triage import Audience
from services.access import LEADS, WORKS, Viewer
from services.calling import orders, phones
from services.emergencies.forms import TakeOver
from services.house import House
from storage import tables
from storage.queries import roster
from storage.tables.emergencies_chain import AlarmCall, Takeover
from storage.tables.roster import DutyPost
from storage.types import new_id
from storage.unit import Unit

PULSES: Final = timedelta(seconds=60)
"""A screen whose page has not said for so long that its sound is on hears nothing."""
WRITTEN: Final = timedelta(seconds=15)
"""A pulse is written down at most so often."""
LASTS: Final = timedelta(hours=26)
"""Longer than the longest shift: then somebody must say it again."""


class Hears(StrEnum):
    """What is true of the house: a phone that was tested in this shift, a screen alone, or nobody (F43)."""

    PHONE = "phone"
    SCREEN = "screen"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Receiver:
    """One colleague who took over, as the pages show it."""

    id: int
    staff: int
    name: str
    post: str
    floors: frozenset[str]
    session: int
    begun_at: datetime
    heard: bool
    """She said so of the sound of this screen."""
    sounds: bool
    """She heard the sound, and the page says that it is on."""
    phone_good_at: datetime | None
    number: str
    """How her phone, or that of the post, is shown; empty where there is none."""
    call: str = ""
    """What became of the last test of the phone: an outcome, `rings`, or empty where none was made."""
    good_before: datetime | None = None
    """When a key was last pressed on that phone."""
    lead: bool = False
    """Whether she hears what is for the lead alone."""

    @property
    def hears(self) -> Hears:
        """What she hears."""
        if not self.sounds:
            return Hears.NOBODY
        return Hears.PHONE if self.phone_good_at is not None else Hears.SCREEN


@dataclass(frozen=True, slots=True)
class Receivers:
    """All who took over, and what is true of the house."""

    all: tuple[Receiver, ...] = ()
    telephone: bool = False
    """Whether there is a telephone company at all."""

    @property
    def hears(self) -> Hears:
        """The best of them: an alarm reaches every screen, and the phone of who is on duty."""
        found = {one.hears for one in self.all}
        return next((state for state in Hears if state in found), Hears.NOBODY)

    @property
    def proof(self) -> Receiver | None:
        """Who stands for the state, the newest of them."""
        return max((one for one in self.all if one.hears is self.hears), key=lambda one: one.begun_at, default=None)

    def cover(self, floors: frozenset[str], audience: Audience, but: frozenset[int] = frozenset()) -> bool:
        """Whether somebody hears at a screen who answers for these floors, whom the alarm is shown to, and whom its
        words do not accuse (`but`).
        """
        return any(
            one.hears is not Hears.NOBODY
            and one.staff not in but
            and (one.lead or audience is not Audience.LEAD)
            and (not one.floors or not floors or bool(one.floors & floors))
            for one in self.all
        )


def now_(db: Unit, house: House, home_id: int, machine_now: datetime) -> Receivers:
    """Who hears at this moment, by the clock of the machine."""
    rows = db.execute(
        select(Takeover, tables.Staff, DutyPost)
        .join(tables.Staff, tables.Staff.id == Takeover.staff_id)
        .outerjoin(DutyPost, DutyPost.id == Takeover.post_id)
        .where(Takeover.home_id == home_id, Takeover.ended_at.is_(None))
        .order_by(Takeover.id)
    ).all()
    tests = _tests(db, [row.id for row, *_ in rows])
    found = []
    for row, who, post in rows:
        number = phones.of(db, who, post)
        check = phones.check(db, home_id, number) if number else None
        found.append(
            Receiver(
                row.id,
                who.id,
                who.name,
                post.name if post else "全院",
                frozenset(post.floors.split()) if post else frozenset(),
                row.session_id,
                row.begun_at,
                row.heard_at is not None,
                row.heard_at is not None and row.seen_at is not None and machine_now - row.seen_at < PULSES,
                row.phone_good_at,
                phones.shown(number),
                tests.get(row.id, ""),
                check.good_at if check else None,
                who.role in LEADS,
            )
        )
    return Receivers(tuple(found), house.telephone)


def _tests(db: Unit, takeovers: Sequence[int]) -> dict[int, str]:
    """What became of the last test of each."""
    if not takeovers:
        return {}
    rows = db.scalars(select(AlarmCall).where(AlarmCall.takeover_id.in_(takeovers)).order_by(AlarmCall.id))
    return {row.takeover_id: row.outcome or "rings" for row in rows if row.takeover_id is not None}


def posts_of(db: Unit, viewer: Viewer, now: datetime) -> list[tuple[int, str]]:
    """For which posts somebody may take over: those at which she is on duty now or within the hour stand first."""
    soon = roster.between(db, viewer.home_id, now, now + timedelta(hours=1))
    hers = {turn.post for turn in soon if turn.staff == viewer.id and turn.works}
    rows = db.scalars(
        select(DutyPost)
        .where(DutyPost.home_id == viewer.home_id, DutyPost.gone_at.is_(None))
        .order_by(DutyPost.place, DutyPost.id)
    )
    return sorted(((row.id, row.name) for row in rows), key=lambda one: one[0] not in hers)


def take_over(db: Unit, house: House, viewer: Viewer, session: int, form: TakeOver, now: datetime) -> None:
    """接班, on this screen. Who took over the same post before hands over with it; the phone is rung once. Raises
    Invalid, NotFound.
    """
    _works(viewer)
    post = db.get(DutyPost, form.post) if form.post else None
    if form.post and (post is None or post.home_id != viewer.home_id or post.gone_at is not None):
        raise Invalid(why="这个岗位刚刚撤了，请重选。")
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    for row in _open(db, viewer.home_id):
        mine = row.session_id == session
        if mine or (row.post_id is not None and row.post_id == form.post and row.staff_id != viewer.id):
            _end(db, viewer, row, TakeoverEnd.OVER if mine else TakeoverEnd.TAKEN, now)
    row = Takeover(
        id=new_id(),
        home_id=viewer.home_id,
        staff_id=viewer.id,
        post_id=post.id if post else None,
        session_id=session,
        begun_at=now,
    )
    db.add(row)
    db.flush()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "take_over", f"takeover:{row.id}")
    _ring(db, house, viewer, row, post, now)
    db.store.hint("duty")


def heard(db: Unit, viewer: Viewer, session: int, now: datetime, machine_now: datetime) -> None:
    """She heard the sound. Raises NotFound when she has not taken over here."""
    row = _mine(db, viewer, session)
    row.heard_at, row.seen_at = now, machine_now
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "heard_sound", f"takeover:{row.id}")
    db.store.hint("duty")


def ring_again(db: Unit, house: House, viewer: Viewer, session: int, now: datetime) -> None:
    """Ring the phone once more. Raises NotFound, Invalid: a number is rung once a minute."""
    row = _mine(db, viewer, session)
    post = db.get(DutyPost, row.post_id) if row.post_id else None
    if not _ring(db, house, viewer, row, post, now):
        raise Invalid(why="一分钟内打过了，等一等再试；没有接电话线路或没写号码时不能试。")
    db.store.hint("duty")


def pulse(db: Unit, session: int, machine_now: datetime) -> None:
    """The page of a screen says that its sound is on."""
    row = db.scalars(select(Takeover).where(Takeover.session_id == session, Takeover.ended_at.is_(None))).first()
    if row is not None and (row.seen_at is None or machine_now - row.seen_at >= WRITTEN):
        stale = row.seen_at is None or machine_now - row.seen_at >= PULSES
        row.seen_at = machine_now
        if stale:
            db.store.hint("duty")


def hand_over(db: Unit, viewer: Viewer, session: int, now: datetime) -> None:
    """交班: nobody hears here any more. Raises NotFound."""
    _end(db, viewer, _mine(db, viewer, session), TakeoverEnd.OVER, now)
    db.store.hint("duty")


NIGHT: Final = (time(20), time(8))
"""From when to when somebody must hear who does not sleep."""
CHANGE: Final = timedelta(minutes=30)
"""So long may lie between one who hands over and the next whose telephone was proven."""


def proven_nights(db: Unit, home_id: int, zone: tzinfo, now: datetime, most: int = 31) -> tuple[int, int]:
    """Of the last nights how many had somebody whose telephone was proven in that shift, and of how many: those since
    the first 接班 of the house (practice 4.1).
    """
    first = db.scalar(select(func.min(Takeover.begun_at)).where(Takeover.home_id == home_id))
    if first is None:
        return 0, 0
    today = now.astimezone(zone).date()
    spans = [
        (datetime.combine(day, NIGHT[0], zone), datetime.combine(day + timedelta(days=1), NIGHT[1], zone))
        for day in (today - timedelta(days=n) for n in range(1, most + 1))
    ]
    nights = [(begins, ends) for begins, ends in spans if ends > first]
    proofs = db.execute(
        select(Takeover.begun_at, Takeover.phone_good_at, Takeover.ended_at).where(
            Takeover.home_id == home_id, Takeover.phone_good_at.is_not(None), Takeover.begun_at > spans[-1][0] - LASTS
        )
    ).all()
    passed = sum(
        _whole(begins, ends, [(max(begun, good), over or now) for begun, good, over in proofs if good is not None])
        for begins, ends in nights
    )
    return passed, len(nights)


def _whole(begins: datetime, ends: datetime, proven: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether somebody with a proven telephone was there from one end to the other, but for a change of shift."""
    covered = begins
    for since, until in sorted(proven):
        if since <= covered + CHANGE:
            covered = max(covered, until)
    return covered + CHANGE >= ends


def tidy(db: Unit, home_id: int, now: datetime) -> int:
    """What ended by itself: the log-in is over, the colleague left, or it is older than any shift. How many."""
    session = tables.StaffSession
    rows = db.execute(
        select(Takeover, session.ended_at, session.expires_at, tables.Staff.left_at)
        .outerjoin(session, session.id == Takeover.session_id)
        .join(tables.Staff, tables.Staff.id == Takeover.staff_id)
        .where(Takeover.home_id == home_id, Takeover.ended_at.is_(None))
    ).all()
    gone = 0
    for row, out_at, expires_at, left_at in rows:
        left = out_at is not None or left_at is not None or expires_at is None or expires_at <= now
        if left or now - row.begun_at > LASTS:
            row.ended_at, row.ended_how = now, (TakeoverEnd.LEFT if left else TakeoverEnd.OLD).value
            gone += 1
    if gone:
        db.store.hint("duty")
    return gone


def _works(viewer: Viewer) -> None:
    if viewer.role not in WORKS:
        raise NotFound


def _open(db: Unit, home_id: int) -> list[Takeover]:
    return list(db.fresh(select(Takeover).where(Takeover.home_id == home_id, Takeover.ended_at.is_(None))))


def _mine(db: Unit, viewer: Viewer, session: int) -> Takeover:
    _works(viewer)
    found = db.lock_row(
        select(Takeover).where(
            Takeover.session_id == session, Takeover.staff_id == viewer.id, Takeover.ended_at.is_(None)
        )
    )
    if found is None:
        raise NotFound
    return found


def _end(db: Unit, viewer: Viewer, row: Takeover, how: TakeoverEnd, now: datetime) -> None:
    row.ended_at, row.ended_how = now, how.value
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "end_duty", f"takeover:{row.id}")


def _ring(db: Unit, house: House, viewer: Viewer, row: Takeover, post: DutyPost | None, now: datetime) -> bool:
    """Order the test of the phone, where there is one and a company to ring it. Whether it was ordered."""
    number = phones.of(db, db.get_one(tables.Staff, viewer.id), post)
    if not house.telephone or not number or not orders.rested(db, viewer.home_id, now, number):
        return False
    call = AlarmCall(
        id=new_id(),
        home_id=viewer.home_id,
        takeover_id=row.id,
        of_step=Step.FLOOR.value,
        channel=CallWay.PHONE.value,
        staff_id=viewer.id,
        post_id=post.id if post else None,
        digest=orders.digest(db, number),
        asked_at=now,
    )
    db.seal(call, "number", number)
    db.add(call)
    db.store.hint("calls")
    return True
