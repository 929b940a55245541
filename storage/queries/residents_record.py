"""What the record of a resident and the emergency card show: opened, masked, with who wrote it and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import exists, or_, select

from care import customs, lunar, occasions
from care.customs import Customs
from storage import tables
from storage.tables.families_ties import TieChange
from storage.tables.residents import Record
from storage.unit import Unit

OPENED = (
    *("called", "occupation", "address", "allergies", "history", "medicines", "diet", "blood", "usual", "speech"),
    *("hospital", "likes", "dislikes", "routine", "needs"),
)
URGENT: Final = " emergency "
"""As a word of scopes with blanks around it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as somebody may read it; the identity number is never whole."""

    words: Mapping[str, str]
    identity: str
    """5101**********2847, or empty."""
    phone: str
    """The whole number; templates show it masked."""
    sex: str
    born: str
    """As it is kept."""
    birthday: str
    """As the family says it: 农历十月廿七, 12月12日."""
    year: str
    age: int | None
    care_level: str
    admitted_on: date | None
    allergy: str
    photo_id: int | None
    customs: Customs
    by: Mapping[str, tuple[str, datetime | None]]
    """Who wrote each section last, and when."""


def shown(db: Unit, resident: tables.Resident, record: Record, today: date) -> Shown:
    """Everything of one record."""
    person = db.get_one(tables.Person, resident.person_id)
    number, born = db.words(record, "identity"), db.words(resident, "born")
    sections = ("basics", "allergy", "health", "habits", "customs", "risks")
    writers = {name: getattr(record, f"{name}_by") for name in sections}
    named: dict[Any, str] = dict(
        db.execute(
            select(tables.Staff.id, tables.Staff.name).where(tables.Staff.id.in_({*writers.values()} - {None}))
        ).all()
    )
    return Shown(
        {name: db.open(record, name) or "" for name in OPENED},
        f"{number[:4]}{'*' * 10}{number[-4:]}" if number else "",
        db.words(person, "phone"),
        resident.sex or "",
        born,
        _spoken(born),
        born[:4],
        age(born, today),
        record.care_level,
        record.admitted_on,
        record.allergy,
        record.photo_id,
        customs.read(db.open(record, "customs")),
        {name: (named.get(writers[name], "同事"), getattr(record, f"{name}_at")) for name in sections},
    )


def age(born: str, today: date) -> int | None:
    """Whole years, by the day of the solar calendar; None without a birthday."""
    if not born:
        return None
    year, month, day = (int(part) for part in born[:10].split("-"))
    if "lunar" in born:
        try:
            there = lunar.solar(year, month, day, leap="leap" in born)
        except lunar.OutOfCalendar:
            return today.year - year
        year, month, day = there.year, there.month, there.day
    return today.year - year - ((today.month, today.day) < (month, day))


def _spoken(born: str) -> str:
    return occasions.born(born).words if born else ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A relative whom somebody rings while the ambulance is called."""

    name: str
    relation: str
    phone: str


def contacts(db: Unit, resident_id: int) -> list[Contact]:
    """In the order in which they are called; the numbers are whole, since nobody can wait for them. From whom 紧急 was
    taken back is not rung (F13); who was never asked about it is.
    """
    scopes, change = " " + tables.Kinship.scopes + " ", TieChange
    taken = exists().where(
        change.resident_id == tables.Kinship.resident_id,
        change.about == tables.Kinship.person_id,
        change.kind != "removed",
        (" " + change.before + " ").contains(URGENT),
        ~(" " + change.after + " ").contains(URGENT),
    )
    rows = db.execute(
        select(tables.Kinship, tables.Person)
        .join(tables.Person, tables.Person.id == tables.Kinship.person_id)
        .where(tables.Kinship.resident_id == resident_id, or_(scopes.contains(URGENT), ~taken))
        .order_by(tables.Kinship.position, tables.Kinship.is_primary.desc(), tables.Kinship.id)
    )
    return [
        Contact(db.words(person, "name", "家属"), db.words(tie, "relation"), db.words(person, "phone"))
        for tie, person in rows
    ]
