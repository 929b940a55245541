"""The only door to incidents: who hears the alarm may see what was done about it."""

from typing import Final

from sqlalchemy import and_, or_, select

from care.errors import NotFound
from care.incidents import GRAVE
from care.states import PersonKind, Role
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


def may_see(db: Unit, viewer: Viewer, row: Incident, *, mine: bool = False) -> bool:
    """Whether a colleague sees an incident: who hears the alarm behind it, on her floors; who began it, leads it, went
    or was there, on whatever floor. Nobody whom the talk accuses. `mine`: as if she led it.
    """
    mine = mine or viewer.id in {row.opened_by, row.lead_id}
    if row.alarm_id is not None:
        return hears(db, viewer, db.get_one(tables.Alarm, row.alarm_id), mine=mine)
    if row.plan in GRAVE and not mine and viewer.role not in LEADS:
        return False
    if row.resident_id is None:
        return True
    table = tables.Resident
    asked = select(table.id).where(table.id == row.resident_id, viewer.sight.unaccused(table.person_id))
    return db.scalars(asked if mine else asked.where(viewer.sight.resident())).first() is not None


def hears(db: Unit, viewer: Viewer, alarm: tables.Alarm, *, mine: bool = False) -> bool:
    """Whether a colleague may work on an alarm. Of one whose words name somebody the floor knows the place alone
    (F5).
    """
    if viewer.role not in WORKS or not may_hear(viewer, Audience(alarm.audience)):
        return False
    if alarm.brief and viewer.role not in LEADS:
        return False
    if alarm.person_id is None:  # a place to which a colleague called others (F9)
        return True
    person, sight = tables.Person, viewer.sight
    asked = select(person.id).where(person.id == alarm.person_id, person.home_id == viewer.home_id)
    if mine or viewer.id in {alarm.going_by, alarm.arrived_by, alarm.raised_by}:
        return db.scalars(asked.where(sight.unaccused(person.id))).first() is not None
    a_colleagues = and_(person.kind == PersonKind.STAFF.value, sight.unaccused(person.id))
    seen = or_(sight.person(person.id), a_colleagues) if viewer.role in LEADS else sight.person(person.id)
    return db.scalars(asked.where(seen)).first() is not None
