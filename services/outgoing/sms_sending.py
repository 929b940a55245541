"""What becomes of SMS that are ordered: claimed under a lease when they are due and still needed, asked of the company
once, settled by its answer (V3). Without an answer nobody can know whether one arrived, and none is asked for twice.
"""

import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from care.states import SmsKind, SmsState
from services.outgoing import by_hand, purposes
from services.outgoing.outbox import advance, finish
from services.outgoing.sms import (
    LENGTH,
    LOOKED_AT,
    NOT_TAKEN,
    OPENS_FOR,
    SMS,
    brake,
    no_cards,
    number_of,
    proved_number,
)
from services.outgoing.stops import stopped
from services.ports import Texted
from storage import tables
from storage.queries.outgoing_sms import hashed
from storage.store import Store
from storage.tables.outgoing_sms import Sms
from storage.types import moment

LEASE: Final = timedelta(seconds=30)
AGAIN: Final = timedelta(seconds=60)
TRIES: Final = 3
ALPHABET: Final = string.ascii_letters + string.digits
GONE: Final = "用不着发了"


@dataclass(frozen=True, slots=True)
class Order:
    """An SMS under lease, with what the company needs."""

    id: int
    number: str
    kind: SmsKind
    words: dict[str, str]
    """What fills the blanks of the approved text."""

    @property
    def own(self) -> str:
        """Our number of it, which comes back with the report."""
        return str(self.id)


class _Row(NamedTuple):
    id: int
    home_id: int
    person_id: int
    outbox_id: int
    kind: str
    state: str
    number: str
    staff_id: int | None
    tries: int


FIELDS: Final = ", ".join(_Row._fields)


def claim(store: Store, now: datetime, machine_now: datetime) -> Order | None:
    """The next SMS that is due, under lease; what is not needed any more is dropped, and what may not go any more is
    decided anew. After a restore nothing leaves until the director has confirmed.
    """
    if store.row("SELECT 1 FROM epoch WHERE confirmed_at IS NULL LIMIT 1") is not None:
        return None
    due = "state = 'ordered' AND next_at <= ?"
    while True:
        first = store.row(f"SELECT id, person_id FROM sms WHERE {due} ORDER BY next_at LIMIT 1", now)
        if first is None:
            return None
        store.lock_persons(first[1])
        row = store.one_of(_Row, f"SELECT {FIELDS} FROM sms WHERE id = ? AND person_id = ? AND {due}", *first, now)
        if row is None:
            return None  # another process has it, or it went over to somebody else
        if until := brake(store, row.home_id, now):
            store.update(Sms, row.id, person=row.person_id, next_at=until)
            continue
        found = _asked(store, row, now)
        if found is not None:
            return _leased(store, row, *found, now, machine_now)
        store.update(Sms, row.id, person=row.person_id, state=SmsState.DROPPED.value, next_at=None, why=GONE)
        if row.kind == SmsKind.WORDS.value:
            _decide_anew(store, row, now)


def _decide_anew(store: Store, row: _Row, now: datetime) -> None:
    """A message that waits for an SMS which does not go: its way is chosen again, from what is true now."""
    changed = store.change(
        tables.Outbox,
        """UPDATE outbox SET state = 'waiting', code = NULL, why = NULL, way = NULL, proof = NULL, not_before = ?
           WHERE id = ? AND state = 'parked' AND code = ? RETURNING queue""",
        now,
        row.outbox_id,
        SMS,
        persons=[row.person_id],
    )
    for (queue,) in changed:
        advance(store, row.person_id, queue)
        store.hint("outbox", f"person:{row.person_id}")


def _asked(store: Store, row: _Row, now: datetime) -> tuple[str, dict[str, str]] | None:
    """The number and the words of an SMS; None where it is not needed any more, its number is another one, or nobody
    may be told by it any more.
    """
    number = number_of(store, row.person_id)
    if not number or hashed(store.sealer, number) != row.number:
        return None
    if row.kind == SmsKind.CALL.value:
        waits = store.row("SELECT 1 FROM by_hand WHERE outbox_id = ? AND settled_at IS NULL", row.outbox_id)
        who = store.row("SELECT name FROM staff WHERE id = ?", row.staff_id)
        if waits is None or who is None:
            return None
        return number, {"name": str(who[0])}
    message = store.row("SELECT purpose, state, code, expires_at FROM outbox WHERE id = ?", row.outbox_id)
    if message is None or message[1:3] != ("parked", SMS) or (message[3] and moment(message[3]) <= now):
        return None
    purpose = purposes.of(message[0])
    if (purpose.machine and stopped(store, row.person_id)) or not proved_number(store, row.person_id, now):
        return None
    if no_cards(store, row.person_id):
        return None
    return number, {"matter": purpose.matter}


def _leased(store: Store, row: _Row, number: str, words: dict[str, str], now: datetime, machine_now: datetime) -> Order:
    kind = SmsKind(row.kind)
    more: dict[str, object] = {}
    if kind is SmsKind.WORDS:
        words["code"] = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        more = {"secret": hashed(store.sealer, words["code"]), "expires_at": now + OPENS_FOR}
    store.update(
        Sms,
        row.id,
        person=row.person_id,
        state=SmsState.SENDING.value,
        next_at=None,
        lease_until=machine_now + LEASE,
        asked_at=now,
        tries=row.tries + 1,
        **more,
    )
    return Order(row.id, number, kind, words)


def settle(store: Store, asked: Order, answer: Texted, now: datetime) -> None:
    """What the company answered."""
    row = _locked(store, asked.id)
    if row is None or row.state != SmsState.SENDING.value:
        return
    if answer.state is SmsState.ORDERED and row.tries < TRIES:
        store.update(
            Sms,
            row.id,
            person=row.person_id,
            state=SmsState.ORDERED.value,
            next_at=now + AGAIN,
            lease_until=None,
            code=answer.code or None,
        )
    elif answer.state in {SmsState.FAILED, SmsState.ORDERED}:
        failed(store, row.id, now, code=answer.code, why=answer.why, account=answer.account)
    else:
        _taken(store, row, answer.state, now, ref=answer.ref, code=answer.code, why=answer.why)


def _taken(
    store: Store, row: _Row, state: SmsState, now: datetime, *, ref: str = "", code: str = "", why: str = ""
) -> None:
    """It is under way, or nobody knows: somebody looks again when it was not opened."""
    looks = now + LOOKED_AT if row.kind == SmsKind.WORDS.value else None
    store.update(
        Sms,
        row.id,
        person=row.person_id,
        state=state.value,
        lease_until=None,
        next_at=looks,
        ref=ref[:64] or None,
        code=code[:64] or None,
        why=why[:160] or None,
    )
    if row.kind == SmsKind.WORDS.value:
        _noted(store, row, "handed" if state is SmsState.HANDED else None)
    store.hint("outbox", f"person:{row.person_id}", "reach")


def _noted(store: Store, row: _Row, proof: str | None) -> None:
    store.change(
        tables.Outbox,
        "UPDATE outbox SET way = 'sms', proof = ? WHERE id = ? AND state = 'parked' RETURNING id",
        proof,
        row.outbox_id,
        persons=[row.person_id],
    )


def _locked(store: Store, number: int) -> _Row | None:
    whose = store.row("SELECT person_id FROM sms WHERE id = ?", number)
    if whose is None:
        return None
    store.lock_persons(whose[0])
    return store.one_of(_Row, f"SELECT {FIELDS} FROM sms WHERE id = ?", number)


def abandoned(store: Store, now: datetime, machine_now: datetime) -> int:
    """SMS whose sender died: nobody can know whether the company was asked, and it is not asked again."""
    rows = store.rows_locked(
        1, "SELECT id, person_id FROM sms WHERE state = 'sending' AND lease_until < ? LIMIT 200", machine_now
    )
    for number, _ in rows:
        row = store.one_of(_Row, f"SELECT {FIELDS} FROM sms WHERE id = ? AND state = 'sending'", number)
        if row is not None:
            _taken(store, row, SmsState.UNKNOWN, now, why="程序中断时正在发短信，不确定发出没有；没有重发")
    return len(rows)


def failed(store: Store, number: int, now: datetime, *, code: str, why: str, account: bool = False) -> None:
    """It does not arrive: the message goes on waiting where it may, and somebody telephones. `account`: the company
    refuses everything of ours, so nothing more is asked of it for a while. The person is locked.
    """
    row = store.one_of(_Row, f"SELECT {FIELDS} FROM sms WHERE id = ?", number)
    if row is None:
        return
    store.update(
        Sms,
        number,
        person=row.person_id,
        state=SmsState.FAILED.value,
        lease_until=None,
        next_at=None,
        told_at=now,
        code=f"{'!' if account else ''}{code}"[:64] or None,
        why=why[:160],
    )
    store.hint("outbox", f"person:{row.person_id}", "reach")
    if row.kind != SmsKind.WORDS.value:
        return
    message = store.row("SELECT queue, purpose, code FROM outbox WHERE id = ? AND state = 'parked'", row.outbox_id)
    if message is None or message[2] != SMS:
        return
    queue, word, _ = message
    purpose, told = purposes.of(word), f"{NOT_TAKEN}：{why}"[:160]
    phone = store.row("SELECT session_until FROM follower WHERE person_id = ? AND following LIMIT 1", row.person_id)
    if phone is not None and phone[0] is not None and moment(phone[0]) > now:
        _decide_anew(store, row, now)
        return
    if purpose.parks and phone is not None:
        store.update(tables.Outbox, row.outbox_id, person=row.person_id, code=None, why=told, way=None, proof=None)
    else:
        finish(store, row.outbox_id, row.person_id, queue, now, state="given_up", why=told)
    by_hand.ask(store, row.outbox_id, row.home_id, row.person_id, purpose, told, now)
