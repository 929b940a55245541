"""What the store does in its own way on SQLite: one writer, plain statements, rows in the order of their parents."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from storage.pending import ORDER, Rows, insert_sql, update_sql
from storage.questions import Question
from storage.seal import Sealer
from storage.store import Store
from storage.types import Row, micros

sqlite3.register_adapter(datetime, micros)
sqlite3.register_adapter(date, date.isoformat)
sqlite3.register_adapter(bool, int)


class SqliteStore(Store):
    """The store of the writer thread: it alone writes, so locks are only recorded.

    Moments are microseconds, days ISO text, truth 0 and 1.
    """

    PAIRS = """(SELECT json_extract(value, '$[0]') AS one, json_extract(value, '$[1]') AS other,
               json_extract(value, '$[2]') AS more
               FROM json_each(?)) pair"""
    AMONG = "IN (SELECT value FROM json_each(?))"
    THEN = "CROSS JOIN"
    BEGIN = "BEGIN IMMEDIATE"
    shared = False

    def __init__(self, connection: sqlite3.Connection, sealer: Sealer) -> None:
        super().__init__(sealer)
        self.connection = connection

    def _ask(self, sql: str, values: Sequence[object]) -> list[Row]:
        return self.connection.execute(sql, values).fetchall()

    def _run(self, sql: str, values: Sequence[object] = ()) -> None:
        self.connection.execute(sql, values)

    def _run_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self.connection.executemany(sql, rows)

    def _send(self, new: Rows, changed: Rows) -> None:
        """One statement for each kind of row; a parent that came after its children would make SQLite search them
        all.
        """
        for table in sorted(new, key=lambda table: ORDER[table.__tablename__]):
            kinds: dict[tuple[str, ...], list[Row]] = {}
            for values in new[table].values():
                kinds.setdefault(tuple(values), []).append(tuple(values.values()))
            for names, rows in kinds.items():
                self.connection.executemany(insert_sql(table, names), rows)
        for table, by_id in changed.items():
            kinds = {}
            for row_id, values in by_id.items():
                kinds.setdefault(tuple(values), []).append((*values.values(), row_id))
            for names, rows in kinds.items():
                self.connection.executemany(update_sql(table, names), rows)

    def rollback(self) -> None:
        """Undo everything since `begin`."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def lock_persons(self, *persons: int) -> None:
        """Record them."""
        self.locked.update(persons)

    def lock_free(self, persons: Iterable[int]) -> set[int]:
        """All of them: nobody else writes."""
        free = set(persons)
        self.locked |= free
        return free

    def lock_phones(self, phones: Sequence[tuple[int, str]]) -> None:
        """Nothing: nobody else writes."""

    def listed(self, question: Question[Any], whose: str) -> str:
        """Rows are gathered as they come."""
        columns = ", ".join(question.columns)
        return f"(SELECT nullif(json_group_array(json_array({columns})), '[]') FROM ({question.sql(whose)}))"
