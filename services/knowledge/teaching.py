"""What colleagues teach from what people wrote: one more way of asking for an entry, or what words mean (engineering,
16).

It is used at once, lives sealed beside its message and dies with it, and is never exported. It never changes whether
something rings, is asked back or is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import select

from care.errors import Invalid, NotFound
from conversations import answers
from services.access import Viewer, access_page, name_of
from services.knowledge.access import KNOWLEDGE
from services.knowledge.forms import Teach
from storage import tables
from storage.tables.knowledge import Taught
from storage.types import new_id
from storage.unit import Unit

MEANS: Final = "="
"""How the key of a lesson begins that tells what words mean; any other key is that of an entry."""
INTENTS: Final = {
    "complaint": "这是投诉",
    "request": "这是要办的事",
    "private": "问的是一位老人",
    "letter": "要看家书",
    "suggestion": "这是建议",
    "praise": "这是表扬",
    "hazard": "这是要修的、不安全的",
    "leave": "要接老人外出",
    "visit": "要来看老人",
    "tour": "要来参观",
    "rights": "个人信息的事",
    "human": "要找人",
    "offtopic": "和院里无关",
}
LONGEST: Final = 60
MOST: Final = 20
"""Messages that one tap teaches."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing that was taught, as the page shows it."""

    id: int
    words: str
    key: str
    by: str
    at: datetime

    @property
    def means(self) -> str:
        """What the words mean, for a lesson about an intent."""
        return INTENTS.get(self.key.removeprefix(MEANS), "") if self.key.startswith(MEANS) else ""


def kept(db: Unit, home_id: int) -> dict[str, tuple[str, ...]]:
    """All lessons of a home: their words, by what they were taught for; of a message the last one counts."""
    last: dict[int, Taught] = {}
    for row in db.scalars(select(Taught).where(Taught.home_id == home_id).order_by(Taught.edited_at, Taught.id)):
        last[row.inbox_id] = row
    found: dict[str, list[str]] = {}
    for row in last.values():
        found.setdefault(row.key, []).append(db.open(row, "words") or "")
    return {key: tuple(words) for key, words in found.items()}


def lessons(db: Unit, viewer: Viewer, key: str = "", most: int = 6) -> list[Lesson]:
    """The last lessons whose messages this colleague may read, of each message the newest; with a key those of one
    entry.
    """
    access_page(viewer, KNOWLEDGE)
    found = (
        select(Taught)
        .join(tables.Inbox, tables.Inbox.id == Taught.inbox_id)
        .where(
            Taught.home_id == viewer.home_id,
            viewer.sight.person(tables.Inbox.person_id),
            viewer.sight.inbox(tables.Inbox.id),
        )
        .order_by(Taught.edited_at.desc(), Taught.id.desc())
        .limit(most)
    )
    rows: dict[int, Taught] = {}
    for row in db.scalars(found.where(Taught.key == key) if key else found):
        rows.setdefault(row.inbox_id, row)
    return [
        Lesson(row.id, db.open(row, "words") or "", row.key, name_of(db, row.edited_by), row.edited_at)
        for row in rows.values()
    ]


def teach(db: Unit, viewer: Viewer, form: Teach, now: datetime) -> int:
    """Teach an entry, or an intent, from messages; gives how many. Raises NotFound, Invalid with a sentence."""
    access_page(viewer, KNOWLEDGE)
    if form.key.startswith(MEANS):
        if form.key.removeprefix(MEANS) not in INTENTS:
            raise NotFound
    elif not _is_entry(db, viewer, form.key):
        raise NotFound
    rows = _messages(db, viewer, form.messages)
    for inbox_id, words in rows:
        row = Taught(
            id=new_id(),
            home_id=viewer.home_id,
            inbox_id=inbox_id,
            key=form.key,
            edited_at=now,
            edited_by=viewer.id,
        )
        db.seal(row, "words", words)
        db.add(row)
        db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "teach", f"inbox:{inbox_id}")
    db.store.hint("knowledge")
    return len(rows)


def unteach(db: Unit, viewer: Viewer, lesson_id: int, now: datetime) -> None:
    """Take a lesson back. Raises NotFound."""
    access_page(viewer, KNOWLEDGE)
    row = db.lock_row(select(Taught).where(Taught.id == lesson_id, Taught.home_id == viewer.home_id))
    if row is None:
        raise NotFound
    db.delete(row)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "unteach", f"inbox:{row.inbox_id}")
    db.store.hint("knowledge")


def words_of(db: Unit, viewer: Viewer, messages: str) -> list[str]:
    """What was written in messages, for the form of a new entry. Raises NotFound, Invalid."""
    access_page(viewer, KNOWLEDGE)
    return [words for _, words in _messages(db, viewer, messages)]


def _messages(db: Unit, viewer: Viewer, messages: str) -> Sequence[tuple[int, str]]:
    """The messages of a form, with their words; each must be one that this colleague may read."""
    try:
        numbers = list(dict.fromkeys(int(one) for one in messages.split(",")))[:MOST]
    except ValueError as error:
        raise Invalid(why="这些话找不到了，请刷新再试。") from error
    found = db.scalars(
        select(tables.Inbox).where(
            tables.Inbox.id.in_(numbers),
            tables.Inbox.home_id == viewer.home_id,
            tables.Inbox.kind == "text",
            viewer.sight.person(tables.Inbox.person_id),
            viewer.sight.inbox(tables.Inbox.id),
        )
    ).all()
    if len(found) < len(numbers):
        raise NotFound
    return [(row.id, words[:LONGEST]) for row in found if (words := body(db, row).strip())]


def body(db: Unit, row: tables.Inbox) -> str:
    """What a message says."""
    return str(msgspec.json.decode(db.open(row, "event") or "{}").get("body", ""))


def _is_entry(db: Unit, viewer: Viewer, key: str) -> bool:
    if any(entry.id == key for entry in answers.starter()):
        return True
    entry = tables.KnowledgeEntry
    return db.scalars(select(entry.id).where(entry.home_id == viewer.home_id, entry.key == key)).first() is not None
