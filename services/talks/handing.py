"""A talk goes from the hands of one colleague into another's, by name (F30)."""

from datetime import datetime

from sqlalchemy import select

from care.errors import Invalid
from services.access import LEADS, Viewer, access_person
from services.staff.access import colleague_here
from storage import tables
from storage.unit import Unit


def hand_over(db: Unit, viewer: Viewer, person_id: int, to_id: int, now: datetime) -> None:
    """Another colleague is in the talk. Raises Invalid for somebody who may not read it, NotFound."""
    person = access_person(db, viewer, person_id, lock=True)
    if viewer.role not in LEADS:
        raise Invalid(why="转交要由主管或院长来做。")
    to, table = colleague_here(db, viewer, to_id), tables.Person
    if db.scalars(select(table.id).where(table.id == person.id, to.sight.person(table.id))).first() is None:
        raise Invalid(why=f"{db.open(person, 'name') or '这一位'}的会话不能交给 {to.name}，请换一位。")
    talk = db.scalars(select(tables.Conversation).where(tables.Conversation.person_id == person.id)).one()
    if talk.attended_by == to.id:
        return
    talk.attended_by = to.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "hand_over", f"person:{person.id}", f"→ {to.name}")
    db.store.hint(f"person:{person.id}", "inbox", "colleagues")
