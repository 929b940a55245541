"""Who watches the chain: a round every 15 s looks for what should have gone on and did not. Only a clean round moves
the pulse that a watchdog outside reads; an auditor that is switched off or slow is itself red (F15, anchors-reach 3).
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from services.emergencies import chain
from storage.tables.emergencies_chain import ChainRound
from storage.types import new_id
from storage.unit import Unit

EVERY: Final = 15.0
"""Seconds between two rounds."""
LATE: Final = timedelta(seconds=60)
"""Without a clean round for so long nobody may trust the chain."""


def go_round(db: Unit, home_id: int, now: datetime, machine_now: datetime) -> list[str]:
    """One round, by the clock of the house for what is due and by that of the machine for its own pulse; what was
    overdue.
    """
    found = chain.overdue(db, home_id, now)
    row = db.lock_row(select(ChainRound).where(ChainRound.home_id == home_id))
    if row is None:
        row = ChainRound(id=new_id(), home_id=home_id)
        db.add(row)
    row.looked_at, row.overdue = machine_now, " ".join(found)
    if not found:
        row.clean_at = machine_now
    return found


def last_clean(db: Unit, home_id: int) -> datetime | None:
    """The last clean round, by the clock of the machine; None before the first."""
    return db.scalars(select(ChainRound.clean_at).where(ChainRound.home_id == home_id)).first()


def is_late(clean_at: datetime | None, since: datetime, machine_now: datetime) -> bool:
    """Whether the chain cannot be trusted. `since`: when the process that asks began to watch."""
    return machine_now - max(clean_at or since, since) > LATE
