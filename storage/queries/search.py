"""What search asks: which rows have all the hashes, and which of them the viewer may see and really hold the words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, or_, select, true

from storage import tables
from storage.grams import normal
from storage.queries.residents import GONE
from storage.queries.sight import Sight
from storage.queries.talks import Who, whos
from storage.unit import Unit

CANDIDATES: Final = 300
SHOWN: Final = 30
AROUND: Final = 24


@dataclass(frozen=True, slots=True)
class PersonHit:
    """A person, and where their page is: a talk, or the register for a resident or a relative without a phone of their
    own.
    """

    who: Who
    resident_id: int | None
    talks: bool


@dataclass(frozen=True, slots=True)
class ComplaintHit:
    """A complaint with the words around what was found."""

    id: int
    number: str
    title: str
    open: bool
    snippet: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageHit:
    """A message with the words around what was found; `author` is the colleague who wrote it."""

    who: Who
    snippet: str
    at: datetime
    author: str


def mark(db: Unit, kind: str) -> int:
    """How far the index has come."""
    return db.scalars(select(tables.SearchMark.upto).where(tables.SearchMark.kind == kind)).first() or 0


def after(db: Unit, table: type[Any], begin: int, last: int, limit: int) -> Sequence[Any]:
    """The next rows of a table by id."""
    return db.scalars(select(table).where(table.id > begin, table.id <= last).order_by(table.id).limit(limit)).all()


def with_all(db: Unit, hashes: Sequence[int]) -> list[int]:
    """The newest rows that have every one of the hashes."""
    if not hashes:
        return []
    gram = tables.Gram
    rows = (
        select(gram.subject)
        .where(gram.digest.in_(hashes))
        .group_by(gram.subject)
        .having(func.count() == len(set(hashes)))
        .order_by(gram.subject.desc())
        .limit(CANDIDATES)
    )
    return list(db.scalars(rows))


def people(db: Unit, sight: Sight, candidates: Sequence[int], wanted: str) -> list[PersonHit]:
    """People by name or phone, as far as the viewer works with them."""
    rows = db.scalars(
        select(tables.Person).where(tables.Person.id.in_(candidates), sight.person(tables.Person.id))
    ).all()
    named = [
        row for row in rows if wanted in normal(db.words(row, "name")) or (db.words(row, "phone")).endswith(wanted)
    ]
    hits = residents(db, [row.id for row in named][:SHOWN])
    return sorted(hits, key=lambda hit: (hit.who.kind != "elder", hit.who.name))


def in_room(db: Unit, sight: Sight, room: str, bed: str) -> list[int]:
    """The people who live in a room, or in one bed of it, as far as the viewer works with them."""
    resident = tables.Resident
    here = (sight.resident(), func.upper(resident.room) == room, resident.status.not_in(GONE))
    found = select(resident.person_id).where(*here, resident.bed == bed if bed else true())
    return list(db.scalars(found.order_by(resident.bed).limit(SHOWN)))


def residents(db: Unit, ids: Sequence[int]) -> list[PersonHit]:
    """People of the house by their ids, in this order."""
    found, known = whos(db, list(ids)), _residents(db, ids)
    talking = set(db.scalars(select(tables.Follower.person_id).where(tables.Follower.person_id.in_(ids))))
    return [PersonHit(found[one], known.get(one), one in talking) for one in ids]


def _residents(db: Unit, ids: Sequence[int]) -> dict[int, int]:
    """The residents who they are, or whose relatives they are."""
    kin = select(tables.Kinship.person_id, tables.Kinship.resident_id).where(tables.Kinship.person_id.in_(ids))
    own = select(tables.Resident.person_id, tables.Resident.id).where(tables.Resident.person_id.in_(ids))
    return {person: resident for question in (kin, own) for person, resident in db.execute(question)}


def cases(db: Unit, sight: Sight, candidates: Sequence[int], number: str, wanted: str) -> list[ComplaintHit]:
    """Complaints by their number, or by a line of their record, each once; none whose complainant the viewer may not
    know (C14).
    """
    complaint, record = tables.Complaint, tables.ComplaintRecord
    rows = db.execute(
        select(complaint, record)
        .outerjoin(record, (record.case_id == complaint.id) & record.id.in_(candidates))
        .where(sight.named_complaint(), or_(complaint.number == number, record.id.is_not(None)))
        .order_by(complaint.id.desc(), record.id)
    ).all()
    found: dict[int, ComplaintHit] = {}
    for one, line in rows:
        words = "" if line is None else db.words(line, "body")
        if one.id in found or (one.number != number and wanted not in normal(words)):
            continue
        found[one.id] = ComplaintHit(
            one.id,
            one.number,
            db.words(one, "title"),
            one.closed_at is None,
            snippet(words, wanted),
            one.opened_at,
        )
    return list(found.values())[:SHOWN]


def messages(
    db: Unit,
    sight: Sight,
    heard: Sequence[int],
    said: Sequence[int],
    wanted: str,
    words_of: Callable[[Unit, tables.Inbox], str],
) -> list[MessageHit]:
    """What people wrote and colleagues answered, without what belongs to complaints that are closed to the viewer."""
    inbox, outbox, staff = tables.Inbox, tables.Outbox, tables.Staff
    hits: list[tuple[int, str, datetime, str]] = [
        (row.person_id, words_of(db, row), row.created_at, "")
        for row in db.scalars(
            select(inbox).where(inbox.id.in_(heard), sight.person(inbox.person_id), sight.inbox(inbox.id))
        )
    ]
    hits += [
        (row.person_id, db.words(body, "body"), row.created_at, name)
        for row, body, name in db.execute(
            select(outbox, tables.OutboxBody, staff.name)
            .join(tables.OutboxBody, tables.OutboxBody.id == outbox.id)
            .join(staff, staff.id == outbox.staff_id)
            .where(outbox.id.in_(said), sight.person(outbox.person_id), sight.outbox(outbox.id))
        )
    ]
    real = sorted((hit for hit in hits if wanted in normal(hit[1])), key=lambda hit: hit[2], reverse=True)[:SHOWN]
    found = whos(db, [hit[0] for hit in real])
    return [MessageHit(found[person], snippet(words, wanted), at, author) for person, words, at, author in real]


def snippet(words: str, wanted: str) -> str:
    """The words around the first place where what was asked for begins."""
    flat = " ".join(words.split())
    at = max(0, flat.casefold().find(wanted.split(" ", maxsplit=1)[0]))
    begin = max(0, at - AROUND // 2)
    end = at + len(wanted) + AROUND
    return ("…" if begin else "") + flat[begin:end] + ("…" if end < len(flat) else "")
