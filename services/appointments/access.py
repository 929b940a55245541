"""Who may see and write appointments: the only door to them (architecture, decision 7)."""

from typing import Final

from sqlalchemy import select

from care.errors import Forbidden, NotFound
from care.states import Role
from services.access import LEADS, WORKS, Page, Viewer, access_page, looks
from services.residents.access import access_resident
from storage.tables.appointments import Appointment
from storage.unit import Unit

APPOINTMENTS: Final = Page("就医", "/appointments", WORKS, icon="clock", place=71)
WRITES: Final = LEADS | {Role.NURSE}
"""Who writes down what a doctor has ordered."""


def access_appointment(db: Unit, viewer: Viewer, number: int) -> Appointment:
    """One of a resident of the viewer's floors, its row held. Raises NotFound, Forbidden."""
    access_page(viewer, APPOINTMENTS)
    row = db.lock_row(select(Appointment).where(Appointment.id == number, Appointment.home_id == viewer.home_id))
    if row is None:
        raise NotFound
    access_resident(db, viewer, row.resident_id)
    if viewer.role not in WRITES:
        raise Forbidden
    looks(db, viewer, "appointment", row.id)
    return row
