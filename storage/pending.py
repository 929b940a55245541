"""Rows that are written but not sent yet: those of one kind go together, and a row that changes before it is sent is
sent once.

On PostgreSQL each statement is a way to the server and back that costs more than its work; on SQLite a fat row that
is changed at once is written twice. Nobody may notice: `Store` sends what is held before it reads one of the tables,
and before it writes in another way.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from sqlalchemy import Table, UniqueConstraint

from storage import tables

ORDER: Final = {table.name: place for place, table in enumerate(tables.Base.metadata.sorted_tables)}
"""Those that others refer to before these."""
_NAME: Final = re.compile(rf"\b({'|'.join(ORDER)})\b")
Values = dict[str, object]
Rows = dict[type[tables.Base], dict[int, Values]]
"""Rows of each table by their ids."""


@cache
def insert_sql(table: type[tables.Base], names: tuple[str, ...]) -> str:
    """The statement that writes a row. Raises ValueError for a column that does not exist."""
    known(table, names)
    return f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


@cache
def update_sql(table: type[tables.Base], names: tuple[str, ...]) -> str:
    """The statement that changes a row; its id comes last. Raises ValueError for a column that does not exist."""
    known(table, names)
    # names are columns
    return f"UPDATE {table.__tablename__} SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?"


@cache
def named(sql: str) -> frozenset[str]:
    """The tables a statement names. What a new row refers to may come after it: references are checked at COMMIT."""
    return frozenset(_NAME.findall(sql))


@cache
def touched(table: type[tables.Base], sql: str) -> frozenset[str]:
    """The tables a change of this table reads, writes or may point to: what is held of them goes first, since a parent
    that comes after its child makes SQLite search all children.
    """
    parents = {key.column.table.name for key in table.__table__.foreign_keys}
    return named(sql) | parents | {table.__tablename__}


class Pending:
    """What one transaction has not sent yet."""

    def __init__(self) -> None:
        self.tables: set[str] = set()
        self._new: Rows = {}
        self._changed: Rows = {}

    def insert(self, table: type[tables.Base], values: Values) -> None:
        """A new row with its id."""
        self.tables.add(table.__tablename__)
        self._new.setdefault(table, {})[values["id"]] = values  # type: ignore[index]  # an id is a number

    def update(self, table: type[tables.Base], row_id: int, values: Values) -> bool:
        """Merge a change into the buffered row. False for a change of a unique column, which may make room for another
        row: the caller sends what is buffered first, then the change.
        """
        new = self._new.get(table)
        if new is not None and row_id in new:
            new[row_id].update(values)
            return True
        if not _unique(table).isdisjoint(values):
            return False
        self.tables.add(table.__tablename__)
        changed = self._changed.setdefault(table, {})
        if row_id in changed:
            changed[row_id].update(values)
        else:
            changed[row_id] = values
        return True

    def take(self) -> tuple[Rows, Rows]:
        """New rows and changes, to be sent now; nothing is held any more."""
        taken = self._new, self._changed
        self.clear()
        return taken

    def clear(self) -> None:
        """Nothing is held."""
        self.tables = set()
        self._new, self._changed = {}, {}


@cache
def _unique(table: type[tables.Base]) -> frozenset[str]:
    made = table.__table__
    rules = made.constraints if isinstance(made, Table) else ()
    return frozenset(column.name for rule in rules if isinstance(rule, UniqueConstraint) for column in rule.columns)


def known(table: type[tables.Base], names: Iterable[str]) -> None:
    """Raises ValueError for a column that does not exist."""
    unknown = set(names) - set(table.__table__.columns.keys())
    if unknown:
        message = f"{table.__tablename__} has no column {sorted(unknown)}"
        raise ValueError(message)
