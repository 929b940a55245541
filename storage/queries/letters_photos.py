"""The photos of a letter: who is in each, and whether it may leave for the family (F32)."""

from dataclasses import dataclass

from sqlalchemy import func, select

from care import pictures as rule
from storage import tables
from storage.queries import families_photos
from storage.tables.letters import LetterPhotoPerson
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Other:
    """Another resident in a picture, and whether they may be seen by other families."""

    resident_id: int
    name: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo with who is in it; `stays` says why it does not leave."""

    id: int
    company: str | None
    others: tuple[Other, ...]

    @property
    def stays(self) -> str:
        """Why no family sees it; "" when the family of the letter may."""
        return rule.stays(self.company, [one.name for one in self.others if not one.agrees])

    @property
    def who(self) -> frozenset[int]:
        """The other residents in it."""
        return frozenset(one.resident_id for one in self.others)


def photo_count(db: Unit, letter_id: int) -> int:
    """How many photos a letter has."""
    return db.scalar(select(func.count()).where(tables.LetterPhoto.letter_id == letter_id)) or 0


def pictures(db: Unit, letter_id: int) -> list[Picture]:
    """The photos of a letter, in the order in which they were added."""
    found = db.execute(
        select(tables.LetterPhoto.id, tables.LetterPhoto.company)
        .where(tables.LetterPhoto.letter_id == letter_id)
        .order_by(tables.LetterPhoto.id)
    ).all()
    seen = db.execute(
        select(LetterPhotoPerson.photo_id, LetterPhotoPerson.resident_id, tables.Person)
        .join(tables.Resident, tables.Resident.id == LetterPhotoPerson.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(LetterPhotoPerson.photo_id.in_([row.id for row in found]))
        .order_by(LetterPhotoPerson.resident_id)
    ).all()
    agreed = families_photos.agreed(db, {row.resident_id for row in seen})
    return [
        Picture(
            row.id,
            row.company,
            tuple(
                Other(resident, db.words(person, "name", "一位老人"), resident in agreed)
                for photo, resident, person in seen
                if photo == row.id
            ),
        )
        for row in found
    ]


def leaving(db: Unit, letter_id: int) -> list[int]:
    """The photos of a letter that its family may see: the only list from which a page of families shows one."""
    return [one.id for one in pictures(db, letter_id) if not one.stays]
