"""What the platform says of a template message after it took it: delivered, or why not (TEMPLATESENDJOBFINISH).

The event may come before the answer to the call is written down, and with MsgID 0 (wechat.md 5a): then it belongs to
the newest message of that phone of which nothing is known yet.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from services.outgoing import by_hand, purposes
from services.outgoing.outbox import finish
from services.outgoing.purposes import Sent
from storage import tables
from storage.store import Store
from storage.types import moment

KIND: Final = "templatesendjobfinish"
LATELY: Final = timedelta(minutes=30)
BLOCKED: Final = "对方拒收了公众号的消息，只能打电话"
FAILED: Final = "微信没能送到，请打电话"
NONE: Final = frozenset({"", "0"})
"""What an event tells where the platform tells no number (wechat.md 5a)."""
TELLS: Final = timedelta(minutes=10)
"""So long an event may take."""


def handed(store: Store, row_id: int, person_id: int, ref: str) -> None:
    """The platform took it; what its event has told already stays. The person is locked."""
    proof = store.row("SELECT proof FROM outbox WHERE id = ?", row_id)
    known = proof[0] if proof is not None else None
    store.update(tables.Outbox, row_id, person=person_id, ref=ref[:32] or None, proof=known or "handed")


def told(store: Store, person_id: int, fields: Mapping[str, str], now: datetime) -> None:
    """The event: that it was delivered, or not. The person is locked; of what is unknown to us nothing is made."""
    number, status = (fields.get("MsgID") or fields.get("MsgId") or "").strip(), fields.get("Status", "").strip()
    row = _of_number(store, person_id, number) or _newest(store, person_id, number, now)
    if row is None:
        return
    if status.replace(" ", "").startswith("success"):
        _delivered(store, row, person_id, now)
    elif status.startswith("failed"):
        why = BLOCKED if "user" in status else FAILED
        store.update(tables.Outbox, row.id, person=person_id, proof="refused")
        finish(store, row.id, person_id, row.queue, now, state="given_up", why=why, code=status[:16])
        by_hand.ask(store, row.id, row.home_id, person_id, purposes.of(row.purpose), why, now)
    store.hint("outbox", f"person:{person_id}")


def _of_number(store: Store, person_id: int, number: str) -> "_Row | None":
    if number in NONE:
        return None
    return store.one_of(_Row, f"SELECT {FIELDS} FROM outbox WHERE person_id = ? AND ref = ?", person_id, number)


def _newest(store: Store, person_id: int, number: str, now: datetime) -> "_Row | None":
    """The message of this phone to which an event belongs whose MsgID we do not know: the one whose response is
    missing; with MsgID 0 the oldest one without a report. None where neither is there.
    """
    states, any_ref = ("'sending', 'sent', 'review'", 1) if number in NONE else ("'sending', 'unknown'", 0)
    return store.one_of(
        _Row,
        f"""SELECT {FIELDS} FROM outbox WHERE person_id = ? AND way = 'template' AND state IN ({states})
            AND (ref IS NULL OR ? = 1) AND (proof IS NULL OR proof = 'handed') AND created_at > ?
            ORDER BY id LIMIT 1""",
        person_id,
        any_ref,
        now - LATELY,
    )


def _delivered(store: Store, row: "_Row", person_id: int, now: datetime) -> None:
    if row.proof == "refused":
        return
    store.update(tables.Outbox, row.id, person=person_id, proof="delivered")
    if row.state != "sending":  # else its sender, which has no answer yet, writes the rest
        if row.state != "sent":
            finish(store, row.id, person_id, row.queue, now, state="sent", why="")
        by_hand.arrived(store, row.id, person_id, now)
    _keeps(store, row, person_id, now)


def _keeps(store: Store, row: "_Row", person_id: int, now: datetime) -> None:
    """What a colleague's words keep by arriving."""
    if row.staff_id is not None:
        sent = Sent(row.id, person_id, row.staff_id, moment(row.created_at), now)
        purposes.reached(store, row.home_id, purposes.of(row.purpose), sent)


def assume(store: Store, now: datetime) -> int:
    """What the platform took, and of which it has told nothing for ten minutes: its promise is kept, and the proof says
    that no more is known.
    """
    rows = store.rows_locked(
        1,
        """SELECT id, person_id FROM outbox WHERE state = 'sent' AND proof = 'handed' AND mass_id IS NULL
            AND settled_at <= ? LIMIT 200""",
        now - TELLS,
    )
    for row_id, person in rows:
        row = store.one_of(_Row, f"SELECT {FIELDS} FROM outbox WHERE id = ? AND proof = 'handed'", row_id)
        if row is not None:
            store.update(tables.Outbox, row_id, person=person, proof="unheard")
            _keeps(store, row, person, now)
            store.hint("outbox", f"person:{person}")
    return len(rows)


class _Row(NamedTuple):
    id: int
    home_id: int
    queue: str
    purpose: str
    proof: str | None
    state: str
    staff_id: int | None
    created_at: int


FIELDS: Final = ", ".join(_Row._fields)
