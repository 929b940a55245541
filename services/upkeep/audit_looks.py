"""Looks at what is behind a door become rows of the audit, together and after the page was shown (P5, S4)."""

from datetime import datetime

from storage.database import Database
from storage.store import Store


async def write_down(database: Database, now: datetime) -> None:
    """Write what was looked at since the last time; `now` is aware. What cannot be written waits for the next time.

    Raises Busy.
    """
    looked = database.looked
    found = looked.take(now)
    if not found:
        return

    def work(store: Store) -> None:
        for look, at in found:
            store.audit(look.home_id, at, look.actor, look.action, look.subject, look.detail)

    try:
        await database.store(work)
    except BaseException:
        looked.back(found, now)
        raise
