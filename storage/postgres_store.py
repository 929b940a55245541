"""What the store does in its own way on PostgreSQL: row locks, ways to the server and back that are few."""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, Final

import asyncpg
import msgspec
from sqlalchemy.util import await_only

from storage import tables
from storage.pending import Rows, Values, known
from storage.questions import Question
from storage.seal import Sealer
from storage.store import Store
from storage.types import Row, micros

LOOK_UPS: Final = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
"""Every question of a raw transaction is a look-up by index. A plan that is made while the tables are empty reads them
whole, and a
prepared statement keeps it until the next ANALYZE: 19 ms instead of 0.2 after ten minutes (decision 52)."""


NEW: Final = (tables.Audit, tables.ComplaintRecord, tables.Complaint, tables.Inbox, tables.Media, tables.Promise)
CHANGED: Final = (tables.Complaint, tables.Conversation, tables.Follower)
SEVERAL: Final = 4
"""What batches of several arrivals write: always part of their statement, so that one prepared statement serves nearly
all of them.
"""


@cache
def _numbered(sql: str) -> str:
    """`?` as `$1`, `$2` …; no statement of ours has a question mark in a string."""
    count = iter(range(1, 1000))
    return re.sub(r"\?", lambda _: f"${next(count)}", sql)


def _value(value: object) -> object:
    return micros(value) if isinstance(value, datetime) else value


@cache
def _write(new: tuple[type[tables.Base], ...], changed: tuple[type[tables.Base], ...]) -> str:
    """One statement that writes rows of these tables ($1: lists of rows) and changes in those ($2: changes by id).

    What a change does not name stays as it is; PostgreSQL sees by the values which indexes and references are
    concerned.
    """
    parts: list[str] = []
    for table in new:
        name, columns = table.__tablename__, ", ".join(table.__table__.columns.keys())
        parts.append(
            f"new_{name} AS (INSERT INTO {name} ({columns}) SELECT {columns} FROM "
            f"jsonb_populate_recordset(NULL::{name}, $1::jsonb -> '{name}'))"
        )
    for table in changed:
        name, names = table.__tablename__, [column.name for column in table.__table__.columns if column.name != "id"]
        parts.append(
            f"""changed_{name} AS (UPDATE {name} t
                SET ({", ".join(names)}) = (
                    SELECT {", ".join(f"r.{column}" for column in names)} FROM jsonb_populate_record(t, v.value) r)
                FROM jsonb_each($2::jsonb -> '{name}') v WHERE t.id = v.key::bigint)"""
        )
    return f"WITH {', '.join(parts)} SELECT $1::jsonb IS NULL, $2::jsonb IS NULL"


@cache
def _known(table: type[tables.Base], names: tuple[str, ...]) -> None:
    known(table, names)


@cache
def _defaults(table: type[tables.Base]) -> Values:
    """What the server would fill in."""
    return {column.name: column.default.arg for column in table.__table__.columns if column.server_default is not None}


def _plain(table: type[tables.Base], values: Values) -> Values:
    """A row as JSON can carry it. Raises ValueError for a column that does not exist."""
    _known(table, tuple(values))
    return {name: "\\x" + value.hex() if type(value) is bytes else value for name, value in values.items()}


def _sorted(held: Rows, usual: Iterable[type[tables.Base]]) -> tuple[type[tables.Base], ...]:
    return tuple(sorted({*held, *usual}, key=lambda table: table.__tablename__))


def _json(document: object) -> str:
    return msgspec.json.encode(document).decode()


class PostgresStore(Store):
    """The store of one transaction on one connection of asyncpg; to be used inside a greenlet.

    Each statement is a way to the server and back, so the words of a transaction that holds (BEGIN, SAVEPOINT,
    RELEASE) go with what comes next.
    """

    PAIRS = """(SELECT (value->>0)::bigint AS one, value->>1 AS other, value->>2 AS more
               FROM jsonb_array_elements(?::jsonb)) pair"""
    AMONG = "= ANY(ARRAY(SELECT value::bigint FROM jsonb_array_elements_text(?::jsonb)))"
    THEN = "JOIN"
    BEGIN = "BEGIN"
    shared = True

    def __init__(self, connection: asyncpg.Connection, sealer: Sealer) -> None:
        super().__init__(sealer)
        self.connection = connection
        self._words: list[str] = []
        self._highest = 0
        """The last person for whom a lock was waited."""

    def _ask(self, sql: str, values: Sequence[object]) -> list[Row]:
        self._say()
        found = await_only(self.connection.fetch(_numbered(sql), *map(_value, values)))
        return [tuple(row) for row in found]

    def _run(self, sql: str, values: Sequence[object] = ()) -> None:
        if values:
            self._say()
            await_only(self.connection.fetch(_numbered(sql), *map(_value, values)))
            return
        self._words.append(sql)
        if sql == "COMMIT" or not self._holds:
            self._say()

    def _say(self) -> None:
        if self._words:
            words, self._words = "; ".join(self._words), []
            await_only(self.connection.execute(words))

    def _send(self, new: Rows, changed: Rows) -> None:
        """All at once: one way to the server for whatever a batch writes."""
        self._say()
        rows = {
            table.__tablename__: [_defaults(table) | _plain(table, one) for one in by_id.values()]
            for table, by_id in new.items()
        }
        changes = {
            table.__tablename__: {row_id: _plain(table, one) for row_id, one in by_id.items()}
            for table, by_id in changed.items()
        }
        usual = len(new.get(tables.Inbox, ())) >= SEVERAL
        sql = _write(_sorted(new, NEW if usual else ()), _sorted(changed, CHANGED if usual else ()))
        await_only(self.connection.fetch(sql, _json(rows), _json(changes)))

    def _run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self._say()
        await_only(self.connection.executemany(_numbered(sql), rows))

    def begin(self, *, holds: bool = False) -> None:
        """Start a transaction."""
        super().begin(holds=holds)
        if holds:
            self._run(LOOK_UPS)

    def rollback(self) -> None:
        """Undo everything since `begin`; a connection that is gone has undone it already."""
        self._words.clear()
        if not self.connection.is_closed() and self.connection.is_in_transaction():
            await_only(self.connection.execute("ROLLBACK"))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is undone gives its locks back."""
        highest = self._highest
        try:
            with super().savepoint():
                yield
        except BaseException:
            self._highest = highest
            raise

    def lock_persons(self, *persons: int) -> None:
        """Take the row locks, in ascending id. Raises asyncpg's LockNotAvailableError; then everything is done again.

        That is when somebody holds one for longer than a second, or holds one at all that comes before those which
        are held here: who waits out of turn may wait for somebody who waits for them.
        """
        fresh = sorted(set(persons) - self.locked)
        if fresh:
            self.rows(
                f"SELECT id FROM person WHERE id = ANY(?::bigint[]) ORDER BY id FOR UPDATE{self._patience(fresh[0])}",
                fresh,
            )
            self._took(fresh)

    def _patience(self, first: int) -> str:
        return "" if first > self._highest else " NOWAIT"

    def _took(self, persons: Iterable[int]) -> None:
        taken = set(persons)
        self.locked |= taken
        self._highest = max(self._highest, *taken, 0)

    def lock_free(self, persons: Iterable[int]) -> set[int]:
        """Take the locks that nobody holds."""
        asked = set(persons)
        wanted = sorted(asked - self.locked)
        found = (
            self.rows("SELECT id FROM person WHERE id = ANY(?::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED", wanted)
            if wanted
            else []
        )
        free = {row[0] for row in found} | (asked & self.locked)
        self.locked |= free
        return free

    def lock_phones(self, phones: Sequence[tuple[int, str]]) -> None:
        """Row locks for who is known; who is new is kept apart by an advisory lock, so that nobody is met twice."""
        known = self._lock_known(phones)
        unknown = [phone for phone in phones if phone not in known]
        if unknown:
            marks = sorted({zlib.crc32(f"{account}:{openid}".encode()) - 2**31 for account, openid in unknown})
            self.rows(
                "SELECT pg_advisory_xact_lock(?, mark) FROM unnest(?::int[]) mark", zlib.crc32(b"phone") - 2**31, marks
            )
            self._lock_known(unknown)

    def listed(self, question: Question[Any], whose: str) -> str:
        """Rows are gathered as they come."""
        columns = ", ".join(question.columns)
        return f"(SELECT jsonb_agg(jsonb_build_array({columns}))::text FROM ({question.sql(whose)}) listed)"

    def _lock_known(self, phones: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
        """What these people have is read after this, by statements that see what was changed while we waited."""
        rows = self.rows(
            f"""SELECT p.id, f.account_id, f.openid FROM {self.PAIRS} JOIN follower f ON f.account_id = pair.one
                AND f.openid = pair.other
                JOIN person p ON p.id = f.person_id ORDER BY p.id FOR UPDATE OF p{self._patience(1)}""",
            self.many(phones),
        )
        self._took(row[0] for row in rows)
        return {(row[1], row[2]) for row in rows}
