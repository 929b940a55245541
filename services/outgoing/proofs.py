"""What the platform says of a template message after it took it: delivered, or why not (TEMPLATESENDJOBFINISH).

The event may come before the answer to the call is written down, and with MsgID 0 (wechat.md 5a): then it belongs to
the newest message of that phone of which nothing is known yet.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from services.outgoing import by_hand, purposes
from services.outgoing.outbox import finish
from storage import tables
from storage.store import Store

KIND: Final = "templatesendjobfinish"
LATELY: Final = timedelta(minutes=30)
BLOCKED: Final = "对方拒收了公众号的消息，只能打电话"
FAILED: Final = "微信没能送到，请打电话"
FIELDS: Final = "id, home_id, queue, purpose, proof"


def handed(store: Store, row_id: int, person_id: int, ref: str) -> None:
    """The platform took it; what its event has told already stays. The person is locked."""
    proof = store.row("SELECT proof FROM outbox WHERE id = ?", row_id)
    known = proof[0] if proof is not None else None
    store.update(tables.Outbox, row_id, person=person_id, ref=ref[:32] or None, proof=known or "handed")


def told(store: Store, person_id: int, fields: Mapping[str, str], now: datetime) -> None:
    """The event: that it was delivered, or not. The person is locked; of what is unknown to us nothing is made."""
    number, status = (fields.get("MsgID") or fields.get("MsgId") or "").strip(), fields.get("Status", "").strip()
    row = store.row(f"SELECT {FIELDS} FROM outbox WHERE person_id = ? AND ref = ?", person_id, number)
    if row is None:
        row = store.row(
            f"""SELECT {FIELDS} FROM outbox WHERE person_id = ? AND way = 'template' AND ref IS NULL
                AND state IN ('sending', 'sent', 'review', 'unknown') AND created_at > ? ORDER BY id DESC LIMIT 1""",
            person_id,
            now - LATELY,
        )
    if row is None:
        return
    row_id, home, queue, purpose, proof = row
    if status.replace(" ", "").startswith("success"):
        if proof != "refused":
            store.update(tables.Outbox, row_id, person=person_id, proof="delivered", state="sent", why=None)
            by_hand.arrived(store, row_id, person_id, now)
    elif status.startswith("failed"):
        why = BLOCKED if "user" in status else FAILED
        store.update(tables.Outbox, row_id, person=person_id, proof="refused")
        finish(store, row_id, person_id, queue, now, state="given_up", why=why, code=status[:16])
        by_hand.ask(store, row_id, home, person_id, purposes.of(purpose), why, now)
    store.hint(f"person:{person_id}")
