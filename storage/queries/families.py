"""Whom something may be sent of its own accord: the resident, and each relative with what they agreed to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from care import customs, preferences
from care.customs import NOTHING, Customs
from storage import tables
from storage.queries.residents import LIVING
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Who:
    """A person for whom something may be planned, with what the rules ask about them and the resident."""

    person_id: int
    resident_id: int
    name: str
    elder: str
    place: str
    sex: str | None
    born: str
    is_elder: bool
    status: str
    stopped: bool
    serious: bool
    """Has a grave complaint that is open, or accuses a colleague; of a brother's it says nothing (C-6)."""
    scopes: frozenset[str]
    following: bool
    window_until: datetime | None
    left: int
    timezone: str | None
    floor: str = ""
    customs: Customs = NOTHING
    """How the resident keeps festivals."""
    back: bool = False
    """Whether the resident is back from hospital and no nurse has signed (F7)."""
    phone: bool = True
    """Whether there is a phone of theirs in WeChat at all."""
    declines: frozenset[str] = frozenset()
    """What they said that they do not want (N7)."""

    @property
    def kind(self) -> str:
        """Elder or family, for the silent hours."""
        return "elder" if self.is_elder else "family"


def grave() -> ColumnElement[bool]:
    """Complaints while which are open who complained is not greeted and not asked (F10, F42)."""
    return or_(tables.Complaint.level == 1, tables.Complaint.cautious)


def _accusing(db: Unit, people: Collection[int]) -> set[int]:
    """Who of these accuses a colleague while nobody above has decided, or while the case is open."""
    table, case = tables.Accused, tables.Complaint
    alone = case.id.is_(None) & (table.state == "suspected")
    still = alone | (case.id.is_not(None) & case.closed_at.is_(None) & (table.state != "lifted"))
    rows = select(table.person_id).outerjoin(case, case.id == table.case_id).where(table.person_id.in_(people), still)
    return set(db.scalars(rows))


def people(db: Unit, home_id: int, resident_id: int | None = None, *, everybody: bool = False) -> list[Who]:
    """Residents with a phone of their own, and bound relatives; of one resident or of all that live here. `everybody`:
    who has no phone in WeChat as well, whom a card or a call reaches.
    """
    return listed(db, home_id, None if resident_id is None else [resident_id], None, everybody=everybody)


def one(db: Unit, person_id: int, resident_id: int) -> Who | None:
    """One person as they are now; None when they belong to the resident no more."""
    resident = db.get_one(tables.Resident, resident_id)
    return next(
        (
            who
            for who in listed(db, resident.home_id, [resident_id], person_id, everybody=True)
            if who.person_id == person_id
        ),
        None,
    )


def of_person(db: Unit, home_id: int, person_id: int) -> list[Who]:
    """One person as they stand to each resident who is theirs, whatever became of them."""
    table, tie = tables.Resident, tables.Kinship
    theirs = or_(table.person_id == person_id, table.id.in_(select(tie.resident_id).where(tie.person_id == person_id)))
    numbers = list(db.scalars(select(table.id).where(table.home_id == home_id, theirs)))
    return listed(db, home_id, numbers, person_id, everybody=True)


def listed(
    db: Unit, home_id: int, residents_of: Sequence[int] | None, person_id: int | None, *, everybody: bool = False
) -> list[Who]:
    """The people of these residents, or of all that live here; of one person alone where it is given. `everybody`: who
    has no phone in WeChat as well.
    """
    which = tables.Resident.status.in_(LIVING) if residents_of is None else tables.Resident.id.in_(residents_of)
    residents = {
        row.id: row for row in db.scalars(select(tables.Resident).where(tables.Resident.home_id == home_id, which))
    }
    ties = list(db.scalars(select(tables.Kinship).where(tables.Kinship.resident_id.in_(residents))))
    ids = {row.person_id for row in residents.values()} | {tie.person_id for tie in ties}
    persons = {row.id: row for row in db.scalars(select(tables.Person).where(tables.Person.id.in_(ids)))}
    phones = {
        row.person_id: row
        for row in db.scalars(
            select(tables.Follower).where(tables.Follower.person_id.in_(ids)).order_by(tables.Follower.id)
        )
    }
    stops = set(
        db.scalars(select(tables.Stop.person_id).where(tables.Stop.person_id.in_(ids), tables.Stop.lifted_at.is_(None)))
    )
    serious = set(
        db.scalars(
            select(tables.Complaint.person_id).where(
                tables.Complaint.person_id.in_(ids), tables.Complaint.closed_at.is_(None), grave()
            )
        )
    )
    pairs = [(row.person_id, row, None) for row in residents.values()] + [
        (tie.person_id, residents[tie.resident_id], tie) for tie in ties
    ]
    serious |= _accusing(db, ids)
    kept = _customs(db, list(residents))
    found = []
    for number, resident, tie in pairs:
        phone = phones.get(number)
        if (phone is None and not everybody) or (person_id is not None and number != person_id):
            continue
        elder = db.words(persons[resident.person_id], "name", "老人")
        found.append(
            Who(
                number,
                resident.id,
                db.words(persons[number], "name", "家属"),
                elder,
                f"{resident.room}-{resident.bed}",
                resident.sex,
                db.words(resident, "born"),
                tie is None,
                resident.status,
                resident.person_id in stops or number in stops,
                number in serious,
                frozenset(tie.scopes.split() if tie else ()),
                phone is not None and phone.following,
                phone.session_until if phone is not None else None,
                phone.session_left if phone is not None else 0,
                persons[number].timezone,
                resident.floor,
                kept.get(resident.id, NOTHING),
                resident.back_at is not None,
                phone is not None,
                preferences.read(persons[number].declines),
            )
        )
    return found


def _customs(db: Unit, residents: Sequence[int]) -> dict[int, Customs]:
    """How these residents keep festivals; who said nothing is not in it."""
    table = tables.residents.Record
    rows = db.scalars(select(table).where(table.resident_id.in_(residents), table.customs.is_not(None)))
    return {row.resident_id: customs.read(db.open(row, "customs")) for row in rows}


def floors(db: Unit, home_id: int) -> list[str]:
    """The floors on which somebody lives, in their order."""
    table = tables.Resident
    asked = select(table.floor).where(table.home_id == home_id, table.status.in_(LIVING), table.floor != "").distinct()
    return sorted(db.scalars(asked))
