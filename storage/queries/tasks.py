"""What 任务 asks: what is open, for whom, about whom; and the notes about a resident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import aliased

from care.matters import MACHINE, MACHINE_NAME
from care.states import NoteUse
from storage import tables
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.tables.families_ties import Alias
from storage.tables.tasks import Assignment, Note, Task
from storage.unit import Unit

SHOWN: Final = 200
ENDED: Final = 40
TO_A_LEAD: Final = "followup"
"""The source of a task that words against a colleague have made: it is seen by whose it is alone (C14)."""
LATELY: Final = timedelta(days=1)
"""So long what has ended stays on the page, to be taken back."""


@dataclass(frozen=True, slots=True)
class Line:
    """One task with all that its line tells."""

    row: Task
    words: str
    owner: str
    maker: str
    resident: str
    """306-1 王桂兰."""
    talk: str
    case: str
    """The number of a complaint that the viewer may know."""
    back: str
    """Why it was given back, while nobody has it."""
    ended_by: str = ""
    gone: bool = False
    """Its owner does not work here any more (F30)."""
    talk_id: int = 0
    """Whose talk it is now: a guest may be somebody whom the house knows by now."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are open in each list, and how many of the viewer's are late."""

    mine: int
    floor: int
    every: int
    late: int
    late_floor: int
    late_all: int


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note as colleagues see it."""

    row: Note
    words: str
    author: str
    media: tables.Media | None


def seen(sight: Sight) -> ColumnElement[bool]:
    """Tasks of the home that the viewer has, wrote, or may see: by floor, and by whom and what they are about."""
    if not sight.works:
        return Task.id < 0
    residents = select(tables.Resident.id).where(sight.resident())
    cases = select(tables.Complaint.id).where(sight.complaint())
    floors = Task.floor.in_(("", *sight.floors)) if sight.floors else true()
    others = and_(
        floors,
        or_(Task.source != TO_A_LEAD, Task.role == sight.role),
        or_(Task.resident_id.is_(None), Task.resident_id.in_(residents)),
        or_(Task.talk_of.is_(None), sight.person(Task.talk_of)),
        or_(Task.case_id.is_(None), Task.case_id.in_(cases)),
    )
    return and_(Task.home_id == sight.home_id, or_(_hers(sight), Task.made_by == sight.staff_id, others))


def mine(sight: Sight) -> ColumnElement[bool]:
    """What the viewer has, and what waits for somebody of the viewer's kind and floor."""
    floors = Task.floor.in_(("", *sight.floors)) if sight.floors else true()
    asked = and_(
        Task.owner_id.is_(None), Task.role.in_(("", sight.role)), floors, or_(Task.role != "", Task.floor != "")
    )
    return or_(_hers(sight), asked)


def _hers(sight: Sight) -> ColumnElement[bool]:
    return Task.owner_id == sight.staff_id


def _of(which: str, sight: Sight) -> ColumnElement[bool]:
    if which == "mine":
        return mine(sight)
    if which == "floor" and sight.floors:
        here = select(tables.Resident.id).where(tables.Resident.floor.in_(sight.floors))
        return or_(Task.floor.in_(sight.floors), Task.resident_id.in_(here))
    return true()


def counts(db: Unit, sight: Sight, now: datetime) -> Counts:
    """All of the page's figures in one look."""
    late = Task.due_at <= now
    found = db.execute(
        select(
            func.count(case((mine(sight), 1))),
            func.count(case((_of("floor", sight), 1))),
            func.count(),
            func.count(case((and_(mine(sight), late), 1))),
            func.count(case((and_(_of("floor", sight), late), 1))),
            func.count(case((late, 1))),
        ).where(seen(sight), Task.ended_at.is_(None))
    ).one()
    return Counts(*found)


def open_ones(db: Unit, sight: Sight, which: str, resident_id: int = 0, most: int = SHOWN, skip: int = 0) -> list[Line]:
    """A page of what is to be done: the latest first, then what has no time."""
    about = Task.resident_id == resident_id if resident_id else true()
    asked = (
        select(Task)
        .where(seen(sight), _of(which, sight), about, Task.ended_at.is_(None))
        .order_by(Task.due_at.is_(None), Task.due_at, Task.id)
        .limit(most)
        .offset(skip)
    )
    return _lines(db, sight, list(db.scalars(asked)))


def of_talk(db: Unit, sight: Sight, person_id: int) -> list[Line]:
    """What is open from a talk, so that nobody writes it once more."""
    asked = select(Task).where(seen(sight), Task.talk_of == person_id, Task.ended_at.is_(None)).order_by(Task.id)
    return _lines(db, sight, list(db.scalars(asked.limit(ENDED))))


def ended_ones(db: Unit, sight: Sight, which: str, now: datetime) -> list[Line]:
    """What ended within a day, the last first."""
    asked = (
        select(Task)
        .where(seen(sight), _of(which, sight), Task.ended_at > now - LATELY)
        .order_by(Task.ended_at.desc())
        .limit(ENDED)
    )
    return _lines(db, sight, list(db.scalars(asked)))


def ended_many(db: Unit, sight: Sight, which: str, now: datetime) -> int:
    """How many ended within a day."""
    asked = select(func.count()).select_from(Task)
    return db.scalars(asked.where(seen(sight), _of(which, sight), Task.ended_at > now - LATELY)).one()


def in_hands(db: Unit, sight: Sight, staff_id: int) -> list[Line]:
    """What a colleague has, for handing it over (F30)."""
    asked = select(Task).where(seen(sight), Task.owner_id == staff_id, Task.ended_at.is_(None)).order_by(Task.id)
    return _lines(db, sight, list(db.scalars(asked)))


def _lines(db: Unit, sight: Sight, rows: list[Task]) -> list[Line]:
    if not rows:
        return []
    people = {number for row in rows for number in (row.owner_id, row.made_by, row.ended_by) if number}
    names, gone = {MACHINE: MACHINE_NAME}, set[int]()
    for number, name, left in db.execute(
        select(tables.Staff.id, tables.Staff.name, tables.Staff.left_at).where(tables.Staff.id.in_(people))
    ):
        names[number] = name
        if left is not None:
            gone.add(number)
    where = _residents(db, [row.resident_id for row in rows if row.resident_id])
    now = _became(db, [row.talk_of for row in rows if row.talk_of])
    talks = {
        person.id: db.words(person, "name", "这位")
        for person in db.scalars(
            select(tables.Person).where(tables.Person.id.in_(now.values()), sight.person(tables.Person.id))
        )
    }
    numbers = db.execute(
        select(tables.Complaint.id, tables.Complaint.number).where(
            tables.Complaint.id.in_([row.case_id for row in rows if row.case_id]), sight.complaint()
        )
    )
    cases: dict[int, str] = {one.id: one.number for one in numbers}
    back = _given_back(db, [row.id for row in rows])
    return [
        Line(
            row,
            db.words(row, "body"),
            names.get(row.owner_id, "") if row.owner_id else "",
            names.get(row.made_by, ""),
            where.get(row.resident_id or 0, ""),
            talks.get(now.get(row.talk_of or 0, 0), ""),
            cases.get(row.case_id or 0, ""),
            back.get(row.id, ""),
            names.get(row.ended_by, "") if row.ended_by else "",
            row.owner_id in gone,
            now.get(row.talk_of or 0, 0),
        )
        for row in rows
    ]


def _became(db: Unit, people: list[int]) -> dict[int, int]:
    """Who these are now, where a guest was joined with somebody registered."""
    joined = db.execute(select(Alias.was, Alias.became).where(Alias.was.in_(people), Alias.undone_at.is_(None)))
    return {person: person for person in people} | {row.was: row.became for row in joined}


def _residents(db: Unit, ids: list[int]) -> dict[int, str]:
    """306-1 王桂兰, by id."""
    found = db.execute(
        select(tables.Resident, tables.Person)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(tables.Resident.id.in_(ids))
    )
    return {
        row.id: f"{row.room}-{row.bed} {db.words(person, 'name', '老人')}" if row.room else db.words(person, "name")
        for row, person in found
    }


def _given_back(db: Unit, ids: list[int]) -> dict[int, str]:
    """Who gave it back and why, where that was the last."""
    last = (
        select(func.max(Assignment.id))
        .where(Assignment.thing == "task", Assignment.thing_id.in_(ids))
        .group_by(Assignment.thing_id)
    )
    rows = db.execute(
        select(Assignment, tables.Staff.name)
        .join(tables.Staff, tables.Staff.id == Assignment.by_id)
        .where(Assignment.id.in_(last), Assignment.why == "back")
    )
    return {row.thing_id: f"{name}退回：{db.words(row, 'reason')}" for row, name in rows}


@dataclass(frozen=True, slots=True)
class Step:
    """One change of hands."""

    at: datetime
    who: str
    why: str
    to: str
    reason: str


def history(db: Unit, task_id: int) -> list[Step]:
    """Through whose hands a task went, the first first."""
    to, by = aliased(tables.Staff), aliased(tables.Staff)
    rows = db.execute(
        select(Assignment, by.name, to.name)
        .outerjoin(by, by.id == Assignment.by_id)
        .outerjoin(to, to.id == Assignment.to_id)
        .where(Assignment.thing == "task", Assignment.thing_id == task_id)
        .order_by(Assignment.id)
    )
    return [
        Step(
            row.at, who or (MACHINE_NAME if row.by_id == MACHINE else ""), row.why, whom or "", db.words(row, "reason")
        )
        for row, who, whom in rows
    ]


@dataclass(frozen=True, slots=True)
class Whom:
    """Who can be given something: colleagues who work with residents, and the floors where they live."""

    staff: list[tuple[int, str, str]]
    floors: list[str]


def whom(db: Unit, sight: Sight, roles: Sequence[str]) -> Whom:
    """Everybody who is here now, by name; floors where somebody lives."""
    table, resident = tables.Staff, tables.Resident
    here = db.execute(
        select(table.id, table.name, table.role)
        .where(table.home_id == sight.home_id, table.left_at.is_(None), table.role.in_(roles))
        .order_by(table.name)
    )
    floors = db.scalars(
        select(resident.floor)
        .where(resident.home_id == sight.home_id, resident.floor != "", resident.status.in_(LIVING))
        .distinct()
        .order_by(resident.floor)
    )
    return Whom([(number, name, role) for number, name, role in here], list(floors))


# -- notes -----------------------------------------------------------------------------------------------------------


def notes(db: Unit, resident_id: int, day: date, *uses: NoteUse) -> list[NoteLine]:
    """The notes of a day, the first first."""
    rows = db.execute(
        select(Note, tables.Staff.name, tables.Media)
        .outerjoin(tables.Staff, tables.Staff.id == Note.by_id)
        .outerjoin(tables.Media, tables.Media.inbox_id == Note.inbox_id)
        .where(Note.resident_id == resident_id, Note.day == day, Note.use.in_([use.value for use in uses]))
        .order_by(Note.id)
    )
    return [NoteLine(row, db.words(row, "body"), name or "", media) for row, name, media in rows]


def media_of(db: Unit, row: Note) -> tables.Media | None:
    """The photo or the voice of a note."""
    return db.scalars(select(tables.Media).where(tables.Media.inbox_id == row.inbox_id)).first()
