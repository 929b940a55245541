"""Who may open requests to be bound: the only door to requests to be bound (architecture, decision 7)."""

from sqlalchemy import select

from care.errors import NotFound
from services.access import HANDLERS, Viewer, looks
from services.residents.access import access_resident
from storage import tables
from storage.unit import Unit


def access_application(db: Unit, viewer: Viewer, application_id: int, *, lock: bool = False) -> tables.Application:
    """A request to be bound, for who makes sure. Raises NotFound."""
    if lock:
        asks = select(tables.Application.person_id).where(tables.Application.id == application_id)
        about = select(tables.Application.resident_id).where(tables.Application.id == application_id)
        elder = select(tables.Resident.person_id).where(tables.Resident.id.in_(about))
        kin = select(tables.Kinship.person_id).where(tables.Kinship.resident_id.in_(about))
        db.lock_whose(asks.union(elder, kin))
    found = db.get(tables.Application, application_id, populate_existing=True)
    if found is None or viewer.role not in HANDLERS:
        raise NotFound
    access_resident(db, viewer, found.resident_id)
    looks(db, viewer, "application", found.id)
    return found
