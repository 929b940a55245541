"""Who is in charge of a new complaint is told within a minute, by her own WeChat where she has bound one (C3; S4);
where nobody is at the desk, the colleague on duty may say at once that she has seen it (F41).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care.errors import Conflict, Decided, Invalid
from care.severity import Level
from care.sla import Kind
from care.states import Role
from conversations.effects import say
from services.access import HANDLERS, WORKS, Page, Viewer, access_page, looks, name_of
from services.form import Form
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from services.promises import promises
from services.records import records
from services.staff.unit import in_charge
from storage import tables
from storage.queries import complaints_night as queries
from storage.tables.staff_wechat import StaffWechat
from storage.unit import Unit

NIGHT: Final = Page("夜里的投诉", "/night", WORKS)
"""Complaints that came while nobody was at the desk: that somebody has seen them, and nothing of what they say."""
IN_CHARGE: Final = Purpose("in_charge", template="matter", matter="有一件投诉由您负责", brief="请查看")
"""To a colleague; what she is told is no secret: a number and an hour."""
SEEN: Final = Purpose(
    "night_seen", on_sent=promises.reached, template="matter", matter="夜班看到了您反映的事", brief="夜班看到"
)
LATELY: Final = timedelta(days=1)
"""Older ones were told of by hand, or by an earlier release."""
BY_TAP: Final = frozenset({Level.S3, Level.S4})
"""What is more serious wants a call at night as well."""


class SeeAtNight(Form, frozen=True, kw_only=True):
    """One tap: she has seen it."""


def untold(db: Unit, home_id: int, now: datetime) -> list[int]:
    """New complaints of which nobody in charge has been told."""
    table = tables.Complaint
    asked = select(table.id).where(
        table.home_id == home_id, table.closed_at.is_(None), table.told_at.is_(None), table.opened_at > now - LATELY
    )
    return list(db.scalars(asked.order_by(table.id).limit(100)))


def tell(db: Unit, house: House, case_id: int, now: datetime) -> None:
    """Choose who is in charge and tell her; asked again under the lock of who complained."""
    table = tables.Complaint
    whose = db.scalar(select(table.person_id).where(table.id == case_id))
    there = _candidates(db, db.get_one(table, case_id), house, now)
    phones = {one.id: phone for one in there[:1] if (phone := _phone(db, one.id)) is not None}
    db.lock_persons(*(one for one in (whose, *phones.values()) if one is not None))
    complaint = db.get_one(table, case_id, populate_existing=True)
    if complaint.told_at is not None or complaint.closed_at is not None:
        return
    complaint.told_at = now
    if complaint.level in BY_TAP and complaint.feedback_at is None and house.hours.open_until(now) is None:
        complaint.night_until = house.hours.next_open(now)
    if there:
        one = there[0]
        complaint.told_id = one.id
        if one.id in phones:
            _send(db, house, complaint, one, phones[one.id], now)
        db.store.audit(complaint.home_id, now, "machine", "tell_charge", f"case:{complaint.id}", one.name)
    db.store.hint("cases", f"case:{complaint.id}", "inbox")


def _candidates(db: Unit, complaint: tables.Complaint, house: House, now: datetime) -> list[Viewer]:
    """Who may be in charge, the first one first: its owner, who leads the unit, her deputy, a lead on duty, a lead, the
    director; never who is accused, and nobody who may not know of it.
    """
    table = tables.Staff
    rows = db.scalars(
        select(table)
        .where(
            table.home_id == complaint.home_id, table.left_at.is_(None), table.role.in_([one.value for one in HANDLERS])
        )
        .order_by(table.id)
    )
    all_ = [Viewer(row.id, row.home_id, row.name, Role(row.role), frozenset(row.floors.split())) for row in rows]
    may = [one for one in all_ if queries.may_handle(db, one.sight, complaint.id)]
    on_duty = {watch.name for watch in house.on_duty(now) if watch.name}
    order, unit = [Role.SUPERVISOR, Role.DIRECTOR, Role.DESK], in_charge(db, complaint.home_id)

    def place(one: Viewer) -> tuple[bool, bool, bool, int, bool]:
        named = one.id != complaint.owner_id, one.id != unit.id, one.id != unit.deputy_id
        return *named, order.index(one.role), one.name not in on_duty

    return sorted(may, key=place)


def _phone(db: Unit, staff_id: int) -> int | None:
    """The person as whom she chats."""
    asked = select(StaffWechat.who_id).where(
        StaffWechat.staff_id == staff_id, StaffWechat.who_id.is_not(None), StaffWechat.ended_at.is_(None)
    )
    return db.scalars(asked).first()


def _send(db: Unit, house: House, complaint: tables.Complaint, one: Viewer, person: int, now: datetime) -> None:
    words = say("staff.in_charge", number=complaint.number, level=str(complaint.level), by=_due(db, complaint))
    outbox.enqueue(
        db.store,
        home_id=complaint.home_id,
        person_id=person,
        purpose=IN_CHARGE,
        dedup_key=f"case:{complaint.id}:charge:{one.id}:{int(now.timestamp())}",
        text=house.words([words], now),
        now=now,
        expires_at=now + LATELY,
    )


def _due(db: Unit, complaint: tables.Complaint) -> datetime:
    """When the first answer is due."""
    table = tables.Promise
    asked = select(table.due_at).where(table.case_id == complaint.id, table.kind == Kind.FIRST_FEEDBACK.value)
    return db.scalars(asked.order_by(table.due_at)).first() or complaint.opened_at


# -- at night ----------------------------------------------------------------------------------------------------------


def waiting(db: Unit, viewer: Viewer, now: datetime) -> Sequence[queries.Waiting]:
    """What somebody on duty may answer by one tap now; never of who is accused."""
    access_page(viewer, NIGHT)
    return queries.waiting(db, viewer.sight, now)


def see(db: Unit, house: House, viewer: Viewer, case_id: int, now: datetime) -> None:
    """She has seen it, and says so by name; the morning's call has a clock of its own. Raises Decided, Invalid,
    NotFound.
    """
    access_page(viewer, NIGHT)
    db.lock_whose(select(tables.Complaint.person_id).where(tables.Complaint.id == case_id))
    complaint = queries.one(db, viewer.sight, case_id)
    looks(db, viewer, "case", complaint.id)
    if complaint.seen_by is not None or complaint.feedback_at is not None:
        who = name_of(db, complaint.seen_by or complaint.feedback_by)
        raise Decided(who=who, what="告诉过家属看到了" if complaint.seen_by is not None else "答复过了")
    until = complaint.night_until
    if until is None or until <= now or complaint.closed_at is not None:
        raise Invalid(why="客服上班了，这一件由他们答复。")
    lead = name_of(db, complaint.told_id) if complaint.told_id is not None else "主管"
    due = until + house.figures.first_feedback
    words = house.words([say("complaint.seen_at_night", name=viewer.name, by=due, lead=lead)], now)
    complaint.seen_by, complaint.seen_at = viewer.id, now
    db.flush()
    row = outbox.enqueue(
        db.store,
        home_id=complaint.home_id,
        person_id=complaint.person_id,
        purpose=SEEN,
        dedup_key=f"case:{complaint.id}:night:1",
        text=words,
        now=now,
        staff_id=viewer.id,
    )
    if row is None:
        raise Conflict
    promises.make(
        db.store,
        home_id=complaint.home_id,
        person_id=complaint.person_id,
        kind=Kind.CALL,
        made_at=now,
        due_at=due,
        case_id=complaint.id,
    )
    records.written(db, viewer, complaint.id, "feedback", words, now, outbox_id=row)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "see_at_night", f"case:{complaint.id}")
    db.store.hint("cases", "promises", "inbox", f"person:{complaint.person_id}")
