"""Who is in charge of a complaint is told within a minute, by her own WeChat where she has bound one (C3; S4): of a new
one, of one that was handed to her, and in the place of who may not know of it any more.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import and_, or_, select

from care.sla import Kind
from care.states import Role
from conversations.effects import say
from services.access import HANDLERS, Viewer
from services.complaints import night
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from services.staff.unit import in_charge
from storage import tables
from storage.queries import complaints_night as queries
from storage.tables.staff_wechat import StaffWechat
from storage.unit import Unit

IN_CHARGE: Final = Purpose(
    "in_charge", words="报给负责人", template="matter", matter="有一件投诉由您负责", brief="请查看"
)
"""To a colleague; what she is told is no secret: a number and an hour."""
TRUE_FOR: Final = timedelta(days=1)
MOST: Final = 500
"""Complaints of one look."""
AT_ONCE: Final = 50
"""Of one transaction: an alarm between them never waits for the rest."""


def to_tell(db: Unit, house: House, home_id: int, now: datetime) -> list[int]:
    """Complaints to announce: nobody in charge was notified yet, or the notified colleague may not handle it any more,
    or, once the desk has closed, somebody on duty may answer it.
    """
    table = tables.Complaint
    open_ = table.home_id == home_id, table.closed_at.is_(None)
    new, waits = table.told_at.is_(None), table.feedback_at.is_(None)
    by_night = and_(waits, table.night_until.is_(None), queries.by_tap(night.BY_TAP, night.BY_NO_TAP))
    begins = or_(new, by_night) if night.shut(house, now) else new
    found = list(db.scalars(select(table.id).where(*open_, begins).order_by(new.desc(), table.id).limit(MOST)))
    told = db.scalars(select(table).where(*open_, waits, table.told_id.is_not(None)).order_by(table.id).limit(MOST))
    return list(dict.fromkeys([*found, *sorted(_lost(db, told))]))


def _lost(db: Unit, rows: Iterable[tables.Complaint]) -> set[int]:
    """Of these complaints, those whose notified owner has left, is accused in it, or may not handle complaints any
    more.
    """
    told: dict[int, list[int]] = {}
    for row in rows:
        if row.told_id is not None:
            told.setdefault(row.told_id, []).append(row.id)
    found: set[int] = set()
    for number, cases in told.items():
        staff = db.get(tables.Staff, number)
        may = (
            set() if staff is None or staff.left_at is not None else queries.handled(db, viewer_of(staff).sight, cases)
        )
        found |= set(cases) - may
    return found


def tell(db: Unit, house: House, cases: Sequence[int], now: datetime) -> None:
    """Choose who is in charge of each and tell her, once; asked again under the locks of who complained and of the
    phones.
    """
    table = tables.Complaint
    seen = db.scalars(select(table).where(table.id.in_(cases)).order_by(table.id)).all()
    chosen = {row.id: next(iter(there), None) for row, there in candidates(db, seen, house, now)}
    phones = {one.id: _phone(db, one.id) for one in chosen.values() if one is not None}
    db.lock_persons(
        *sorted({row.person_id for row in seen} | {phone for phone in phones.values() if phone is not None})
    )
    for complaint in db.scalars(select(table).where(table.id.in_(cases)).execution_options(populate_existing=True)):
        if complaint.closed_at is None:
            one = chosen[complaint.id]
            _tell(db, house, complaint, one, phones[one.id] if one is not None else None, now)
    db.flush()


def _tell(
    db: Unit, house: House, complaint: tables.Complaint, one: Viewer | None, phone: int | None, now: datetime
) -> None:
    if complaint.night_until is None and night.begins(house, complaint, now):
        complaint.night_until = house.hours.next_open(now)
        db.store.audit(complaint.home_id, now, "machine", "night_begins", f"case:{complaint.id}")
    if complaint.told_at is None or _lost(db, [complaint]):
        handed = complaint.told_at is not None or complaint.feedback_at is not None or complaint.owner_id is not None
        complaint.told_at, complaint.told_id = now, one.id if one is not None else None
        if one is not None:
            if phone is not None and phone == _phone(db, one.id):
                _send(db, house, complaint, one, phone, now, handed=handed)
            db.store.audit(complaint.home_id, now, "machine", "tell_charge", f"case:{complaint.id}", one.name)
    db.store.hint("cases", f"case:{complaint.id}", "inbox")


def viewer_of(row: tables.Staff) -> Viewer:
    """A colleague as somebody who asks."""
    return Viewer(row.id, row.home_id, row.name, Role(row.role), frozenset(row.floors.split()))


def candidates(
    db: Unit, complaints: Sequence[tables.Complaint], house: House, now: datetime
) -> list[tuple[tables.Complaint, list[Viewer]]]:
    """For each of these of one home who may be in charge, the first one first: its owner, who leads the unit, her
    deputy, a lead on duty, a lead, the director; never who is accused, and nobody who may not know of it.
    """
    if not complaints:
        return []
    table, roles, home = tables.Staff, [one.value for one in HANDLERS], complaints[0].home_id
    here = table.home_id == home, table.left_at.is_(None), table.role.in_(roles)
    every = [viewer_of(row) for row in db.scalars(select(table).where(*here).order_by(table.id))]
    numbers = [row.id for row in complaints]
    may = {one.id: queries.handled(db, one.sight, numbers) for one in every}
    on_duty = {watch.name for watch in house.on_duty(now) if watch.name}
    order, unit = [Role.SUPERVISOR, Role.DIRECTOR, Role.DESK], in_charge(db, home)

    def place(one: Viewer, owner: int | None) -> tuple[bool, bool, bool, int, bool]:
        named = one.id != owner, one.id != unit.id, one.id != unit.deputy_id
        return *named, order.index(one.role), one.name not in on_duty

    return [
        (row, sorted((one for one in every if row.id in may[one.id]), key=partial(place, owner=row.owner_id)))
        for row in complaints
    ]


def _phone(db: Unit, staff_id: int) -> int | None:
    """The person as whom she chats."""
    asked = select(StaffWechat.who_id).where(
        StaffWechat.staff_id == staff_id, StaffWechat.who_id.is_not(None), StaffWechat.ended_at.is_(None)
    )
    return db.scalars(asked).first()


def _send(
    db: Unit, house: House, complaint: tables.Complaint, one: Viewer, person: int, now: datetime, *, handed: bool
) -> None:
    number, level = complaint.number, str(complaint.level)
    words = (
        say("staff.handed_over", number=number, level=level)
        if handed
        else say("staff.in_charge", number=number, level=level, by=_due(db, complaint))
    )
    outbox.enqueue(
        db.store,
        home_id=complaint.home_id,
        person_id=person,
        purpose=IN_CHARGE,
        dedup_key=f"case:{complaint.id}:charge:{one.id}:{int(now.timestamp())}",
        text=house.words([words], now),
        now=now,
        expires_at=now + TRUE_FOR,
    )


def _due(db: Unit, complaint: tables.Complaint) -> datetime:
    """When the first answer is due."""
    table = tables.Promise
    asked = select(table.due_at).where(table.case_id == complaint.id, table.kind == Kind.FIRST_FEEDBACK.value)
    return db.scalars(asked.order_by(table.due_at)).first() or complaint.opened_at
