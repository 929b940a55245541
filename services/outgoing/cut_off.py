"""After 断连: what waited because the account might not send. Colleagues' words leave; what machines would have said is
not made up for (F17).
"""

from datetime import datetime
from typing import Final

from services.outgoing import purposes
from services.outgoing.outbox import advance, finish
from services.outgoing.sending import CUT
from services.outgoing.sms import SMS
from storage import tables
from storage.store import Store

STALE: Final = "停发期间的，恢复以后不补发"


def go_on(store: Store, now: datetime) -> int:
    """What waited because nothing could leave: colleagues' words leave now, machines' are not made up for. What waits
    for an SMS to be opened leaves where the person may be written to after all.
    """
    machine = set(purposes.of_machines())
    rows = store.rows_locked(
        1,
        """SELECT id, person_id, queue, purpose, code FROM outbox o WHERE state = 'parked'
           AND (code = ? OR (code = ? AND EXISTS (SELECT 1 FROM follower f
           WHERE f.person_id = o.person_id AND f.session_until > ? AND f.session_left > 1))) LIMIT 200""",
        CUT,
        SMS,
        now,
    )
    for row_id, person, queue, purpose, code in rows:
        if code == CUT and purpose in machine:
            finish(store, row_id, person, queue, now, state="cancelled", why=STALE)
            continue
        anew = {"code": None, "why": None, "way": None, "proof": None}
        store.update(tables.Outbox, row_id, person=person, state="waiting", not_before=now, **anew)
        advance(store, person, queue)
        store.hint("outbox", f"person:{person}")
    return len(rows)
