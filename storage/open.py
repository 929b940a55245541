"""Which engine keeps the database: the one that its address names."""

from collections.abc import Callable
from pathlib import Path

from storage.database import Database, Receive
from storage.seal import Sealer


def open_database(
    url: str, sealer: Sealer, receive: Receive, reach: Callable[[str], None] = lambda _: None
) -> Database:
    """The database of `[database] url`, not started yet."""
    if url.startswith("sqlite"):
        from storage.sqlite import SqliteDatabase

        return SqliteDatabase(Path(url.split(":///", 1)[1]), sealer, receive, reach)
    from storage.postgres import PostgresDatabase

    return PostgresDatabase(url, sealer, receive, reach)
