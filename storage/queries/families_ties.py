"""What the page 家属 asks: who belongs to a resident, in the order in which they are called, and how each was agreed
to.
"""

from collections.abc import Sequence

from sqlalchemy import select

from storage import tables
from storage.grams import digest
from storage.queries import search
from storage.unit import Unit

LAST = 4


def ties(db: Unit, resident_id: int) -> list[tables.Kinship]:
    """The ties of a resident, who is called first first."""
    found = select(tables.Kinship).where(tables.Kinship.resident_id == resident_id)
    return list(db.fresh(found.order_by(tables.Kinship.position, tables.Kinship.id)))


def by_last_four(db: Unit, home_id: int, last: str) -> Sequence[tables.Person]:
    """The registered relatives whose number ends so."""
    ids = search.with_all(db, [digest(db.sealer, home_id, "person", f"tel:{last}")])
    found = select(tables.Person).where(
        tables.Person.id.in_(ids), tables.Person.home_id == home_id, tables.Person.kind == "family"
    )
    return db.scalars(found.order_by(tables.Person.id)).all()
