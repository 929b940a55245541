"""The only doors to what staff may see or change: home first, then role and floor, then the rules of the object
(architecture, decision 7).

Whatever a viewer may not open does not exist for them: every door raises NotFound, whose page tells nothing more. Who
will change what
is behind a door passes it with `lock=True`: the people it belongs to are locked first, then the row is read as it is
now, then the rules
are asked. A check that was made before the lock proves nothing (engineering, Locks).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import CompoundSelect, select

from care.errors import NotFound
from care.triage import Audience
from storage import tables
from storage.queries.sight import Sight
from storage.unit import Unit


class Role(StrEnum):
    """What a member of staff does; the values are stored."""

    CARER = "carer"
    NURSE = "nurse"
    DESK = "desk"
    SUPERVISOR = "supervisor"
    DIRECTOR = "director"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def words(self) -> str:
        """The word that people use."""
        return WORDS[self]


WORDS: Final[Mapping[Role, str]] = {
    Role.CARER: "护理",
    Role.NURSE: "护士",
    Role.DESK: "客服",
    Role.SUPERVISOR: "主管",
    Role.DIRECTOR: "院长",
    Role.ADMIN: "管理员",
    Role.AUDITOR: "审计",
}


class Page(StrEnum):
    """What a role may open at all; what it may not open is absent from the menu."""

    CHATS = "会话"
    RESIDENTS = "老人"
    LETTERS = "家书"
    DAYS = "日程"
    SURVEYS = "问卷"
    TODAY = "今日"
    COMPLAINTS = "投诉"
    KNOWLEDGE = "知识库"
    AUDIT = "审计"
    ALARMS = "紧急"
    RESTORE = "恢复"
    SEARCH = "搜索"
    JOBS = "任务"


WORKS: Final = frozenset({Role.CARER, Role.NURSE, Role.DESK, Role.SUPERVISOR, Role.DIRECTOR})
"""Who works with residents; an administrator and an auditor see nobody's words."""
COMPLAINTS: Final = frozenset({Role.DESK, Role.SUPERVISOR, Role.DIRECTOR})
FAMILIES: Final = COMPLAINTS
"""Who prints binding sheets and makes sure who a relative is."""
LEADS: Final = frozenset({Role.SUPERVISOR, Role.DIRECTOR})
MAY: Final[Mapping[Page, frozenset[Role]]] = {
    Page.CHATS: WORKS,
    Page.RESIDENTS: WORKS,
    Page.LETTERS: WORKS,
    Page.DAYS: WORKS,
    Page.SURVEYS: COMPLAINTS,
    Page.TODAY: WORKS,
    Page.COMPLAINTS: COMPLAINTS,
    Page.KNOWLEDGE: COMPLAINTS | {Role.ADMIN},
    Page.AUDIT: frozenset({Role.DIRECTOR, Role.AUDITOR}),
    Page.ALARMS: WORKS,
    Page.SEARCH: WORKS,
    Page.RESTORE: frozenset({Role.DIRECTOR}),
    Page.JOBS: frozenset({Role.DIRECTOR, Role.ADMIN}),
}
"""Pages by role (design.md 4 and 5); a role that is not named may not (deny by default)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: a member of staff with a session. Without floors the whole house is theirs."""

    id: int
    home_id: int
    name: str
    role: Role
    floors: frozenset[str] = frozenset()

    def sees(self, page: Page | str) -> bool:
        """Whether a page exists for this role; templates name it by its word."""
        return self.role in MAY.get(Page(page), frozenset())

    @property
    def sight(self) -> Sight:
        """The same rules as conditions of a query."""
        return Sight(
            home_id=self.home_id,
            staff_id=self.id,
            floors=self.floors,
            works=self.role in WORKS,
            role=self.role.value,
            complaints=self.role in COMPLAINTS,
            lead=self.role in LEADS,
            director=self.role is Role.DIRECTOR,
            audiences=frozenset(one.value for one in Audience if may_hear(self, one)),
        )


def may_hear(viewer: Viewer, audience: Audience) -> bool:
    """Emergencies ring for who works with residents, whatever the floor; abuse for the lead and the director alone (F1,
    F5).
    """
    return viewer.role in (LEADS if audience is Audience.LEAD else MAY[Page.ALARMS])


def name_of(db: Unit, staff_id: int | None) -> str:
    """Who of the staff did something, for a sentence to a colleague."""
    found = (
        None if staff_id is None else db.scalars(select(tables.Staff.name).where(tables.Staff.id == staff_id)).first()
    )
    return found or "有同事"


def access_page(viewer: Viewer, page: Page) -> None:
    """Raises NotFound for a role that has no such page."""
    if not viewer.sees(page):
        raise NotFound


def access_person(db: Unit, viewer: Viewer, person_id: int, *, lock: bool = False) -> tables.Person:
    """A person whom the viewer works with. Raises NotFound for everybody else."""
    if lock:
        db.lock_persons(person_id)
    person = db.fresh(
        select(tables.Person).where(tables.Person.id == person_id, viewer.sight.person(tables.Person.id))
    ).first()
    if person is None or person.home_id != viewer.home_id:
        raise NotFound
    return person


def family_of(resident_id: int) -> CompoundSelect[int]:
    """The elder and the relatives, for `lock_whose`: status, silence, ties and cases of kin then stand still."""
    mine = select(tables.Resident.person_id).where(tables.Resident.id == resident_id)
    return mine.union(select(tables.Kinship.person_id).where(tables.Kinship.resident_id == resident_id))


def access_resident(db: Unit, viewer: Viewer, resident_id: int, *, lock: bool = False) -> tables.Resident:
    """A resident of the viewer's floors. Raises NotFound."""
    access_page(viewer, Page.RESIDENTS)
    if lock:
        db.lock_whose(family_of(resident_id))
    found = db.fresh(select(tables.Resident).where(tables.Resident.id == resident_id, viewer.sight.resident())).first()
    if found is None or found.home_id != viewer.home_id:
        raise NotFound
    return found


def access_application(db: Unit, viewer: Viewer, application_id: int, *, lock: bool = False) -> tables.Application:
    """A request to be bound, for who makes sure. Raises NotFound."""
    if lock:
        asks = select(tables.Application.person_id).where(tables.Application.id == application_id)
        about = select(tables.Application.resident_id).where(tables.Application.id == application_id)
        elder = select(tables.Resident.person_id).where(tables.Resident.id.in_(about))
        db.lock_whose(asks.union(elder))
    found = db.get(tables.Application, application_id, populate_existing=True)
    if found is None or viewer.role not in FAMILIES:
        raise NotFound
    access_resident(db, viewer, found.resident_id)
    return found


def access_letter(db: Unit, viewer: Viewer, letter_id: int, *, lock: bool = False) -> tables.Letter:
    """A letter about a resident of the viewer's floors. Raises NotFound."""
    wanted = select(tables.Letter).where(tables.Letter.id == letter_id)
    found = db.hold(wanted) if lock else db.fresh(wanted).first()
    if found is None:
        raise NotFound
    access_resident(db, viewer, found.resident_id)
    return found


def access_plan(db: Unit, viewer: Viewer, plan_id: int, *, lock: bool = False) -> tables.Plan:
    """A greeting or reminder about a resident of the viewer's floors. Raises NotFound."""
    if lock:
        db.lock_whose(select(tables.Plan.person_id).where(tables.Plan.id == plan_id))
    found = db.get(tables.Plan, plan_id, populate_existing=True)
    if found is None:
        raise NotFound
    access_resident(db, viewer, found.resident_id)
    return found


def access_complaint(db: Unit, viewer: Viewer, case_id: int, *, lock: bool = False) -> tables.Complaint:
    """A complaint that the viewer handles; for the accused it does not exist. Raises NotFound."""
    access_page(viewer, Page.COMPLAINTS)
    if lock:
        db.lock_whose(select(tables.Complaint.person_id).where(tables.Complaint.id == case_id))
    complaint = db.fresh(
        select(tables.Complaint).where(tables.Complaint.id == case_id, viewer.sight.complaint())
    ).first()
    if complaint is None or complaint.home_id != viewer.home_id:
        raise NotFound
    return complaint


def access_complainant(viewer: Viewer, complaint: tables.Complaint) -> bool:
    """Whether the viewer may know who complained: a hidden name is for the owner and the director; until there is an
    owner, for who answers (C14).
    """
    if not complaint.hide_name or viewer.role is Role.DIRECTOR:
        return True
    return complaint.owner_id == viewer.id or (complaint.owner_id is None and viewer.role in COMPLAINTS)


def access_media(db: Unit, viewer: Viewer, media_id: int) -> tables.Media:
    """A photo or voice of somebody whom the viewer works with, not of a case that is closed to them.

    Raises NotFound.
    """
    media = db.scalars(
        select(tables.Media).where(tables.Media.id == media_id, viewer.sight.inbox(tables.Media.inbox_id))
    ).first()
    if media is None:
        raise NotFound
    access_person(db, viewer, media.person_id)
    return media


def access_outgoing(db: Unit, viewer: Viewer, outbox_id: int, *, lock: bool = False) -> tables.Outbox:
    """A message that was queued for somebody whom the viewer works with. Raises NotFound."""
    if lock:
        db.lock_whose(select(tables.Outbox.person_id).where(tables.Outbox.id == outbox_id))
    row = db.fresh(
        select(tables.Outbox).where(tables.Outbox.id == outbox_id, viewer.sight.outbox(tables.Outbox.id))
    ).first()
    if row is None:
        raise NotFound
    access_person(db, viewer, row.person_id)
    return row
