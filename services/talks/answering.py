"""What staff do in a talk: answer, log a call, take back, hand the talk back to the machine."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from care.errors import Answered, Conflict, Invalid, NotFound, StaleForm, TooLate
from care.ways import Last
from care.words import legal, whole
from services.access import Viewer, access_person
from services.complaints.access import access_complaint
from services.outgoing import outbox
from services.outgoing.access import access_outgoing
from services.outgoing.purposes import Purpose
from services.promises import promises
from services.records import records
from services.talks.talks import BEREAVED
from storage import tables
from storage.types import new_id
from storage.unit import Unit

BLANKS: Final = ("称呼", "老人", "房间")
"""What a canned reply may leave open; an answer with one of these does not leave."""
OPEN: Final = re.compile(rf"\{{(?:{'|'.join(BLANKS)})\}}")
ANSWER: Final = Purpose(
    "answer",
    words="同事的回复",
    on_sent=promises.reached,
    template="matter",
    sms=True,
    matter="您说的事有同事回复了",
    last=Last.PHONE,
)


def answer(
    db: Unit, viewer: Viewer, person_id: int, text: str, form_key: str, now: datetime, drawn: str | None = None
) -> int | None:
    """Queue a colleague's words; the machine is silent in this talk from now on. A form sent twice queues once.

    Raises NotFound, Invalid with a sentence, or Answered when a colleague spoke to the person after the form was
    `drawn` (see `revision_of`; D12); the words are never dropped: what cannot leave now waits with its reason.
    """
    words = _words(text, "请先写几个字再发。")
    if found := OPEN.search(words):
        raise Invalid(why=f"还有空没填：{found[0]}。请改成要说的字，再发。")
    if not re.fullmatch(r"[\w\-]{1,64}", form_key, re.ASCII):
        raise StaleForm
    person = access_person(db, viewer, person_id, lock=True)
    dedup_key = f"form:{viewer.id}:{form_key}:1"
    if drawn is not None and db.scalar(select(tables.Outbox.id).where(tables.Outbox.dedup_key == dedup_key)) is None:
        _as_drawn(db, viewer, person.id, drawn)
    conversation = _conversation(db, person.id)
    conversation.attended_by, conversation.spoke_at = viewer.id, now
    conversation.flow, conversation.slots, conversation.idle_at = None, None, None
    db.flush()
    row = outbox.enqueue(
        db.store,
        home_id=viewer.home_id,
        person_id=person.id,
        purpose=ANSWER,
        dedup_key=dedup_key,
        text=words,
        now=now,
        staff_id=viewer.id,
    )
    if row is not None:
        db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "answer", f"person:{person.id}")
        for case_id in _open_complaints(db, person.id):
            records.written(db, viewer, case_id, "feedback", words, now, outbox_id=row)
    return row


def revision_of(db: Unit, person_id: int) -> str:
    """What a form of an answer is drawn from: the last that a colleague said to the person, in WeChat or on the
    phone.
    """
    table = tables.Outbox
    last = select(func.max(table.id)).where(table.person_id == person_id, table.staff_id.is_not(None))
    return str(db.scalar(last) or 0)


def _as_drawn(db: Unit, viewer: Viewer, person_id: int, drawn: str) -> None:
    table = tables.Outbox
    others = (
        select(table.way, tables.Staff.name)
        .join(tables.Staff, tables.Staff.id == table.staff_id)
        .where(
            table.person_id == person_id,
            table.staff_id != viewer.id,
            table.id > (whole(drawn) or 0),
            table.state != "cancelled",
        )
        .order_by(table.id.desc())
    )
    found = db.execute(others.limit(1)).first()
    if found is not None:
        what = "给对方打过电话" if found.way == "call" else "回了对方"
        raise Answered(who=found.name, what=what, revision=revision_of(db, person_id))


@dataclass(frozen=True, slots=True)
class Attends:
    """Who answers a talk, and when they last did."""

    staff_id: int
    name: str
    spoke_at: datetime


def attends(db: Unit, person_id: int) -> Attends | None:
    """Who has the talk in hand; None while the machine has it."""
    table = tables.Conversation
    row = db.execute(
        select(tables.Staff.id, tables.Staff.name, table.spoke_at)
        .join(tables.Staff, tables.Staff.id == table.attended_by)
        .where(table.person_id == person_id)
    ).first()
    return Attends(row.id, row.name, row.spoke_at) if row is not None and row.spoke_at is not None else None


def colleagues(db: Unit, viewer: Viewer, ids: Iterable[int]) -> dict[int, str]:
    """The names of colleagues by their ids."""
    table = tables.Staff
    rows = db.execute(select(table.id, table.name).where(table.home_id == viewer.home_id, table.id.in_(list(ids))))
    return {row.id: row.name for row in rows}


def log_call(db: Unit, viewer: Viewer, person_id: int, note: str, now: datetime) -> None:
    """A phone call with the person, written down; a named human reached them, so the clocks stop (C4, U7)."""
    words = _words(note, "请写一句电话里说了什么。")
    person = access_person(db, viewer, person_id, lock=True)
    promises.keep(db.store, person.id, viewer.id, now, how="call")
    talk = tables.Conversation
    for conversation in db.scalars(select(talk).where(talk.person_id == person.id)):
        conversation.spoke_at = now
        if conversation.flow == BEREAVED:  # a person has spoken: the silence of the machine is over (F59)
            conversation.flow, conversation.slots, conversation.idle_at = None, None, None
    line = _call_in_thread(db, viewer, person.id, words, now)
    for case_id in _open_complaints(db, person.id):
        records.written(db, viewer, case_id, "call", words, now, outbox_id=line)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "log_call", f"person:{person.id}")
    db.store.hint(f"person:{person.id}", "inbox")


def note_complaint(db: Unit, viewer: Viewer, case_id: int, text: str, now: datetime) -> None:
    """An internal line of a case; the family never sees it."""
    words = _words(text, "请先写几个字再存。")
    complaint = access_complaint(db, viewer, case_id, lock=True)
    records.written(db, viewer, complaint.id, "note", words, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "note", f"case:{complaint.id}")


def take_back(db: Unit, viewer: Viewer, outbox_id: int, now: datetime) -> int:
    """Take back a message that has not left; gives its person. Raises Conflict when it has."""
    row = access_outgoing(db, viewer, outbox_id, lock=True)
    if not outbox.cancel(db.store, row.id, now):
        raise TooLate
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "take_back", f"outbox:{row.id}")
    return row.person_id


def send_kept(db: Unit, viewer: Viewer, outbox_id: int, now: datetime) -> int:
    """Let words go that were kept back in a cry or a complaint (D9); gives their person.

    Raises Conflict when they are not kept any more.
    """
    row = access_outgoing(db, viewer, outbox_id, lock=True)
    if not outbox.send_kept(db.store, row.id, now):
        raise Conflict
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "send_kept", f"outbox:{row.id}")
    return row.person_id


REASONS: Final = ("回电话", "有急事", "核对登记")
"""Why a whole number is shown; the page offers these, so that a tired nurse taps once."""


def show_phone(db: Unit, viewer: Viewer, person_id: int, reason: str, now: datetime) -> str:
    """The whole phone number, with the reason, written down (P5).

    Raises Invalid without a reason, NotFound when none is on file.
    """
    person = access_person(db, viewer, person_id)
    number = db.open(person, "phone")
    if not number:
        raise NotFound
    if reason not in REASONS:
        raise Invalid(why="请先点一下为什么看号码。")
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "show_phone", f"person:{person.id}", reason)
    return number


def hand_back(db: Unit, viewer: Viewer, person_id: int, now: datetime) -> None:
    """Give the talk back to the machine; refused while a question is open (design.md 5.2: never silent)."""
    person = access_person(db, viewer, person_id, lock=True)
    waiting = db.scalars(
        select(tables.Promise).where(
            tables.Promise.person_id == person.id, tables.Promise.kept_at.is_(None), tables.Promise.kind == "reply"
        )
    ).first()
    if waiting is not None:
        raise Invalid(why="对方还有一句话没答，答了再交回机器人。")
    _conversation(db, person.id).attended_by = None
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "hand_back", f"person:{person.id}")
    db.store.hint(f"person:{person.id}", "inbox")


def _words(text: str, empty: str) -> str:
    words = legal(text).replace("\r\n", "\n").strip()
    if not words:
        raise Invalid(why=empty)
    outbox.fits(words)
    return words


def _conversation(db: Unit, person_id: int) -> tables.Conversation:
    """The talk of a person. Raises Invalid for who has never been in WeChat."""
    found = db.scalars(select(tables.Conversation).where(tables.Conversation.person_id == person_id)).first()
    if found is None:
        raise Invalid(why="还没有绑定微信，发不到。请打电话，打完在这里登记一句。")
    return found


def _open_complaints(db: Unit, person_id: int) -> list[int]:
    return list(
        db.scalars(
            select(tables.Complaint.id).where(
                tables.Complaint.person_id == person_id, tables.Complaint.closed_at.is_(None)
            )
        )
    )


def _call_in_thread(db: Unit, viewer: Viewer, person_id: int, words: str, now: datetime) -> int:
    row_id = db.store.insert(
        tables.Outbox,
        home_id=viewer.home_id,
        person_id=person_id,
        queue="notice",
        purpose="call",
        state="sent",
        way="call",
        dedup_key=f"call:{new_id()}:call:1",
        staff_id=viewer.id,
        created_at=now,
        not_before=now,
        settled_at=now,
        tries=0,
    )
    db.store.insert(tables.OutboxBody, id=row_id, body=db.store.seal(tables.OutboxBody, "body", row_id, words))
    return row_id
