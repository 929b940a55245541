"""The hot path's few operations on a writing connection: SQL built once from the tables, run on the driver of the
engine.

A Store belongs to one transaction at a time. Whoever changes something for a person has called `lock_persons` first:
on PostgreSQL that takes row locks in ascending id, on SQLite it records, and on both a write without it raises.
Statements are written with `?` for both engines; the few words in which they differ are `PAIRS`, `AMONG`, `THEN` and
`listed`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

import msgspec

from storage import tables
from storage.pending import Pending, Rows, insert_sql, named, touched, update_sql
from storage.questions import Known, Question, R, maker
from storage.seal import Sealer
from storage.types import Moment, Row, micros, new_id


class PersonNotLocked(Exception):
    """内部错误：改动之前没有先锁定这个人。"""

    def __init__(self, table: str, person: object) -> None:
        super().__init__(f"write to {table} for person {person} without lock_persons")


class WritesByQuestion(Exception):
    """内部错误：这条语句会改数据，不能当作查询来用。"""


_questions: set[str] = set()
"""Statements that were looked at and change nothing; they are texts of the code, a few hundred."""


def writes(sql: str) -> bool:
    """Whether a statement changes something."""
    return sql.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}


@cache
def _moments(table: type[tables.Base]) -> tuple[str, ...]:
    return tuple(column.name for column in table.__table__.columns if isinstance(column.type, Moment))


def _stored(table: type[tables.Base], values: dict[str, Any]) -> None:
    """Moments as they are kept, so that no driver has to look at each value."""
    for name in _moments(table):
        value = values.get(name)
        if isinstance(value, datetime):
            values[name] = micros(value)


@cache
def _personal(table: type[tables.Base]) -> bool:
    return "person_id" in table.__table__.columns


class Store(ABC):
    """Batch operations of one transaction. `hints` are told to the listeners after COMMIT.

    A transaction that *holds* sends what it writes when somebody reads one of the tables, at the latest at COMMIT
    (storage.held).
    """

    PAIRS: ClassVar[str]
    """A list of (number, text, text or nothing) as a table `pair (one, other, more)`; joined by `THEN`, each is one
    look-up in an index.
    """
    AMONG: ClassVar[str]
    """That a number is one of a list."""
    THEN: ClassVar[str]
    """The join that keeps the order in which the tables are named."""
    shared: ClassVar[bool]
    """Whether other processes write to the same database."""

    def __init__(self, sealer: Sealer) -> None:
        self.sealer = sealer
        self.locked: set[int] = set()
        self.hints: set[str] = set()
        self._pending = Pending()
        self._holds = False
        self._known: dict[tuple[type[tables.Base], int], Known[Any]] = {}

    # -- what each engine does in its own way --------------------------------------------------------------------

    @abstractmethod
    def _ask(self, sql: str, values: Sequence[object]) -> list[Row]:
        """All rows of a statement."""

    @abstractmethod
    def _run(self, sql: str, values: Sequence[object] = ()) -> None:
        """A statement without rows."""

    @abstractmethod
    def _run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """The same statement for many rows."""

    @abstractmethod
    def _send(self, new: Rows, changed: Rows) -> None:
        """Write rows and changes."""

    @abstractmethod
    def lock_persons(self, *persons: int) -> None:
        """Lock these people, in ascending id; a new person is locked by the transaction that makes it."""

    @abstractmethod
    def lock_free(self, persons: Iterable[int]) -> set[int]:
        """Lock those of these people whom no other process holds now, and say who they are."""

    @abstractmethod
    def lock_phones(self, phones: Sequence[tuple[int, str]]) -> None:
        """Lock the people of these (account, openid), known or not yet, before anything is read about them."""

    # -- the transaction -----------------------------------------------------------------------------------------

    BEGIN: ClassVar[str]

    def begin(self, *, holds: bool = False) -> None:
        """Start a transaction; one that holds must write and read by this store alone."""
        self._holds = holds
        self.locked.clear()
        self.hints.clear()
        self._forget()
        self._run(self.BEGIN)

    def commit(self) -> None:
        """Make it durable."""
        self.flush()
        self._run("COMMIT")

    @abstractmethod
    def rollback(self) -> None:
        """Undo everything since `begin`."""

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only what happens inside when it raises."""
        self.flush()
        hints, locked = set(self.hints), set(self.locked)
        self._run("SAVEPOINT m")
        try:
            yield
            self.flush()
        except BaseException:
            self._forget()
            self._run("ROLLBACK TO m")
            self._run("RELEASE m")
            self.hints, self.locked = hints, locked
            raise
        self._run("RELEASE m")

    def hint(self, *topics: str) -> None:
        """Tell the listeners after COMMIT; ids only, never words."""
        self.hints.update(topics)

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of a question. Raises WritesByQuestion for a statement that changes something: see `change`."""
        if sql not in _questions:
            if writes(sql):
                raise WritesByQuestion
            _questions.add(sql)
        if self._pending.tables and not self._pending.tables.isdisjoint(named(sql)):
            self.flush()
        return self._ask(sql, values)

    def written(self, sql: str, *values: object) -> list[Row]:
        """The same without sending what is held: for rows that this transaction has not touched before."""
        return self._ask(sql, values)

    def row(self, sql: str, *values: object) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def all_of(self, kind: type[R], sql: str, *values: object) -> list[R]:
        """All rows of a question by the names of `kind`, which are its columns in their order."""
        return list(map(maker(kind), self.rows(sql, *values)))

    def one_of(self, kind: type[R], sql: str, *values: object) -> R | None:
        """The first of them, or None."""
        found = self.rows(sql, *values)
        return maker(kind)(found[0]) if found else None

    def rows_locked(self, place: int, sql: str, *values: object) -> list[Row]:
        """Rows about people, whose id is at `place`, as they are once these people are locked: what changed meanwhile
        is not in them.
        """
        rows = self.rows(sql, *values)
        self.lock_persons(*(row[place] for row in rows))
        return [row for row in self.rows(sql, *values) if row[place] in self.locked] if self.shared and rows else rows

    def many(self, values: Sequence[object]) -> str:
        """A list for `PAIRS` or `AMONG`."""
        return msgspec.json.encode(values).decode()

    def insert(self, table: type[tables.Base], **values: object) -> int:
        """Write a row; its id is made when it is not given. Raises PersonNotLocked."""
        row_id = values.setdefault("id", new_id())
        _stored(table, values)
        if table is tables.Person:
            self.locked.add(row_id)  # type: ignore[arg-type]  # nobody else can see it yet
        elif _personal(table):
            self._require(table, values.get("person_id"))
            known = self._known.get((table, values["person_id"]))  # type: ignore[arg-type]  # an id is a number
            if known is not None:
                known.insert(values)
        if self._holds:
            self._pending.insert(table, values)
        else:
            self._run(insert_sql(table, tuple(values)), tuple(values.values()))
        return row_id  # type: ignore[return-value]

    def update(self, table: type[tables.Base], row_id: int, *, person: int | None = None, **values: object) -> None:
        """Change a row by its id; `person` names whose it is in tables that have a person. Raises PersonNotLocked."""
        _stored(table, values)
        if table is tables.Person:
            self._require(table, row_id)
        elif _personal(table):
            self._require(table, person)
            known = self._known.get((table, person))  # type: ignore[arg-type]  # who is locked is a number
            if known is not None and not known.update(row_id, values):
                del self._known[table, person]  # type: ignore[arg-type]
        if self._holds:
            if self._pending.update(table, row_id, values):
                return
            self.flush()
        self._run(update_sql(table, tuple(values)), (*values.values(), row_id))

    def update_many(self, table: type[tables.Base], names: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
        """Change many rows of a table that belongs to nobody; each row has the values in the order of `names`, then its
        id.
        """
        if _personal(table):
            message = f"{table.__tablename__} belongs to people"
            raise ValueError(message)
        if rows:
            self.flush()
            self._run_many(update_sql(table, names), rows)

    def insert_missing(
        self, table: type[tables.Base], names: tuple[str, ...], rows: Sequence[Sequence[object]]
    ) -> None:
        """Write those rows of a table that belongs to nobody which are not there yet; each has its id."""
        if _personal(table):
            message = f"{table.__tablename__} belongs to people"
            raise ValueError(message)
        if rows:
            self.flush()
            self._run_many(f"{insert_sql(table, names)} ON CONFLICT DO NOTHING", rows)

    def flush(self) -> None:
        """Send what is held."""
        if self._pending.tables:
            self._send(*self._pending.take())

    def change(self, table: type[tables.Base], sql: str, *values: object, persons: Iterable[int]) -> list[Row]:
        """Run an UPDATE … RETURNING that touches several rows of these people. Raises PersonNotLocked."""
        for person in persons:
            self._require(table, person)
            self._known.pop((table, person), None)
        if not self._pending.tables.isdisjoint(touched(table, sql)):
            self.flush()
        return self._ask(sql, values)

    def seal(self, table: type[tables.Base], name: str, row_id: int, value: str | bytes | None) -> bytes | None:
        """A value for a sealed column."""
        if value is None:
            return None
        return self.sealer.seal(table.__tablename__, name, row_id, value.encode() if isinstance(value, str) else value)

    def open(self, table: type[tables.Base], name: str, row_id: int, sealed: bytes) -> bytes:
        """The value of a sealed column. Raises seal.Unreadable."""
        return self.sealer.open(table.__tablename__, name, row_id, sealed)

    def audit(
        self, home_id: int, at: datetime, actor: str, action: str, subject: str, detail: str | None = None
    ) -> None:
        """An audit row, signed now, held until the transaction ends and linked after it (P5); the detail is sealed."""
        row_id, when = new_id(), micros(at)
        more = self.seal(tables.Audit, "detail", row_id, detail)
        mac = self.sealer.sign(row_id, home_id, when, actor, action, subject, more or b"")
        self._pending.insert(
            tables.Audit,
            {
                "id": row_id,
                "home_id": home_id,
                "at": when,
                "actor": actor,
                "action": action,
                "subject": subject,
                "detail": more,
                "mac": mac,
            },
        )

    @abstractmethod
    def listed(self, question: Question[Any], whose: str) -> str:
        """A question as an expression inside another one: its rows as a list of lists in JSON, null when there are
        none.
        """

    def learn(self, question: Question[R], person: int, rows: list[R]) -> None:
        """What another statement told; `about` knows it from now on, and keeps it true when it is written about."""
        self._known[question.table, person] = Known(question, rows)

    def about(self, question: Question[R], person: int) -> Sequence[R]:
        """The rows of a question."""
        known: Known[R] | None = self._known.get((question.table, person))
        if known is None:
            known = Known(question, self.all_of(question.row, question.sql("?"), person))
            self._known[question.table, person] = known
        return known.rows

    def _require(self, table: type[tables.Base], person: object) -> None:
        if person not in self.locked:
            raise PersonNotLocked(table.__tablename__, person)

    def _forget(self) -> None:
        self._pending.clear()
        self._known.clear()


Work = Callable[[Store], Any]
