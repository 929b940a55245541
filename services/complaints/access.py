"""Who may open complaints and who complained: the only door to complaints and who complained (architecture, decision
7).
"""

from typing import Final

from sqlalchemy import select

from care.errors import NotFound
from care.states import Role
from services.access import HANDLERS, Page, Viewer, access_page, looks
from storage import tables
from storage.unit import Unit

COMPLAINTS: Final = Page("投诉", "/complaints", HANDLERS, icon="alert", place=30, key="t", count="cases")


def access_complaint(db: Unit, viewer: Viewer, case_id: int, *, lock: bool = False) -> tables.Complaint:
    """A complaint that the viewer handles; for the accused it does not exist. Raises NotFound."""
    access_page(viewer, COMPLAINTS)
    if lock:
        db.lock_whose(select(tables.Complaint.person_id).where(tables.Complaint.id == case_id))
    complaint = db.fresh(
        select(tables.Complaint).where(tables.Complaint.id == case_id, viewer.sight.complaint())
    ).first()
    if complaint is None or complaint.home_id != viewer.home_id:
        raise NotFound
    looks(db, viewer, "case", complaint.id)
    return complaint


def access_complainant(viewer: Viewer, complaint: tables.Complaint) -> bool:
    """Whether the viewer may know who complained: a hidden name is for the owner and the director; until there is an
    owner, for who answers (C14).
    """
    if not complaint.hide_name or viewer.role is Role.DIRECTOR:
        return True
    return complaint.owner_id == viewer.id or (complaint.owner_id is None and viewer.role in HANDLERS)
