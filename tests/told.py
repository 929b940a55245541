"""Whoever writes tells: each transaction of a test is looked at before its COMMIT (architecture, decisions 7 and 11).

What services write must be told to the open pages, else somebody looks at what was true an hour ago; and what a
colleague's click writes must leave a trace in the audit (P5). Rows that a test puts in place itself are not asked.
"""

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import event

from storage.database import Database
from storage.store import Store
from storage.unit import Unit, _written

T = TypeVar("T")
TOLD: Final[dict[str, frozenset[str]]] = {
    "accused": frozenset({"accused", "cases"}),
    "alarm": frozenset({"alarms"}),
    "application": frozenset({"families"}),
    "campaign": frozenset({"surveys"}),
    "case_record": frozenset({"cases"}),
    "complaint": frozenset({"cases"}),
    "consent": frozenset({"families"}),
    "inbox": frozenset({"inbox"}),
    "knowledge_blank": frozenset({"knowledge"}),
    "knowledge_entry": frozenset({"knowledge"}),
    "letter": frozenset({"letters"}),
    "letter_photo": frozenset({"letters"}),
    "letter_reading": frozenset({"letters"}),
    "outbox": frozenset({"person"}),
    "participation": frozenset({"surveys"}),
    "plan": frozenset({"days"}),
    "promise": frozenset({"promises", "cases"}),
    "proposal": frozenset({"cases"}),
    "stop": frozenset({"residents"}),
    "visit": frozenset({"days"}),
}
"""For each table the hints of which one must be given by who writes it."""
TRACED: Final = frozenset(
    {
        "accused",
        "alarm",
        "application",
        "campaign",
        "case_record",
        "complaint",
        "consent",
        "invitation",
        "knowledge_blank",
        "knowledge_entry",
        "letter_photo",
        "promise",
        "proposal",
        "stop",
        "visit",
    }
)
"""Tables that no click changes without an audit row."""
WITHOUT_PAGES: Final = frozenset({"add_staff", "begin_epoch"})
"""Acts of commands that run before anybody has a page open: a house is set up, or restored."""


@dataclass
class _Wrote:
    """What one transaction has done so far."""

    tables: set[str] = field(default_factory=set)
    by_click: set[str] = field(default_factory=set)
    acts: set[str] = field(default_factory=set)


_seen: Final[WeakKeyDictionary[Store, _Wrote]] = WeakKeyDictionary()


def looked_at(given: Any, work: Callable[[Any], T]) -> T:
    """Do the work of a transaction, and look at what it has told. Fails the test when it told too little."""
    store: Store = given.store if isinstance(given, Unit) else given
    wrote = _seen[store] = _Wrote()
    found = work(given)
    if isinstance(given, Unit):
        given.flush()
    topics = {hint.partition(":")[0] for hint in store.hints}
    untold = sorted(name for name in wrote.tables if name in TOLD and not TOLD[name] & topics)
    assert not untold or wrote.acts & WITHOUT_PAGES, f"no page hears that {untold} changed; told were {sorted(topics)}"
    assert wrote.acts or not wrote.by_click & TRACED, f"no trace of who changed {sorted(wrote.by_click)}"
    return found


def watch(database: Database) -> None:
    """Look at every transaction of this database but those of messages, which `looked_at` is given by hand."""

    def watching(real: Callable[[Callable[[Any], Any]], Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        return lambda work: real(lambda given: looked_at(given, work))

    for name in ("write", "store"):
        setattr(database, name, watching(getattr(database, name)))


@contextmanager
def watched() -> Iterator[None]:
    """While it lasts, what services write is noted."""

    def noting(name: str) -> Callable[..., Any]:
        real = getattr(Store, name)

        def write(store: Store, table: Any, *values: Any, **more: Any) -> Any:
            found = real(store, table, *values, **more)
            by = str(sys._getframe(1).f_globals.get("__name__"))
            if store in _seen and by.startswith("services.") and (name != "change" or found):
                _seen[store].tables.add(table.__tablename__)
            return found

        return write

    audit = Store.audit

    def audited(store: Store, home_id: int, at: Any, actor: str, action: str, *more: Any) -> None:
        if store in _seen:
            _seen[store].acts.add(action)
        audit(store, home_id, at, actor, action, *more)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("insert", "update", "change"):
            patch.setattr(Store, name, noting(name))
        patch.setattr(Store, "audit", audited)
        event.listen(Unit, "before_flush", _flushed)
        try:
            yield
        finally:
            event.remove(Unit, "before_flush", _flushed)


def _flushed(session: Unit, *_: object) -> None:
    if session._store in _seen:
        names = {row.__tablename__ for row in _written(session)}
        _seen[session.store].tables |= names
        _seen[session.store].by_click |= names
