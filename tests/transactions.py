"""Each transaction of a test is looked at before its COMMIT (architecture, decisions 7 and 11; engineering 12).

What services write must be told to the open pages, else somebody looks at what was true an hour ago; what a colleague's
click writes must leave a trace in the audit (P5); and what it changes was locked, and read again after that. Rows that
a test puts in place itself are not asked.
"""

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import event, inspect

from storage import tables
from storage.database import Database
from storage.postgres_store import PostgresStore
from storage.sqlite_store import SqliteStore
from storage.store import Store
from storage.unit import Unit, _written
from tests import facts

T = TypeVar("T")
TRACED: Final = frozenset(tables.Base.metadata.tables) - facts.UNTRACED - facts.CHANGED
"""Tables that no click changes without an audit row: each of which its subject says nothing else."""
OPENS_THE_DOOR: Final = frozenset({"password", "pin", "totp_by", "totp_step"})
"""What of a colleague's row is changed by nobody who does not hold it."""
WITHOUT_PAGES: Final = frozenset({"add_staff", "begin_epoch"})
"""Acts of commands that run before anybody has a page open: a house is set up, or restored."""


@dataclass
class _Wrote:
    """What one transaction has done so far."""

    names: set[str] = field(default_factory=set)
    by_click: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    """Tables of which a click changed a row that was there."""
    acts: set[str] = field(default_factory=set)
    rows: set[tuple[str, int]] = field(default_factory=set)
    """What was locked by itself."""
    persons: dict[int, int] = field(default_factory=dict)
    """Who was locked, and when, counted in steps."""
    read: WeakKeyDictionary[tables.Base, int] = field(default_factory=WeakKeyDictionary)
    """When each row was read last."""


_seen: Final[WeakKeyDictionary[Store, _Wrote]] = WeakKeyDictionary()
_steps: Final = count()


def looked_at(given: Any, work: Callable[[Any], T]) -> T:
    """Do the work of a transaction, and look at what it has told. Fails the test when it told too little."""
    store: Store = given.store if isinstance(given, Unit) else given
    wrote = _seen[store] = _Wrote()
    found = work(given)
    if isinstance(given, Unit):
        given.flush()
    topics = {hint.partition(":")[0] for hint in store.hints}
    untold = sorted(name for name in wrote.names if name in facts.TABLES and not facts.TABLES[name] & topics)
    assert not untold or wrote.acts & WITHOUT_PAGES, f"no page hears that {untold} changed; told were {sorted(topics)}"
    silent = facts.untold(wrote.acts, topics)
    assert not silent, f"no page hears of {silent}; told were {sorted(topics)}"
    traced = (wrote.by_click & TRACED) | (wrote.changed & facts.CHANGED)
    assert wrote.acts or not traced, f"no trace of who changed {sorted(traced)}"
    return found


def watch(database: Database) -> None:
    """Look at every transaction of this database but those of messages, which `looked_at` is given by hand."""

    def watching(real: Callable[[Callable[[Any], Any]], Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        return lambda work: real(lambda given: looked_at(given, work))

    for name in ("write", "store"):
        setattr(database, name, watching(getattr(database, name)))


def _noting(real: Callable[..., Any]) -> Callable[..., Any]:
    """An operation of the store, noted when a service does it and it changes something."""

    def write(store: Store, table: type[tables.Base], *values: Any, **more: Any) -> Any:
        found = real(store, table, *values, **more)
        by = str(sys._getframe(1).f_globals.get("__name__"))
        if store in _seen and by.startswith("services.") and found != []:
            _seen[store].names.add(table.__tablename__)
        return found

    return write


def _tracing(real: Callable[..., None]) -> Callable[..., None]:
    def audit(store: Store, home_id: int, at: datetime, actor: str, action: str, *more: Any) -> None:
        if store in _seen:
            _seen[store].acts.add(action)
        real(store, home_id, at, actor, action, *more)

    return audit


def _locking(real: Callable[..., None]) -> Callable[..., None]:
    def lock_persons(store: Store, *persons: int) -> None:
        real(store, *persons)
        if store in _seen:
            for person in persons:
                _seen[store].persons.setdefault(person, next(_steps))

    return lock_persons


def _taking(real: Callable[..., Any]) -> Callable[..., Any]:
    def lock_row(unit: Unit, question: Any) -> Any:
        found = real(unit, question)
        if found is not None and unit.store in _seen:
            _seen[unit.store].rows.add((found.__tablename__, found.id))
        return found

    return lock_row


@contextmanager
def watched() -> Iterator[None]:
    """While it lasts, what services write, lock and read is noted."""
    wrapped: tuple[tuple[type, str, Callable[[Callable[..., Any]], Callable[..., Any]]], ...] = (
        *((Store, name, _noting) for name in ("insert", "update", "change")),
        (Store, "audit", _tracing),
        (Unit, "lock_row", _taking),
        *((kind, "lock_persons", _locking) for kind in (SqliteStore, PostgresStore)),
    )
    listeners = ((Unit, "before_flush", _flushed), (tables.Base, "load", _read), (tables.Base, "refresh", _read))
    with pytest.MonkeyPatch.context() as patch:
        for kind, name, around in wrapped:
            patch.setattr(kind, name, around(getattr(kind, name)))
        for whose, what, listener in listeners:
            event.listen(whose, what, listener, propagate=True)
        try:
            yield
        finally:
            for whose, what, listener in listeners:
                event.remove(whose, what, listener)


def _read(row: tables.Base, context: Any, *_: object) -> None:
    store: Store | None = getattr(context.session, "_store", None)
    if store is not None and store in _seen:
        _seen[store].read[row] = next(_steps)


def _flushed(session: Unit, *_: object) -> None:
    if session._store is None or session._store not in _seen:
        return
    wrote = _seen[session._store]
    names = {row.__tablename__ for row in _written(session)}
    wrote.names |= names
    wrote.by_click |= names
    wrote.rows |= {(row.__tablename__, row.id) for row in session.new}
    for row in (one for one in session.dirty if session.is_modified(one)):
        name, person = row.__tablename__, row.id if isinstance(row, tables.Person) else getattr(row, "person_id", 0)
        wrote.changed.add(name)
        assert name not in facts.OF_NOBODY or (name, row.id) in wrote.rows, f"{name} is changed and was not locked"
        if name == "staff" and (name, row.id) not in wrote.rows:
            keys = {one.key for one in inspect(row).attrs if one.history.has_changes()} & OPENS_THE_DOOR
            assert not keys, f"{sorted(keys)} of a colleague is changed and was not locked"
        stale = wrote.read.get(row, next(_steps)) < wrote.persons.get(person or 0, -1)
        assert not stale, f"{name} is changed as it was before its person was locked"
