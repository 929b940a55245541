"""Words in a database that the house does not write: closed ones, which a CHECK would refuse, and open ones without the
shape of a word (engineering 2).
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from care.errors import DatabaseAway
from storage import archive, tables
from storage.types import Word


@dataclass(frozen=True, slots=True)
class Strange:
    """A word that is there, where and how often; a closed one stops the upgrade that adds its CHECK."""

    table: str
    column: str
    word: str
    rows: int
    closed: bool


def strange(url: str) -> list[Strange]:
    """All of them, the closed ones first; of an older schema what it has. Not inside a running loop.

    Raises DatabaseAway.
    """
    try:
        found = archive.connected(url, lambda connection: list(_found(connection)), write=False)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise DatabaseAway(why=type(error).__name__) from error
    return sorted(found, key=lambda one: not one.closed)


def _found(connection: Connection) -> Iterator[Strange]:
    looks = inspect(connection)
    there = {name: {column["name"] for column in looks.get_columns(name)} for name in looks.get_table_names()}
    for table in tables.Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name in there.get(table.name, ()):
                yield from _in(connection, column)


def _in(connection: Connection, column: Column[Any]) -> Iterator[Strange]:
    closed, kind = column.info.get("closed"), column.type
    if closed is None and not isinstance(kind, Word):
        return
    question = select(column, func.count()).where(column.is_not(None)).group_by(column).order_by(column)
    if closed is not None:
        question = question.where(column.not_in(closed))
    for word, rows in connection.execute(question):
        if closed is not None or (isinstance(kind, Word) and not kind.fits(word)):
            yield Strange(column.table.name, column.name, str(word), rows, closed is not None)
