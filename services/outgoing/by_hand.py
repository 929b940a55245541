"""What a colleague does by hand, since no way of the machine was open: a call, or a sheet for the bedside (C11, F45).

Each is one row beside the message that it stands for: when that arrives after all the row is over, and when somebody
has said it the message is not sent any more, so that nobody hears it twice.
"""

from collections.abc import Sequence
from datetime import datetime

from care.states import HandOutcome
from care.ways import Last
from services.outgoing import purposes
from services.outgoing.purposes import Purpose
from services.outgoing.stops import stopped
from storage import tables
from storage.store import Store


def ask(store: Store, row_id: int, home_id: int, person_id: int, purpose: Purpose, why: str, now: datetime) -> None:
    """Somebody shall telephone, or print; once for a message. Not for a machine that is silent towards this person. The
    person is locked.
    """
    if purpose.last is Last.NONE or (purpose.machine and stopped(store, person_id)):
        return
    known = store.row("SELECT id, outcome FROM by_hand WHERE outbox_id = ?", row_id)
    if known is not None:
        if known[1] == HandOutcome.ARRIVED.value:  # it was said to have arrived, and has not
            store.update(tables.ByHand, known[0], person=person_id, settled_at=None, outcome=None, why=why[:160])
            store.hint("reach")
        return
    store.insert(
        tables.ByHand,
        home_id=home_id,
        person_id=person_id,
        outbox_id=row_id,
        kind=purpose.last.value,
        why=why[:160],
        made_at=now,
        tries=0,
    )
    store.hint("reach")


def arrived(store: Store, row_id: int, person_id: int, now: datetime) -> None:
    """The message reached its person: nobody needs to telephone any more. The person is locked."""
    _over(store, person_id, now, HandOutcome.ARRIVED, "outbox_id = ?", row_id)


def dropped(store: Store, row_id: int, person_id: int, now: datetime) -> None:
    """The message was taken back: nobody says it. The person is locked."""
    _over(store, person_id, now, HandOutcome.NOT_NEEDED, "outbox_id = ?", row_id)


def take_back(store: Store, person_id: int, begins: str, now: datetime) -> None:
    """The same of all messages of a person whose cause begins so. The person is locked."""
    clause = "outbox_id IN (SELECT id FROM outbox WHERE person_id = ? AND substr(dedup_key, 1, ?) = ?)"
    _over(store, person_id, now, HandOutcome.NOT_NEEDED, clause, person_id, len(begins), begins)


def reached(store: Store, person_id: int, begins: str) -> bool:
    """Whether something of a cause that begins so has left, or a colleague has said it. The person is locked."""
    found = store.row(
        """SELECT 1 FROM outbox o LEFT JOIN by_hand h ON h.outbox_id = o.id
           WHERE o.person_id = ? AND substr(o.dedup_key, 1, ?) = ?
           AND (o.state IN ('sending', 'sent', 'unknown') OR h.outcome = 'spoken')""",
        person_id,
        len(begins),
        begins,
    )
    return found is not None


def forget(store: Store, person_id: int, machine: Sequence[str] | None, now: datetime) -> None:
    """Machines are silent towards a person, and so is who would have spoken for them (F11); None: whatever it is, since
    the person died. The person is locked.
    """
    if machine is None:
        _over(store, person_id, now, HandOutcome.NOT_NEEDED, "outbox_id IS NOT NULL")
        return
    marks = ", ".join("?" * len(machine)) or "NULL"
    clause = f"outbox_id IN (SELECT id FROM outbox WHERE person_id = ? AND purpose IN ({marks}))"
    _over(store, person_id, now, HandOutcome.NOT_NEEDED, clause, person_id, *machine)


def expire(store: Store, now: datetime) -> int:
    """What was true only for a time is not said or brought after it: a card for a festival, the call before a visit."""
    words = tuple(sorted(name for name in purposes.of_machines() if not purposes.of(name).parks))
    marks = ", ".join("?" * len(words)) or "NULL"
    rows = store.rows_locked(
        1,
        f"""SELECT h.id, h.person_id, h.outbox_id FROM by_hand h JOIN outbox o ON o.id = h.outbox_id
            WHERE h.settled_at IS NULL AND o.expires_at <= ? AND o.purpose IN ({marks}) LIMIT 200""",
        now,
        *words,
    )
    for _, person, row_id in rows:
        dropped(store, row_id, person, now)
    return len(rows)


def _over(store: Store, person_id: int, now: datetime, outcome: HandOutcome, clause: str, *values: object) -> None:
    rows = store.change(
        tables.ByHand,
        f"""UPDATE by_hand SET settled_at = ?, outcome = ? WHERE person_id = ? AND settled_at IS NULL AND {clause}
            RETURNING id""",
        now,
        outcome,
        person_id,
        *values,
        persons=[person_id],
    )
    if rows:
        store.hint("reach")
