"""The only doors to what staff may see or change: home first, then role, then the rules of the object (architecture, decision 7)."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from care.errors import Forbidden, NotFound
from storage import tables
from storage.unit import Unit


class Role(StrEnum):
    """What a member of staff does; the values are stored."""

    NURSE = "nurse"
    DESK = "desk"
    SUPERVISOR = "supervisor"
    DIRECTOR = "director"

    @property
    def words(self) -> str:
        """The word that people use."""
        return {"nurse": "护士", "desk": "客服", "supervisor": "主管", "director": "院长"}[self.value]


COMPLAINTS = frozenset({Role.DESK, Role.SUPERVISOR, Role.DIRECTOR})
"""Who sees the complaints (design.md 5.3: D S P)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: a member of staff with a session."""

    id: int
    home_id: int
    name: str
    role: Role

    @property
    def sees_complaints(self) -> bool:
        """Whether the complaint pages exist for this role."""
        return self.role in COMPLAINTS


def access_person(db: Unit, viewer: Viewer, person_id: int) -> tables.Person:
    """A person of the viewer's home. Raises NotFound for everybody else's."""
    person = db.get(tables.Person, person_id)
    if person is None or person.home_id != viewer.home_id:
        raise NotFound
    return person


def access_complaints(viewer: Viewer) -> None:
    """Raises Forbidden for a role that has no complaints."""
    if not viewer.sees_complaints:
        raise Forbidden


def access_knowledge(viewer: Viewer) -> None:
    """Raises Forbidden for who may not change what the machine says (design.md: D S P)."""
    if not viewer.sees_complaints:
        raise Forbidden


def access_case(db: Unit, viewer: Viewer, case_id: int) -> tables.Case:
    """A complaint of the viewer's home. Raises Forbidden for the role, NotFound for the rest."""
    access_complaints(viewer)
    case = db.get(tables.Case, case_id)
    if case is None or case.home_id != viewer.home_id:
        raise NotFound
    return case


def access_media(db: Unit, viewer: Viewer, media_id: int) -> tables.Media:
    """A photo or voice of the viewer's home. Raises NotFound."""
    media = db.get(tables.Media, media_id)
    if media is None or media.home_id != viewer.home_id:
        raise NotFound
    return media


def access_outgoing(db: Unit, viewer: Viewer, outbox_id: int) -> tables.Outbox:
    """A message that was queued in the viewer's home. Raises NotFound."""
    row = db.scalars(select(tables.Outbox).where(tables.Outbox.id == outbox_id, tables.Outbox.home_id == viewer.home_id)).first()
    if row is None:
        raise NotFound
    return row
