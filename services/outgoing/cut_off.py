"""After 断连: what waited because the account might not send. Colleagues' words leave; what machines would have said is
not made up for (F17).
"""

from datetime import datetime
from typing import Final

from services.outgoing import purposes
from services.outgoing.outbox import advance, finish
from services.outgoing.sending import CUT
from storage import tables
from storage.store import Store

STALE: Final = "停发期间的，恢复以后不补发"


def go_on(store: Store, now: datetime) -> int:
    """What waited because nothing could leave: colleagues' words leave now, machines' are not made up for."""
    machine = set(purposes.of_machines())
    rows = store.rows_locked(
        1, "SELECT id, person_id, queue, purpose FROM outbox WHERE state = 'parked' AND code = ? LIMIT 200", CUT
    )
    for row_id, person, queue, purpose in rows:
        if purpose in machine:
            finish(store, row_id, person, queue, now, state="cancelled", why=STALE)
            continue
        store.update(tables.Outbox, row_id, person=person, state="waiting", code=None, why=None, not_before=now)
        advance(store, person, queue)
        store.hint("outbox", f"person:{person}")
    return len(rows)
