"""What happened to a stay, written once and never changed: the ground of its timeline (A5)."""

from datetime import datetime

from services.access import Viewer
from storage import tables
from storage.tables.residents import ResidentEvent
from storage.types import new_id
from storage.unit import Unit


def happened(db: Unit, viewer: Viewer, resident: tables.Resident, kind: str, words: str, now: datetime) -> None:
    """One line; the person is locked by who calls."""
    row = ResidentEvent(
        id=new_id(),
        home_id=resident.home_id,
        person_id=resident.person_id,
        resident_id=resident.id,
        kind=kind,
        at=now,
        by_id=viewer.id,
    )
    db.seal(row, "body", words)
    db.add(row)
