"""What one talk on the page 会话 asks: its messages, what may still be sent, who somebody is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import aliased

from care.states import Binding
from storage import tables
from storage.queries import families_phones
from storage.queries.pages import and_one
from storage.queries.sight import Sight
from storage.queries.talks_doubts import marks
from storage.tables.families_phones import CommonPhone
from storage.unit import Unit

BUBBLES: Final = 60
"""Messages of one look at a talk; the older ones are a page of their own."""
Event = dict[str, Any]
SPOKEN_EVENTS = ("event:subscribe", "event:unsubscribe", "event:scan", "event:click")
"""Events that are acts of the person; the others (a page opened, a place reported, the result of a send) are kept and
not shown.
"""


@dataclass(frozen=True, slots=True)
class Who:
    """A person as staff see one."""

    id: int
    name: str
    kind: str
    place: str
    tie: str
    phone: str
    attended_by: int | None
    common: bool = False
    """Whether it is a phone of several, no person."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A running promise."""

    kind: str
    made_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message of a thread. `side`: in, bot, out, call or line; `state` is the outbox's word."""

    id: int
    side: str
    at: datetime
    event: Event | None = None
    text: str = ""
    author: str = ""
    state: str = ""
    why: str = ""
    code: str = ""
    media: tables.Media | None = None
    set_aside: bool = False
    order: datetime | None = None
    aloud: bool = False
    doubt: str = ""
    """That it was asked back, or shown to a colleague."""


@dataclass(frozen=True, slots=True)
class Window:
    """What may still be sent, and until when."""

    following: bool
    session_left: int = 0
    session_until: datetime | None = None
    scene_left: int = 0
    scene_until: datetime | None = None
    heard_at: datetime | None = None
    known: bool = True
    """Whether there ever was a phone: a relative may be registered long before."""

    def left(self, now: datetime) -> tuple[int, datetime | None]:
        """How many messages may leave now, and until when."""
        if self.session_until and self.session_until > now and self.session_left:
            return self.session_left, self.session_until
        if self.scene_until and self.scene_until > now and self.scene_left:
            return self.scene_left, self.scene_until
        return 0, None

    def beside(self, now: datetime) -> int:
        """What a menu tap, follow or scan of the last minute allows beside the 48 h window."""
        session = self.session_until and self.session_until > now and self.session_left
        return self.scene_left if session and self.scene_until and self.scene_until > now else 0


@dataclass(frozen=True, slots=True)
class Thread:
    """One talk with all that stands beside it."""

    who: Who
    bubbles: list[Bubble]
    window: Window
    clocks: list[Clock]
    cases: list[tables.Complaint] = field(default_factory=list)
    older: int = 0
    """Before which id there are older messages; 0 = these are the first."""
    before: int | None = None
    """Set when these are not the newest."""
    phone_is: str = ""
    """Whose phone it is on which an elder speaks (F3)."""


def worded() -> ColumnElement[bool]:
    """Messages, and events that are acts of the person."""
    return tables.Inbox.kind.not_like("event:%") | tables.Inbox.kind.in_(SPOKEN_EVENTS)


def thread(db: Unit, sight: Sight, person_id: int, before: int | None = None) -> Thread:
    """The last messages with one person before an id, oldest first; without those of complaints that are closed to the
    viewer. Ids of both tables rise with time.
    """
    older = tables.Inbox.id < before if before else true()
    heard = db.scalars(
        select(tables.Inbox)
        .where(tables.Inbox.person_id == person_id, older, worded(), sight.inbox(tables.Inbox.id))
        .order_by(tables.Inbox.id.desc())
        .limit(and_one(BUBBLES))
    ).all()
    sent = db.execute(
        select(tables.Outbox, tables.OutboxBody, tables.Staff)
        .join(tables.OutboxBody, tables.OutboxBody.id == tables.Outbox.id)
        .outerjoin(tables.Staff, tables.Staff.id == tables.Outbox.staff_id)
        .where(
            tables.Outbox.person_id == person_id,
            tables.Outbox.id < before if before else true(),
            sight.outbox(tables.Outbox.id),
        )
        .order_by(tables.Outbox.id.desc())
        .limit(and_one(BUBBLES))
    ).all()
    ids = sorted([row.id for row in heard] + [out.id for out, _, _ in sent], reverse=True)
    first = ids[BUBBLES - 1] if len(ids) > BUBBLES else 0
    heard, sent = [row for row in heard if row.id >= first], [row for row in sent if row[0].id >= first]
    media = {
        row.inbox_id: row
        for row in db.scalars(select(tables.Media).where(tables.Media.inbox_id.in_([row.id for row in heard])))
    }
    doubts = marks(db, [row.id for row in heard])
    bubbles: list[Bubble] = []
    for row in heard:
        bubbles.append(
            Bubble(
                row.id,
                "in",
                row.created_at,
                event=event_of(db, row),
                media=media.get(row.id),
                set_aside=bool(row.set_aside),
                order=row.arrived_at,
                doubt=doubts.get(row.id, ""),
            )
        )
        if row.answer is not None and row.answer_state == "stored":
            bubbles.append(Bubble(row.id, "bot", row.arrived_at, text=said(db, row), state="answered"))
    bubbles += [_sent(db, *one) for one in sent]
    bubbles.sort(key=lambda bubble: (bubble.order or bubble.at, bubble.side != "in", bubble.id))
    promises = db.scalars(
        select(tables.Promise)
        .where(tables.Promise.person_id == person_id, tables.Promise.kept_at.is_(None))
        .order_by(tables.Promise.due_at)
    )
    cases = db.scalars(
        select(tables.Complaint)
        .where(tables.Complaint.person_id == person_id, sight.complaint())
        .order_by(tables.Complaint.id.desc())
    ).all()
    who = whos(db, [person_id])[person_id]
    return Thread(
        who,
        bubbles,
        window(db, person_id),
        [Clock(row.kind, row.made_at, row.due_at) for row in promises],
        list(cases),
        first,
        before,
        families_phones.said_on(db, person_id) if who.kind == "elder" or who.common else "",
    )


def _sent(db: Unit, out: tables.Outbox, body: tables.OutboxBody, staff: tables.Staff | None) -> Bubble:
    return Bubble(
        out.id,
        "call" if out.way == "call" else "out" if staff else "bot",
        out.created_at,
        text=db.words(body, "body"),
        author=staff.name if staff else "",
        state=out.state,
        why=out.why or "",
        code=out.code or "",
        order=out.settled_at if out.state == "sent" else None,
        aloud=out.purpose == "spoken",
    )


def window(db: Unit, person_id: int) -> Window:
    """The quota of the phone that the person used last."""
    row = db.scalars(
        select(tables.Follower).where(tables.Follower.person_id == person_id).order_by(tables.Follower.id.desc())
    ).first()
    shared = None if row is not None else families_phones.is_used(db, person_id)
    if shared is not None:  # on a phone of two the other one speaks: nothing leaves until this one does
        return Window(shared.following, heard_at=shared.heard_at)
    if row is None:
        return Window(following=False, known=False)
    return Window(row.following, row.session_left, row.session_until, row.scene_left, row.scene_until, row.heard_at)


def said(db: Unit, row: tables.Inbox) -> str:
    """The words of a stored passive answer."""
    answer: dict[str, str] = msgspec.json.decode(db.words(row, "answer", "{}"))
    return answer.get("text", "")


def event_of(db: Unit, row: tables.Inbox) -> Event:
    """The message of a row, as it is stored."""
    found: Event = msgspec.json.decode(db.words(row, "event", "{}"))
    return found


IS_PLACE: Final = (
    exists()
    .where(tables.Follower.person_id == tables.Person.id, tables.Follower.binding == Binding.HOUSE.value)
    .correlate(tables.Person)
)
"""Whether somebody is no person but a device of a room, where whoever speaks is asked (F3)."""
COMMON: Final = {"shared": "两人共用的手机，没说是谁的话", "room": "房间里的设备，先问是谁"}
"""What a phone of several is, beside its name."""


UNTIED: Final = {"guest": "未绑定", "staff": "同事，用自己的微信"}


def whos(db: Unit, people: list[int]) -> dict[int, Who]:
    """People as staff see them, by id."""
    rows = db.execute(
        select(tables.Person, tables.Conversation.attended_by, tables.Resident, IS_PLACE, CommonPhone)
        .outerjoin(tables.Conversation, tables.Conversation.person_id == tables.Person.id)
        .outerjoin(tables.Resident, tables.Resident.person_id == tables.Person.id)
        .outerjoin(CommonPhone, CommonPhone.place_id == tables.Person.id)
        .where(tables.Person.id.in_(people))
    ).all()
    elder = aliased(tables.Person)
    ties: dict[int, str] = {}
    for kinship, resident, person in db.execute(
        select(tables.Kinship, tables.Resident, elder)
        .join(tables.Resident, tables.Resident.id == tables.Kinship.resident_id)
        .join(elder, elder.id == tables.Resident.person_id)
        .where(tables.Kinship.person_id.in_(people))
    ):
        ties.setdefault(
            kinship.person_id, f"{db.words(person, 'name', '老人')}的{db.words(kinship, 'relation', '家属')}"
        )
        _ = resident
    found: dict[int, Who] = {}
    for person, attended_by, resident, is_place, common in rows:
        place = f"{resident.room} 室 {resident.bed} 床" if resident else ""
        name = db.words(person, "name", "未绑定用户")
        nobody = "房间里的设备，先问是谁" if is_place else UNTIED.get(person.kind, "")
        if common is not None:
            here = families_phones.here(db, common)
            place, nobody = " 或 ".join(f"{room} 室" for room in here.rooms), COMMON[here.kind]
        tie = ties.get(person.id, "老人 · " + place if resident else nobody)
        phone, several = db.words(person, "phone"), common is not None
        found[person.id] = Who(person.id, name, person.kind, place, tie, phone, attended_by, several)
    return found
