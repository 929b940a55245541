"""What was uploaded goes a day later: the rows, what was filled in, the first passwords; what was written stays."""

from datetime import datetime

from sqlalchemy import delete, or_, select

from services.imports.staging import APPLYING, DONE, GONE, KEPT_FOR, STAGED, UNDONE
from storage.tables.imports import ImportRow, ImportRun
from storage.unit import Unit

PORTION = 2


def forget(db: Unit, home_id: int, now: datetime) -> int:
    """A few files at a time, so that nobody waits; how many."""
    old = now - KEPT_FOR
    wanted = select(ImportRun).where(
        ImportRun.home_id == home_id,
        ImportRun.plans.is_not(None),
        ImportRun.made_at < old,
        or_(ImportRun.applied_at.is_(None), ImportRun.applied_at < old),
        ImportRun.state.in_((STAGED, APPLYING, DONE, UNDONE)),
    )
    found = list(db.scalars(wanted.order_by(ImportRun.made_at).limit(PORTION)))
    for run in found:
        db.connection().execute(delete(ImportRow).where(ImportRow.run_id == run.id))
        run.plans, run.told, run.failed = None, None, None
        if run.state in {STAGED, APPLYING}:
            run.state = GONE
    return len(found)
