"""SQLite: one writer thread owns the only writing connection; readers have a second, read-only engine; a lock file
keeps others out.
"""

import asyncio
import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool, StaticPool

from care.errors import Busy, DatabaseInUse
from storage.database import (
    MOST_WAITING,
    PATIENCE,
    Arrived,
    Database,
    Failed,
    Item,
    Listener,
    Receive,
    busy,
    finish,
    is_away,
    knows_away,
    take,
)
from storage.held import ORDER, Rows, insert_sql, update_sql
from storage.migrate import make_private
from storage.seal import Sealer
from storage.store import Question, Store
from storage.types import Row, micros
from storage.unit import Unit

T = TypeVar("T")
log = logging.getLogger("jiashu.database")
READERS: Final = 4
BUSY_FOR: Final = 0.25
PAUSE: Final = 0.05
_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
CHECKPOINT: Final = "wal_autocheckpoint=8000"
"""32 MiB of WAL: pages that change again and again are copied home once."""
CACHE: Final = "cache_size=-32768"
"""32 MiB of pages: with the 2 MiB of the default each insert into an index re-reads pages once the file has grown."""
MEMORY: Final = "temp_store=MEMORY"
"""What a SAVEPOINT may have to undo is kept in memory: in a temporary file it cost a fifth of all CPU, and pages of
people outside the database.
"""


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[], Any]
    future: "asyncio.Future[Any]"
    until: float


@knows_away
def away(error: BaseException) -> bool:
    """Whether an error of the driver says that nothing can be committed now."""
    return isinstance(error, sqlite3.Error) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _AWAY


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
        """One statement for each kind of row; a parent that came after its children would make
        SQLite search them all.
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

    def listed(self, question: Question, whose: str) -> str:
        """Rows are gathered as they come."""
        columns = ", ".join(question.columns)
        return f"(SELECT nullif(json_group_array(json_array({columns})), '[]') FROM ({question.sql(whose)}))"


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
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteDatabase(Database):
    """A file, served by one process: one writer thread, readers beside it."""

    shared = False

    def __init__(
        self, path: Path, sealer: Sealer, receive: Receive, reach: Callable[[str], None] = lambda _: None
    ) -> None:
        self.path, self.sealer = path, sealer
        self.handle, self._reach = receive, reach
        self._arrivals: deque[Arrived] = deque()
        self._jobs: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self.away_since: float | None = None
        self._listeners: list[Listener] = []
        self._lock = LockFile(path)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._reading = _reading_engine(path)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    # -- from the loop -------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take the lock file and start the writer. Raises DatabaseInUse."""
        self._lock.take()
        make_private(self.path)
        self._loop = asyncio.get_running_loop()
        self._connection = connect(self.path)
        self._store = SqliteStore(self._connection, self.sealer)
        self._writing = create_engine("sqlite://", creator=lambda: self._connection, poolclass=StaticPool)
        # at its first use an engine looks around and rolls back: not inside a transaction of ours
        self._writing.connect().close()
        self._thread.start()

    async def close(self) -> None:
        """Finish what was begun, then let go of the file."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)
            self._connection.close()
        self._readers.shutdown()
        self._reading.dispose()
        self._lock.release()

    def listen(self, listener: Listener) -> None:
        """Be told in the loop, after each COMMIT, what it hinted at."""
        self._listeners.append(listener)

    def receive(self, item: Item) -> "asyncio.Future[Any]":
        """Hand an arrival to the writer; the future ends after COMMIT, or with Busy when too many wait."""
        future: asyncio.Future[Any] = self._loop.create_future()
        with self._wake:
            if self._stopping or len(self._arrivals) >= MOST_WAITING:
                future.set_exception(Busy())
                return future
            self._arrivals.append(Arrived(item, future))
            self._wake.notify()
        return future

    async def write(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in its own transaction in the writer thread; what it raises undoes it.

        Raises Busy when the database is away.
        """
        return await self._submit(lambda: self._unit(work))

    async def store(self, work: Callable[[Store], T]) -> T:
        """As `write`, with the raw operations only."""
        return await self._submit(lambda: self._raw(work))

    async def read(self, work: Callable[[Unit], T]) -> T:
        """Run a question in a reading thread, on a session that ends before the answer is used."""

        def run() -> T:
            with Unit(self._reading, self.sealer) as unit:
                return work(unit)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    @property
    def checked_out(self) -> int:
        """Reading connections in use; 0 when nothing runs."""
        pool = self._reading.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    async def leads(self) -> bool:
        """Always: it is alone."""
        return True

    def heard(self, hints: frozenset[str]) -> None:
        """Tell the listeners."""
        self._listen(hints)

    async def _submit(self, run: Callable[[], T]) -> T:
        future: asyncio.Future[T] = self._loop.create_future()
        with self._wake:
            if self._stopping:
                raise Busy
            self._jobs.append(_Job(run, future, time.monotonic() + PATIENCE))
            self._wake.notify()
        return await future

    # -- in the writer thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._arrivals or self._jobs or self._stopping):
                    self._wake.wait()
                if self._stopping and (self.away_since is not None or not (self._arrivals or self._jobs)):
                    return self._let_go()
                batch = take(self._arrivals)
                job = self._jobs.popleft() if self._jobs else None
            if batch:
                self._handle(batch)
            if job is not None:
                self._do(job)

    def _handle(self, batch: Sequence[Arrived]) -> None:
        """Commit a batch. One that fails is tried again message by message, alone, once; the inbox key tells what a
        lost COMMIT did.
        """
        try:
            results = self._raw(lambda store: self.handle(store, [entry.item for entry in batch]), self._reach)
        except Exception as error:
            if is_away(error):
                self._wait(error, batch)
                return
            log.exception(
                "a batch failed, each message again alone", extra={"action": "batch_failed", "size": len(batch)}
            )
            for place, entry in enumerate(batch):
                try:
                    result = self._raw(
                        lambda store, item=entry.item: self.handle(store, [item]),  # type: ignore[misc]
                        self._reach,
                    )[0]
                except Exception as alone:
                    if is_away(alone):
                        self._wait(alone, batch[place:])
                        return
                    log.exception("a message failed alone", extra={"action": "message_failed"})
                    result = Failed(alone)
                self._settle([entry.future], [result])
            return
        self._settle([entry.future for entry in batch], results)

    def _do(self, job: _Job) -> None:
        try:
            result: Any = job.run()
        except Exception as error:
            if is_away(error):
                self._wait(error, ())
                if time.monotonic() < job.until:
                    with self._wake:
                        self._jobs.append(job)
                    return
                result = Failed(busy(error))
            else:
                result = Failed(error)
        self._settle([job.future], [result])

    def _wait(self, error: Exception, batch: Sequence[Arrived]) -> None:
        """The database is away: what was taken goes back to the front, in its order, and the thread breathes."""
        if self.away_since is None:
            self.away_since = time.monotonic()
            log.error("the database is away, what arrives waits", extra={"action": "away", "error": str(error)})
        with self._wake:
            self._arrivals.extendleft(reversed(batch))
            if not self._stopping:
                self._wake.wait(PAUSE)

    def _let_go(self) -> None:
        """Stopped while the database is away: everybody who waits is told that nothing was committed."""
        for future in [*(entry.future for entry in self._arrivals), *(job.future for job in self._jobs)]:
            self._settle([future], [Failed(Busy())])

    def _raw(self, work: Callable[[Store], T], reach: Callable[[str], None] = lambda _: None) -> T:
        store = self._store
        try:
            store.begin(holds=True)
            result = work(store)
            reach("before_commit")
            store.commit()
        except BaseException:
            store.rollback()
            raise
        self._here()
        reach("after_commit")
        self._tell(store.hints)
        return result

    def _unit(self, work: Callable[[Unit], T]) -> T:
        store = self._store
        with Unit(self._writing, self.sealer, store) as unit:
            try:
                store.begin()
                result = work(unit)
                unit.flush()
                store.flush()
                unit.commit()
                if store.connection.in_transaction:  # raw operations alone: the session never took the connection
                    store.commit()
            except BaseException:
                unit.rollback()
                store.rollback()
                raise
        self._here()
        self._tell(store.hints)
        return result

    def _here(self) -> None:
        if self.away_since is not None:
            log.warning(
                "the database is back",
                extra={"action": "back", "seconds": round(time.monotonic() - self.away_since, 1)},
            )
            self.away_since = None

    def _tell(self, hints: Iterable[str]) -> None:
        told = frozenset(hints)
        if told:
            self._loop.call_soon_threadsafe(self._listen, told)

    def _listen(self, hints: frozenset[str]) -> None:
        for listener in self._listeners:
            listener(hints)

    def _settle(self, futures: Sequence["asyncio.Future[Any]"], results: Sequence[Any]) -> None:
        self._loop.call_soon_threadsafe(finish, futures, results)


def _reading_engine(path: Path) -> Engine:
    def open_reading() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, timeout=2.0)
        connection.execute("PRAGMA query_only=ON")
        return connection

    return create_engine("sqlite://", creator=open_reading, poolclass=QueuePool, pool_size=READERS, max_overflow=0)
