"""The hot path's few operations on the writing connection: SQL built once from the tables, run on the driver (SQLite).

A Store lives in the writer thread and belongs to one transaction at a time. Whoever changes something for a person has called
`lock_persons` first: on PostgreSQL that takes row locks in ascending id, here it records, and a write without it raises.
The driver stores moments as microseconds, days as ISO text, truth as 0 and 1.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from storage import tables
from storage.seal import Sealer
from storage.types import micros, new_id

Row = tuple[Any, ...]


class PersonNotLocked(Exception):
    """内部错误：改动之前没有先锁定这个人。"""

    def __init__(self, table: str, person: object) -> None:
        super().__init__(f"write to {table} for person {person} without lock_persons")


@cache
def _insert(table: type[tables.Base], names: tuple[str, ...]) -> str:
    _known(table, names)
    return f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  (names are columns)


@cache
def _update(table: type[tables.Base], names: tuple[str, ...]) -> str:
    _known(table, names)
    return f"UPDATE {table.__tablename__} SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?"  # noqa: S608  (names are columns)


@cache
def _personal(table: type[tables.Base]) -> bool:
    return "person_id" in table.__table__.columns


def _known(table: type[tables.Base], names: Iterable[str]) -> None:
    unknown = set(names) - set(table.__table__.columns.keys())
    if unknown:
        message = f"{table.__tablename__} has no column {sorted(unknown)}"
        raise ValueError(message)


sqlite3.register_adapter(datetime, micros)
sqlite3.register_adapter(date, date.isoformat)
sqlite3.register_adapter(bool, int)


_AUDIT: Final = _insert(tables.Audit, ("id", "home_id", "at", "actor", "action", "subject", "detail", "mac"))


class Store:
    """Batch operations in the writer thread. `hints` are told to the listeners after COMMIT.

    What is written *later* is written by `flush`, at the latest by COMMIT, each kind of row by one statement: for rows that nobody
    reads again in the same transaction.
    """

    PAIRS: Final = "(SELECT json_extract(value, '$[0]') AS one, json_extract(value, '$[1]') AS other FROM json_each(?)) pair"
    """A list of pairs as a table; joined first, each pair is one look-up in an index of both columns."""

    def __init__(self, connection: sqlite3.Connection, sealer: Sealer) -> None:
        self.connection, self.sealer = connection, sealer
        self.locked: set[int] = set()
        self.hints: set[str] = set()
        self._later: dict[str, list[Row]] = {}

    def begin(self) -> None:
        """Start a transaction."""
        self.locked.clear()
        self.hints.clear()
        self._later.clear()
        self.connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make it durable."""
        self.flush()
        self.connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo everything since `begin`."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only what happens inside when it raises."""
        self.flush()
        hints, locked = set(self.hints), set(self.locked)
        self.connection.execute("SAVEPOINT m")
        try:
            yield
            self.flush()
        except BaseException:
            self._later.clear()
            self.connection.execute("ROLLBACK TO m")
            self.connection.execute("RELEASE m")
            self.hints, self.locked = hints, locked
            raise
        self.connection.execute("RELEASE m")

    def lock_persons(self, *persons: int) -> None:
        """Lock these people, in ascending id; a new person is locked by the transaction that makes it."""
        self.locked.update(sorted(persons))

    def hint(self, *topics: str) -> None:
        """Tell the listeners after COMMIT; ids only, never words."""
        self.hints.update(topics)

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of a question."""
        return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> Row | None:
        """The first row, or None."""
        found: Row | None = self.connection.execute(sql, values).fetchone()
        return found

    def many(self, values: Sequence[object]) -> str:
        """A list for `PAIRS`."""
        return json.dumps(values)

    def insert(self, table: type[tables.Base], **values: object) -> int:
        """Write a row; its id is made when it is not given. Raises PersonNotLocked."""
        row_id = values.setdefault("id", new_id())
        if table is tables.Person:
            self.lock_persons(row_id)  # type: ignore[arg-type]
        elif _personal(table):
            self._require(table, values.get("person_id"))
        self.connection.execute(_insert(table, tuple(values)), tuple(values.values()))
        return row_id  # type: ignore[return-value]

    def update(self, table: type[tables.Base], row_id: int, *, person: int | None = None, **values: object) -> None:
        """Change a row by its id; `person` names whose it is in tables that have a person. Raises PersonNotLocked."""
        if table is tables.Person:
            self._require(table, row_id)
        elif _personal(table):
            self._require(table, person)
        self.connection.execute(_update(table, tuple(values)), (*values.values(), row_id))

    def update_later(self, table: type[tables.Base], row_id: int, *, person: int, **values: object) -> None:
        """As `update`, with the others of its kind at `flush`. Raises PersonNotLocked."""
        self._require(table, person)
        self._later.setdefault(_update(table, tuple(values)), []).append((*values.values(), row_id))

    def flush(self) -> None:
        """Write what was put off, in the order in which its kinds came up."""
        if self._later:
            for sql, rows in self._later.items():
                self.connection.executemany(sql, rows)
            self._later.clear()

    def change(self, table: type[tables.Base], sql: str, *values: object, persons: Iterable[int]) -> list[Row]:
        """Run an UPDATE … RETURNING that touches several rows of these people. Raises PersonNotLocked."""
        for person in persons:
            self._require(table, person)
        return self.rows(sql, *values)

    def seal(self, table: type[tables.Base], name: str, row_id: int, value: str | bytes | None) -> bytes | None:
        """A value for a sealed column."""
        if value is None:
            return None
        return self.sealer.seal(table.__tablename__, name, row_id, value.encode() if isinstance(value, str) else value)

    def open(self, table: type[tables.Base], name: str, row_id: int, sealed: bytes) -> bytes:
        """The value of a sealed column. Raises seal.Unreadable."""
        return self.sealer.open(table.__tablename__, name, row_id, sealed)

    def audit(self, home_id: int, at: datetime, actor: str, action: str, subject: str, detail: str | None = None) -> None:
        """An audit row, signed now, written later in this transaction and linked after it (P5); the detail is sealed."""
        row_id, when = new_id(), micros(at)
        more = self.seal(tables.Audit, "detail", row_id, detail)
        mac = self.sealer.sign(row_id, home_id, when, actor, action, subject, more or b"")
        self._later.setdefault(_AUDIT, []).append((row_id, home_id, when, actor, action, subject, more, mac))

    def _require(self, table: type[tables.Base], person: object) -> None:
        if person not in self.locked:
            raise PersonNotLocked(table.__tablename__, person)


Work = Callable[[Store], Any]
