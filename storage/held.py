"""Rows that are written but not sent yet: those of one kind go together, and a row that changes before it is sent is sent once.

On PostgreSQL each statement is a way to the server and back that costs more than its work; on SQLite a fat row that is changed at once is
written twice. Nobody may notice: `Store` sends what is held before it reads one of the tables, and before every statement that writes.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from sqlalchemy import Table, UniqueConstraint

from storage import tables
from storage.types import Row

_ORDER: Final = {table.name: place for place, table in enumerate(tables.Base.metadata.sorted_tables)}
_NAME: Final = re.compile(rf"\b({'|'.join(_ORDER)})\b")


@cache
def insert_sql(table: type[tables.Base], names: tuple[str, ...]) -> str:
    """The statement that writes a row. Raises ValueError for a column that does not exist."""
    _known(table, names)
    return f"INSERT INTO {table.__tablename__} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  (names are columns)


@cache
def update_sql(table: type[tables.Base], names: tuple[str, ...]) -> str:
    """The statement that changes a row; its id comes last. Raises ValueError for a column that does not exist."""
    _known(table, names)
    return f"UPDATE {table.__tablename__} SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?"  # noqa: S608  (names are columns)


@cache
def reads(sql: str) -> frozenset[str]:
    """The tables a statement names; all of them when it writes, since what it refers to must be there."""
    return frozenset(_NAME.findall(sql) if sql.lstrip().startswith("SELECT") else _ORDER)


class Held:
    """What one transaction has not sent yet."""

    def __init__(self) -> None:
        self.tables: set[str] = set()
        self._new: dict[type[tables.Base], dict[int, dict[str, object]]] = {}
        self._changes: dict[str, list[Row]] = {}
        self._how: dict[tuple[type[tables.Base], int], str] = {}

    def insert(self, table: type[tables.Base], values: dict[str, object]) -> None:
        """A new row with its id."""
        self.tables.add(table.__tablename__)
        self._new.setdefault(table, {})[values["id"]] = values  # type: ignore[index]  # an id is a number

    def update(self, table: type[tables.Base], row_id: int, values: dict[str, object]) -> bool:
        """A change; False when it must not wait: what is held is to be sent first, and then this at once.

        That is a row that is changed again in another way, and a change of what is unique, which may make room for a new row.
        """
        names = tuple(values)
        sql = update_sql(table, names)
        new = self._new.get(table, {}).get(row_id)
        if new is not None:
            new.update(values)
            return True
        if self._how.setdefault((table, row_id), sql) != sql or not _unique(table).isdisjoint(names):
            return False
        self.tables.add(table.__tablename__)
        self._changes.setdefault(sql, []).append((*values.values(), row_id))
        return True

    def drain(self) -> Iterator[tuple[str, list[Row]]]:
        """Statements with their rows: new ones first, those that others refer to before these; then the changes as their kinds came up."""
        new, changes = self._new, self._changes
        self.clear()
        for table in sorted(new, key=lambda table: _ORDER[table.__tablename__]) if len(new) > 1 else new:
            kinds: dict[tuple[str, ...], list[Row]] = {}
            for values in new[table].values():
                kinds.setdefault(tuple(values), []).append(tuple(values.values()))
            for names, rows in kinds.items():
                yield insert_sql(table, names), rows
        yield from changes.items()

    def clear(self) -> None:
        """Nothing is held."""
        self.tables = set()
        self._new, self._changes, self._how = {}, {}, {}


@cache
def _unique(table: type[tables.Base]) -> frozenset[str]:
    made = table.__table__
    rules = made.constraints if isinstance(made, Table) else ()
    return frozenset(column.name for rule in rules if isinstance(rule, UniqueConstraint) for column in rule.columns)


def _known(table: type[tables.Base], names: Iterable[str]) -> None:
    unknown = set(names) - set(table.__table__.columns.keys())
    if unknown:
        message = f"{table.__tablename__} has no column {sorted(unknown)}"
        raise ValueError(message)
