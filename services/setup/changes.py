"""What every change of the settings begins with: who may, whether somebody was first, what the operator has fixed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from care.errors import Changed
from services.access import Viewer, access_page, name_of
from services.setup import settings
from services.setup.access import SETTINGS
from storage import revision, tables
from storage.unit import Unit


def begin(db: Unit, viewer: Viewer, keys: Collection[str], drawn: str | None, what: str) -> None:
    """Nobody else sets anything until the end; whoever did since the form was drawn is named.

    Raises Changed, NotFound.
    """
    access_page(viewer, SETTINGS)
    settings.lock_home(db, viewer)
    stands = revision_of(db, viewer.home_id, keys)
    if drawn in {None, "", stands}:
        return
    last = max(_rows(db, viewer.home_id, keys), key=lambda row: row.set_at, default=None)
    who = name_of(db, last.set_by) if last is not None else "有同事"
    raise Changed(who=who, what=f"改过{what}", revision=stands)


def revision_of(db: Unit, home_id: int, keys: Collection[str]) -> str:
    """What a form of these keys is drawn from."""
    return revision.of(*sorted((row.key, row.revision) for row in _rows(db, home_id, keys)))


def _rows(db: Unit, home_id: int, keys: Collection[str]) -> Sequence[tables.Setting]:
    row = tables.Setting
    return db.scalars(select(row).where(row.home_id == home_id, row.key.in_(keys))).all()


def last_of(db: Unit, home_id: int, keys: Collection[str]) -> tuple[str, datetime] | None:
    """Who changed one of these last, and when; None when nobody did."""
    last = max(_rows(db, home_id, keys), key=lambda row: row.set_at, default=None)
    return None if last is None else (name_of(db, last.set_by), last.set_at)
