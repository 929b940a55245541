"""Who may see what runs out, and who keeps the dates of the house: the only door to them (architecture, decision 7)."""

from typing import Final

from sqlalchemy import select

from care.errors import Forbidden, NotFound
from care.states import Role
from services.access import HANDLERS, LEADS, Page, Viewer, access_page, looks
from storage.tables.expiries import HomeDate
from storage.unit import Unit

EXPIRIES: Final = Page("到期", "/expiries", HANDLERS | {Role.ADMIN}, icon="calendar", place=74)
"""Contracts and papers of residents for who handles them, the dates of the house for leads and the administrator."""
KEEPS: Final = LEADS | {Role.ADMIN}


def access_date(db: Unit, viewer: Viewer, number: int) -> HomeDate:
    """A date of the house, its row held. Raises NotFound, Forbidden."""
    access_page(viewer, EXPIRIES)
    if viewer.role not in KEEPS:
        raise Forbidden
    row = db.lock_row(select(HomeDate).where(HomeDate.id == number, HomeDate.home_id == viewer.home_id))
    if row is None:
        raise NotFound
    looks(db, viewer, "home_date", row.id)
    return row
