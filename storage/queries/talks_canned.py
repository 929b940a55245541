"""The words that a colleague finds in the box for an answer, and what their blanks are filled with."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from storage import tables
from storage.tables.talks_canned import CannedReply
from storage.unit import Unit


def listed(db: Unit, home_id: int, staff_id: int) -> Sequence[CannedReply]:
    """Those of the house, then the colleague's own, each in its order."""
    row = CannedReply
    whose = or_(row.staff_id.is_(None), row.staff_id == staff_id)
    return db.scalars(
        select(row)
        .where(row.home_id == home_id, row.gone_at.is_(None), whose)
        .order_by(row.staff_id.is_not(None), row.place, row.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Said:
    """Of whom and of which resident a talk is; empty where it is not known, not one, or not in the scopes."""

    name: str
    kind: str
    sex: str
    elder: str
    room: str


def said_to(db: Unit, person: tables.Person) -> Said:
    """What may be said to a person by name: a relative who is not told of the days is told no room (F13)."""
    lives = db.scalars(select(tables.Resident).where(tables.Resident.person_id == person.id)).first()
    name = db.words(person, "name")
    if lives is not None:
        return Said(name, person.kind, lives.sex or "", name, lives.room)
    ties = db.scalars(select(tables.Kinship).where(tables.Kinship.person_id == person.id)).all()
    if len(ties) != 1 or "daily" not in ties[0].scopes.split():
        return Said(name, person.kind, "", "", "")
    resident = db.get_one(tables.Resident, ties[0].resident_id)
    return Said(name, person.kind, "", db.words(db.get_one(tables.Person, resident.person_id), "name"), resident.room)
