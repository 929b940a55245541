"""Whom words accuse, written with the message that accuses and decided by somebody above (C6, C14, F5, F27; faults S1,
A4).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care import accusations as accusation
from care.accusations import Accusation, Colleague, Names
from care.errors import Decided, Invalid, NotFound
from care.states import Role
from services.access import HANDLERS, LEADS, Viewer, access_person, name_of
from services.accusations.forms import DecideAccused
from services.context import Context
from services.records import records
from storage import tables
from storage.unit import Unit

SUSPECTED, CONFIRMED, LIFTED = "suspected", "confirmed", "lifted"
VERDICTS: Final = {"confirm": CONFIRMED, "lift": LIFTED}


def names(db: Unit, home_id: int) -> Names:
    """How the colleagues of the house are called; who left is still accused by name."""
    rows = db.scalars(select(tables.Staff).where(tables.Staff.home_id == home_id))
    return Names(Colleague(row.id, row.name, row.role, frozenset(row.floors.split())) for row in rows)


def mark(context: Context, case_id: int | None, owner_id: int | None = None) -> None:
    """Write whom this message accuses, once; the person is locked. In a complaint who answers complaints may read it,
    else the lead alone.

    What was said before the complaint belongs to it, whatever opened it; nobody answers for a case that is about them.
    """
    found, store = context.accused, context.store
    if case_id is not None and context.untied:
        _tie(context, case_id)
    if found is None:
        return
    context.accused = None
    floors = _floors(context) if any(not floor for _, floor in found.roles) else []
    reach = _reach(context.house.names, found, "desk" if case_id is not None else "lead")
    targets: list[tuple[int | None, str, str]] = [(one, "", "") for one in sorted(found.staff)]
    targets += sorted(
        {(None, role, one) for role, floor in found.roles for one in ([floor] if floor else floors)}, key=str
    )
    for staff_id, role, floor in targets or [(None, "", "")]:
        store.insert(
            tables.Accused,
            home_id=context.home_id,
            person_id=context.person_id,
            case_id=case_id,
            inbox_id=context.inbox_id,
            staff_id=staff_id,
            role=role,
            floor=floor,
            reach=reach,
            state=SUSPECTED,
            named_at=context.now,
            named_by=None,
        )
    owner = context.house.names.colleagues.get(owner_id or 0)
    if case_id is not None and owner is not None and means(found, owner):
        store.update(tables.Complaint, case_id, person=context.person_id, owner_id=None)
    store.hint("accused", "inbox", f"person:{context.person_id}")


def lately(context: Context) -> bool:
    """Whether this person accused somebody within a day, who may stand beside the phone (F5)."""
    found = context.store.row(
        "SELECT 1 FROM accused WHERE person_id = ? AND state <> ? AND named_at > ? LIMIT 1",
        context.person_id,
        LIFTED,
        context.now - timedelta(days=1),
    )
    return found is not None


def _tie(context: Context, case_id: int) -> None:
    context.untied = False
    store, person = context.store, context.person_id
    for (row_id,) in store.written(
        "SELECT id FROM accused WHERE person_id = ? AND case_id IS NULL AND state = 'suspected'", person
    ):
        store.update(tables.Accused, row_id, person=person, case_id=case_id)


def _floors(context: Context) -> list[str]:
    """Where the speaker's elders live: a role without a floor is that of these floors, or of the whole house ("")."""
    if context.kind == "guest":
        return [""]
    rows = context.store.written(
        """SELECT DISTINCT floor FROM resident WHERE person_id = ?
           OR id IN (SELECT resident_id FROM kinship WHERE person_id = ?)""",
        context.person_id,
        context.person_id,
    )
    return [str(row[0]) for row in rows] or [""]


def kept_from(house: Names, viewer: Viewer, words: str, writer: int | None = None) -> bool:
    """Whether words that a colleague wrote down accuse a colleague, and this one must not read them: a lead may, and
    who wrote them, unless they are meant themselves (C14, F5).
    """
    found = accusation.read(words, house)
    if found is None:
        return False
    one = house.colleagues.get(viewer.id)
    if one is not None and means(found, one):
        return True
    left = [each for each in house.colleagues.values() if not means(found, each)]
    readers = next((roles for roles in (LEADS, HANDLERS) if any(each.role in roles for each in left)), frozenset(Role))
    return viewer.role not in readers and viewer.id != writer


def _reach(house: Names, found: Accusation, reach: str) -> str:
    """Somebody must be left who may read it: the lead, else who answers complaints, else everybody who is not meant."""
    for wanted, roles in (("lead", LEADS), ("desk", HANDLERS)):
        left = [one for one in house.colleagues.values() if one.role in roles and not means(found, one)]
        if reach == wanted and not left:
            reach = "desk" if wanted == "lead" else "all"
    return reach


def means(found: Accusation, one: Colleague) -> bool:
    """Whether an accusation may mean this colleague."""
    return one.id in found.staff or any(
        role == one.role and (not floor or not one.floors or floor in one.floors) for role, floor in found.roles
    )


@dataclass(frozen=True, slots=True)
class Named:
    """Whom words accuse, for who decides: the name, or the role with its floor; `by` is empty when the machine read
    it.
    """

    id: int
    who: str
    staff_id: int | None
    state: str
    by: str
    decided_by: str
    why: str


def of_complaint(db: Unit, complaint: tables.Complaint) -> list[Named]:
    """Everybody a case is or was about, in the order in which they were named; each once."""
    table = tables.Accused
    return _each_once(
        db,
        db.scalars(
            select(table)
            .where(table.person_id == complaint.person_id, table.case_id == complaint.id)
            .order_by(table.id)
        ),
    )


def of_talk(db: Unit, viewer: Viewer, person_id: int) -> list[Named]:
    """Whom a talk accuses beside its complaints, for who may decide."""
    if viewer.role not in LEADS:
        return []
    table = tables.Accused
    rows = db.scalars(
        select(table)
        .where(table.person_id == person_id, table.case_id.is_(None), table.state != LIFTED)
        .order_by(table.id)
    )
    return _each_once(db, rows)


def _each_once(db: Unit, rows: Iterable[tables.Accused]) -> list[Named]:
    found: dict[tuple[object, ...], tables.Accused] = {}
    for row in rows:
        key = (row.staff_id, row.role, row.floor)
        if key not in found or row.state == SUSPECTED:
            found[key] = row
    return [
        Named(
            row.id,
            who(db, row),
            row.staff_id,
            row.state,
            name_of(db, row.named_by) if row.named_by else "",
            name_of(db, row.decided_by) if row.decided_by else "",
            db.open(row, "why") or "",
        )
        for row in found.values()
    ]


def who(db: Unit, row: tables.Accused) -> str:
    """周敏, 三楼的护理, or 没说是谁."""
    if row.staff_id is not None:
        return name_of(db, row.staff_id)
    if not row.role:
        return "没说是谁"
    return f"{row.floor} 楼的{Role(row.role).words}" if row.floor else f"{Role(row.role).words}（没说是哪位）"


def decide(db: Unit, viewer: Viewer, accused_id: int, form: DecideAccused, now: datetime) -> int:
    """Somebody above says that it is so, or not; gives the person. Raises Invalid without a reason to lift, Decided,
    NotFound.

    All rows of the same talk and case that mean the same are decided together. Whom it means never decides: for them it
    does not exist.
    """
    table, verdict, why = tables.Accused, form.verdict, form.why
    db.lock_whose(select(table.person_id).where(table.id == accused_id))
    row = db.fresh(select(table).where(table.id == accused_id)).first()
    if row is None or viewer.role not in LEADS or verdict not in VERDICTS:
        raise NotFound
    access_person(db, viewer, row.person_id)
    if row.state != SUSPECTED:
        raise Decided(who=name_of(db, row.decided_by), what="定了这一条")
    if verdict == "lift" and not why.strip():
        raise Invalid(why="请写一句为什么不是这位，例如「说的是同屋的老周」。")
    said = who(db, row)
    same = select(table).where(
        table.person_id == row.person_id,
        table.state == SUSPECTED,
        table.case_id.is_not_distinct_from(row.case_id),
        table.staff_id.is_not_distinct_from(row.staff_id),
        table.role == row.role,
        table.floor == row.floor,
    )
    for one in db.scalars(same):
        one.state, one.decided_at, one.decided_by = VERDICTS[verdict], now, viewer.id
        db.seal(one, "why", why.strip() or None)
    told(
        db,
        viewer,
        row.case_id,
        row.person_id,
        f"说到{said}：{'确认' if verdict == 'confirm' else '不是，' + why.strip()}",
        verdict,
        now,
    )
    return row.person_id


def told(db: Unit, viewer: Viewer, case_id: int | None, person_id: int, words: str, act: str, now: datetime) -> None:
    """Naming and un-naming are lines of the case and of the audit; all pages look again."""
    db.flush()
    if case_id is not None:
        records.written(db, viewer, case_id, "step", words, now)
    db.store.audit(
        viewer.home_id,
        now,
        f"staff:{viewer.id}",
        f"accused_{act}",
        f"case:{case_id}" if case_id else f"person:{person_id}",
    )
    db.store.hint("accused", "alarms", "inbox", "cases", f"person:{person_id}")


def of_people(db: Unit, people: Iterable[int]) -> dict[int, tuple[frozenset[int], frozenset[tuple[str, str]]]]:
    """Whom the talks of these people accuse and nobody has lifted: colleagues, and roles with their floor."""
    table = tables.Accused
    found: dict[int, tuple[set[int], set[tuple[str, str]]]] = {}
    for row in db.scalars(select(table).where(table.person_id.in_(list(people)), table.state != LIFTED)):
        staff, roles = found.setdefault(row.person_id, (set(), set()))
        if row.staff_id is not None:
            staff.add(row.staff_id)
        elif row.role:
            roles.add((row.role, row.floor))
    return {person: (frozenset(staff), frozenset(roles)) for person, (staff, roles) in found.items()}
