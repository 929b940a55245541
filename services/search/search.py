"""Search over names, the last four digits of phones, what was said, and complaints: the index is filled after COMMIT by
a job.

A row is indexed when it is old enough that every transaction which began before it has ended; so the mark only ever
goes forward, with any number of writers, and a message is found a minute or two after it came.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import delete

from conversations import events
from services.access import Viewer, access_page
from services.search.access import SEARCH
from storage import tables
from storage.grams import digest, grams, normal
from storage.queries import search as queries
from storage.seal import Sealer, Unreadable
from storage.store import Store
from storage.types import id_at
from storage.unit import Unit

SETTLED: Final = timedelta(seconds=80)
"""Longer than any transaction lives (storage.postgres, LIMITS) and the clocks of two hosts may differ (bot.doctor)."""
PORTION: Final = 100
MOST_HASHES: Final = 4000
"""A portion is one short transaction, however long the texts are."""
PHONE: Final = 4
SHORTEST: Final = 2
ROOM: Final = re.compile(r"([a-z]?\d{1,5}[a-z]?)(?:室|房间?)?(?:-?(\d{1,2})床?)?", re.ASCII)
"""306, 306 室, 306-1, A306 室 2 床, without blanks."""
MOST: Final = 8
"""Pairs of a question that are looked up; what is longer is compared with the words themselves."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Rows of one kind with their hashes, up to an id."""

    kind: str
    upto: int
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found, as far as the viewer may see it; `short` when it has too few characters for messages."""

    people: list[queries.PersonHit]
    cases: list[queries.ComplaintHit]
    messages: list[queries.MessageHit]
    short: bool


def next_portion(db: Unit, machine_now: datetime) -> Portion | None:
    """The next rows to index, with their hashes; None when the index is up to date. A question: nothing is written."""
    last = id_at(machine_now - SETTLED)
    for kind, rows_of in _KINDS.items():
        rows = rows_of(db, queries.mark(db, kind), last, PORTION)
        if rows:
            hashes, upto = list[tuple[int, int]](), 0
            for home, subject, text in rows:
                hashes += _entries(db.sealer, home, kind, subject, text)
                upto = subject
                if len(hashes) > MOST_HASHES:
                    break
            return Portion(kind, upto, tuple(hashes))
    return None


def put(store: Store, portion: Portion) -> None:
    """Write a portion; the same one twice changes nothing."""
    store.insert_missing(tables.Gram, ("id", "digest", "subject"), [(_id(*row), *row) for row in portion.rows])
    known = store.row("SELECT id FROM search_mark WHERE kind = ?", portion.kind)
    if known is None:
        store.insert(tables.SearchMark, kind=portion.kind, upto=portion.upto)
    else:
        store.update(tables.SearchMark, known[0], upto=portion.upto)


def renamed(db: Unit, person: tables.Person) -> None:
    """A person has another name or phone: found by the new one at once, by the old one no more."""
    db.execute(delete(tables.Gram).where(tables.Gram.subject == person.id))
    text = _of_person(db, person)
    rows = list(_entries(db.sealer, person.home_id, "person", person.id, text))
    db.store.insert_missing(tables.Gram, ("id", "digest", "subject"), [(_id(*row), *row) for row in rows])


def look(db: Unit, viewer: Viewer, question: str) -> Found:
    """Rows that have the words of the question, newest first, only what the viewer may open. Raises NotFound."""
    access_page(viewer, SEARCH)
    wanted = normal(question)
    short = len(wanted.replace(" ", "")) < SHORTEST
    if not wanted:
        return Found([], [], [], short=True)

    def candidates(kind: str, *more: str) -> list[int]:
        pairs = sorted(grams(wanted, singles=kind == "person" and short))[:MOST]
        return queries.with_all(db, [digest(db.sealer, viewer.home_id, kind, one) for one in (*more, *pairs)])

    people = candidates("person")
    if wanted.isdecimal() and len(wanted) == PHONE:
        people += queries.with_all(db, [digest(db.sealer, viewer.home_id, "person", f"tel:{wanted}")])
    sight, place = viewer.sight, ROOM.fullmatch("".join(unicodedata.normalize("NFKC", question).casefold().split()))
    there = queries.in_room(db, sight, place[1].upper(), place[2] or "") if place else []
    named = [hit for hit in queries.people(db, sight, people, wanted) if hit.who.id not in there]
    found = Found(
        queries.residents(db, there) + named,
        queries.cases(db, sight, [] if short else candidates("record"), question.strip().upper(), wanted),
        queries.messages(
            db, sight, [] if short else candidates("heard"), [] if short else candidates("said"), wanted, _heard_words
        ),
        short,
    )
    if found.people or found.cases or found.messages:  # that somebody searched is kept, and how much it showed
        db.look(viewer.home_id, viewer.id, f"search:{len(found.people)}.{len(found.cases)}.{len(found.messages)}")
    return found


def _entries(sealer: Sealer, home: int, kind: str, subject: int, text: str) -> Iterable[tuple[int, int]]:
    words, _, phone = text.partition("\x00")
    pairs = grams(words, singles=kind == "person")
    if phone:
        pairs.add(f"tel:{phone}")
    return ((digest(sealer, home, kind, one), subject) for one in sorted(pairs))


def _id(hashed: int, subject: int) -> int:
    """The same pair of the same row has the same id, so that it is there once."""
    return (hashed ^ (subject * 0x9E3779B97F4A7C15)) & (2**63 - 1)


def _of_person(db: Unit, person: tables.Person) -> str:
    phone = "".join(filter(str.isdigit, db.open(person, "phone") or ""))
    return f"{db.open(person, 'name') or ''}\x00{phone[-PHONE:] if len(phone) >= PHONE else ''}"


def _heard_words(db: Unit, row: tables.Inbox) -> str:
    """The words of a message; a photo has none."""
    try:
        event = events.parse(db.sealer.open("inbox", "event", row.id, row.event))
    except (Unreadable, msgspec.DecodeError, msgspec.ValidationError):
        return ""
    if isinstance(event, events.Text | events.Noted):
        return event.body
    return events.line_of(event) if isinstance(event, events.Voice | events.Location | events.Link) else ""


def _rows(
    table: type[Any], text: Callable[[Unit, Any], str]
) -> Callable[[Unit, int, int, int], Sequence[tuple[int, int, str]]]:
    def rows_of(db: Unit, after: int, last: int, limit: int) -> list[tuple[int, int, str]]:
        return [(row.home_id, row.id, _readable(db, row, text)) for row in queries.after(db, table, after, last, limit)]

    return rows_of


def _readable(db: Unit, row: tables.Base, text: Callable[[Unit, Any], str]) -> str:
    try:
        return text(db, row)
    except Unreadable:
        return ""


def _said_words(db: Unit, row: tables.Outbox) -> str:
    """What a colleague wrote; a machine's sentences are the same for everybody."""
    body = db.get(tables.OutboxBody, row.id) if row.staff_id is not None else None
    return "" if body is None else db.open(body, "body") or ""


_KINDS: Final = {
    "person": _rows(tables.Person, _of_person),
    "heard": _rows(tables.Inbox, _heard_words),
    "said": _rows(tables.Outbox, _said_words),
    "record": _rows(tables.ComplaintRecord, lambda db, row: db.open(row, "body") or ""),
}
