"""A SQLite database as a file: its lock against a second process, its writing and its reading connections."""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool

from care.errors import DatabaseInUse

READERS: Final = 4
BUSY_FOR: Final = 0.25
CHECKPOINT: Final = "wal_autocheckpoint=8000"
"""32 MiB of WAL: pages that change again and again are copied home once."""
LOG: Final = f"journal_size_limit={64 << 20}"
"""What the WAL has grown to while somebody read for long is given back once it was copied home (I9)."""
CACHE: Final = "cache_size=-32768"
"""32 MiB of pages: with the 2 MiB of the default each insert into an index re-reads pages once the file has grown."""
MEMORY: Final = "temp_store=MEMORY"
"""What a SAVEPOINT may have to undo is kept in memory: in a temporary file it cost a fifth of all CPU, and pages of
people outside the database.
"""


class LockFile:
    """Keeps a second process away from a SQLite database."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._file: int | None = None

    def take(self) -> None:
        """Raises DatabaseInUse."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise DatabaseInUse(path=self.path.with_suffix("")) from error
        self._file = file

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let others in."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def connect(path: Path) -> sqlite3.Connection:
    """A writing connection: WAL, fsync at every commit, foreign keys on, transactions begun by hand."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_FOR, cached_statements=512
    )
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=FAST",
        MEMORY,
        CACHE,
        CHECKPOINT,
        LOG,
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def reading_engine(path: Path) -> Engine:
    """A few connections that cannot write."""

    def open_reading() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, timeout=2.0)
        connection.execute("PRAGMA query_only=ON")
        return connection

    return create_engine("sqlite://", creator=open_reading, poolclass=QueuePool, pool_size=READERS, max_overflow=0)
