"""Who may open the rota: the only door to posts, shifts and what was decided about them (architecture, decision 7)."""

from typing import Final

from sqlalchemy import select

from care.errors import Forbidden, NotFound
from services.access import LEADS, WORKS, Page, Viewer, access_page, looks
from storage import tables
from storage.tables.roster import DutyPost, RotaChange
from storage.unit import Unit

ROSTER: Final = Page("排班", "/roster", WORKS, icon="roster", place=72, key="b")
CALENDAR: Final = Page("节假日和服务时间", "/calendar", WORKS, icon="hours", place=74)


def access_rota(db: Unit, viewer: Viewer, *, lock: bool = False) -> tables.Home:
    """The rota of a home; who changes it holds the whole of it, since a turn at one post weighs on another. Raises
    NotFound.
    """
    access_page(viewer, ROSTER)
    wanted = select(tables.Home).where(tables.Home.id == viewer.home_id)
    found = db.lock_row(wanted) if lock else db.fresh(wanted).first()
    if found is None:
        raise NotFound
    return found


def access_lead(db: Unit, viewer: Viewer) -> tables.Home:
    """The rota for who may change it, held. Raises Forbidden, NotFound."""
    if viewer.role not in LEADS:
        raise Forbidden
    return access_rota(db, viewer, lock=True)


def access_post(db: Unit, viewer: Viewer, post_id: int) -> DutyPost:
    """A post of the home; who changes it holds the rota. Raises NotFound."""
    access_page(viewer, ROSTER)
    found = db.fresh(select(DutyPost).where(DutyPost.id == post_id, DutyPost.home_id == viewer.home_id)).first()
    if found is None:
        raise NotFound
    looks(db, viewer, "duty_post", found.id)
    return found


def access_change(db: Unit, viewer: Viewer, change_id: int) -> RotaChange:
    """A word of the rota, once the rota is held. Raises NotFound."""
    access_page(viewer, ROSTER)
    found = db.fresh(select(RotaChange).where(RotaChange.id == change_id, RotaChange.home_id == viewer.home_id)).first()
    if found is None:
        raise NotFound
    looks(db, viewer, "duty_post", found.post_id)
    return found


def access_calendar(db: Unit, viewer: Viewer, *, lock: bool = False) -> tables.Home:
    """The days and hours of a home; who changes them holds the row of the home. Raises NotFound."""
    access_page(viewer, CALENDAR)
    return access_rota(db, viewer, lock=lock)
