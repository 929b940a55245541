"""Notes: a line about a resident, offered for the letter of its day or kept for staff (F39).

What a colleague wrote never leaves by itself: whoever writes the letter takes it in, and the letter's own rules hold.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from care import harm
from care.errors import Decided, Invalid
from care.states import NoteUse
from care.words import legal
from conversations.routing import Intent, of_words
from services.access import LEADS, Viewer, name_of
from services.residents.access import access_resident
from services.tasks.access import access_note
from services.tasks.forms import ActOnTask, AddNote
from storage import tables
from storage.tables.tasks import Note
from storage.types import new_id
from storage.unit import Unit

LONGEST: Final = 300
AGAIN: Final = timedelta(minutes=2)
"""So long the same line by the same colleague is one and not two."""
ROUGH: Final = re.compile(r"[打骂掐踢踹绑捆]|推了|欺负|虐")
"""Harmless words are taken out before."""
ACTIONS: Final = {NoteUse.INSIDE: "keep_note_inside", NoteUse.OFFERED: "offer_note"}


def add(db: Unit, viewer: Viewer, resident_id: int, form: AddNote, now: datetime) -> Note:
    """A line from the console. Raises Invalid, NotFound."""
    resident = access_resident(db, viewer, resident_id)
    words = " ".join(legal(form.words).split())
    if not words:
        raise Invalid(why="请先写几个字再记。")
    if len(words) > LONGEST:
        raise Invalid(why=f"这一笔有 {len(words)} 个字，请写在 {LONGEST} 个字以内。")
    use = NoteUse.INSIDE if form.inside or stays_inside(words) else NoteUse.OFFERED
    mine = Note.resident_id == resident.id, Note.by_id == viewer.id, Note.use == use.value, Note.at > now - AGAIN
    for known in db.scalars(select(Note).where(*mine, Note.kind == "words")):
        if db.open(known, "body") == words:  # pressed once more, since the answer was lost on its way
            return known
    row = Note(
        id=new_id(),
        home_id=viewer.home_id,
        resident_id=resident.id,
        day=now.astimezone(ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone)).date(),
        kind="words",
        by_id=viewer.id,
        at=now,
        use=use.value,
    )
    db.seal(row, "body", words)
    db.add(row)
    _told(db, viewer, row, "add_note", now)
    return row


def stays_inside(words: str) -> bool:
    """Whether words tell of what somebody may have done to a resident, or complain: never offered for a letter (C1)."""
    return of_words(words) == Intent.COMPLAINT or ROUGH.search(harm.plain(words)) is not None


def decide(db: Unit, viewer: Viewer, note_id: int, use: NoteUse, _: ActOnTask, now: datetime) -> Note:
    """只给同事看, or offered again. Raises Decided when a letter has it or its writer took it back."""
    row = _free(db, viewer, note_id)
    if row.use != use.value:
        row.use, row.settled_at, row.settled_by = use.value, now, viewer.id
        _told(db, viewer, row, ACTIONS[use], now)
    return row


def take_back(db: Unit, viewer: Viewer, note_id: int, _: ActOnTask, now: datetime) -> Note:
    """It was wrong: by who wrote it, or a lead. Raises Invalid, Decided, NotFound."""
    row = _free(db, viewer, note_id)
    if row.by_id != viewer.id and viewer.role not in LEADS:
        raise Invalid(why=f"这一笔是{name_of(db, row.by_id)}记的，要收回请她或主管来点。")
    row.use, row.settled_at, row.settled_by = NoteUse.TAKEN_BACK.value, now, viewer.id
    _told(db, viewer, row, "take_back_note", now)
    return row


def lock_offered(db: Unit, viewer: Viewer, resident_id: int, wanted: Collection[int]) -> list[Note]:
    """The offered ones among these notes about a resident, locked, to be taken into a letter; others are left out."""
    mine = Note.home_id == viewer.home_id, Note.resident_id == resident_id
    found = (db.lock_row(select(Note).where(Note.id == number, *mine)) for number in sorted(wanted))
    return [row for row in found if row is not None and row.use == NoteUse.OFFERED]


def used(db: Unit, viewer: Viewer, letter: tables.Letter, rows: Sequence[Note], now: datetime) -> None:
    """These lines, which are locked, are in the letter that was just kept."""
    for row in rows:
        if (row.resident_id, row.day) == (letter.resident_id, letter.day):
            row.use, row.settled_at, row.settled_by = NoteUse.USED.value, now, viewer.id
            row.letter_id = letter.id
            _told(db, viewer, row, "use_note", now)


def _free(db: Unit, viewer: Viewer, note_id: int) -> Note:
    row = access_note(db, viewer, note_id, lock=True)
    if row.use == NoteUse.USED:
        raise Decided(who=name_of(db, row.settled_by), what="把这一笔写进了家书")
    if row.use == NoteUse.TAKEN_BACK:
        raise Decided(who=name_of(db, row.settled_by), what="收回了这一笔")
    return row


def _told(db: Unit, viewer: Viewer, row: Note, action: str, now: datetime) -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", action, f"note:{row.id}")
    db.store.hint("notes")
