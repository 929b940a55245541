"""Two persons become one: the guest who chats is the relative whom the house has registered, or the elder (engineering
18).

Everything that belongs to the guest goes over in one transaction, under the locks of both: phone, talk, messages,
complaints, promises, what waits to be sent. The guest's row stays, and an alias tells who it became; for a day, and
where nothing was said to them since, it can go back.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, UniqueConstraint, exists, select, update
from sqlalchemy.orm import aliased

from care.errors import Conflict, Decided, Invalid, NotFound
from care.states import OutboxState
from services.access import HANDLERS, Viewer, name_of
from services.outgoing import outbox
from storage import tables
from storage.tables.families_ties import Alias
from storage.tables.letters_weekly import WeeklyReading
from storage.types import micros, moment, new_id
from storage.unit import Unit

UNDO: Final = timedelta(days=1)
NEVER: Final = datetime.min.replace(tzinfo=UTC)
CORE: Final = {"synchronize_session": False}
"""Rows go over by statements; what the session knows is read again afterwards."""
STAYS: Final = frozenset({"kinship", "consent", "resident", "conversation"})
"""Tables of people whose rows do not simply go over: a guest has no tie, and of two talks the newer goes on."""
MOVES: Final[tuple[type[tables.Base], ...]] = tuple(
    mapper.class_
    for mapper in sorted(tables.Base.registry.mappers, key=lambda one: str(one.class_.__tablename__))
    if "person_id" in mapper.class_.__table__.columns and mapper.class_.__tablename__ not in STAYS
)


def once(table: type[tables.Base]) -> list[str]:
    """Of what a person has one row at most in a table: the letter of a reading, the round of a questionnaire."""
    keys = [one for one in table.metadata.tables[table.__tablename__].constraints if isinstance(one, UniqueConstraint)]
    return [
        name for key in keys if "person_id" in (names := key.columns.keys()) for name in names if name != "person_id"
    ]


class Sending(Conflict):
    """正在给这位发一条消息，请过几秒再按一次。"""


def join(db: Unit, viewer: Viewer, was: int, became: int, application_id: int | None, now: datetime) -> Alias:
    """The guest is this person. Both are locked. Raises Sending, Invalid."""
    guest = db.get_one(tables.Person, was, populate_existing=True)
    if guest.kind != "guest" or was == became:
        raise Invalid(why="这位已经是登记过的家属了，不用再对上别人；请在名单里不选，直接确认。")
    db.flush()
    at = new_id()
    moved = {"at": at} | bring(db, viewer, was, became, now)
    alias = Alias(
        id=new_id(),
        home_id=viewer.home_id,
        was=was,
        became=became,
        application_id=application_id,
        moved=json.dumps(moved),
        joined_at=now,
        joined_by=viewer.id,
    )
    db.add(alias)
    db.flush()
    db.expire_all()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "join", f"person:{was}", f"person:{became}")
    db.store.hint("families", "inbox", "outbox", "alarms", "cases", "promises", f"person:{was}", f"person:{became}")
    return alias


def bring(db: Unit, viewer: Viewer, was: int, became: int, now: datetime) -> dict[str, Any]:
    """Phone, talk, messages, promises and what waits go over; what did. Both are locked. Raises Sending."""
    not_under_way(db, was, became)
    moved: dict[str, Any] = {"rows": _over(db, MOVES, was, became)}
    moved["talk"] = _talk(db, was, became)
    moved["joined"] = _one_promise(db, became, viewer, now)
    _in_turn(db, was, became)
    return moved


def undo(db: Unit, viewer: Viewer, alias_id: int, now: datetime) -> Alias:
    """They were not the same after all: everything goes back, and what came since with it.

    Only within a day, and where nothing about the elder was said since. Raises Invalid, Decided, NotFound.
    """
    found = db.get(Alias, alias_id)
    if found is None or found.home_id != viewer.home_id or viewer.role not in HANDLERS:
        raise NotFound
    db.lock_persons(found.was, found.became)
    alias = db.get_one(Alias, alias_id, populate_existing=True)
    if alias.undone_at is not None:
        raise Decided(who=name_of(db, alias.undone_by), what="撤回了这次绑定")
    moved = json.loads(alias.moved)
    why = why_not_back(db, alias, now)
    if why:
        raise Invalid(why=why)
    not_under_way(db, alias.was, alias.became)
    for table in MOVES:
        name = table.__tablename__
        ids = set(moved["rows"].get(name, ()))
        later = set(db.scalars(select(table.id).where(_of(table) == alias.became, table.id > moved["at"])))
        _rows_over(db, table, sorted(ids | later), alias.became, alias.was)
    _talk_back(db, alias.was, alias.became, moved["talk"])
    for promise, _, look_at in moved["joined"]:
        row = db.get_one(tables.Promise, promise, populate_existing=True)
        if row.person_id not in {alias.was, alias.became}:  # joined with a third since
            continue
        row.kept_at = row.kept_by = row.kept_how = None
        row.look_at = None if look_at is None else moment(look_at)
    db.flush()
    _in_turn(db, alias.became, alias.was)
    alias.undone_at, alias.undone_by = now, viewer.id
    db.flush()
    db.expire_all()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "undo_join", f"person:{alias.was}")
    db.store.hint(
        "families", "inbox", "outbox", "alarms", "cases", "promises", f"person:{alias.was}", f"person:{alias.became}"
    )
    return alias


def why_not_back(db: Unit, alias: Alias, now: datetime) -> str:
    """Why a joining cannot go back any more; "" while it can."""
    if now - alias.joined_at > UNDO:
        return "超过一天了，不能整个撤回；请在家属那一页移除这位。"
    said = db.scalars(
        select(tables.Outbox.id).where(
            tables.Outbox.person_id == alias.became,
            tables.Outbox.purpose != "binding",
            tables.Outbox.settled_at >= alias.joined_at,
            tables.Outbox.state.in_(("sent", "unknown")),
        )
    ).first()
    read = db.scalars(
        select(tables.LetterReading.id).where(
            tables.LetterReading.person_id == alias.became, tables.LetterReading.opened_at >= alias.joined_at
        )
    ).first()
    weekly = db.scalars(
        select(WeeklyReading.id).where(
            WeeklyReading.person_id == alias.became, WeeklyReading.opened_at >= alias.joined_at
        )
    ).first()
    if said is not None or read is not None or weekly is not None:
        return "绑定以后已经给这位发过话，或者看过家书了，收不回来；请在家属那一页移除这位。"
    mine = set(json.loads(alias.moved)["rows"].get("follower", ()))
    phones = set(db.scalars(select(tables.Follower.id).where(tables.Follower.person_id == alias.became)))
    if phones - mine:
        return "这位还有另一部手机绑着，分不清绑定以后的话是哪部手机说的；请在家属那一页移除这位。"
    return ""


def became(db: Unit, person_id: int) -> int:
    """Who a person is now: an old id of a guest leads to whom they became."""
    seen = {person_id}
    while True:
        found = db.scalars(
            select(Alias.became).where(Alias.was == person_id, Alias.undone_at.is_(None)).order_by(Alias.id.desc())
        ).first()
        if found is None or found in seen:
            return person_id
        seen.add(found)
        person_id = found


def not_under_way(db: Unit, *people: int) -> None:
    """A message that the platform has in its hands is settled first: its sender knows whose it was. Raises Sending."""
    row = tables.Outbox
    sending = select(row.id).where(row.person_id.in_(people), row.state == OutboxState.SENDING.value)
    if db.scalars(sending.limit(1)).first() is not None:
        raise Sending


def _over(db: Unit, moves: Sequence[type[tables.Base]], was: int, to: int) -> dict[str, list[int]]:
    """What both have already, a letter that both have read, stays with each."""
    found: dict[str, list[int]] = {}
    for table in moves:
        other, same = aliased(table), once(table)
        both = [getattr(other, column) == getattr(table, column) for column in same]
        mine = update(table).where(_of(table) == was)
        if same:
            mine = mine.where(~exists().where(_of(other) == to, *both))
        rows = sorted(db.scalars(mine.values(person_id=to).returning(table.id).execution_options(**CORE)))
        if rows:
            found[table.__tablename__] = rows
    return found


def _of(table: type[tables.Base]) -> ColumnElement[int]:
    """Whose a row of this table, or of an alias of it, is."""
    mapped: Any = table
    return cast("ColumnElement[int]", mapped.person_id)


def _rows_over(db: Unit, table: type[tables.Base], ids: Sequence[int], was: int, to: int) -> None:
    mine = update(table).where(table.id.in_(ids), _of(table) == was)
    db.execute(mine.values(person_id=to).execution_options(**CORE))


def _talk(db: Unit, was: int, to: int) -> str:
    """The newer talk goes on; the other one stays with the guest. `moved`, `swapped` or `kept`."""
    mine, theirs = _talk_of(db, was), _talk_of(db, to)
    if mine is None:
        return "kept"
    if theirs is None:
        _whose(db, mine.id, to)
        return "moved"
    if _last(mine) < _last(theirs):
        return "kept"
    _swap(db, mine.id, theirs.id, was, to)
    return "swapped"


def _talk_of(db: Unit, person: int) -> tables.Conversation | None:
    return db.fresh(select(tables.Conversation).where(tables.Conversation.person_id == person)).first()


def _last(talk: tables.Conversation) -> datetime:
    """When anything was said in it."""
    return max(talk.heard_at or NEVER, talk.spoke_at or NEVER)


def _talk_back(db: Unit, was: int, to: int, how: str) -> None:
    mine, theirs = _talk_of(db, to), _talk_of(db, was)
    if how == "moved" and mine is not None:
        _whose(db, mine.id, was)
    elif how == "swapped" and mine is not None and theirs is not None:
        _swap(db, mine.id, theirs.id, to, was)


def _whose(db: Unit, talk: int, to: int) -> None:
    row = tables.Conversation
    db.execute(update(row).where(row.id == talk).values(person_id=to).execution_options(**CORE))


def _swap(db: Unit, mine: int, theirs: int, was: int, to: int) -> None:
    """Each person has one talk at a time: the other one steps aside for a moment (its link is looked at at COMMIT)."""
    _whose(db, theirs, -theirs)
    _whose(db, mine, to)
    _whose(db, theirs, was)


def _one_promise(db: Unit, person: int, viewer: Viewer, now: datetime) -> list[tuple[int, int, int | None]]:
    """Both were promised a reply: one is owed, by the earlier time; the other clock stops. Those of a case stay."""
    row = tables.Promise
    open_ = select(row).where(row.person_id == person, row.kept_at.is_(None), row.case_id.is_(None))
    seen, joined = set[str](), list[tuple[int, int, int | None]]()
    for promise in db.fresh(open_.order_by(row.due_at, row.id)):
        if promise.kind in seen:
            joined.append((promise.id, person, None if promise.look_at is None else micros(promise.look_at)))
            promise.kept_at, promise.kept_by, promise.kept_how, promise.look_at = now, viewer.id, "joined", None
        seen.add(promise.kind)
    db.flush()
    return joined


def _in_turn(db: Unit, *people: int) -> None:
    """One row of each queue is the first: what both had ready stands in line again, by age."""
    for person in people:
        row = tables.Outbox
        ready = update(row).where(row.person_id == person, row.state == OutboxState.READY.value)
        db.execute(ready.values(state=OutboxState.WAITING.value).execution_options(**CORE))
        waits = select(row.queue).where(row.person_id == person, row.state == OutboxState.WAITING.value).distinct()
        for queue in sorted(db.scalars(waits)):
            outbox.advance(db.store, person, queue)
