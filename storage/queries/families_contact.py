"""Whose contact is which colleague (F30)."""

from dataclasses import dataclass

from sqlalchemy import select, true

from storage import tables
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.tables.families_contact import FamilyContact
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Contact:
    """A family and its colleague; `left`: she works here no more."""

    resident_id: int
    elder: str
    place: str
    floor: str
    staff_id: int
    name: str
    left: bool


def holding(db: Unit, resident_id: int) -> FamilyContact | None:
    """The row that stands."""
    found = select(FamilyContact).where(FamilyContact.resident_id == resident_id, FamilyContact.ended_at.is_(None))
    return db.fresh(found.order_by(FamilyContact.id.desc())).first()


def name_of(db: Unit, resident_id: int) -> str:
    """What the family reads: her name, while she works here."""
    found = (
        select(tables.Staff.name)
        .join(FamilyContact, FamilyContact.staff_id == tables.Staff.id)
        .where(
            FamilyContact.resident_id == resident_id,
            FamilyContact.ended_at.is_(None),
            tables.Staff.left_at.is_(None),
        )
    )
    return db.scalars(found).first() or ""


def contacts(db: Unit, sight: Sight, staff_id: int = 0) -> list[Contact]:
    """All families of the viewer's floors that have a contact, or this one, bed by bed."""
    found = db.execute(
        select(FamilyContact, tables.Resident, tables.Person, tables.Staff)
        .join(tables.Resident, tables.Resident.id == FamilyContact.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .join(tables.Staff, tables.Staff.id == FamilyContact.staff_id)
        .where(
            FamilyContact.ended_at.is_(None),
            sight.resident(),
            tables.Resident.status.in_(LIVING),
            FamilyContact.staff_id == staff_id if staff_id else true(),
        )
        .order_by(tables.Resident.floor, tables.Resident.room, tables.Resident.bed)
    )
    return [
        Contact(
            resident.id,
            db.words(person, "name", "没写姓名"),
            f"{resident.room}-{resident.bed}" if resident.room else "没有床位",
            resident.floor,
            staff.id,
            staff.name,
            staff.left_at is not None,
        )
        for _, resident, person, staff in found
    ]


def without(db: Unit, sight: Sight) -> int:
    """How many families have a contact who works here no more."""
    found = (
        select(FamilyContact.resident_id)
        .join(tables.Resident, tables.Resident.id == FamilyContact.resident_id)
        .join(tables.Staff, tables.Staff.id == FamilyContact.staff_id)
        .where(
            FamilyContact.ended_at.is_(None),
            tables.Staff.left_at.is_not(None),
            sight.resident(),
            tables.Resident.status.in_(LIVING),
        )
    )
    return len(db.scalars(found).all())
