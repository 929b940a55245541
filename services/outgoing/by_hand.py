"""What a colleague does by hand, since no way of the machine was open: a call, or a sheet for the bedside (C11, F45).

Each is one row beside the message that it stands for: when that arrives after all the row is over, and when somebody
has said it the message is not sent any more, so that nobody hears it twice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from care.states import HandOutcome
from care.ways import Last
from services.outgoing.purposes import Purpose
from storage import tables
from storage.store import Store

SAID: Final = "在电话里说过了，不再发"
PRINTED: Final = "印好送过去了，不再发"


def ask(store: Store, row_id: int, home_id: int, person_id: int, purpose: Purpose, why: str, now: datetime) -> None:
    """Somebody shall telephone, or print; once for a message. The person is locked."""
    if purpose.last is Last.NONE or store.row("SELECT 1 FROM by_hand WHERE outbox_id = ?", row_id) is not None:
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


def forget(store: Store, person_id: int, machine: Sequence[str], now: datetime) -> None:
    """Machines are silent towards a person, and so is who would have spoken for them (F11). The person is locked."""
    marks = ", ".join("?" * len(machine))
    clause = f"outbox_id IN (SELECT id FROM outbox WHERE person_id = ? AND purpose IN ({marks}))"
    _over(store, person_id, now, HandOutcome.NOT_NEEDED, clause, person_id, *machine)


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
