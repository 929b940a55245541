"""联系人: the colleague whom a family may ask by name. When she is put out, her families are listed until somebody else
is named; that may wait (F30).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from care.errors import Changed, Invalid, NotFound
from services.access import HANDLERS, WORKS, Viewer
from services.families.forms import HandContacts, NameContact
from services.residents.access import access_resident
from services.subject import TodayLine
from storage import revision, tables
from storage.queries import families_contact as queries
from storage.tables.families_contact import FamilyContact
from storage.types import new_id
from storage.unit import Unit

PAGE = "/console/contacts"


def offered(db: Unit, viewer: Viewer) -> Sequence[tables.Staff]:
    """Who can be a contact: whoever works with residents."""
    works = [role.value for role in WORKS]
    found = select(tables.Staff).where(
        tables.Staff.home_id == viewer.home_id, tables.Staff.left_at.is_(None), tables.Staff.role.in_(works)
    )
    return db.scalars(found.order_by(tables.Staff.name)).all()


def revision_of(row: FamilyContact | None) -> str:
    """What the form is drawn from."""
    return revision.of(None if row is None else row.staff_id)


def name(db: Unit, viewer: Viewer, resident_id: int, form: NameContact, now: datetime) -> None:
    """Who is the contact from now on; 0 = nobody. Raises Invalid, Changed, NotFound."""
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in HANDLERS:
        raise NotFound
    row = queries.holding(db, resident.id)
    if form.drawn not in {None, revision_of(row)}:
        raise Changed(who="有同事", what="换过联系人", revision=revision_of(row))
    known = {one.id: one for one in offered(db, viewer)}
    if form.colleague and form.colleague not in known:
        raise Invalid(why="请选一位还在上班的同事。")
    if row is not None and row.staff_id == form.colleague:
        return
    _named(db, viewer, resident, row, form.colleague, now)
    who = known[form.colleague].name if form.colleague else "没有"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "name_contact", f"resident:{resident.id}", who)
    db.store.hint("families", "letters")


def hand_over(db: Unit, viewer: Viewer, form: HandContacts, now: datetime) -> int:
    """All families of one colleague go to another; how many. Raises Invalid, NotFound."""
    if viewer.role not in HANDLERS:
        raise NotFound
    known = {one.id: one for one in offered(db, viewer)}
    if not form.of or form.to not in known or form.to == form.of:
        raise Invalid(why="请选交给哪一位还在上班的同事。")
    mine = [one.resident_id for one in queries.contacts(db, viewer.sight, form.of)]
    if not mine:
        raise Invalid(why="这位同事名下没有家属了，可能已经交过。")
    elders = select(tables.Resident.person_id).where(tables.Resident.id.in_(mine))
    db.lock_whose(elders.union(select(tables.Kinship.person_id).where(tables.Kinship.resident_id.in_(mine))))
    handed = 0
    for number in mine:
        row = queries.holding(db, number)
        if row is None or row.staff_id != form.of:
            continue
        resident = access_resident(db, viewer, number)
        _named(db, viewer, resident, row, form.to, now)
        name_is = known[form.to].name
        db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "name_contact", f"resident:{number}", name_is)
        handed += 1
    db.store.hint("families", "letters")
    return handed


def lines(db: Unit, viewer: Viewer) -> list[TodayLine]:
    """What 今日 tells: families whose contact works here no more."""
    if viewer.role not in HANDLERS or not (many := queries.without(db, viewer.sight)):
        return []
    text = "联系人停用了，家属现在看到的是院里的电话；交给谁都行，不急"
    return [TodayLine("bad", "联系人", f"{many} 家没有联系人了", text, PAGE, "去交")]


def _named(
    db: Unit, viewer: Viewer, resident: tables.Resident, row: FamilyContact | None, staff_id: int, now: datetime
) -> None:
    if row is not None:
        row.ended_at = now
    if staff_id:
        db.add(
            FamilyContact(
                id=new_id(),
                home_id=resident.home_id,
                resident_id=resident.id,
                staff_id=staff_id,
                named_at=now,
                named_by=viewer.id,
            )
        )
    db.flush()
