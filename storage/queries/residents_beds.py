"""What the page 床位 asks: which beds there are, who has them, which are free."""

from dataclasses import dataclass

from sqlalchemy import and_, select

from storage import revision, tables
from storage.queries.sight import Sight
from storage.tables.residents import Bed, BedStay
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class BedLine:
    """One bed and who has it; of others' floors it is only told that somebody has."""

    id: int
    building: str
    floor: str
    room: str
    name: str
    closed: bool
    resident_id: int | None
    who: str
    status: str
    drawn: str
    """The revision of its button."""

    @property
    def place(self) -> str:
        """306-1."""
        return f"{self.building}{self.room}-{self.name}"

    @property
    def free(self) -> bool:
        """Whether somebody may be put there."""
        return not self.closed and self.resident_id is None


def beds(db: Unit, home_id: int, sight: Sight) -> list[BedLine]:
    """All beds of a home in the order of the house."""
    rows = db.execute(
        select(Bed, tables.Resident, tables.Person)
        .outerjoin(BedStay, and_(BedStay.bed_id == Bed.id, BedStay.ended_at.is_(None)))
        .outerjoin(tables.Resident, tables.Resident.id == BedStay.resident_id)
        .outerjoin(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(Bed.home_id == home_id)
    )
    found = [
        BedLine(
            bed.id,
            bed.building,
            bed.floor,
            bed.room,
            bed.name,
            bed.closed_at is not None,
            resident.id if resident else None,
            _name(db, person, resident, sight),
            resident.status if resident else "",
            revision.of(bed.closed_at),
        )
        for bed, resident, person in rows
    ]
    return sorted(found, key=lambda bed: (bed.building, _number(bed.floor), _number(bed.room), _number(bed.name)))


def free(db: Unit, home_id: int, sight: Sight) -> list[BedLine]:
    """The beds into which somebody may be put, on the viewer's floors."""
    return [bed for bed in beds(db, home_id, sight) if bed.free and (not sight.floors or bed.floor in sight.floors)]


def _name(db: Unit, person: tables.Person | None, resident: tables.Resident | None, sight: Sight) -> str:
    if person is None or resident is None:
        return ""
    if sight.floors and resident.floor not in sight.floors:
        return "有人"
    return db.words(person, "name", "没写姓名")


def _number(text: str) -> tuple[int, str]:
    """2 before 10."""
    return (int(text) if text.isdecimal() else 10**9, text)
