"""SQLite: one writer thread owns the only writing connection; readers have a second, read-only engine; a lock file
keeps others out.
"""

import asyncio
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.pool import QueuePool, StaticPool

from care.errors import Busy
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
from storage.looked import Looked
from storage.migrate import make_private
from storage.seal import Sealer
from storage.sqlite_file import READERS, LockFile, connect, reading_engine
from storage.sqlite_store import SqliteStore
from storage.store import Store
from storage.unit import Unit

T = TypeVar("T")
log = logging.getLogger("jiashu.database")
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


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[], Any]
    future: "asyncio.Future[Any]"
    until: float


@knows_away
def away(error: BaseException) -> bool:
    """Whether an error of the driver says that nothing can be committed now."""
    return isinstance(error, sqlite3.Error) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _AWAY


def full(error: BaseException) -> bool:
    """Whether the disk has no room."""
    found = getattr(error, "orig", error)
    return isinstance(found, sqlite3.Error) and (getattr(found, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_FULL


class SqliteDatabase(Database):
    """A file, served by one process: one writer thread, readers beside it."""

    shared = False

    def __init__(
        self, path: Path, sealer: Sealer, receive: Receive, reach: Callable[[str], None] = lambda _: None
    ) -> None:
        self.path, self.sealer = path, sealer
        self.handle, self._reach = receive, reach
        self.looked = Looked()
        self._arrivals: deque[Arrived] = deque()
        self._jobs: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self.away_since: float | None = None
        self._put_back = False
        self._listeners: list[Listener] = []
        self._lock = LockFile(path)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._reading = reading_engine(path)
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
                found = work(unit)
            self.note(unit.looks)
            return found

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
        self._put_back = False
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
        """The database is away: the batch goes back to the front of the queue, in its order, and the thread
        sleeps for a moment.
        """
        self.disk_full, self._put_back = full(error), self._put_back or bool(batch)
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
        store, before = self._store, self._connection.total_changes
        try:
            store.begin(holds=True)
            result = work(store)
            reach("before_commit")
            store.commit()
        except BaseException:
            store.rollback()
            raise
        self._here(before)
        reach("after_commit")
        self._tell(store.hints)
        return result

    def _unit(self, work: Callable[[Unit], T]) -> T:
        store, before = self._store, self._connection.total_changes
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
        self._here(before)
        self._tell(store.hints)
        return result

    def _here(self, before: int) -> None:
        """Something was committed. While arrivals still fail, a small job that succeeds does not mean that the disk has
        room again.
        """
        if self._put_back:
            return
        if self.away_since is not None and self._connection.total_changes != before:
            log.warning(
                "the database is back",
                extra={"action": "back", "seconds": round(time.monotonic() - self.away_since, 1)},
            )
            self.away_since, self.disk_full = None, False

    def _tell(self, hints: Iterable[str]) -> None:
        told = frozenset(hints)
        if told:
            self._loop.call_soon_threadsafe(self._listen, told)

    def _listen(self, hints: frozenset[str]) -> None:
        for listener in self._listeners:
            listener(hints)

    def _settle(self, futures: Sequence["asyncio.Future[Any]"], results: Sequence[Any]) -> None:
        self._loop.call_soon_threadsafe(finish, futures, results)
