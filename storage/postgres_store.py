"""What the store does in its own way on PostgreSQL: row locks, ways to the server and back that are few."""

import json
import re
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.util import await_only

from storage.seal import Sealer
from storage.store import Store
from storage.types import Row, micros


@cache
def _numbered(sql: str) -> str:
    """`?` as `$1`, `$2` …; no statement of ours has a question mark in a string."""
    count = iter(range(1, 1000))
    return re.sub(r"\?", lambda _: f"${next(count)}", sql)


def _value(value: object) -> object:
    return micros(value) if isinstance(value, datetime) else value


class PostgresStore(Store):
    """The store of one transaction on one connection of asyncpg; to be used inside a greenlet.

    Each statement is a way to the server and back, so the words of a transaction that holds (BEGIN, SAVEPOINT, RELEASE) go with what
    comes next.
    """

    PAIRS = "(SELECT (value->>0)::bigint AS one, value->>1 AS other FROM jsonb_array_elements(?::jsonb)) pair"
    AMONG = "= ANY(ARRAY(SELECT value::bigint FROM jsonb_array_elements_text(?::jsonb)))"
    THEN = "JOIN"
    BEGIN = "BEGIN"
    shared = True

    def __init__(self, connection: Any, sealer: Sealer) -> None:  # noqa: ANN401  (asyncpg has no types)
        super().__init__(sealer)
        self.connection = connection
        self._words: list[str] = []

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

    def _run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self._say()
        await_only(self.connection.executemany(_numbered(sql), rows))

    def rollback(self) -> None:
        """Undo everything since `begin`; a connection that is gone has undone it already."""
        self._words.clear()
        if not self.connection.is_closed() and self.connection.is_in_transaction():
            await_only(self.connection.execute("ROLLBACK"))

    def lock_persons(self, *persons: int) -> None:
        """Take the row locks, in ascending id. Raises asyncpg's lock time-out when somebody holds one for longer than a second."""
        fresh = sorted(set(persons) - self.locked)
        if fresh:
            self.rows("SELECT id FROM person WHERE id = ANY(?::bigint[]) ORDER BY id FOR UPDATE", fresh)
            self.locked.update(fresh)

    def lock_free(self, persons: Iterable[int]) -> set[int]:
        """Take the locks that nobody holds."""
        asked = set(persons)
        wanted = sorted(asked - self.locked)
        found = self.rows("SELECT id FROM person WHERE id = ANY(?::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED", wanted) if wanted else []
        free = {row[0] for row in found} | (asked & self.locked)
        self.locked |= free
        return free

    def lock_phones(self, phones: Sequence[tuple[int, str]]) -> None:
        """Row locks for who is known; who is new is kept apart by an advisory lock, so that nobody is met twice."""
        known = self._lock_known(phones)
        unknown = sorted({phone for phone in phones if phone not in known})
        if unknown:
            for account, openid in unknown:
                self.rows(
                    "SELECT pg_advisory_xact_lock(?, ?)", zlib.crc32(b"phone") - 2**31, zlib.crc32(f"{account}:{openid}".encode()) - 2**31
                )
            self._lock_known(unknown)

    def _lock_known(self, phones: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
        """What these people have is read after this, by statements that see what was changed while we waited."""
        rows = self.rows(
            f"""SELECT p.id, f.account_id, f.openid FROM {self.PAIRS} JOIN follower f ON f.account_id = pair.one AND f.openid = pair.other
                JOIN person p ON p.id = f.person_id ORDER BY p.id FOR UPDATE OF p""",  # noqa: S608
            json.dumps(phones),
        )
        self.locked.update(row[0] for row in rows)
        return {(row[1], row[2]) for row in rows}
