"""Who may open tasks and notes: the only doors to them (architecture, decision 7)."""

from typing import Final

from sqlalchemy import select

from care.errors import NotFound
from services.access import WORKS, Page, Viewer, access_page, looks
from services.residents.access import access_resident
from storage import tables
from storage.queries import tasks as queries
from storage.tables.tasks import Note, Task
from storage.unit import Unit

TASKS: Final = Page("任务", "/tasks", WORKS, icon="check", place=45, key="m")


def access_task(db: Unit, viewer: Viewer, task_id: int, *, lock: bool = False) -> Task:
    """A task that the viewer has, wrote, or may see by floor and by what it is about. Raises NotFound."""
    access_page(viewer, TASKS)
    wanted = select(Task).where(Task.id == task_id, queries.seen(viewer.sight))
    found = db.lock_row(wanted) if lock else db.fresh(wanted).first()
    if found is None:
        raise NotFound
    looks(db, viewer, "task", found.id)
    return found


def access_note(db: Unit, viewer: Viewer, note_id: int, *, lock: bool = False) -> Note:
    """A note about a resident of the viewer's floors. Raises NotFound."""
    wanted = select(Note).where(Note.id == note_id, Note.home_id == viewer.home_id)
    found = db.lock_row(wanted) if lock else db.fresh(wanted).first()
    if found is None:
        raise NotFound
    access_resident(db, viewer, found.resident_id)
    looks(db, viewer, "note", found.id)
    return found


def access_of_case(db: Unit, viewer: Viewer, case_id: int) -> tables.Complaint:
    """The complaint that something is written about; for the accused it does not exist. Raises NotFound."""
    found = db.fresh(select(tables.Complaint).where(tables.Complaint.id == case_id, viewer.sight.complaint())).first()
    if found is None:
        raise NotFound
    looks(db, viewer, "case", found.id)
    return found
