"""What staff change of the knowledge: starter entries, own entries, the values of the blanks (Q3, A8)."""

import re
import string
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from care.errors import Changed, Conflict, Invalid, NotFound
from conversations import answers
from services.access import Viewer, access_page, name_of
from services.knowledge import teaching
from services.knowledge.access import KNOWLEDGE
from services.knowledge.forms import FillBlank, RestoreEntry, SaveEntry, SwitchEntry, Teach
from services.knowledge.shelves import OWN_BLANKS, blank_revision
from services.week import said
from storage import tables
from storage.types import new_id
from storage.unit import Unit

LONGEST: Final = {"question": 40, "answer": 500, "value": 120, "asked": 60}


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
    if form.messages:
        db.flush()
        teaching.teach(db, viewer, Teach(messages=form.messages, key=row.key), now)
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
    today = now.astimezone(ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone)).date()
    if name in said.fed(db, viewer.home_id, today):
        raise Invalid(why=f"「{name}」由「本周与价目」里的表来填，请到那里改。")
    if name in OWN_BLANKS or not re.fullmatch(r"\w{1,16}", name):
        raise Invalid(why=f"「{name}」由系统设置填，不在这里改。")
    if len(value) > LONGEST["value"]:
        raise Invalid(why=f"最多 {LONGEST['value']} 个字，现在 {len(value)} 个。")
    if set(value) & set("{}"):
        raise Invalid(why="填的内容里不能有花括号。")
    if value and valid_until is not None and valid_until < today:
        raise Invalid(why=f"「{name}」的有效期 {valid_until} 已经过了，机器人不会说。请改成以后的日子，或者清空日期。")
    row = db.lock_row(
        select(tables.KnowledgeBlank).where(
            tables.KnowledgeBlank.home_id == viewer.home_id, tables.KnowledgeBlank.name == name
        )
    )
    if (
        row is not None
        and form.drawn not in {None, blank_revision(row)}
        and (row.value, row.valid_until) != (value, valid_until)
    ):
        raise Changed(
            who=name_of(db, row.edited_by),
            what=f"把「{name}」填成了「{row.value or '空'}」",
            revision=blank_revision(row),
        )
    if row is None:
        row = tables.KnowledgeBlank(id=new_id(), home_id=viewer.home_id, name=name)
        db.add(row)
    row.value, row.valid_until, row.edited_at, row.edited_by = value, valid_until, now, viewer.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "fill", f"blank:{name}")
    db.store.hint("knowledge")


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
    return db.lock_row(
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
