"""SQLite: one writer thread owns the only writing connection; readers have a second, read-only engine; a lock file keeps others out."""

import asyncio
import fcntl
import logging
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import QueuePool, StaticPool

from care.errors import Busy, DatabaseInUse
from storage.seal import Sealer
from storage.store import Store
from storage.unit import Unit

T = TypeVar("T")
log = logging.getLogger("jiashu.database")
BATCH: Final = 32
READERS: Final = 4
CHECKPOINT: Final = "wal_autocheckpoint=4000"
"""16 MiB of WAL: pages that change again and again are copied home once."""
CACHE: Final = "cache_size=-32768"
"""32 MiB of pages: with the 2 MiB of the default each insert into an index re-reads pages once the file has grown."""
Listener = Callable[[frozenset[str]], None]


class Item(Protocol):
    """Something that arrived for one person; `openid` keeps a person's messages apart and in order."""

    @property
    def openid(self) -> str:
        """The sender."""


Receive = Callable[[Store, Sequence[Any]], Sequence[Any]]
"""Handles a batch in an open transaction; gives one result for each item, in order."""


@dataclass(slots=True)
class _Job:
    run: Callable[[], Any]
    future: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class _Failed:
    """What a job or a message raised, on its way to the future of its caller."""

    error: Exception


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
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2.0, cached_statements=512)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", CACHE, CHECKPOINT):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteDatabase:
    """The database of one home in one process. Start it inside a running loop; all futures belong to that loop."""

    def __init__(self, path: Path, sealer: Sealer, receive: Receive, reach: Callable[[str], None] = lambda _: None) -> None:
        self.path, self.sealer = path, sealer
        self._receive, self._reach = receive, reach
        self._arrivals: deque[tuple[Item, asyncio.Future[Any]]] = deque()
        self._jobs: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._stopping = False
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
        """Hand an arrival to the writer; the future ends after COMMIT."""
        future: asyncio.Future[Any] = self._loop.create_future()
        with self._wake:
            self._arrivals.append((item, future))
            self._wake.notify()
        return future

    async def write(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in its own transaction in the writer thread; what it raises undoes it."""
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
            self._jobs.append(_Job(run, future))
            self._wake.notify()
        return await future

    # -- in the writer thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._arrivals or self._jobs or self._stopping):
                    self._wake.wait()
                if self._stopping and not self._arrivals and not self._jobs:
                    return
                batch = self._take()
                job = self._jobs.popleft() if self._jobs else None
            if batch:
                self._settle([future for _, future in batch], self._batch([item for item, _ in batch]))
            if job is not None:
                try:
                    result: Any = job.run()
                except Exception as error:
                    result = _Failed(error)
                self._settle([job.future], [result])

    def _take(self) -> list[tuple[Item, "asyncio.Future[Any]"]]:
        taken: list[tuple[Item, asyncio.Future[Any]]] = []
        later: list[tuple[Item, asyncio.Future[Any]]] = []
        people: set[str] = set()
        while self._arrivals and len(taken) < BATCH:
            entry = self._arrivals.popleft()
            if entry[0].openid in people:
                later.append(entry)
            else:
                people.add(entry[0].openid)
                taken.append(entry)
        self._arrivals.extendleft(reversed(later))
        return taken

    def _batch(self, items: Sequence[Item]) -> Sequence[Any]:
        try:
            return self._raw(lambda store: self._receive(store, items))
        except Exception:
            log.exception("a batch failed, each message again alone", extra={"action": "batch_failed", "size": len(items)})
            return [self._alone(item) for item in items]

    def _alone(self, item: Item) -> object:
        """Every message of a failed batch again, alone, once; the inbox key tells what a lost COMMIT had done."""
        try:
            return self._raw(lambda store: self._receive(store, [item]))[0]
        except Exception as error:
            log.exception("a message failed alone", extra={"action": "message_failed"})
            busy = Busy()
            busy.__cause__ = error
            return _Failed(busy)

    def _raw(self, work: Callable[[Store], T]) -> T:
        store = self._store
        try:
            store.begin()
            result = work(store)
            self._reach("before_commit")
            store.commit()
        except BaseException:
            store.rollback()
            raise
        self._reach("after_commit")
        self._tell(store.hints)
        return result

    def _unit(self, work: Callable[[Unit], T]) -> T:
        store = self._store
        with Unit(self._writing, self.sealer, store) as unit:
            try:
                store.begin()
                result = work(unit)
                unit.flush()
                unit.commit()
                if store.connection.in_transaction:  # raw operations alone: the session never took the connection
                    store.commit()
            except BaseException:
                unit.rollback()
                store.rollback()
                raise
        self._tell(store.hints)
        return result

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


def _reading_engine(path: Path) -> Engine:
    def open_reading() -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, timeout=2.0)
        connection.execute("PRAGMA query_only=ON")
        return connection

    return create_engine("sqlite://", creator=open_reading, poolclass=QueuePool, pool_size=READERS, max_overflow=0)
