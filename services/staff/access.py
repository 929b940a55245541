"""Who may open the page of colleagues, and who may change them."""

from typing import Final

from sqlalchemy import select

from care.errors import Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Page, Viewer, access_page, looks
from storage import tables
from storage.unit import Unit

COLLEAGUES: Final = Page(
    "同事",
    "/staff",
    frozenset({Role.SUPERVISOR, Role.DIRECTOR, Role.ADMIN}),
    icon="user",
    place=95,
    key="s",
    count="hands",
)
CHANGES: Final = frozenset({Role.DIRECTOR, Role.ADMIN})
"""Who takes on, changes and puts out; a supervisor sees."""


def may_change(viewer: Viewer) -> bool:
    """Whether the buttons are there."""
    return viewer.role in CHANGES


def access_colleague(db: Unit, viewer: Viewer, staff_id: int, *, lock: bool = False) -> tables.Staff:
    """A colleague of the viewer's home. With `lock` for who may change her: all directors are locked with her, so that
    two who put each other out do not leave a house without one. Raises NotFound, Forbidden.
    """
    access_page(viewer, COLLEAGUES)
    table = tables.Staff
    question = select(table).where(table.id == staff_id, table.home_id == viewer.home_id)
    if lock:
        if not may_change(viewer):
            raise Forbidden
        lock_directors(db, viewer.home_id)
    found = db.lock_row(question) if lock else db.fresh(question).first()
    if found is None:
        raise NotFound
    looks(db, viewer, "staff", found.id)
    return found


def lock_directors(db: Unit, home_id: int) -> None:
    """Held until COMMIT, always before anybody else of the staff."""
    table = tables.Staff
    db.lock_row(select(table).where(table.home_id == home_id, table.role == Role.DIRECTOR.value).order_by(table.id))


def colleague_here(db: Unit, viewer: Viewer, staff_id: int) -> Viewer:
    """A colleague of the house who works here now, with what she may see. Raises Invalid."""
    table = tables.Staff
    here = table.id == staff_id, table.home_id == viewer.home_id, table.left_at.is_(None)
    row = db.scalars(select(table).where(*here)).first()
    if row is None:
        raise Invalid(why="请选一位在职的同事。")
    return Viewer(row.id, row.home_id, row.name, Role(row.role), frozenset(row.floors.split()))
