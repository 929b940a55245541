"""Talks in which nobody says anything more go on by themselves."""

import logging
from datetime import datetime

from conversations.engine import FlowError
from services.house import House
from services.talks import receive
from storage import tables
from storage.seal import Unreadable
from storage.store import Store

log = logging.getLogger("jiashu.silence")


def act_on_silence(store: Store, house: House, now: datetime, limit: int = 50) -> int:
    """Talks whose idle time is over go on by themselves: an abandoned complaint is filed and told its number (C1,
    F9).
    """
    rows = store.rows_locked(
        0, "SELECT person_id FROM conversation WHERE idle_at <= ? ORDER BY idle_at LIMIT ?", now, limit
    )
    for (person,) in rows:
        try:
            with store.savepoint():
                receive.silence(store, house, person, now)
        except (FlowError, Unreadable):
            log.exception("a silent talk cannot go on", extra={"action": "silence", "person": person})
            statement = "UPDATE conversation SET idle_at = NULL WHERE person_id = ? RETURNING id"
            store.change(tables.Conversation, statement, person, persons=[person])
    return len(rows)
