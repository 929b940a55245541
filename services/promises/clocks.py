"""What time alone does to promises: half of it is gone, little is left, it is over."""

from datetime import datetime
from typing import Final

from care import sla
from care.sla import Mark
from conversations.effects import say
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from services.promises import promises
from storage import tables
from storage.store import Store
from storage.types import moment

LATE: Final = Purpose("late", machine=True)


def look_at_promises(store: Store, house: House, now: datetime, limit: int = 100) -> int:
    """Mark the promises that reached 50 %, 80 % or their end; a breach is told to the person once, and to the staff at
    once.
    """
    rows = store.rows_locked(
        2,
        """SELECT r.id, r.home_id, r.person_id, r.case_id, r.kind, r.made_at, r.due_at, p.kind FROM promise r
           JOIN person p ON p.id = r.person_id
           WHERE r.kept_at IS NULL AND r.look_at <= ? ORDER BY r.look_at LIMIT ?""",
        now,
        limit,
    )
    for row_id, home, person, case_id, kind, made_raw, due_raw, who in rows:
        made, due = moment(made_raw), moment(due_raw)
        reached = sla.mark(made, due, now)
        nexts = {
            Mark.HALF: made + (due - made) * sla.NEAR,
            Mark.NEAR: due,
            Mark.BREACHED: None,
            Mark.FRESH: made + (due - made) * sla.HALF,
        }
        store.update(tables.Promise, row_id, person=person, mark=reached.value, look_at=nexts[reached])
        store.hint("promises", f"person:{person}", *([f"case:{case_id}", "cases"] if case_id else []))
        if reached is Mark.BREACHED and kind in promises.TOLD_LATE:
            outbox.enqueue(
                store,
                home_id=home,
                person_id=person,
                purpose=LATE,
                dedup_key=promises.late_key(row_id),
                text=house.words([say("promise.late")], now, elder=who == "elder"),
                now=now,
                queue="notice",
            )
            store.audit(home, now, "machine", "breach", f"promise:{row_id}")
    return len(rows)
