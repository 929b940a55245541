"""Who may open messages that leave: the only door to messages that leave (architecture, decision 7)."""

from sqlalchemy import select

from care.errors import NotFound
from services.access import Viewer, access_person, looks
from storage import tables
from storage.unit import Unit


def access_outgoing(db: Unit, viewer: Viewer, outbox_id: int, *, lock: bool = False) -> tables.Outbox:
    """A message that was queued for somebody whom the viewer works with. Raises NotFound."""
    if lock:
        db.lock_whose(select(tables.Outbox.person_id).where(tables.Outbox.id == outbox_id))
    row = db.fresh(
        select(tables.Outbox).where(tables.Outbox.id == outbox_id, viewer.sight.outbox(tables.Outbox.id))
    ).first()
    if row is None:
        raise NotFound
    access_person(db, viewer, row.person_id)
    looks(db, viewer, "outbox", row.id)
    return row
