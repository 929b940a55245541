"""What waits for a colleague's hand, and what reached whom by which way (F45)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from care.states import SmsKind, SmsState
from care.ways import Last
from storage import tables
from storage.queries.sight import Sight
from storage.queries.talks import Who, whos
from storage.seal import Unreadable
from storage.tables.outgoing_sms import Sms
from storage.unit import Unit

MOST: Final = 200
CARDS: Final = 2000
CALL: Final = "call"
"""The way of a call that a colleague has logged in a talk."""
OVER: Final = frozenset({"sent", "unknown", "given_up", "cancelled"})
"""States in which nothing more becomes of a message by itself."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that somebody shall say or print."""

    row: tables.ByHand
    purpose: str
    who: Who
    text: str
    queued_at: datetime
    asked_back: str = ""
    """What became of the SMS that asks for a call."""


@dataclass(slots=True)
class Line:
    """How the messages of one purpose ended. `reasons`: why those that did not arrive did not."""

    purpose: str
    all: int = 0
    custom: int = 0
    template: int = 0
    mass: int = 0
    """Sent by a mass send."""
    delivered: int = 0
    """Of those by template: the platform says that they arrived."""
    sms: int = 0
    """Told by an SMS, and opened there."""
    spoken: int = 0
    printed: int = 0
    by_hand: int = 0
    """Somebody shall still do them."""
    open: int = 0
    unknown: int = 0
    missed: int = 0
    """Ended without reaching anybody."""


def waiting(db: Unit, sight: Sight) -> tuple[list[Waiting], int]:
    """What a colleague shall do by hand for people whom the viewer works with, the longest wait first; and how many
    there are.
    """
    hand, out = tables.ByHand, tables.Outbox
    mine = (
        hand.home_id == sight.home_id,
        hand.settled_at.is_(None),
        sight.person(hand.person_id),
        sight.outbox(hand.outbox_id),
    )
    total = db.scalar(select(func.count()).select_from(hand).where(*mine)) or 0
    asked = (
        select(hand, out, tables.OutboxBody)
        .join(out, out.id == hand.outbox_id)
        .join(tables.OutboxBody, tables.OutboxBody.id == out.id)
        .where(*mine)
        .order_by(hand.tries, hand.id)
    )
    rows = [
        row
        for kind, most in ((Last.PHONE, MOST), (Last.PRINT, CARDS))
        for row in db.execute(asked.where(hand.kind == kind.value).limit(most))
    ]
    people = whos(db, [row.person_id for row, *_ in rows])
    back = _asked_back(db, [row.outbox_id for row, *_ in rows])
    return [
        Waiting(
            row,
            message.purpose,
            people[row.person_id],
            _text(db, body),
            message.created_at,
            back.get(row.outbox_id, ""),
        )
        for row, message, body in rows
        if row.person_id in people
    ], total


_LINK: Final = re.compile(r"<a [^>]*>[^<]*</a>")
ASKED_BACK: Final = {
    SmsState.ORDERED.value: "请回电的短信排着队",
    SmsState.SENDING.value: "正在发短信请回电",
    SmsState.HANDED.value: "发过短信请回电",
    SmsState.DELIVERED.value: "请回电的短信到了",
    SmsState.FAILED.value: "请回电的短信没发成",
    SmsState.UNKNOWN.value: "请回电的短信不确定发出没有",
}


def _asked_back(db: Unit, rows: Sequence[int]) -> dict[int, str]:
    asked = select(Sms.outbox_id, Sms.state).where(Sms.outbox_id.in_(rows), Sms.kind == SmsKind.CALL.value)
    return {number: ASKED_BACK.get(state, "") for number, state in db.execute(asked)}


def _text(db: Unit, body: tables.OutboxBody) -> str:
    """Its words as they are said or printed: without the address that a phone would open."""
    try:
        return _LINK.sub("（手机上点开）", db.words(body, "body"))
    except Unreadable:
        return "内容打不开"


def table(db: Unit, home_id: int, since: datetime) -> list[Line]:
    """By purpose, of what was queued since then: by which way it left, what was done by hand, what reached nobody. The
    columns of a line add up to all of it.
    """
    out, hand = tables.Outbox, tables.ByHand
    rows = db.execute(
        select(
            out.purpose, out.state, out.way, out.proof, hand.id.is_not(None) & hand.settled_at.is_(None), func.count()
        )
        .outerjoin(hand, hand.outbox_id == out.id)
        .where(out.home_id == home_id, out.created_at >= since)
        .group_by(out.purpose, out.state, out.way, out.proof, hand.id.is_not(None) & hand.settled_at.is_(None))
    ).all()
    found: dict[str, Line] = {}
    for purpose, state, way, proof, waits, count in rows:
        line = found.setdefault(purpose, Line(purpose))
        line.all += count
        name = _end(state, way or "", proof or "", waits=bool(waits))
        setattr(line, name, getattr(line, name) + count)
        if name == "template" and proof == "delivered":
            line.delivered += count
    return sorted(found.values(), key=lambda line: -line.all)


def _end(state: str, way: str, proof: str, *, waits: bool) -> str:
    """Which column a message belongs to; each to one."""
    if proof in {"spoken", "printed"}:
        return proof
    if way == CALL:
        return "spoken"
    if state == "sent":
        return way if way in {"template", "mass", "sms"} else "custom"
    if waits:
        return "by_hand"
    if state == "unknown":
        return "unknown"
    return "missed" if state in OVER else "open"


@dataclass(frozen=True, slots=True)
class Mass:
    """A mass send, as the page shows it."""

    row: tables.MassSend
    text: str


def mass_sends(db: Unit, home_id: int, since: datetime, most: int = 20) -> list[Mass]:
    """The newest first, with their words."""
    mass = tables.MassSend
    rows = db.scalars(
        select(mass).where(mass.home_id == home_id, mass.made_at >= since).order_by(mass.id.desc()).limit(most)
    )
    return [Mass(row, _opened(db, row)) for row in rows]


def _opened(db: Unit, row: tables.MassSend) -> str:
    try:
        return db.words(row, "body")
    except Unreadable:
        return "内容打不开"


def reasons(db: Unit, home_id: int, since: datetime, most: int = 8) -> list[tuple[str, int]]:
    """Why messages reached nobody, the most frequent first."""
    out = tables.Outbox
    rows = db.execute(
        select(out.why, func.count())
        .where(
            out.home_id == home_id,
            out.created_at >= since,
            out.state.in_(("given_up", "cancelled")),
            out.proof.is_(None) | (out.proof == "refused"),
            out.why.is_not(None),
        )
        .group_by(out.why)
        .order_by(func.count().desc())
        .limit(most)
    ).all()
    return [(str(why), int(count)) for why, count in rows]


def words_for(db: Unit, openid: str, outbox_id: int) -> tuple[str, datetime] | None:
    """The words behind a template message, for whose phone it was sent to; None for everybody else."""
    out, phone = tables.Outbox, tables.Follower
    found = db.execute(
        select(out, tables.OutboxBody)
        .join(tables.OutboxBody, tables.OutboxBody.id == out.id)
        .join(phone, phone.person_id == out.person_id)
        .where(out.id == outbox_id, phone.openid == openid, out.way == "template", out.state != "given_up")
    ).first()
    if found is None:
        return None
    try:
        return db.words(found[1], "body"), found[0].settled_at or found[0].created_at
    except Unreadable:
        return None


def purposes(lines: Iterable[Line]) -> int:
    """How many messages there are in all lines."""
    return sum(line.all for line in lines)
