"""The lines of a case: what the family said and what the house did, never changed (C12)."""

from datetime import datetime

from services.access import Viewer
from services.context import Context
from storage import tables
from storage.types import new_id
from storage.unit import Unit


def heard(context: Context, case_id: int, kind: str, words: str) -> None:
    """A line from a message of the family, in its transaction: `story`, or `family` for what they say to a result."""
    row_id = new_id()
    context.store.insert(
        tables.ComplaintRecord,
        id=row_id,
        case_id=case_id,
        home_id=context.home_id,
        said_at=context.said_at,
        kind=kind,
        inbox_id=context.inbox_id,
        body=context.store.seal(tables.ComplaintRecord, "body", row_id, words),
    )


def written(
    db: Unit, viewer: Viewer, case_id: int, kind: str, words: str, now: datetime, outbox_id: int | None = None
) -> None:
    """A line by a colleague: `step` and `note` are internal; `call`, `feedback` and `result` are between the house and
    the family.
    """
    row = tables.ComplaintRecord(
        id=new_id(),
        case_id=case_id,
        home_id=viewer.home_id,
        said_at=now,
        kind=kind,
        staff_id=viewer.id,
        outbox_id=outbox_id,
    )
    db.seal(row, "body", words)
    db.add(row)
    db.store.hint(f"case:{case_id}", "cases")
