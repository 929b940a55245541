"""Statements are compiled once for all databases of a process: each test has one of its own, and half of what it would
ask of the processor is to make the same SQL out of the same objects again. A service has one cache for all its days.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from sqlalchemy.util import LRUCache

from storage import tables
from storage.postgres import PostgresDatabase
from storage.sqlite import SqliteDatabase

MOST: Final = 4000


class Statements(LRUCache[Any, Any]):
    """A cache whose keys name the kind of dialect in the place of the dialect of one engine."""

    def get(self, key: Any, default: Any = None) -> Any:
        """What was compiled for such a dialect."""
        return super().get(_alike(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(_alike(key), compiled)


def _alike(key: Any) -> Any:
    dialect, *rest = key
    return (type(dialect), dialect.server_version_info, dialect.paramstyle, *rest)


@contextmanager
def shared() -> Iterator[None]:
    """While it lasts, databases that start use one cache: they all have the schema of today."""
    known = Statements(MOST)
    with pytest.MonkeyPatch.context() as patch:
        for mapper in tables.Base.registry.mappers:  # what a session inserts and updates has a cache of its table
            patch.setitem(vars(mapper), "_compiled_cache", Statements(MOST))
        for kind in (SqliteDatabase, PostgresDatabase):
            patch.setattr(kind, "start", _starting(kind.start, known))
        yield


def _starting(real: Any, known: Statements) -> Any:
    async def start(database: Any) -> None:
        await real(database)
        for engine in (database._writing, database._reading):
            getattr(engine, "sync_engine", engine)._compiled_cache = known
        if isinstance(database, SqliteDatabase):
            database._connection.execute("PRAGMA synchronous=OFF")  # nothing here has to outlive the machine

    return start
