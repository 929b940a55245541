"""Who may open the notice board, and who may change it."""

from typing import Final

from sqlalchemy import select

from care.errors import Forbidden, NotFound
from services.access import HANDLERS, LEADS, WORKS, Page, Viewer, access_page
from storage import tables
from storage.unit import Unit

WEEK: Final = Page("本周与价目", "/week", WORKS, icon="board", place=76, key="w")
WRITES: Final = HANDLERS
"""Who writes the menu and the activities, and compares the free beds with the house."""
PRICES: Final = LEADS
"""Who says what things cost."""


def access_week(db: Unit, viewer: Viewer, *, lock: bool = False) -> tables.Home:
    """The notice board of a home; who changes it holds the row of the home. Raises NotFound."""
    access_page(viewer, WEEK)
    wanted = select(tables.Home).where(tables.Home.id == viewer.home_id)
    found = db.lock_row(wanted) if lock else db.fresh(wanted).first()
    if found is None:
        raise NotFound
    return found


def access_writer(db: Unit, viewer: Viewer) -> tables.Home:
    """The notice board for who may write on it, held. Raises Forbidden, NotFound."""
    if viewer.role not in WRITES:
        raise Forbidden
    return access_week(db, viewer, lock=True)


def access_prices(db: Unit, viewer: Viewer) -> tables.Home:
    """The prices for who may set them, held. Raises Forbidden, NotFound."""
    if viewer.role not in PRICES:
        raise Forbidden
    return access_week(db, viewer, lock=True)
