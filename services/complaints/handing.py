"""A complaint goes from the hands of one colleague into another's, by name (F30)."""

from datetime import datetime

from sqlalchemy import select

from care.errors import Invalid
from services.access import HANDLERS, LEADS, Viewer, name_of
from services.complaints.access import access_complaint
from services.records import records
from services.staff.access import colleague_here
from storage import tables
from storage.unit import Unit


def hand_over(db: Unit, viewer: Viewer, case_id: int, to_id: int, now: datetime) -> None:
    """Another owner. Raises Invalid for somebody whom the case is about or who answers no complaints, NotFound."""
    complaint = access_complaint(db, viewer, case_id, lock=True)
    if viewer.role not in LEADS:
        raise Invalid(why="转交要由主管或院长来做。")
    to, table = colleague_here(db, viewer, to_id), tables.Complaint
    exists = db.scalars(select(table.id).where(table.id == complaint.id, to.sight.complaint())).first()
    if to.role not in HANDLERS or exists is None:
        raise Invalid(why=f"{complaint.number} 不能交给 {to.name}，请换一位。")
    if complaint.closed_at is not None or complaint.owner_id == to.id:
        return
    before = name_of(db, complaint.owner_id) if complaint.owner_id else "没有人"
    complaint.owner_id, complaint.told_at, complaint.told_id = to.id, None, None  # the next look tells her
    records.written(db, viewer, complaint.id, "note", f"由 {before} 交给 {to.name}", now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "hand_over", f"case:{complaint.id}", f"→ {to.name}")
    db.store.hint("colleagues")
