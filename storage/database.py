"""SQLite: one writer thread owns the only writing connection; readers have a second, read-only engine; a lock file keeps others out.

While nothing can be committed (another program holds the file, the disk is full) the database is *away*: what arrived waits in its
order and is tried again; a job of a page fails with Busy after 5 s, so that nobody stares at a form.
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
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from care.errors import Busy, DatabaseInUse
from storage.seal import Sealer
from storage.store import Store
from storage.unit import Unit

T = TypeVar("T")
log = logging.getLogger("jiashu.database")
BATCH: Final = 32
READERS: Final = 4
MOST_WAITING: Final = 5000
"""Arrivals that wait in memory while the database is away; further ones are Busy at once and live in the spool."""
PATIENCE: Final = 5.0
"""Seconds that a job waits for a database that is away."""
BUSY_FOR: Final = 0.25
PAUSE: Final = 0.05
_AWAY: Final = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
})  # fmt: skip
CHECKPOINT: Final = "wal_autocheckpoint=8000"
"""32 MiB of WAL: pages that change again and again are copied home once."""
CACHE: Final = "cache_size=-32768"
"""32 MiB of pages: with the 2 MiB of the default each insert into an index re-reads pages once the file has grown."""
MEMORY: Final = "temp_store=MEMORY"
"""What a SAVEPOINT may have to undo is kept in memory: in a temporary file it cost a fifth of all CPU, and pages of people outside the database."""
Listener = Callable[[frozenset[str]], None]


class Item(Protocol):
    """Something that arrived for one person; `openid` keeps a person's messages apart and in order."""

    @property
    def openid(self) -> str:
        """The sender."""


Receive = Callable[[Store, Sequence[Any]], Sequence[Any]]
"""Handles a batch in an open transaction; gives one result for each item, in order."""


@dataclass(frozen=True, slots=True)
class _Arrived:
    item: Item
    future: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[], Any]
    future: "asyncio.Future[Any]"
    until: float


@dataclass(frozen=True, slots=True)
class _Failed:
    """What a job or a message raised, on its way to the future of its caller."""

    error: Exception


def is_away(error: BaseException) -> bool:
    """Whether an error says that nothing can be committed now, and nothing about what was to be committed."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    return isinstance(error, sqlite3.Error) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _AWAY


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
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_FOR, cached_statements=512)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=FAST", MEMORY, CACHE, CHECKPOINT):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteDatabase:
    """The database of one home in one process. Start it inside a running loop; all futures belong to that loop."""

    def __init__(self, path: Path, sealer: Sealer, receive: Receive, reach: Callable[[str], None] = lambda _: None) -> None:
        self.path, self.sealer = path, sealer
        self._receive, self._reach = receive, reach
        self._arrivals: deque[_Arrived] = deque()
        self._jobs: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self.away_since: float | None = None
        """Monotonic; None while commits succeed."""
        self._listeners: list[Listener] = []
        self._lock = LockFile(path)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._reading = _reading_engine(path)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    # -- from the loop -------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take the lock file and start the writer. Raises DatabaseInUse."""
        self._lock.take()
        self._loop = asyncio.get_running_loop()
        self._connection = connect(self.path)
        self._store = Store(self._connection, self.sealer)
        self._writing = create_engine("sqlite://", creator=lambda: self._connection, poolclass=StaticPool)
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
            self._arrivals.append(_Arrived(item, future))
            self._wake.notify()
        return future

    async def write(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in its own transaction in the writer thread; what it raises undoes it. Raises Busy when the database is away."""
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
                batch = self._take()
                job = self._jobs.popleft() if self._jobs else None
            if batch:
                self._handle(batch)
            if job is not None:
                self._do(job)

    def _take(self) -> list[_Arrived]:
        taken: list[_Arrived] = []
        later: list[_Arrived] = []
        people: set[str] = set()
        while self._arrivals and len(taken) < BATCH:
            entry = self._arrivals.popleft()
            if entry.item.openid in people:
                later.append(entry)
            else:
                people.add(entry.item.openid)
                taken.append(entry)
        self._arrivals.extendleft(reversed(later))
        return taken

    def _handle(self, batch: Sequence[_Arrived]) -> None:
        """Commit a batch. One that fails is tried again message by message, alone, once; the inbox key tells what a lost COMMIT did."""
        try:
            results = self._raw(lambda store: self._receive(store, [entry.item for entry in batch]), self._reach)
        except Exception as error:
            if is_away(error):
                self._wait(error, batch)
                return
            log.exception("a batch failed, each message again alone", extra={"action": "batch_failed", "size": len(batch)})
            for place, entry in enumerate(batch):
                try:
                    result = self._raw(lambda store, item=entry.item: self._receive(store, [item]), self._reach)[0]  # type: ignore[misc]
                except Exception as alone:
                    if is_away(alone):
                        self._wait(alone, batch[place:])
                        return
                    log.exception("a message failed alone", extra={"action": "message_failed"})
                    result = _Failed(alone)
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
                result = _Failed(_busy(error))
            else:
                result = _Failed(error)
        self._settle([job.future], [result])

    def _wait(self, error: Exception, batch: Sequence[_Arrived]) -> None:
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
            self._settle([future], [_Failed(Busy())])

    def _raw(self, work: Callable[[Store], T], reach: Callable[[str], None] = lambda _: None) -> T:
        store = self._store
        try:
            store.begin()
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
            log.warning("the database is back", extra={"action": "back", "seconds": round(time.monotonic() - self.away_since, 1)})
            self.away_since = None

    def _tell(self, hints: Iterable[str]) -> None:
        told = frozenset(hints)
        if told:
            self._loop.call_soon_threadsafe(self._listen, told)

    def _listen(self, hints: frozenset[str]) -> None:
        for listener in self._listeners:
            listener(hints)

    def _settle(self, futures: Sequence["asyncio.Future[Any]"], results: Sequence[Any]) -> None:
        self._loop.call_soon_threadsafe(_finish, futures, results)


def _finish(futures: Sequence["asyncio.Future[Any]"], results: Sequence[Any]) -> None:
    for future, result in zip(futures, results, strict=True):
        if future.done():
            continue
        if isinstance(result, _Failed):
            future.set_exception(result.error)
        else:
            future.set_result(result)


def _busy(cause: Exception) -> Busy:
    busy = Busy()
    busy.__cause__ = cause
    return busy


def _reading_engine(path: Path) -> Engine:
    def open_reading() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, timeout=2.0)
        connection.execute("PRAGMA query_only=ON")
        return connection

    return create_engine("sqlite://", creator=open_reading, poolclass=QueuePool, pool_size=READERS, max_overflow=0)
