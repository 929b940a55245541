"""What 每周家书 asks: who is written about this week, one letter as a relative may read it, and who did."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import and_, func, select

from care import weekly
from care.letters import Facts, sentence_for
from care.states import LetterState, Status
from care.weekly import Kind
from storage import tables
from storage.queries import families_contact
from storage.queries.letters import LEAD_FIRST, facts_of
from storage.queries.letters_photos import leaving
from storage.queries.residents import Line, lines
from storage.queries.sight import Sight
from storage.store import Store
from storage.tables.letters_weekly import WeeklyLetter, WeeklyReading
from storage.types import day_of
from storage.unit import Unit

PHOTOS: Final = 3
"""Photos of the week on one page."""
OF_SHELF: Final = 8
"""Letters of a week on the shelf at first."""
ALL: Final = 400
"""When all are asked for."""
SHOWN_FOR: Final = timedelta(days=7)
"""So long the menu names one."""
RELEASED: Final = LetterState.RELEASED.value


@dataclass(frozen=True, slots=True)
class Row:
    """A resident on the board of a week."""

    line: Line
    letter: WeeklyLetter | None
    kind: Kind
    readers: int
    reached: int
    """Readers who follow the account."""
    read: int
    turn: bool
    """Whether the day has come on which it is theirs to be written about."""

    @property
    def due(self) -> bool:
        """Whether somebody must write it."""
        if self.kind is Kind.HOSPITAL:
            return self.turn
        return self.turn and (self.letter is None or self.letter.state == LetterState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Written:
    """One as its writer sees it."""

    row: WeeklyLetter
    facts: Facts
    sentence: str
    plan: str
    author: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What of one may be known, wherever it is read: on a phone, or on paper."""

    kind: Kind
    title: str
    elder: str
    first: date
    last: date
    sentence: str
    facts: list[tuple[str, str]]
    plan: str
    days: int
    """Days of the week of which there is a daily letter."""
    trend: list[weekly.Row]
    did: list[tuple[str, str]]
    photos: list[tuple[int, int]]
    """(daily letter, photo)."""
    author: str
    written_at: datetime
    corrected: bool
    contact: str
    today: int
    """The daily letter of the same day; 0 without one."""


@dataclass(frozen=True, slots=True)
class Page:
    """One as one relative reads it."""

    id: int
    sheet: Sheet
    to: str
    reaction: str


class Open(NamedTuple):
    """One that is open, as the menu names it."""

    person: int
    name: bytes | None
    kind: str
    day: date | str
    letter: int


def of_day(db: Unit, resident_id: int, kind: Kind, day: date) -> WeeklyLetter | None:
    """That of one week, or of one day in hospital."""
    table = WeeklyLetter
    wanted = select(table).where(table.resident_id == resident_id, table.kind == kind.value, table.day == day)
    return db.scalars(wanted).first()


def before(db: Unit, resident_id: int, day: date) -> WeeklyLetter | None:
    """The last one before a day."""
    table = WeeklyLetter
    wanted = select(table).where(table.resident_id == resident_id, table.day < day).order_by(table.day.desc())
    return db.scalars(wanted.limit(1)).first()


def newest_of(db: Unit, resident_id: int, kind: Kind) -> WeeklyLetter | None:
    """The newest one of a kind."""
    table = WeeklyLetter
    wanted = select(table).where(table.resident_id == resident_id, table.kind == kind.value)
    return db.scalars(wanted.order_by(table.day.desc()).limit(1)).first()


def sentences(db: Unit, home_id: int, day: date, but: int) -> list[str]:
    """What was written about other residents for the same day."""
    table = WeeklyLetter
    found = db.scalars(select(table).where(table.home_id == home_id, table.day == day, table.resident_id != but))
    return [db.words(row, "sentence") for row in found]


def as_seen(sight: Sight, row: WeeklyLetter | None) -> WeeklyLetter | None:
    """One that waits for the lead looks to others like any that is written (C14)."""
    if row is None or sight.lead or row.held_why != LEAD_FIRST:
        return row
    shown = {column.key: getattr(row, column.key) for column in WeeklyLetter.__table__.columns}
    return WeeklyLetter(**shown | {"state": LetterState.READY.value, "held_why": None})


def written(db: Unit, sight: Sight, row: WeeklyLetter) -> Written:
    """One with its words."""
    author = db.scalar(select(tables.Staff.name).where(tables.Staff.id == row.written_by)) or ""
    return Written(as_seen(sight, row) or row, facts(db, row), db.words(row, "sentence"), db.words(row, "plan"), author)


def facts(db: Unit, row: WeeklyLetter) -> dict[str, tuple[str, ...]]:
    """The ticks."""
    return {name: tuple(values) for name, values in json.loads(db.words(row, "facts", "{}")).items()}


def waiting(db: Unit, home_id: int, first: date) -> list[tuple[WeeklyLetter, str]]:
    """Those that are written and not yet open, each with the floor of its resident."""
    table = WeeklyLetter
    found = (
        select(table, tables.Resident.floor)
        .join(tables.Resident, tables.Resident.id == table.resident_id)
        .where(table.home_id == home_id, table.state == LetterState.READY.value, table.day >= first)
        .order_by(table.day, table.id)
    )
    return [(row, floor) for row, floor in db.execute(found)]


def told(db: Unit, resident_id: int, kind: Kind) -> list[tables.Kinship]:
    """The ties of relatives who may read such a letter."""
    found = db.scalars(select(tables.Kinship).where(tables.Kinship.resident_id == resident_id))
    return [tie for tie in found if weekly.may_read(kind, tie.scopes.split())]


def announced(db: Unit, resident_id: int, day: date) -> bool:
    """Whether the letter of the week that ends on this day is open: then it speaks for that of the day as well."""
    row = of_day(db, resident_id, Kind.WEEK, day)
    return row is not None and row.state == RELEASED


def reading(db: Unit, weekly_id: int, person_id: int) -> WeeklyReading | None:
    """What one relative did with one."""
    wanted = select(WeeklyReading).where(WeeklyReading.weekly_id == weekly_id, WeeklyReading.person_id == person_id)
    return db.scalars(wanted).first()


def board(db: Unit, sight: Sight, sunday: date, today: date) -> list[Row]:
    """The residents who live here with the letter of a week; of those in hospital the last one of the week."""
    people = [line for line in lines(db, sight) if line.status in {Status.LIVING, Status.IN_HOSPITAL}]
    ids = [line.id for line in people]
    table = WeeklyLetter
    mine: dict[tuple[int, str], WeeklyLetter] = {}
    span = table.day.between(sunday - timedelta(days=13), max(sunday, today))
    for row in db.scalars(select(table).where(table.resident_id.in_(ids), span).order_by(table.day)):
        if row.kind == Kind.HOSPITAL or row.day == sunday:
            mine[row.resident_id, row.kind] = row
    may, reached = Counter[int](), Counter[int]()
    tie, follower = tables.Kinship, tables.Follower
    follows = select(follower.id).where(follower.person_id == tie.person_id, follower.following).exists()
    for resident, scopes, there in db.execute(
        select(tie.resident_id, tie.scopes, follows).where(tie.resident_id.in_(ids))
    ):
        may[resident] += "daily" in scopes.split()
        reached[resident] += "daily" in scopes.split() and bool(there)
    wanted = [row.id for row in mine.values()]
    counted = (
        select(WeeklyReading.weekly_id, func.count().label("many"))
        .where(WeeklyReading.weekly_id.in_(wanted))
        .group_by(WeeklyReading.weekly_id)
    )
    read = {row.weekly_id: row.many for row in db.execute(counted)}
    found: list[Row] = []
    for line in people:
        kind = Kind.HOSPITAL if line.status == Status.IN_HOSPITAL else Kind.WEEK
        letter = mine.get((line.id, kind.value))
        if kind is Kind.HOSPITAL:
            turn = letter is None or _stale(letter, today)
        else:
            turn = today > sunday or today.weekday() >= weekly.turn(line.id)
        seen = read.get(letter.id, 0) if letter else 0
        found.append(Row(line, as_seen(sight, letter), kind, may[line.id], reached[line.id], seen, turn))
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """One that waits for a call."""

    line: Line
    letter: WeeklyLetter


def held(db: Unit, sight: Sight, since: date) -> list[Held]:
    """Those of the viewer's floors that wait for a call, of this day and later; what waits for the lead only for the
    lead.
    """
    table = WeeklyLetter
    wanted = (table.home_id == sight.home_id, table.day >= since, table.state == LetterState.HELD.value)
    found = list(db.scalars(select(table).where(*wanted).order_by(table.day, table.id)))
    if not found:
        return []
    people = {line.id: line for line in lines(db, sight) if line.status in {Status.LIVING, Status.IN_HOSPITAL}}
    return [
        Held(people[row.resident_id], row)
        for row in found
        if row.resident_id in people and (sight.lead or row.held_why != LEAD_FIRST)
    ]


def _stale(letter: WeeklyLetter, today: date) -> bool:
    """Whether somebody in hospital must be written about again: a week later, and at once where nobody has called."""
    held = letter.state == LetterState.HELD and today > letter.day
    return held or letter.state == LetterState.WITHDRAWN or today - letter.day >= weekly.AGAIN


# -- for the families ------------------------------------------------------------------------------------------------


def page(db: Unit, person_id: int, weekly_id: int) -> Page | None:
    """One that is open, for a relative whose scopes hold daily today, or for the resident; else None."""
    row = db.scalars(select(WeeklyLetter).where(WeeklyLetter.id == weekly_id, WeeklyLetter.state == RELEASED)).first()
    if row is None:
        return None
    resident = db.get_one(tables.Resident, row.resident_id)
    mine = and_(tables.Kinship.resident_id == resident.id, tables.Kinship.person_id == person_id)
    tie = db.scalars(select(tables.Kinship).where(mine)).first()
    own = ("daily", "health", "photos") if resident.person_id == person_id else ()
    scopes = tuple(tie.scopes.split()) if tie else own
    if not weekly.may_read(Kind(row.kind), scopes):
        return None
    done = reading(db, weekly_id, person_id)
    to = db.words(db.get_one(tables.Person, person_id), "name", "您")
    drawn = sheet(db, row, resident, scopes, db.words(tie, "relation") if tie else "")
    return Page(row.id, drawn, to, (done.reaction or "") if done else "")


def sheet(db: Unit, row: WeeklyLetter, resident: tables.Resident, scopes: Collection[str], relation: str) -> Sheet:
    """Its words within what may be known."""
    elder = db.words(db.get_one(tables.Person, resident.person_id), "name", "老人")
    kind, known = Kind(row.kind), facts(db, row)
    first = row.day - timedelta(days=6) if kind is Kind.WEEK else row.day
    dailies = _dailies(db, resident.id, first, row.day) if kind is Kind.WEEK else {}
    days = [facts_of(db, dailies[day]) if day in dailies else None for day in _week(first)]
    photos = [
        (letter.id, photo)
        for letter in dailies.values()
        for photo in (leaving(db, letter.id) if "photos" in scopes else [])
    ]
    today = dailies.get(row.day)
    return Sheet(
        kind=kind,
        title=weekly.title(kind, relation, resident.sex, elder),
        elder=elder,
        first=first,
        last=row.day,
        sentence=sentence_for({}, db.words(row, "sentence"), scopes),
        facts=weekly.readable(kind, known, {*scopes, "daily"}),
        plan=sentence_for({}, db.words(row, "plan"), scopes),
        days=len(dailies),
        trend=weekly.trend(days),
        did=weekly.did(days),
        photos=photos[-PHOTOS:],
        author=db.scalar(select(tables.Staff.name).where(tables.Staff.id == row.written_by)) or "",
        written_at=row.written_at,
        corrected=row.corrected,
        contact=families_contact.name_of(db, resident.id),
        today=today.id if today else 0,
    )


def week(db: Unit, resident_id: int, monday: date) -> tuple[list[weekly.Row], list[tuple[str, str]], int]:
    """The picture of a week for who writes about it, of all daily letters that are written: rows, what was done, and of
    how many days.
    """
    table = tables.Letter
    there = (table.resident_id == resident_id, table.day.between(monday, monday + timedelta(days=6)))
    rows = {row.day: row for row in db.scalars(select(table).where(*there, table.state != LetterState.WITHDRAWN))}
    days = [facts_of(db, rows[day]) if day in rows else None for day in _week(monday)]
    return weekly.trend(days), weekly.did(days), len(rows)


def _week(first: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(7)]


def _dailies(db: Unit, resident_id: int, first: date, last: date) -> dict[date, tables.Letter]:
    """The daily letters of a week that families may read."""
    table = tables.Letter
    mine = (table.resident_id == resident_id, table.day.between(first, last), table.state == RELEASED)
    return {row.day: row for row in db.scalars(select(table).where(*mine).order_by(table.day))}


OnShelf = tuple[int, str, date, date, bool]
"""(letter, title, first day, last day, whether it was opened)."""


def shelf(db: Unit, person_id: int, *, every: bool = False) -> tuple[list[OnShelf], bool]:
    """The newest that a relative may read, or every one, and whether there are more."""
    most = ALL if every else OF_SHELF
    table, tie = WeeklyLetter, tables.Kinship
    found = db.execute(
        select(table, tables.Resident, tie, WeeklyReading.id)
        .join(tables.Resident, tables.Resident.id == table.resident_id)
        .join(tie, tie.resident_id == table.resident_id)
        .outerjoin(WeeklyReading, and_(WeeklyReading.weekly_id == table.id, WeeklyReading.person_id == person_id))
        .where(tie.person_id == person_id, table.state == RELEASED)
        .order_by(table.day.desc(), table.id)
        .limit(3 * most + 1)
    ).all()
    cut = len(found) > 3 * most
    found = [one for one in found if weekly.may_read(Kind(one[0].kind), one[2].scopes.split())]
    shown: list[OnShelf] = []
    for row, resident, mine, read in found[:most]:
        elder = db.words(db.get_one(tables.Person, resident.person_id), "name", "老人")
        kind = Kind(row.kind)
        first = row.day - timedelta(days=6) if kind is Kind.WEEK else row.day
        title = weekly.title(kind, db.words(mine, "relation"), resident.sex, elder)
        shown.append((row.id, title, first, row.day, read is not None))
    return shown, cut or len(found) > most


def newest(store: Store, person_id: int, since: date) -> list[tuple[str, Kind, date, int]]:
    """(elder, kind, day, letter) of what is open since a day about the person's elders, the newest first."""
    rows = store.all_of(
        Open,
        """SELECT p.id, p.name, w.kind, w.day, w.id FROM weekly_letter w JOIN resident r ON r.id = w.resident_id
           JOIN person p ON p.id = r.person_id WHERE w.state = 'released' AND w.day >= ?
           AND (w.kind = 'week' AND r.status = '在住' OR w.kind = 'hospital' AND r.status = '住院')
           AND NOT EXISTS (SELECT 1 FROM stop s WHERE s.person_id = p.id AND s.lifted_at IS NULL)
           AND (r.person_id = ? OR r.id IN (SELECT resident_id FROM kinship WHERE person_id = ?
           AND (w.kind = 'week' AND ' ' || scopes || ' ' LIKE '% daily %' OR w.kind = 'hospital'
           AND (' ' || scopes || ' ' LIKE '% health %' OR ' ' || scopes || ' ' LIKE '% emergency %'))))
           ORDER BY w.day DESC, w.id""",
        since,
        person_id,
        person_id,
    )
    return [
        (
            store.open(tables.Person, "name", row.person, row.name).decode() if row.name else "老人",
            Kind(row.kind),
            day_of(row.day),
            row.letter,
        )
        for row in rows
    ]
