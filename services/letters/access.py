"""Who may open letters: the only door to letters (architecture, decision 7)."""

from typing import Final

from sqlalchemy import select

from care.errors import NotFound
from services.access import WORKS, Page, Viewer, looks
from services.residents.access import access_resident
from storage import tables
from storage.tables.letters_weekly import WeeklyLetter
from storage.unit import Unit

LETTERS: Final = Page("家书", "/letters", WORKS, icon="letter", place=40, key="l")


def access_weekly(db: Unit, viewer: Viewer, weekly_id: int, *, lock: bool = False) -> WeeklyLetter:
    """A letter of a week about a resident of the viewer's floors. Raises NotFound."""
    wanted = select(WeeklyLetter).where(WeeklyLetter.id == weekly_id)
    found = db.lock_row(wanted) if lock else db.fresh(wanted).first()
    if found is None:
        raise NotFound
    access_resident(db, viewer, found.resident_id)
    looks(db, viewer, "weekly_letter", found.id)
    return found


def access_letter(db: Unit, viewer: Viewer, letter_id: int, *, lock: bool = False) -> tables.Letter:
    """A letter about a resident of the viewer's floors. Raises NotFound."""
    wanted = select(tables.Letter).where(tables.Letter.id == letter_id)
    found = db.lock_row(wanted) if lock else db.fresh(wanted).first()
    if found is None:
        raise NotFound
    access_resident(db, viewer, found.resident_id)
    looks(db, viewer, "letter", found.id)
    return found
