"""Photos of a letter: what may be added, who is in each, and which of them a family may see (F32)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete

from care import pictures
from care.errors import Changed, Invalid, NotFound
from services.access import Viewer
from services.letters.access import access_letter
from services.letters.forms import SayWho
from services.media import media
from services.residents.access import access_resident
from storage import revision, tables
from storage.queries import letters_photos as queries
from storage.tables.letters import LetterPhotoPerson
from storage.types import new_id
from storage.unit import Unit

PHOTOS: Final = 6
PHOTO_BYTES: Final = 6 * 1024 * 1024
SHOWN: Final = frozenset({"image/jpeg", "image/png"})


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo whose file is written, sealed, under this id."""

    id: int
    mime: str
    size: int


def take(data: bytes) -> str:
    """The kind of a photo by its first bytes. Raises Invalid for what is none, or too big."""
    mime = media.sniff(data)
    if mime not in SHOWN:
        raise Invalid(why="照片只收 JPG 和 PNG。")
    if len(data) > PHOTO_BYTES:
        raise Invalid(why="这张照片超过 6 MB，请换一张小的。")
    return mime


def attach(
    db: Unit, viewer: Viewer, row: tables.Letter, photos: Sequence[Photo], now: datetime, *, alone: bool
) -> None:
    """Photos come to a letter. Unless the writer said that only the resident is in them, each is asked for, and until
    then no family sees it.
    """
    for photo in photos:
        db.add(
            tables.LetterPhoto(
                id=photo.id,
                home_id=viewer.home_id,
                letter_id=row.id,
                mime=photo.mime,
                size=photo.size,
                added_by=viewer.id,
                added_at=now,
                company="alone" if alone else pictures.UNASKED,
            )
        )


def revision_of(picture: queries.Picture) -> str:
    """What the form of one picture is drawn from."""
    return revision.of(picture.company, [one.resident_id for one in picture.others])


def say_who(db: Unit, viewer: Viewer, letter_id: int, photo_id: int, form: SayWho, now: datetime) -> None:
    """Who is in a photo; it leaves only if everybody in it may be seen. Raises Invalid, Changed, NotFound."""
    row = access_letter(db, viewer, letter_id, lock=True)
    photo = _photo(db, row, photo_id)
    before = next(one for one in queries.pictures(db, row.id) if one.id == photo.id)
    if form.drawn not in {None, revision_of(before)}:
        raise Changed(who="有同事", what="点过这张照片里有谁", revision=revision_of(before))
    if form.company not in pictures.COMPANY:
        raise Invalid(why="请点这张照片里有谁。")
    others = form.people - {row.resident_id} if form.company == pictures.RESIDENTS else frozenset()
    if form.company == pictures.RESIDENTS and not others:
        raise Invalid(why="照片里还有哪几位老人？请一位一位点名；不认识的，选「还有别人」。")
    for one in others:
        access_resident(db, viewer, one)
    db.execute(delete(LetterPhotoPerson).where(LetterPhotoPerson.photo_id == photo.id))
    photo.company = form.company
    for one in sorted(others):
        db.add(LetterPhotoPerson(id=new_id(), home_id=row.home_id, photo_id=photo.id, resident_id=one))
    row.corrected = row.corrected or row.state == "released"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "say_who", f"letter:{row.id}")
    db.store.hint("letters")


def drop_photo(db: Unit, viewer: Viewer, letter_id: int, photo_id: int, now: datetime) -> None:
    """Take a photo out of a letter. Raises NotFound."""
    row = access_letter(db, viewer, letter_id, lock=True)
    photo = _photo(db, row, photo_id)
    db.execute(delete(LetterPhotoPerson).where(LetterPhotoPerson.photo_id == photo.id))
    db.delete(photo)
    row.corrected = row.corrected or row.state == "released"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "drop_photo", f"letter:{row.id}")
    db.store.hint("letters")


def _photo(db: Unit, row: tables.Letter, photo_id: int) -> tables.LetterPhoto:
    photo = db.get(tables.LetterPhoto, photo_id)
    if photo is None or photo.letter_id != row.id:
        raise NotFound
    return photo
