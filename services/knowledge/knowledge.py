"""What the house knows, as staff keep it: the starter entries, their changes, own entries, and the values of the blanks
(Q3, A8).
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import select

from care.errors import Changed, Conflict, Invalid, NotFound
from care.triage import triage
from conversations import answers
from conversations.answers import Entry, Found, Kind, Knowledge
from conversations.events import Asked, Option
from conversations.routing import Intent, of_words
from services.access import Viewer, access_page, name_of
from services.knowledge.access import KNOWLEDGE
from services.knowledge.forms import FillBlank, LearnPhrase, RestoreEntry, SaveEntry, SwitchEntry
from settings import Home
from storage import revision as revisions
from storage import tables
from storage.types import new_id
from storage.unit import Unit

OWN_BLANKS: Final = ("值班电话", "首次反馈时间", "结果时间")
"""Filled from the settings of the home, never by hand."""
SOON: Final = timedelta(days=7)
LOOK_BACK: Final = timedelta(days=7)
LOOKED_AT: Final = 300
SHORTEST: Final = 4
LONGEST: Final = {"question": 40, "answer": 500, "value": 120, "asked": 60}


@dataclass(frozen=True, slots=True)
class Blank:
    """The home's value of a blank: unfilled, filled, or out of date."""

    name: str
    value: str
    valid_until: date | None
    hint: str
    own: bool = False
    revision: str = ""
    """What its form is drawn from."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as the page shows it: revision 0 = as it came."""

    entry: Entry
    missing: tuple[str, ...]
    enabled: bool
    revision: int = 0
    edited_at: datetime | None = None
    edited_by: str = ""
    ends: date | None = None

    @property
    def spoken(self) -> bool:
        """Whether the machine may say it."""
        return self.enabled and not self.missing


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything at one moment: what the page lists, and the snapshot that answers."""

    kept: tuple[Kept, ...]
    blanks: Mapping[str, Blank]
    snapshot: Knowledge

    @property
    def filled(self) -> int:
        """Entries without an unfilled blank."""
        return sum(not one.missing for one in self.kept)

    def one(self, key: str) -> Kept:
        """An entry by its id. Raises NotFound."""
        found = next((one for one in self.kept if one.entry.id == key), None)
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True)
class Missed:
    """A question of the last days that the machine handed on, with what came nearest."""

    inbox_id: int
    text: str
    times: int
    at: datetime
    near: Entry | None
    score: float
    lacks: tuple[str, ...] = ()


def of_home(home: Home) -> dict[str, str]:
    """The blanks that the settings fill."""
    hours, minutes = divmod(home.first_feedback_minutes, 60)
    first = f"{hours} 小时" if hours and not minutes else f"{home.first_feedback_minutes} 分钟"
    return dict(zip(OWN_BLANKS, (home.phone, first, f"{home.result_hours} 小时"), strict=True))


def home_of(db: Unit) -> int:
    """The home of `[wechat]`: the first one."""
    return db.scalars(select(tables.Home.id).order_by(tables.Home.id)).one()


def starter(home: Home) -> Knowledge:
    """The first day: nothing filled but what the settings know."""
    return Knowledge(answers.starter(), of_home(home))


def edition(db: Unit, home_id: int) -> frozenset[tuple[int, datetime]]:
    """What tells whether anything of the shelf was changed: each row of it with the moment of its last change."""
    return frozenset(
        (row_id, edited_at)
        for table in (tables.KnowledgeEntry, tables.KnowledgeBlank)
        for row_id, edited_at in db.execute(select(table.id, table.edited_at).where(table.home_id == home_id))
    )


def shelf(db: Unit, home_id: int, home: Home, today: date) -> Shelf:
    """All entries and blanks of a home; a value that is out of date counts as unfilled (practice.md A8)."""
    names = {
        member.id: member.name for member in db.scalars(select(tables.Staff).where(tables.Staff.home_id == home_id))
    }
    changed = {
        row.key: row
        for row in db.scalars(select(tables.KnowledgeEntry).where(tables.KnowledgeEntry.home_id == home_id))
    }
    rows = {
        row.name: row
        for row in db.scalars(select(tables.KnowledgeBlank).where(tables.KnowledgeBlank.home_id == home_id))
    }
    values = of_home(home)
    values |= {name: row.value for name, row in rows.items() if row.valid_until is None or row.valid_until >= today}
    entries = [_entry(entry, changed.pop(entry.id, None)) for entry in answers.starter()]
    entries += [_entry(None, changed[key]) for key in sorted(changed, key=lambda key: int(key.removeprefix("own-")))]
    whole = Knowledge((), values)
    kept = tuple(
        Kept(
            entry,
            whole.missing(entry),
            row.enabled if row else True,
            row.revision if row else 0,
            row.edited_at if row else None,
            names.get(row.edited_by, "") if row else "",
            _ends(entry, rows),
        )
        for entry, row in entries
    )
    hints, used = answers.hints(), dict.fromkeys(name for one in kept for name in one.entry.blanks)
    blanks = {name: _blank(name, values.get(name, ""), rows.get(name), hints.get(name, "")) for name in used}
    return Shelf(kept, blanks, Knowledge(tuple(one.entry for one in kept if one.enabled), values))


def ask(snapshot: Knowledge, text: str) -> Asked | None:
    """What the knowledge says to a text; None when it has nothing to offer."""
    found: Found = snapshot.find(text)
    if found.kind is Kind.NOTHING:
        return None
    chosen = (found.hits[0].entry,) if found.kind is Kind.ANSWER else snapshot.choices(found)
    options = tuple(Option(entry.id, entry.question, snapshot.spoken(entry), entry.human) for entry in chosen)
    return Asked(options, sure=found.kind is Kind.ANSWER)


def save_entry(db: Unit, viewer: Viewer, key: str, form: SaveEntry, now: datetime) -> str:
    """Change an entry, or add one when `key` is empty; gives its key.

    Raises Invalid with a sentence, Conflict when a colleague was first.
    """
    access_page(viewer, KNOWLEDGE)
    if form.revision is None:
        raise Invalid(why="这个页面放得太久了，请刷新再存。")
    phrasings = list(dict.fromkeys(line.strip() for line in form.asked.replace("\r", "").split("\n") if line.strip()))
    _check(form.question, form.answer, phrasings)
    row = _row(db, viewer, key) if key else None
    if (row.revision if row else 0) != form.revision:
        raise Conflict
    starters = {entry.id for entry in answers.starter()}
    if row is None:
        if key and key not in starters:
            raise NotFound
        row = tables.KnowledgeEntry(
            id=new_id(), home_id=viewer.home_id, key=key or _next_key(db, viewer), enabled=True, revision=0
        )
        db.add(row)
    row.question, row.answer, row.asked = form.question.strip(), form.answer.strip(), "\n".join(phrasings)
    _stamp(db, viewer, row, now)
    return row.key


def switch(db: Unit, viewer: Viewer, key: str, form: SwitchEntry, now: datetime) -> None:
    """Let the machine say an entry, or not. Raises NotFound."""
    access_page(viewer, KNOWLEDGE)
    row = _row(db, viewer, key)
    if row is None:
        entry = next((entry for entry in answers.starter() if entry.id == key), None)
        if entry is None:
            raise NotFound
        row = tables.KnowledgeEntry(
            id=new_id(),
            home_id=viewer.home_id,
            key=key,
            question=entry.question,
            answer=entry.answer,
            asked="\n".join(entry.asked),
            revision=0,
        )
        db.add(row)
    row.enabled = form.enabled
    _stamp(db, viewer, row, now)


def restore(db: Unit, viewer: Viewer, key: str, form: RestoreEntry, now: datetime) -> None:
    """An entry as it came; an own entry goes. Raises NotFound, Conflict when a colleague was first."""
    access_page(viewer, KNOWLEDGE)
    row = _row(db, viewer, key)
    if row is None:
        raise NotFound
    if form.revision != row.revision:
        raise Conflict
    db.delete(row)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "restore", f"knowledge:{key}")
    db.store.hint("knowledge")


def fill(db: Unit, viewer: Viewer, form: FillBlank, now: datetime) -> None:
    """Fill a blank, or empty it. Raises Invalid with a sentence, Changed."""
    access_page(viewer, KNOWLEDGE)
    name, valid_until = form.name, form.until
    value = " ".join(form.value.split())
    if name in OWN_BLANKS or not re.fullmatch(r"\w{1,16}", name):
        raise Invalid(why=f"「{name}」由系统设置填，不在这里改。")
    if len(value) > LONGEST["value"]:
        raise Invalid(why=f"最多 {LONGEST['value']} 个字，现在 {len(value)} 个。")
    if set(value) & set("{}"):
        raise Invalid(why="填的内容里不能有花括号。")
    row = db.hold(
        select(tables.KnowledgeBlank).where(
            tables.KnowledgeBlank.home_id == viewer.home_id, tables.KnowledgeBlank.name == name
        )
    )
    if (
        row is not None
        and form.drawn not in {None, _blank_revision(row)}
        and (row.value, row.valid_until) != (value, valid_until)
    ):
        raise Changed(
            who=name_of(db, row.edited_by),
            what=f"把「{name}」填成了「{row.value or '空'}」",
            revision=_blank_revision(row),
        )
    if row is None:
        row = tables.KnowledgeBlank(id=new_id(), home_id=viewer.home_id, name=name)
        db.add(row)
    row.value, row.valid_until, row.edited_at, row.edited_by = value, valid_until, now, viewer.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "fill", f"blank:{name}"[:48])
    db.store.hint("knowledge")


def learn(db: Unit, viewer: Viewer, form: LearnPhrase, now: datetime) -> None:
    """Teach an entry one more way of being asked. Raises NotFound, Invalid."""
    access_page(viewer, KNOWLEDGE)
    key = form.key
    row = _row(db, viewer, key)
    entry = next((entry for entry in answers.starter() if entry.id == key), None)
    if row is None and entry is None:
        raise NotFound
    question, answer = (row.question, row.answer) if row else (entry.question, entry.answer) if entry else ("", "")
    lines = row.asked if row else "\n".join(entry.asked) if entry else ""
    changed = SaveEntry(
        question=question,
        answer=answer,
        asked=f"{lines}\n{form.phrase[: LONGEST['asked']]}",
        revision=row.revision if row else 0,
    )
    save_entry(db, viewer, key, changed, now)


def missed(db: Unit, viewer: Viewer, snapshot: Knowledge, now: datetime, most: int = 30) -> list[Missed]:
    """Questions of the last days that the machine could not answer: the same words count together, the most asked
    first.

    Judged by today's knowledge, so that what was filled or taught since is gone. Complaints and elders' words are no
    questions here.
    """
    access_page(viewer, KNOWLEDGE)
    complaint = select(tables.ComplaintRecord.inbox_id).where(
        tables.ComplaintRecord.home_id == viewer.home_id, tables.ComplaintRecord.inbox_id.is_not(None)
    )
    rows = db.scalars(
        select(tables.Inbox)
        .join(tables.Person, tables.Person.id == tables.Inbox.person_id)
        .where(
            tables.Inbox.home_id == viewer.home_id,
            tables.Inbox.kind == "text",
            tables.Person.kind != "elder",
            tables.Inbox.arrived_at > now - LOOK_BACK,
            tables.Inbox.id.not_in(complaint),
            viewer.sight.person(tables.Inbox.person_id),
            viewer.sight.inbox(tables.Inbox.id),
        )
        .order_by(tables.Inbox.id.desc())
        .limit(LOOKED_AT)
    ).all()
    found: dict[str, Missed] = {}
    for row in rows:
        text = str(msgspec.json.decode(db.open(row, "event") or "{}").get("body", ""))
        key = re.sub(r"\W+", "", text)
        if len(key) < SHORTEST or of_words(text) != Intent.ASK or triage(text).rings:
            continue
        if key in found:
            found[key] = replace(found[key], times=found[key].times + 1)
            continue
        result = snapshot.find(text)
        first = result.hits[0] if result.hits else None
        lacks = snapshot.missing(first.entry) if first and result.kind is Kind.ANSWER else ()
        if result.kind is Kind.NOTHING or lacks:
            found[key] = Missed(
                row.id, text, 1, row.created_at, first.entry if first else None, first.score if first else 0.0, lacks
            )
    return sorted(found.values(), key=lambda one: (-one.times, -one.at.timestamp()))[:most]


def _entry(entry: Entry | None, row: tables.KnowledgeEntry | None) -> tuple[Entry, tables.KnowledgeEntry | None]:
    if row is None:
        if entry is None:
            raise NotFound
        return entry, None
    return Entry(row.key, row.question, row.answer, tuple(row.asked.split("\n")), entry.human if entry else False), row


def _ends(entry: Entry, rows: Mapping[str, tables.KnowledgeBlank]) -> date | None:
    """The first day on which one of its values is no longer true."""
    ends = [
        row.valid_until for name in entry.blanks if (row := rows.get(name)) is not None and row.valid_until is not None
    ]
    return min(ends, default=None)


def _blank(name: str, value: str, row: tables.KnowledgeBlank | None, hint: str) -> Blank:
    return Blank(
        name,
        row.value if row else value,
        row.valid_until if row else None,
        hint,
        name in OWN_BLANKS,
        _blank_revision(row),
    )


def _blank_revision(row: tables.KnowledgeBlank | None) -> str:
    return revisions.of(row.value, row.valid_until) if row else revisions.of()


def _check(question: str, answer: str, phrasings: list[str]) -> None:
    if not question.strip() or not answer.strip():
        raise Invalid(why="问题和回答都要写。")
    for text, name, word in ((question, "question", "问题"), (answer, "answer", "回答")):
        if len(text.strip()) > LONGEST[name]:
            raise Invalid(why=f"{word}最多 {LONGEST[name]} 个字，现在 {len(text.strip())} 个。")
    if any(len(line) > LONGEST["asked"] for line in phrasings):
        raise Invalid(why=f"每种问法最多 {LONGEST['asked']} 个字。")
    try:
        parts = [part for part in string.Formatter().parse(answer) if part[1] is not None]
    except ValueError as error:
        raise Invalid(why="花括号没有成对，请写成 {床位费} 这样。") from error
    bad = [
        name
        for _, name, form, conversion in parts
        if form or conversion or not re.fullmatch(r"[^\W\d]\w{0,15}", name or "")
    ]
    if bad:
        raise Invalid(why=f"空的名字只能用汉字和字母开头，不带冒号：「{bad[0] or '（空）'}」。")
    if re.search(r"\d{3,}", re.sub(r"\{[^}]*\}", "", answer).replace("12345", "").replace("12356", "")):
        raise Invalid(why="回答里不要写死数目，请用 {空} 代替，再在下面填；到期了机器人就不会再说。")


def _row(db: Unit, viewer: Viewer, key: str) -> tables.KnowledgeEntry | None:
    return db.hold(
        select(tables.KnowledgeEntry).where(
            tables.KnowledgeEntry.home_id == viewer.home_id, tables.KnowledgeEntry.key == key
        )
    )


def _next_key(db: Unit, viewer: Viewer) -> str:
    keys = db.scalars(
        select(tables.KnowledgeEntry.key).where(
            tables.KnowledgeEntry.home_id == viewer.home_id, tables.KnowledgeEntry.key.startswith("own-")
        )
    )
    return f"own-{max((int(key.removeprefix('own-')) for key in keys), default=0) + 1}"


def _stamp(db: Unit, viewer: Viewer, row: tables.KnowledgeEntry, now: datetime) -> None:
    row.revision, row.edited_at, row.edited_by = row.revision + 1, now, viewer.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "edit", f"knowledge:{row.key}")
    db.store.hint("knowledge")


__all__ = [
    "Blank",
    "Kept",
    "Missed",
    "Shelf",
    "ask",
    "fill",
    "learn",
    "missed",
    "of_home",
    "restore",
    "save_entry",
    "shelf",
    "starter",
    "switch",
]
