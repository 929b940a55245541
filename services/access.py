"""The only doors to what staff may see or change: home first, then role and floor, then the rules of the object
(architecture, decision 7).

Whatever a viewer may not open does not exist for them: every door raises NotFound, whose page tells nothing more. Who
will change what is behind a door passes it with `lock=True`: the people it belongs to are locked first, then the row
is read as it is now, then the rules are asked. A check that was made before the lock proves nothing (engineering,
Locks). Who only looks leaves a trace: each door notes what it let somebody see, a job writes it into the audit (S4).
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from care.errors import NotFound
from care.matters import MACHINE, MACHINE_NAME
from care.states import Role
from care.triage import Audience
from storage import tables
from storage.queries.sight import Sight
from storage.unit import Unit

WORKS: Final = frozenset({Role.CARER, Role.NURSE, Role.DESK, Role.SUPERVISOR, Role.DIRECTOR})
"""Who works with residents; an administrator and an auditor see nobody's words."""
HANDLERS: Final = frozenset({Role.DESK, Role.SUPERVISOR, Role.DIRECTOR})
"""Who answers complaints, prints binding sheets and makes sure who a relative is."""
LEADS: Final = frozenset({Role.SUPERVISOR, Role.DIRECTOR})


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the console and who may open it; a role that is not named may not (design.md 4 and 5).

    Raises ValueError when another page has the same name or key.
    """

    name: str
    """What it is called, in the menu and for templates."""
    path: str
    may: frozenset[Role]
    icon: str = ""
    place: int = 0
    """Where it stands in the menu, from 1; under 50 it stands by itself on a phone, the others behind 更多, from
    90 on with what is set up once; 0 = nowhere.
    """
    key: str = ""
    """The key after g that opens it."""
    count: str = ""
    """Which number stands beside its name."""

    def __post_init__(self) -> None:
        if _pages.setdefault(self.name, self) is not self:
            message = f"two pages are called {self.name}"
            raise ValueError(message)
        if self.key and any(page.key == self.key for page in _pages.values() if page is not self):
            message = f"two pages open by g {self.key}"
            raise ValueError(message)


_pages: Final[dict[str, Page]] = {}


def pages() -> list[Page]:
    """The pages of the menu in their order; each subject declares its own."""
    return sorted((page for page in _pages.values() if page.place), key=lambda page: page.place)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: a member of staff with a session. Without floors the whole house is theirs."""

    id: int
    home_id: int
    name: str
    role: Role
    floors: frozenset[str] = frozenset()
    visitors: bool = False
    """Visitors see this screen: of an alarm it shows the place alone (F1)."""

    def sees(self, page: Page | str) -> bool:
        """Whether a page exists for this role; templates name it by its word."""
        found = page if isinstance(page, Page) else _pages[page]
        return self.role in found.may

    @property
    def sight(self) -> Sight:
        """The same rules as conditions of a query."""
        return Sight(
            home_id=self.home_id,
            staff_id=self.id,
            floors=self.floors,
            works=self.role in WORKS,
            role=self.role.value,
            complaints=self.role in HANDLERS,
            lead=self.role in LEADS,
            director=self.role is Role.DIRECTOR,
            audiences=frozenset(one.value for one in Audience if may_hear(self, one)),
        )


def may_hear(viewer: Viewer, audience: Audience) -> bool:
    """Emergencies ring for who works with residents, whatever the floor; abuse for the lead and the director alone (F1,
    F5).
    """
    return viewer.role in (LEADS if audience is Audience.LEAD else WORKS)


def name_of(db: Unit, staff_id: int | None) -> str:
    """Who of the staff did something, for a sentence to a colleague; the machine is called what it is."""
    if staff_id == MACHINE:
        return MACHINE_NAME
    found = (
        None if staff_id is None else db.scalars(select(tables.Staff.name).where(tables.Staff.id == staff_id)).first()
    )
    return found or "有同事"


def looks(db: Unit, viewer: Viewer, kind: str, number: int) -> None:
    """A door opened: who sees what is noted, for the audit (S4)."""
    db.look(viewer.home_id, viewer.id, f"{kind}:{number}")


def page_at(path: str) -> Page | None:
    """The page that stands at an address of the console."""
    return next((page for page in _pages.values() if page.path == path), None)


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
    looks(db, viewer, "person", person.id)
    return person
