"""同意: who agreed that a relative may know what, and how; it runs with the agreement unless somebody set an end (F14,
F47, P4).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from care import families
from services.access import Viewer
from storage import tables
from storage.types import new_id
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class How:
    """In which way it was given, until when where somebody set an end, and the photographed proof."""

    way: str
    ends_on: date | None = None
    proof_id: int | None = None


def given(db: Unit, viewer: Viewer, tie: tables.Kinship, scopes: Collection[str], how: How, now: datetime) -> None:
    """Write down a consent for a tie whose family is locked; health stands in a row of its own, since it is asked by a
    sentence of its own.
    """
    parts = [families.in_order(set(scopes) - {"health"}), families.in_order(set(scopes) & {"health"})]
    for part in filter(None, parts):
        db.add(
            tables.Consent(
                id=new_id(),
                home_id=tie.home_id,
                resident_id=tie.resident_id,
                person_id=tie.person_id,
                scopes=part,
                way=how.way,
                recorded_by=viewer.id,
                recorded_at=now,
                ends_on=how.ends_on,
                proof_id=how.proof_id,
            )
        )
