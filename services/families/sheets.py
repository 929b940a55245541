"""绑定单: one sheet for one relative, with a code of its own; it can be made worthless by hand (F13, F23)."""

from datetime import datetime

from care.errors import Decided, NotFound
from services.access import HANDLERS, Viewer, name_of
from services.residents.access import access_resident
from storage import tables
from storage.unit import Unit


def revoke(db: Unit, viewer: Viewer, resident_id: int, sheet_id: int, now: datetime) -> None:
    """这张作废: the code opens nothing any more, in this second. Raises Decided when it was used first, NotFound."""
    if viewer.role not in HANDLERS:
        raise NotFound
    resident = access_resident(db, viewer, resident_id, lock=True)
    row = db.get(tables.Invitation, sheet_id, populate_existing=True, with_for_update={"key_share": True})
    if row is None or row.resident_id != resident.id:
        raise NotFound
    if row.used_at is not None:
        raise Decided(who="家属", what="用了这张绑定单")
    if row.revoked_at is not None:
        raise Decided(who=name_of(db, row.revoked_by), what="作废了这张绑定单")
    row.revoked_at, row.revoked_by = now, viewer.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "revoke_sheet", f"resident:{resident.id}")
    db.store.hint("families", "residents")
