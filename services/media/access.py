"""Who may open photos and voices: the only door to media (architecture, decision 7)."""

from sqlalchemy import select

from care.errors import NotFound
from services.access import Viewer, access_person, looks
from storage import tables
from storage.unit import Unit


def access_media(db: Unit, viewer: Viewer, media_id: int) -> tables.Media:
    """A photo or voice of somebody whom the viewer works with, not of a case that is closed to them.

    Raises NotFound.
    """
    media = db.scalars(
        select(tables.Media).where(tables.Media.id == media_id, viewer.sight.inbox(tables.Media.inbox_id))
    ).first()
    if media is None:
        raise NotFound
    access_person(db, viewer, media.person_id)
    looks(db, viewer, "media", media.id)
    return media
