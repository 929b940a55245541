"""Who agreed to be seen in pictures that go to other families (F32)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from storage import tables
from storage.tables.families_photos import PhotoConsent
from storage.tables.families_ties import ConsentProof
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Agreed:
    """The consent of a resident that holds."""

    id: int
    way: str
    by: str
    at: datetime
    ends_on: date | None
    proof: ConsentProof | None


def agreed(db: Unit, residents: Collection[int]) -> set[int]:
    """Which of these residents may be seen by other families."""
    found = select(PhotoConsent.resident_id).where(
        PhotoConsent.resident_id.in_(residents), PhotoConsent.withdrawn_at.is_(None)
    )
    return set(db.scalars(found)) if residents else set()


def holding(db: Unit, resident_id: int) -> PhotoConsent | None:
    """The consent of one resident, as its row."""
    found = select(PhotoConsent).where(PhotoConsent.resident_id == resident_id, PhotoConsent.withdrawn_at.is_(None))
    return db.fresh(found.order_by(PhotoConsent.id)).first()


def consent(db: Unit, resident_id: int) -> Agreed | None:
    """The same as the page shows it."""
    found = db.execute(
        select(PhotoConsent, tables.Staff.name, ConsentProof)
        .outerjoin(tables.Staff, tables.Staff.id == PhotoConsent.recorded_by)
        .outerjoin(ConsentProof, ConsentProof.id == PhotoConsent.proof_id)
        .where(PhotoConsent.resident_id == resident_id, PhotoConsent.withdrawn_at.is_(None))
        .order_by(PhotoConsent.id)
    ).first()
    if found is None:
        return None
    row, by, proof = found
    return Agreed(row.id, row.way, by or "", row.recorded_at, row.ends_on, proof)
