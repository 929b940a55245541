"""While nobody is at the desk the colleague on duty may say at once that she has seen a complaint, and who calls in the
morning (F41). She reads nothing of it; what is grave, an elder's, about manners, or of a family in mourning wants more
than a tap.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from care.errors import Conflict, Decided, Invalid
from care.severity import Level
from care.sla import Kind
from conversations.effects import say
from services.access import WORKS, Page, Viewer, access_page, looks, name_of
from services.form import Form
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose, Sent
from services.outgoing.stops import silent, stopped
from services.promises import promises
from services.records import records
from storage import tables
from storage.queries import complaints_night as queries
from storage.store import Store
from storage.unit import Unit

NIGHT: Final = Page("夜里的投诉", "/night", WORKS)
"""Complaints that came while nobody was at the desk: that somebody has seen them, and nothing of what they say."""
BY_TAP: Final = frozenset({Level.S3, Level.S4})
"""What is more serious wants a call at night as well."""
BY_NO_TAP: Final = frozenset({"服务态度"})
"""Of manners: whoever is on duty may be meant without a name."""
A_NIGHT: Final = timedelta(hours=18)
"""A desk that is shut for longer, over a weekend or a holiday, is no night: somebody in charge calls."""
SOMEBODY: Final = "负责的同事"
TRY_CALL: Final = "客服上班了，这一件由他们答复。"


class _Case(NamedTuple):
    id: int
    level: int


def _kept(store: Store, sent: Sent) -> None:
    """It arrived: the first hour of this case is kept, and no other promise; not of one that has become grave since."""
    row = store.one_of(
        _Case,
        "SELECT c.id, c.level FROM case_record r JOIN complaint c ON c.id = r.case_id WHERE r.outbox_id = ?",
        sent.row_id,
    )
    if row is not None and row.level in BY_TAP:
        promises.keep_first(store, row.id, sent.person_id, sent.staff_id, sent.now, how=sent.how)


SEEN: Final = Purpose(
    "night_seen",
    words="值班看到了",
    on_sent=_kept,
    parks=False,
    template="matter",
    matter="值班看到了您反映的事",
    brief="值班看到",
)


class SeeAtNight(Form, frozen=True, kw_only=True):
    """One tap: she has seen it."""


def begins(house: House, complaint: tables.Complaint, now: datetime) -> bool:
    """Whether a tap may answer it from now on."""
    by_tap = complaint.feedback_at is None and complaint.level in BY_TAP and complaint.category not in BY_NO_TAP
    return by_tap and shut(house, now)


def shut(house: House, now: datetime) -> bool:
    """Whether nobody is at the desk, and the desk is back in the morning."""
    hours = house.hours
    if hours.open_until(now) is not None:
        return False
    back = hours.next_open(now)
    return back is not None and back - now <= A_NIGHT


def waiting(db: Unit, viewer: Viewer, now: datetime) -> Sequence[queries.Waiting]:
    """What somebody on duty may answer by one tap now; never of who is accused, nor of a family in mourning."""
    access_page(viewer, NIGHT)
    found = queries.waiting(db, viewer.sight, now, BY_TAP, BY_NO_TAP)
    hushed = silent(db, [one.person for one in found])
    return [one for one in found if one.person not in hushed]


def see(db: Unit, house: House, viewer: Viewer, case_id: int, now: datetime) -> None:
    """She has seen it, and says so by name; the morning's call has a clock of its own. Raises Decided, Invalid,
    NotFound.
    """
    access_page(viewer, NIGHT)
    db.lock_whose(select(tables.Complaint.person_id).where(tables.Complaint.id == case_id))
    complaint = queries.one(db, viewer.sight, case_id)
    looks(db, viewer, "case", complaint.id)
    _may(db, complaint, now)
    told = _told(db, complaint)
    lead = "我" if complaint.told_id == viewer.id else told
    due = _calls_by(db, house, complaint)
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
        expires_at=complaint.night_until,
    )
    if row is None:
        raise Conflict
    promises.promise_call(db.store, complaint.id, complaint.person_id, now, due)
    records.written(db, viewer, complaint.id, "feedback", words, now, outbox_id=row)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "see_at_night", f"case:{complaint.id}")
    db.store.hint("cases", "promises", "inbox", f"person:{complaint.person_id}")


def _may(db: Unit, complaint: tables.Complaint, now: datetime) -> None:
    """Whether the tap may still answer it. Raises Decided, Invalid."""
    if complaint.seen_by is not None or complaint.feedback_at is not None:
        who = name_of(db, complaint.seen_by or complaint.feedback_by)
        raise Decided(who=who, what="告诉过家属看到了" if complaint.seen_by is not None else "答复过了")
    if complaint.level not in BY_TAP:
        raise Invalid(why=f"这一件现在是 {complaint.level} 级，要打电话，不能只点一下。")
    if stopped(db.store, complaint.person_id):
        raise Invalid(why="这一家有丧事或在静默中，请负责的同事打电话。")
    until = complaint.night_until
    if until is None or until <= now or complaint.closed_at is not None or complaint.category in BY_NO_TAP:
        raise Invalid(why=TRY_CALL)


def _told(db: Unit, complaint: tables.Complaint) -> str:
    """Who calls in the morning, by name while she works here and may know of it."""
    staff = db.get(tables.Staff, complaint.told_id) if complaint.told_id is not None else None
    if staff is None or staff.left_at is not None or staff.id in queries.meant(db, complaint.id):
        return SOMEBODY
    return staff.name


def _calls_by(db: Unit, house: House, complaint: tables.Complaint) -> datetime:
    """An hour after the desk opens, and not after the result that was promised."""
    table = tables.Promise
    opens = complaint.night_until or complaint.opened_at
    due = opens + house.figures.first_feedback
    asked = select(table.due_at).where(
        table.case_id == complaint.id, table.kind == Kind.RESULT.value, table.kept_at.is_(None)
    )
    result = db.scalars(asked.order_by(table.due_at)).first()
    return due if result is None or result < opens else min(due, result)
