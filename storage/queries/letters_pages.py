"""A letter as one relative may read it, and the shelf of all that they may read: the only place where scopes decide
(C-2, F14).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select, true

from care import letters
from storage import tables
from storage.queries import families_contact
from storage.queries.letters import facts_of, reading
from storage.queries.letters_photos import leaving
from storage.queries.pages import and_one
from storage.unit import Unit

SHELF: Final = 30
"""Letters on one page of the shelf."""


@dataclass(frozen=True, slots=True)
class Page:
    """A letter as one relative may read it."""

    id: int
    home_id: int
    title: str
    elder: str
    day: date
    to: str
    sentence: str
    facts: list[tuple[str, str]]
    photos: list[int]
    author: str
    written_at: datetime
    corrected: bool
    reaction: str
    contact: str
    """The colleague whom this family may ask; "" = the desk."""


def page(db: Unit, person_id: int, letter_id: int) -> Page | None:
    """A released letter, for a relative whose scopes hold daily today, or for the resident; else None."""
    found = db.execute(
        select(tables.Letter, tables.Resident, tables.Person, tables.Kinship, tables.Staff.name)
        .join(tables.Resident, tables.Resident.id == tables.Letter.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .join(tables.Staff, tables.Staff.id == tables.Letter.written_by)
        .outerjoin(
            tables.Kinship, (tables.Kinship.resident_id == tables.Resident.id) & (tables.Kinship.person_id == person_id)
        )
        .where(tables.Letter.id == letter_id, tables.Letter.state == "released")
    ).first()
    if found is None:
        return None
    row, resident, elder, tie, author = found
    scopes = (
        frozenset(tie.scopes.split())
        if tie
        else frozenset({"daily", "health", "photos"} if resident.person_id == person_id else ())
    )
    if "daily" not in scopes:
        return None
    known = facts_of(db, row)
    facts = letters.readable(known, scopes)
    if "temperature" in known and "health" in scopes:
        facts.append(("体温", f"{known['temperature'][0]} ℃"))
    reader = db.get_one(tables.Person, person_id)
    mine = reading(db, letter_id, person_id)
    elder_name = db.words(elder, "name", "老人")
    return Page(
        row.id,
        row.home_id,
        letters.title(db.words(tie, "relation") if tie else "", resident.sex, elder_name),
        elder_name,
        row.day,
        db.words(reader, "name", "您"),
        letters.sentence_for(known, db.words(row, "sentence"), scopes),
        facts,
        leaving(db, row.id) if "photos" in scopes else [],
        author,
        row.written_at,
        row.corrected,
        (mine.reaction or "") if mine else "",
        families_contact.name_of(db, resident.id),
    )


OnShelf = tuple[int, str, date, str, bool]
"""(letter, title, day, sentence, whether it was opened)."""


def shelf(db: Unit, person_id: int, before: date | None = None) -> tuple[list[OnShelf], date | None]:
    """(letter, title, day, sentence, read) of the letters that a person may read, the newest first; and the day before
    which there are more. A day is never cut in two.
    """
    found = db.execute(
        select(tables.Letter, tables.Resident, tables.Person, tables.Kinship, tables.LetterReading.id)
        .join(tables.Resident, tables.Resident.id == tables.Letter.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .join(tables.Kinship, tables.Kinship.resident_id == tables.Resident.id)
        .outerjoin(
            tables.LetterReading,
            (tables.LetterReading.letter_id == tables.Letter.id) & (tables.LetterReading.person_id == person_id),
        )
        .where(
            tables.Kinship.person_id == person_id,
            tables.Letter.state == "released",
            (" " + tables.Kinship.scopes + " ").contains(" daily "),
            tables.Letter.day < before if before else true(),
        )
        .order_by(tables.Letter.day.desc(), tables.Letter.id)
        .limit(and_one(SHELF))
    ).all()
    more = found[SHELF][0].day if len(found) > SHELF else None
    if more is not None:
        found = [one for one in found if one[0].day > more]
    shown = [
        (
            row.id,
            letters.title(db.words(tie, "relation"), resident.sex, db.words(elder, "name", "老人")),
            row.day,
            letters.sentence_for(facts_of(db, row), db.words(row, "sentence"), tie.scopes.split()),
            read is not None,
        )
        for row, resident, elder, tie, read in found
    ]
    return shown, None if more is None else more + timedelta(days=1)
