"""What becomes of an SMS: delivered or not, opened once by who knows the number, or by nobody; and who wants no more of
them (F15, F45).
"""

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import select

from care import phones
from care.phones import LAST
from care.states import SmsKind, SmsState
from services.outgoing import by_hand, purposes, sms, sms_sending
from services.outgoing.outbox import KEPT, finish
from services.outgoing.purposes import Sent
from services.ports import SmsReply, SmsReport
from storage import tables
from storage.queries.outgoing_sms import hashed
from storage.seal import Unreadable
from storage.store import Store
from storage.tables.outgoing_sms import Sms, SmsRefusal
from storage.types import moment
from storage.unit import Unit

WRONG: Final = 5
"""Wrong digits after which an address opens nothing any more."""
OPENED: Final = "opened"
READ: Final = "点开短信看了"
NOT_DELIVERED: Final = "没有送到手机"
STOP: Final = frozenset({"r", "t", "td", "n", "不要", "停"})
STOP_WORDS: Final = ("退订", "拒收", "不收", "别发", "不要发", "不要再发", "别再发", "停发")
SHORT: Final = 12
"""Signs of a reply in which a word of these means the whole."""
MOBILE: Final = 11
"""Digits of a mobile's number, whatever stands before it."""
ANSWERED: Final = "对方回了短信，打电话问问是什么事（原话在短信公司的「上行短信」里）"
LARGEST: Final = 2**63
"""Of our numbers none is as large: another system may use the same account."""
UNDER_WAY: Final = frozenset({SmsState.SENDING.value, SmsState.HANDED.value, SmsState.UNKNOWN.value})


class Behind(StrEnum):
    """What an address shows."""

    ASKS = "asks"
    """The last digits of the number."""
    WORDS = "words"
    WRONG = "wrong"
    OVER = "over"
    """Opened before, too old, taken back, said by WeChat, tried too often, or never there: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What an address shows, and the words with their moment where it opens."""

    behind: Behind
    text: str = ""
    at: datetime | None = None


class _Sms(NamedTuple):
    id: int
    home_id: int
    person_id: int
    outbox_id: int
    kind: str
    state: str
    number: str
    expires_at: int | None
    opened_at: int | None
    wrong: int


class _Message(NamedTuple):
    queue: str
    purpose: str
    state: str
    code: str | None
    staff_id: int | None
    created_at: int


FIELDS: Final = ", ".join(_Sms._fields)


def told(store: Store, report: SmsReport, now: datetime) -> bool:
    """What the company tells of one. Whether it was ours; told twice it is told once."""
    number = int(report.own) if report.own.isdecimal() and len(report.own) <= len(str(LARGEST)) else LARGEST
    row = _held(store, number) if number < LARGEST else None
    if row is None:
        return False
    if row.state not in UNDER_WAY:
        return True
    parts = {} if report.parts is None else {"parts": report.parts}
    if not report.delivered:
        why = f"{NOT_DELIVERED}（{report.code}）" if report.code else NOT_DELIVERED
        sms_sending.failed(store, row.id, now, code=report.code, why=why)
        return True
    store.update(
        Sms, row.id, person=row.person_id, state=SmsState.DELIVERED.value, told_at=now, code=None, why=None, **parts
    )
    if row.kind == SmsKind.WORDS.value:
        if row.state == SmsState.SENDING.value:  # told before the request was answered
            store.update(Sms, row.id, person=row.person_id, lease_until=None, next_at=now + sms.LOOKED_AT)
        waits = store.change(
            tables.Outbox,
            "UPDATE outbox SET way = 'sms', proof = 'delivered' WHERE id = ? AND state = 'parked' RETURNING id",
            row.outbox_id,
            persons=[row.person_id],
        )
        if waits:  # what was taken back, read or said meanwhile keeps nothing by this
            _keeps(store, row, now)
    store.hint("outbox", f"person:{row.person_id}", "reach")
    return True


def _held(store: Store, number: int) -> _Sms | None:
    """One, under the lock of whom it is to; that may be somebody else when it was asked for."""
    while (row := store.one_of(_Sms, f"SELECT {FIELDS} FROM sms WHERE id = ?", number)) is not None:
        if row.person_id in store.locked:
            return row
        store.lock_persons(row.person_id)
    return None


def _message(store: Store, row: _Sms) -> _Message | None:
    return store.one_of(_Message, f"SELECT {', '.join(_Message._fields)} FROM outbox WHERE id = ?", row.outbox_id)


def _keeps(store: Store, row: _Sms, now: datetime) -> None:
    """What a colleague's words keep by arriving."""
    message = _message(store, row)
    if message is not None and message.staff_id is not None:
        sent = Sent(row.outbox_id, row.person_id, message.staff_id, moment(message.created_at), now, "sms")
        purposes.reached(store, row.home_id, purposes.of(message.purpose), sent)


def unopened(store: Store, now: datetime) -> int:
    """Nobody has opened it for hours: somebody telephones; it still opens until its day is over."""
    rows = store.rows_locked(
        1,
        """SELECT id, person_id FROM sms WHERE state IN ('handed', 'delivered', 'unknown') AND next_at <= ?
           LIMIT 200""",
        now,
    )
    for number, person in rows:
        row = store.one_of(_Sms, f"SELECT {FIELDS} FROM sms WHERE id = ?", number)
        if row is None:
            continue
        store.update(Sms, number, person=person, next_at=None)
        message = _message(store, row)
        if message is not None and message.state == "parked" and row.opened_at is None:
            by_hand.ask(store, row.outbox_id, row.home_id, person, purposes.of(message.purpose), sms.UNOPENED, now)
    return len(rows)


def look(db: Unit, secret: str, now: datetime) -> Behind:
    """Whether an address asks for the last digits, or opens nothing; it is read by whoever comes, and keeps nothing."""
    row = db.scalars(select(Sms).where(Sms.secret == hashed(db.sealer, secret))).first()
    if row is None:
        return Behind.OVER
    message = db.get_one(tables.Outbox, row.outbox_id)
    waits = message.state == "parked" and message.code != KEPT
    tie = tables.Kinship
    proved = db.scalars(select(tie.id).where(tie.person_id == row.person_id, tie.rang_at > now - sms.AGES)).first()
    try:
        number = db.words(db.get_one(tables.Person, row.person_id), "phone")
    except Unreadable:
        number = ""
    stands = row.opened_at is None and row.expires_at is not None and row.expires_at > now and row.wrong < WRONG
    same = bool(number) and hashed(db.sealer, number) == row.number
    return Behind.ASKS if stands and same and waits and proved is not None else Behind.OVER


def open_words(store: Store, secret: str, digits: str, now: datetime) -> Shown:
    """The words, once, for who knows the last digits of the number to which the SMS went."""
    row = _behind(store, secret)
    if row is None:
        return Shown(Behind.OVER)
    store.lock_persons(row.person_id)
    row = _behind(store, secret)
    message = None if row is None else _message(store, row)
    if row is None or message is None or _over(store, row, now):
        return Shown(Behind.OVER)
    number = sms.number_of(store, row.person_id)
    if not hmac.compare_digest(digits.encode("utf-8", "replace"), number[-LAST:].encode()):
        store.update(Sms, row.id, person=row.person_id, wrong=row.wrong + 1)
        return Shown(Behind.WRONG if row.wrong + 1 < WRONG else Behind.OVER)
    sealed = store.row("SELECT body FROM outbox_body WHERE id = ?", row.outbox_id)
    try:
        text = store.open(tables.OutboxBody, "body", row.outbox_id, sealed[0]).decode() if sealed else ""
    except Unreadable:
        text = ""
    if not text:
        return Shown(Behind.OVER)
    store.update(Sms, row.id, person=row.person_id, opened_at=now, next_at=None)
    store.update(tables.Outbox, row.outbox_id, person=row.person_id, way="sms", proof=OPENED)
    finish(store, row.outbox_id, row.person_id, message.queue, now, state="sent", why=READ)
    by_hand.arrived(store, row.outbox_id, row.person_id, now)
    _keeps(store, row, now)
    store.hint("outbox", "reach", "inbox")
    return Shown(Behind.WORDS, text, moment(message.created_at))


def _behind(store: Store, secret: str) -> _Sms | None:
    return store.one_of(_Sms, f"SELECT {FIELDS} FROM sms WHERE secret = ?", hashed(store.sealer, secret))


def _over(store: Store, row: _Sms, now: datetime) -> bool:
    """Whether an address opens nothing any more. A message that only waits for its person is behind it still."""
    message = _message(store, row)
    number = sms.number_of(store, row.person_id)
    return (
        row.opened_at is not None
        or row.expires_at is None
        or moment(row.expires_at) <= now
        or row.wrong >= WRONG
        or message is None
        or message.state != "parked"
        or message.code == KEPT
        or not sms.proved_number(store, row.person_id, now)
        or not number
        or hashed(store.sealer, number) != row.number
    )


def answered(store: Store, home_id: int, reply: SmsReply, now: datetime) -> bool:
    """Somebody answered an SMS. Who wants no more gets none, and what is ordered is not sent; other words are a call
    for a colleague, since nobody reads that number. Whether it was somebody of ours.
    """
    digits = "".join(filter(str.isdigit, reply.number))[-MOBILE:]
    number = hashed(store.sealer, phones.read(digits) or reply.number)
    rows = store.rows(
        "SELECT id, person_id FROM sms WHERE home_id = ? AND number = ? ORDER BY id DESC", home_id, number
    )
    if not _stops(reply.text):
        if not rows:
            return False
        row = _held(store, rows[0][0])
        message = None if row is None else _message(store, row)
        if row is not None and message is not None:
            by_hand.ask(store, row.outbox_id, home_id, row.person_id, purposes.of(message.purpose), ANSWERED, now)
        return True
    known = store.row("SELECT id FROM sms_refusal WHERE home_id = ? AND number = ?", home_id, number)
    if known is None:
        store.insert(SmsRefusal, home_id=home_id, number=number, at=now)
    else:
        store.update(SmsRefusal, known[0], at=now, lifted_at=None, lifted_by=None)
    for row_id, _ in rows:
        if (row := _held(store, row_id)) is not None and row.state == SmsState.ORDERED.value:
            sms_sending.failed(store, row_id, now, code="", why=sms.REFUSED)
    store.hint("reach", "outbox")
    return True


def _stops(text: str) -> bool:
    """Whether somebody wants no more: R, T, TD, N or 退订, however it is written, and a short reply with such a word."""
    said = "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())
    short = said.removeprefix("请").removeprefix("回复")
    return short in STOP or (len(said) <= SHORT and any(word in said for word in STOP_WORDS))
