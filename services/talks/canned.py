"""常用语: written once, put into an answer by a click or a key, with the name and the room of the talk in it.

A blank that the talk cannot fill stays open, and an answer with an open blank does not leave.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from care.errors import Changed, Forbidden, Invalid, NotFound
from services.access import Viewer, access_page, access_person, name_of
from services.greetings.occasions import called
from services.outgoing import outbox
from services.talks.access import CANNED, MAY_EDIT
from services.talks.answering import BLANKS
from services.talks.forms import MoveCanned, RemoveCanned, WriteCanned
from storage import tables
from storage.queries import talks_canned as queries
from storage.tables.talks_canned import CannedReply
from storage.types import new_id
from storage.unit import Unit

MOST: Final = 40
"""Of one list: more nobody finds."""
LONGEST: Final = 300
_ANY: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Reply:
    """One of them as the page shows it."""

    id: int
    words: str
    own: bool
    drawn: str


def listed(db: Unit, viewer: Viewer) -> list[Reply]:
    """Those of the house and the viewer's own. Raises NotFound."""
    access_page(viewer, CANNED)
    found = queries.listed(db, viewer.home_id, viewer.id)
    return [Reply(row.id, db.words(row, "words"), row.staff_id is not None, _drawn(row)) for row in found]


def for_talk(db: Unit, viewer: Viewer, person_id: int) -> list[Reply]:
    """The same, filled for one talk. Raises NotFound."""
    if not viewer.sees(CANNED):
        return []
    person, replies = access_person(db, viewer, person_id), listed(db, viewer)
    if not replies:
        return []
    said = queries.said_to(db, person)
    name = called(said.name, said.sex) if said.kind == "elder" and said.name else said.name
    blanks = {"称呼": name, "老人": said.elder, "房间": said.room}
    return [Reply(one.id, filled(one.words, blanks), one.own, one.drawn) for one in replies]


def filled(words: str, blanks: dict[str, str]) -> str:
    """Words with what is known; the rest stays open, to be seen."""
    return _ANY.sub(lambda match: blanks.get(match[1]) or match[0], words)


def write(db: Unit, viewer: Viewer, form: WriteCanned, now: datetime) -> None:
    """A new one at the end of its list, or other words of one. Raises Invalid, Changed, Forbidden, NotFound."""
    _held(db, viewer)
    words = _checked(form.words)
    if form.reply:
        row = _row(db, viewer, form.reply)
        if form.drawn not in {None, _drawn(row)}:
            raise Changed(who=name_of(db, row.by_id), what="改过这一句", revision=_drawn(row))
        row.revision += 1
    else:
        own = form.whose == "own"
        if not own and viewer.role not in MAY_EDIT:
            raise Forbidden
        there = [one for one in queries.listed(db, viewer.home_id, viewer.id) if (one.staff_id is not None) == own]
        if len(there) >= MOST:
            raise Invalid(why=f"最多 {MOST} 句，再多就找不到了。请先删掉不用的。")
        if any(db.words(one, "words") == words for one in there):
            raise Invalid(why="这一句已经有了。")
        staff_id = viewer.id if own else None
        row = CannedReply(id=new_id(), home_id=viewer.home_id, staff_id=staff_id, place=_last(there) + 1, revision=1)
        db.add(row)
    db.seal(row, "words", words)
    row.by_id, row.at = viewer.id, now
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "write_canned", f"canned:{row.id}")


def move(db: Unit, viewer: Viewer, form: MoveCanned, now: datetime) -> None:
    """One place up or down in its list. Raises Forbidden, NotFound."""
    _held(db, viewer)
    row = _row(db, viewer, form.reply)
    all_of_it = [one for one in queries.listed(db, viewer.home_id, viewer.id) if one.staff_id == row.staff_id]
    at = all_of_it.index(row)
    to = at + (-1 if form.way == "up" else 1)
    if not 0 <= to < len(all_of_it):
        return
    all_of_it.insert(to, all_of_it.pop(at))
    for place, one in enumerate(all_of_it, 1):
        one.place = place
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "move_canned", f"canned:{row.id}")


def remove(db: Unit, viewer: Viewer, form: RemoveCanned, now: datetime) -> None:
    """Out of the list. Raises Changed, Forbidden, NotFound."""
    _held(db, viewer)
    row = _row(db, viewer, form.reply)
    if form.drawn not in {None, _drawn(row)}:
        raise Changed(who=name_of(db, row.by_id), what="改过这一句", revision=_drawn(row))
    row.gone_at = now
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "remove_canned", f"canned:{row.id}")


def _checked(text: str) -> str:
    words = "\n".join(line.strip() for line in text.replace("｛", "{").replace("｝", "}").strip().splitlines())
    if not words:
        raise Invalid(why="请写一句话。")
    if len(words) > LONGEST:
        raise Invalid(why=f"最多 {LONGEST} 个字，现在 {len(words)} 个。")
    blanks = _ANY.findall(words)
    if unknown := next((name for name in blanks if name not in BLANKS), None):
        raise Invalid(why=f"没有「{{{unknown}}}」这个空，能用的有 {'、'.join('{' + one + '}' for one in BLANKS)}。")
    if words.count("{") != len(blanks) or words.count("}") != len(blanks):
        raise Invalid(why="大括号要成对，里面写 称呼、老人 或 房间。")
    outbox.fits(words)
    return words


def _held(db: Unit, viewer: Viewer) -> None:
    """The list is changed by one after the other. Raises NotFound."""
    access_page(viewer, CANNED)
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))


def _row(db: Unit, viewer: Viewer, number: int) -> CannedReply:
    row = db.fresh(select(CannedReply).where(CannedReply.id == number, CannedReply.home_id == viewer.home_id)).first()
    if row is None or row.gone_at is not None or row.staff_id not in {None, viewer.id}:
        raise NotFound
    if row.staff_id is None and viewer.role not in MAY_EDIT:
        raise Forbidden
    return row


def _drawn(row: CannedReply) -> str:
    return str(row.revision)


def _last(there: list[CannedReply]) -> int:
    return max((one.place for one in there), default=0)
