"""The only door to incidents: who hears the alarm may see what was done about it."""

from typing import Final

from sqlalchemy import select

from care.errors import NotFound
from care.states import Role
from care.triage import Audience
from services.access import LEADS, WORKS, Page, Viewer, access_page, looks, may_hear
from storage import tables
from storage.tables.incidents import Incident
from storage.unit import Unit

INCIDENTS: Final = Page("预案", "/incidents", WORKS, icon="shield", place=59)
"""What is going on, drills, plans, and whom to call."""
MAY_PLAN: Final = LEADS
"""Who changes a plan and the list of numbers."""
MAY_REPORT: Final = frozenset({Role.DIRECTOR})
"""Whether something is reported to the authority is a decision of the director (L8)."""


def access_incident(db: Unit, viewer: Viewer, incident_id: int, *, lock: bool = False) -> Incident:
    """An incident whose alarm the viewer may hear, and whose words do not accuse the viewer. Raises NotFound."""
    access_page(viewer, INCIDENTS)
    asked = select(Incident).where(Incident.id == incident_id, Incident.home_id == viewer.home_id)
    found = db.lock_row(asked) if lock else db.fresh(asked).first()
    if found is None or not may_see(db, viewer, found):
        raise NotFound
    looks(db, viewer, "incident", found.id)
    return found


def may_see(db: Unit, viewer: Viewer, row: Incident) -> bool:
    """Whether the alarm behind it is one that this colleague hears, about somebody whom she may see."""
    if row.alarm_id is None:
        return True
    alarm = db.get_one(tables.Alarm, row.alarm_id)
    if not may_hear(viewer, Audience(alarm.audience)):
        return False
    seen = select(tables.Person.id).where(tables.Person.id == alarm.person_id, viewer.sight.person(tables.Person.id))
    return db.scalars(seen).first() is not None
