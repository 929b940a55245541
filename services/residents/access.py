"""Who may open residents: the only door to residents (architecture, decision 7)."""

from typing import Final

from sqlalchemy import CompoundSelect, select

from care.errors import NotFound
from services.access import WORKS, Page, Viewer, access_page, looks
from storage import tables
from storage.unit import Unit

RESIDENTS: Final = Page("老人", "/residents", WORKS, icon="people", place=60, key="o")


def family_of(resident_id: int) -> CompoundSelect[int]:
    """The elder and the relatives, for `lock_whose`: status, silence, ties and cases of kin then stand still."""
    mine = select(tables.Resident.person_id).where(tables.Resident.id == resident_id)
    return mine.union(select(tables.Kinship.person_id).where(tables.Kinship.resident_id == resident_id))


def access_resident(db: Unit, viewer: Viewer, resident_id: int, *, lock: bool = False) -> tables.Resident:
    """A resident of the viewer's floors. Raises NotFound."""
    access_page(viewer, RESIDENTS)
    if lock:
        db.lock_whose(family_of(resident_id))
    found = db.fresh(select(tables.Resident).where(tables.Resident.id == resident_id, viewer.sight.resident())).first()
    if found is None or found.home_id != viewer.home_id:
        raise NotFound
    looks(db, viewer, "resident", found.id)
    return found
