"""Who may open greetings and reminders: the only door to greetings and reminders (architecture, decision 7)."""

from typing import Final

from sqlalchemy import select

from care.errors import NotFound
from services.access import WORKS, Page, Viewer, looks
from services.residents.access import access_resident
from storage import tables
from storage.unit import Unit

DAYS: Final = Page("日程", "/days", WORKS, icon="calendar", place=70, key="r")


def access_plan(db: Unit, viewer: Viewer, plan_id: int, *, lock: bool = False) -> tables.Plan:
    """A greeting or reminder about a resident of the viewer's floors. Raises NotFound."""
    if lock:
        db.lock_whose(select(tables.Plan.person_id).where(tables.Plan.id == plan_id))
    found = db.get(tables.Plan, plan_id, populate_existing=True)
    if found is None:
        raise NotFound
    access_resident(db, viewer, found.resident_id)
    looks(db, viewer, "plan", found.id)
    return found
