"""Who may open ties, consents, their proofs and requests to be bound: the only doors to them (architecture, decision
7).
"""

from sqlalchemy import select

from care.errors import NotFound
from services.access import HANDLERS, Viewer, looks
from services.residents.access import access_resident
from storage import tables
from storage.tables.families_ties import ConsentProof
from storage.unit import Unit


def access_tie(
    db: Unit, viewer: Viewer, resident_id: int, person_id: int, *, lock: bool = False
) -> tuple[tables.Kinship, tables.Person]:
    """A relative of a resident, for who looks after families. Raises NotFound."""
    if viewer.role not in HANDLERS:
        raise NotFound
    resident = access_resident(db, viewer, resident_id, lock=lock)
    tie = db.fresh(
        select(tables.Kinship).where(tables.Kinship.resident_id == resident.id, tables.Kinship.person_id == person_id)
    ).first()
    if tie is None:
        raise NotFound
    looks(db, viewer, "person", person_id)
    return tie, db.get_one(tables.Person, person_id, populate_existing=True)


def access_consent(
    db: Unit, viewer: Viewer, resident_id: int, consent_id: int, *, lock: bool = False
) -> tables.Consent:
    """A consent of a resident. Raises NotFound."""
    if viewer.role not in HANDLERS:
        raise NotFound
    resident = access_resident(db, viewer, resident_id, lock=lock)
    found = db.get(tables.Consent, consent_id, populate_existing=True)
    if found is None or found.resident_id != resident.id:
        raise NotFound
    return found


def access_proof(db: Unit, viewer: Viewer, resident_id: int, proof_id: int) -> ConsentProof:
    """The photographed proof of a consent; that it was looked at is written down. Raises NotFound."""
    if viewer.role not in HANDLERS:
        raise NotFound
    resident = access_resident(db, viewer, resident_id)
    found = db.get(ConsentProof, proof_id)
    if found is None or found.resident_id != resident.id:
        raise NotFound
    looks(db, viewer, "proof", found.id)
    return found


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
