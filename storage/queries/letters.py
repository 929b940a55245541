"""What 家书 asks: the letters of a day, who may read them, and who did."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from care import letters
from storage import tables
from storage.queries.letters_photos import Picture, pictures
from storage.queries.residents import Line, lines
from storage.queries.sight import Sight
from storage.store import Store
from storage.types import day_of, micros
from storage.unit import Unit

LEAD_FIRST: Final = "主管看过再发"
"""Why a letter waits behind a 慎重 complaint (F10). Nobody but the lead sees it: whoever knows what it stands for would
know of the lawyer (C14, S10).
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One resident on the board of a day."""

    line: Line
    letter: tables.Letter | None
    readers: int
    read: int
    reactions: tuple[str, ...]
    reached: int = 0
    """How many of the readers follow the account: of nobody else can it be said that a letter is there (C-7)."""

    @property
    def unread_why(self) -> str:
        """Why nobody can read it; "" where somebody can."""
        if self.reached:
            return ""
        return "家属还没绑微信，或取消了关注" if self.readers else "还没有家属绑定"


@dataclass(frozen=True, slots=True)
class Written:
    """A letter as its writer sees it."""

    row: tables.Letter
    facts: dict[str, tuple[str, ...]]
    sentence: str
    note: str
    author: str
    photos: list[Picture]

    @property
    def of_body(self) -> bool:
        """Whether only who may know of health reads the sentence."""
        return letters.SENTENCE in self.facts or bool(letters.of_body(self.sentence))

    @property
    def temperature(self) -> str:
        """In ℃, or nothing."""
        return "".join(self.facts.get("temperature", ()))


@dataclass(frozen=True, slots=True)
class Reader:
    """A relative who may read the letters of a resident."""

    person_id: int
    name: str
    relation: str
    scopes: tuple[str, ...]
    opened_at: datetime | None
    reaction: str
    reached: bool

    @property
    def reads(self) -> bool:
        """Whether letters may be opened at all."""
        return "daily" in self.scopes

    @property
    def of_health(self) -> bool:
        """Whether words of the body may be read."""
        return "health" in self.scopes


def of_day(db: Unit, resident_id: int, day: date) -> tables.Letter | None:
    """The letter of one day."""
    return db.scalars(
        select(tables.Letter).where(tables.Letter.resident_id == resident_id, tables.Letter.day == day)
    ).first()


def sentences(db: Unit, home_id: int, day: date, but: int) -> list[str]:
    """The sentences of the other letters of a day."""
    found = db.scalars(
        select(tables.Letter).where(
            tables.Letter.home_id == home_id,
            tables.Letter.day == day,
            tables.Letter.resident_id != but,
            tables.Letter.sentence.is_not(None),
        )
    )
    return [db.words(row, "sentence") for row in found]


def sentences_of(db: Unit, resident_id: int, first: date, last: date) -> list[tuple[date, str]]:
    """(day, sentence) of the daily letters of some days about one resident, where there is one."""
    table = tables.Letter
    found = db.scalars(
        select(table)
        .where(table.resident_id == resident_id, table.day.between(first, last), table.sentence.is_not(None))
        .order_by(table.day)
    )
    return [(row.day, db.words(row, "sentence")) for row in found]


def cautious(db: Unit, resident_id: int) -> bool:
    """Whether a relative has an open complaint with a lawyer or the press in it: letters go on,
    seen by a lead (F10).
    """
    kin = select(tables.Kinship.person_id).where(tables.Kinship.resident_id == resident_id)
    found = select(tables.Complaint.id).where(
        tables.Complaint.person_id.in_(kin), tables.Complaint.cautious, tables.Complaint.closed_at.is_(None)
    )
    return db.scalars(found).first() is not None


def waiting(db: Unit, home_id: int, first: date, last: date) -> list[tuple[tables.Letter, str]]:
    """Letters that are written and not yet open to their readers, each with the floor of its resident."""
    found = (
        select(tables.Letter, tables.Resident.floor)
        .join(tables.Resident, tables.Resident.id == tables.Letter.resident_id)
        .where(tables.Letter.home_id == home_id, tables.Letter.state == "ready", tables.Letter.day.between(first, last))
        .order_by(tables.Letter.day, tables.Letter.id)
    )
    return [(letter, floor) for letter, floor in db.execute(found)]


def readers(db: Unit, resident_id: int) -> list[tuple[int, tuple[str, ...]]]:
    """Relatives with what each may know."""
    found = db.execute(
        select(tables.Kinship.person_id, tables.Kinship.scopes).where(tables.Kinship.resident_id == resident_id)
    )
    return [(person, tuple(scopes.split())) for person, scopes in found]


def told(db: Unit, resident_id: int) -> list[tables.Kinship]:
    """The ties of relatives who may read letters, with how often and when they want to hear of one."""
    found = db.scalars(select(tables.Kinship).where(tables.Kinship.resident_id == resident_id))
    return [tie for tie in found if "daily" in tie.scopes.split()]


def stopped(db: Unit, person_id: int) -> bool:
    """Whether machines must be silent about this person (F11)."""
    found = select(tables.Stop.id).where(tables.Stop.person_id == person_id, tables.Stop.lifted_at.is_(None))
    return db.scalars(found).first() is not None


def window_open(db: Unit, person_id: int, now: datetime) -> bool:
    """Whether a message may leave without a template: an open 48 h window with more left than
    the one kept for staff.
    """
    found = select(tables.Follower.id).where(
        tables.Follower.person_id == person_id,
        tables.Follower.following,
        tables.Follower.session_until > now,
        tables.Follower.session_left > 1,
    )
    return db.scalars(found).first() is not None


def follows(db: Unit, person_id: int) -> bool:
    """Whether somebody has a phone that follows the account: a card may reach it at any time."""
    found = select(tables.Follower.id).where(tables.Follower.person_id == person_id, tables.Follower.following)
    return db.scalars(found.limit(1)).first() is not None


def zone(db: Unit, person_id: int) -> ZoneInfo | None:
    """A person's own time zone, where it is not the home's."""
    found = db.scalar(select(tables.Person.timezone).where(tables.Person.id == person_id))
    return ZoneInfo(found) if found else None


def all_quiet(store: Store, person_id: int) -> bool:
    """Whether no letter comes now for this person: every elder of theirs is away, gone, or left in peace."""
    row = store.row(
        """SELECT count(*) FROM resident r WHERE (r.person_id = ? OR r.id IN (SELECT resident_id FROM kinship
           WHERE person_id = ?))
           AND r.status = '在住' AND NOT EXISTS (SELECT 1 FROM stop s WHERE s.person_id = r.person_id
           AND s.lifted_at IS NULL)""",
        person_id,
        person_id,
    )
    return row is not None and row[0] == 0


def begun(store: Store, person_id: int) -> bool:
    """Whether letters are switched on where one of the person's elders lives (F29)."""
    row = store.row(
        """SELECT count(*) FROM resident r JOIN launch l ON l.home_id = r.home_id AND l.launched = 'letters'
           AND l.ended_at IS NULL AND l.floor IN ('', r.floor) WHERE r.person_id = ?
           OR r.id IN (SELECT resident_id FROM kinship WHERE person_id = ?)""",
        person_id,
        person_id,
    )
    return row is not None and row[0] > 0


def of_a_room(store: Store, person_id: int) -> bool:
    """Whether who looks holds a device of the house, or a phone of two, on which the other one would read along."""
    mine = """SELECT 1 FROM follower f LEFT JOIN common_phone s ON s.follower_id = f.id
              WHERE f.person_id = ? AND (f.binding = 'house' OR s.id IS NOT NULL)"""
    return store.row(mine, person_id) is not None


def name(db: Unit, resident: tables.Resident) -> str:
    """The resident's name."""
    return db.words(db.get_one(tables.Person, resident.person_id), "name", "老人")


def newest(store: Store, person_id: int, since: datetime) -> list[tuple[str, date, int]] | None:
    """(elder, day, letter) of the newest letter of each of the person's elders; None for who may read nobody's."""
    mine = """SELECT r.id, p.id, p.name FROM resident r JOIN person p ON p.id = r.person_id WHERE r.person_id = ?
              OR r.id IN (SELECT resident_id FROM kinship WHERE person_id = ?
              AND ' ' || scopes || ' ' LIKE '% daily %')"""
    residents = store.rows(mine, person_id, person_id)
    if not residents:
        return None
    found: list[tuple[str, date, int]] = []
    for resident, person, sealed in residents:
        row = store.row(
            "SELECT id, day FROM letter WHERE resident_id = ? AND state = 'released' AND written_at > ? ORDER BY day "
            "DESC LIMIT 1",
            resident,
            micros(since),
        )
        if row is not None:
            elder = store.open(tables.Person, "name", person, sealed).decode() if sealed else "老人"
            found.append((elder, day_of(row[1]), row[0]))
    return found


def reading(db: Unit, letter_id: int, person_id: int) -> tables.LetterReading | None:
    """What one relative did with one letter."""
    return db.scalars(
        select(tables.LetterReading).where(
            tables.LetterReading.letter_id == letter_id, tables.LetterReading.person_id == person_id
        )
    ).first()


def facts_of(db: Unit, row: tables.Letter) -> dict[str, tuple[str, ...]]:
    """The ticked facts."""
    return {name: tuple(values) for name, values in json.loads(db.words(row, "facts", "{}")).items()}


# -- for the staff -------------------------------------------------------------------------------------------------


def board(db: Unit, sight: Sight, day: date) -> list[Row]:
    """The residents who live here with their letter of a day, who may read it and who did."""
    people = lines(db, sight)
    ids = [line.id for line in people]
    rows = {
        row.resident_id: row
        for row in db.scalars(select(tables.Letter).where(tables.Letter.day == day, tables.Letter.resident_id.in_(ids)))
    }
    may, reached = Counter[int](), Counter[int]()
    for resident, scopes, follows in db.execute(
        select(tables.Kinship.resident_id, tables.Kinship.scopes, _follows()).where(tables.Kinship.resident_id.in_(ids))
    ):
        may[resident] += "daily" in scopes.split()
        reached[resident] += "daily" in scopes.split() and bool(follows)
    done: dict[int, list[str]] = {}
    wanted = [row.id for row in rows.values()]
    for read, word in db.execute(
        select(tables.LetterReading.letter_id, tables.LetterReading.reaction).where(
            tables.LetterReading.letter_id.in_(wanted)
        )
    ):
        done.setdefault(read, []).append(word or "")
    said = {line.id: done.get(rows[line.id].id, []) if line.id in rows else [] for line in people}
    return [
        Row(
            line,
            as_seen(sight, rows.get(line.id)),
            may[line.id],
            len(said[line.id]),
            tuple(filter(None, said[line.id])),
            reached[line.id],
        )
        for line in people
    ]


def as_seen(sight: Sight, row: tables.Letter | None) -> tables.Letter | None:
    """A letter that waits for the lead looks to others like any that is written."""
    if row is None or sight.lead or row.held_why != LEAD_FIRST:
        return row
    shown = {column.key: getattr(row, column.key) for column in tables.Letter.__table__.columns}
    return tables.Letter(**shown | {"state": "ready", "held_why": None})


def written(db: Unit, sight: Sight, row: tables.Letter) -> Written:
    """A letter with its words, for staff."""
    author = db.scalar(select(tables.Staff.name).where(tables.Staff.id == row.written_by)) or ""
    return Written(
        as_seen(sight, row) or row,
        facts_of(db, row),
        db.words(row, "sentence"),
        db.words(row, "note"),
        author,
        pictures(db, row.id),
    )


def who_reads(db: Unit, resident_id: int, letter_id: int | None) -> list[Reader]:
    """The relatives who may read, with what each did with this letter."""
    found = db.execute(
        select(tables.Kinship, tables.Person, tables.LetterReading, _follows())
        .join(tables.Person, tables.Person.id == tables.Kinship.person_id)
        .outerjoin(
            tables.LetterReading,
            (tables.LetterReading.person_id == tables.Kinship.person_id)
            & (tables.LetterReading.letter_id == letter_id),
        )
        .where(tables.Kinship.resident_id == resident_id)
        .order_by(tables.Kinship.position, tables.Kinship.is_primary.desc(), tables.Kinship.id)
    )
    return [
        Reader(
            tie.person_id,
            db.words(person, "name"),
            db.words(tie, "relation"),
            tuple(tie.scopes.split()),
            mine.opened_at if mine else None,
            (mine.reaction or "") if mine else "",
            bool(follows),
        )
        for tie, person, mine, follows in found
    ]


def _follows() -> ColumnElement[bool]:
    """Whether the relative of a tie follows the account with one phone at least."""
    return (
        select(tables.Follower.id)
        .where(tables.Follower.person_id == tables.Kinship.person_id, tables.Follower.following)
        .exists()
    )
