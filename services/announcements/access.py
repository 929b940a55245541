"""Who may open announcements: the only door to them (architecture, decision 7)."""

from typing import Final

from sqlalchemy import select

from care.errors import NotFound
from services.access import HANDLERS, LEADS, Page, Viewer, access_page, looks
from storage.tables.announcements import Announcement
from storage.tables.announcements_groups import AudienceGroup
from storage.unit import Unit

ANNOUNCEMENTS: Final = Page("通知", "/announcements", HANDLERS, icon="sound", place=71)
"""What the house tells many, and whom it reached."""
MAY_RELEASE: Final = LEADS
"""Who lets go what is urgent; a lead on duty alone is enough (F42)."""


def on_floors(viewer: Viewer, row: Announcement) -> bool:
    """Whether an announcement belongs to the floors of the viewer; one about a resident is its writer's, elsewhere."""
    return not viewer.floors or row.floor in viewer.floors or row.made_by == viewer.id


def access_group(db: Unit, viewer: Viewer, number: int) -> AudienceGroup:
    """A group of the house, its row held. Raises NotFound."""
    access_page(viewer, ANNOUNCEMENTS)
    row = db.lock_row(select(AudienceGroup).where(AudienceGroup.id == number, AudienceGroup.home_id == viewer.home_id))
    if row is None:
        raise NotFound
    looks(db, viewer, "group", row.id)
    return row


def access_announcement(db: Unit, viewer: Viewer, number: int, *, lock: bool = False) -> Announcement:
    """One of the house. Raises NotFound."""
    access_page(viewer, ANNOUNCEMENTS)
    asked = select(Announcement).where(Announcement.id == number, Announcement.home_id == viewer.home_id)
    row = db.lock_row(asked) if lock else db.fresh(asked).first()
    if row is None or not on_floors(viewer, row):
        raise NotFound
    looks(db, viewer, "announcement", row.id)
    return row
