"""What time alone brings about: promises that run out, and talks in which nobody speaks any more."""

import logging
from datetime import datetime
from typing import Final

from care import sla
from care.sla import Mark
from conversations.effects import say
from conversations.engine import FlowError
from services import outbox, promises, receive
from services.house import House
from services.purposes import Purpose
from storage import tables
from storage.seal import Unreadable
from storage.store import Store
from storage.types import moment

log = logging.getLogger("jiashu.clocks")

LATE: Final = Purpose("late", machine=True)


def look_at_promises(store: Store, house: House, now: datetime, limit: int = 100) -> int:
    """Mark the promises that reached 50 %, 80 % or their end; a breach is told to the person once, and to the staff at once."""
    rows = store.rows_locked(
        2,
        """SELECT r.id, r.home_id, r.person_id, r.case_id, r.kind, r.made_at, r.due_at, p.kind FROM promise r JOIN person p ON p.id = r.person_id
           WHERE r.kept_at IS NULL AND r.look_at <= ? ORDER BY r.look_at LIMIT ?""",
        now, limit,
    )  # fmt: skip
    for row_id, home, person, case_id, kind, made_raw, due_raw, who in rows:
        made, due = moment(made_raw), moment(due_raw)
        reached = sla.mark(made, due, now)
        nexts = {Mark.HALF: made + (due - made) * sla.NEAR, Mark.NEAR: due, Mark.BREACHED: None, Mark.FRESH: made + (due - made) * sla.HALF}
        store.update(tables.Promise, row_id, person=person, mark=reached.value, look_at=nexts[reached])
        store.hint("promises", f"person:{person}", *([f"case:{case_id}", "cases"] if case_id else []))
        if reached is Mark.BREACHED and kind in promises.TOLD_LATE:
            outbox.enqueue(
                store, home_id=home, person_id=person, purpose=LATE, dedup_key=promises.late_key(row_id),
                text=house.words([say("promise.late")], now, elder=who == "elder"), now=now, queue="notice",
            )  # fmt: skip
            store.audit(home, now, "machine", "breach", f"promise:{row_id}")
    return len(rows)


def act_on_silence(store: Store, house: House, now: datetime, limit: int = 50) -> int:
    """Talks whose idle time is over go on by themselves: an abandoned complaint is filed and told its number (C1, F9)."""
    rows = store.rows_locked(0, "SELECT person_id FROM conversation WHERE idle_at <= ? ORDER BY idle_at LIMIT ?", now, limit)
    for (person,) in rows:
        try:
            with store.savepoint():
                receive.silence(store, house, person, now)
        except (FlowError, Unreadable):
            log.exception("a silent talk cannot go on", extra={"action": "silence", "person": person})
            store.rows("UPDATE conversation SET idle_at = NULL WHERE person_id = ?", person)
    return len(rows)
