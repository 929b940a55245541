"""PostgreSQL: the same transactions for any number of processes (architecture, Receive).

Each process has one connection for arrivals, one for jobs, a few that only read. Transactions run in the loop: what
services call is plain Python, and each statement awaits in a greenlet of SQLAlchemy's, on asyncpg. Who changes
something for a person holds that person's row; of several people always in ascending id, so two processes cannot wait
for each other.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import AsyncAdaptedQueuePool, Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import await_only, greenlet_spawn

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
    take,
)
from storage.looked import Looked
from storage.postgres_line import AGAIN, MET, STATEMENT, Line, driver_url, full
from storage.postgres_store import PostgresStore
from storage.seal import Sealer
from storage.store import Store
from storage.unit import Unit

T = TypeVar("T")
log = logging.getLogger("jiashu.database")
READERS: Final = 4
PAUSE: Final = 0.1
LIMITS: Final = {
    "lock_timeout": "1000",
    "idle_in_transaction_session_timeout": "15000",
    "statement_timeout": "7000",
    "application_name": "jiashu",
}
TRIES: Final = 6
PAUSES: Final = 0.01
"""Seconds before the second try; each time twice as long."""
LEADER: Final = 7_365_261_220_001
"""The advisory lock of the process that plans and releases."""


class PostgresDatabase(Database):
    """A database that several processes share. All its work runs in the loop."""

    shared = True

    def __init__(
        self, url: str, sealer: Sealer, receive: Receive, reach: Callable[[str], None] = lambda _: None
    ) -> None:
        self.sealer, self.handle, self._reach = sealer, receive, reach
        self.looked = Looked()
        self._url = driver_url(url)
        self.away_since = None
        self._held_back = False
        self._arrivals: deque[Arrived] = deque()
        self._jobs: deque[tuple[Callable[[asyncpg.Connection, Connection], Any], asyncio.Future[Any], float]] = deque()
        self._arrived, self._asked = asyncio.Event(), asyncio.Event()
        self._listeners: list[Listener] = []
        self._stopping = False
        self._leading: asyncpg.Connection | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the pools and start the two loops."""
        options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "pool_pre_ping": False}
        self._writing = create_async_engine(
            self._url,
            pool_size=2,
            max_overflow=0,
            connect_args={"timeout": 5, "command_timeout": STATEMENT, "server_settings": LIMITS},
            **options,
        )
        readings = LIMITS | {"default_transaction_read_only": "on"}
        self._reading = create_async_engine(
            self._url,
            pool_size=READERS,
            max_overflow=0,
            pool_timeout=5,
            connect_args={"timeout": 5, "command_timeout": STATEMENT, "server_settings": readings},
            **options,
        )
        self._receiving, self._doing = Line(self._writing), Line(self._writing)
        self._tasks = [asyncio.create_task(self._receive_all()), asyncio.create_task(self._do_all())]

    async def close(self) -> None:
        """Finish what was begun; who still waits is told that nothing was committed."""
        self._stopping = True
        self._arrived.set()
        self._asked.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        finish(
            [*(entry.future for entry in self._arrivals), *(job[1] for job in self._jobs)],
            [Failed(Busy())] * (len(self._arrivals) + len(self._jobs)),
        )
        for line in (self._receiving, self._doing):
            await line.drop()
        await self._writing.dispose()
        await self._reading.dispose()

    def listen(self, listener: Listener) -> None:
        """Be told in the loop, after each COMMIT of this process, what it hinted at."""
        self._listeners.append(listener)

    def receive(self, item: Item) -> "asyncio.Future[Any]":
        """Hand in an arrival; the future ends after COMMIT, or with Busy when too many wait."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._stopping or len(self._arrivals) >= MOST_WAITING:
            future.set_exception(Busy())
            return future
        self._arrivals.append(Arrived(item, future))
        self._arrived.set()
        return future

    async def write(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in its own transaction; what it raises undoes it. Raises Busy when the database is away."""
        return await self._submit(lambda raw, connection: self._unit(raw, connection, work))

    async def store(self, work: Callable[[Store], T]) -> T:
        """As `write`, with the raw operations only."""
        return await self._submit(lambda raw, _: self._raw(raw, work))

    async def read(self, work: Callable[[Unit], T]) -> T:
        """Run a question on a connection that cannot write. Raises Busy when the database is away."""
        return await asyncio.shield(self._read(work))

    async def _read(self, work: Callable[[Unit], T]) -> T:
        try:
            async with self._reading.connect() as connection:
                return await connection.run_sync(lambda found: self._asked_in(found, work))
        except Exception as error:
            if is_away(error):
                raise busy(error) from error
            raise

    def _asked_in(self, connection: Connection, work: Callable[[Unit], T]) -> T:
        with Unit(connection, self.sealer) as unit:
            found = work(unit)
        self.note(unit.looks)
        return found

    @property
    def checked_out(self) -> int:
        """Reading connections in use; 0 when nothing runs."""
        pool = self._reading.pool
        return pool.checkedout() if isinstance(pool, AsyncAdaptedQueuePool) else 0

    async def leads(self) -> bool:
        """Whoever holds the lock, which goes with the connection: when that process dies another one has it within a
        second.
        """

        def hold(raw: asyncpg.Connection, _: Connection) -> bool:
            if raw is not self._leading:
                held = await_only(raw.fetchval("SELECT pg_try_advisory_lock($1)", LEADER))
                self._leading = raw if held else None
            return self._leading is not None

        try:
            return await self._submit(hold)
        except Busy:
            return False

    def heard(self, hints: frozenset[str]) -> None:
        """Tell the listeners."""
        for listener in self._listeners:
            listener(hints)

    async def _submit(self, run: Callable[[asyncpg.Connection, Connection], T]) -> T:
        if self._stopping:
            raise Busy
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append((run, future, time.monotonic() + PATIENCE))
        self._asked.set()
        return await future

    # -- the two loops -------------------------------------------------------------------------------------------

    async def _receive_all(self) -> None:
        while True:
            if not self._arrivals:
                if self._stopping:
                    return
                self._arrived.clear()
                await self._arrived.wait()
                continue
            if self._stopping and self.away_since is not None:
                return
            batch = take(self._arrivals)
            try:
                results: list[Any] = list(await self._commit(batch))
            except Exception as error:
                if is_away(error):
                    await self._put_back(error, batch)
                    continue
                log.exception(
                    "a batch failed, each message again alone", extra={"action": "batch_failed", "size": len(batch)}
                )
                results = await self._one_by_one(batch)
            finish([entry.future for entry in batch[: len(results)]], results)

    async def _commit(self, batch: Sequence[Arrived]) -> Sequence[Any]:
        items = [entry.item for entry in batch]
        return await self._on(
            self._receiving, lambda raw, _: self._raw(raw, lambda store: self.handle(store, items), arrivals=True)
        )

    async def _one_by_one(self, batch: Sequence[Arrived]) -> list[Any]:
        """The results of those that could be tried; the others are back in their place."""
        results: list[Any] = []
        for place, entry in enumerate(batch):
            try:
                results.extend(await self._commit([entry]))
            except Exception as error:
                if is_away(error):
                    await self._put_back(error, batch[place:])
                    return results
                log.exception("a message failed alone", extra={"action": "message_failed"})
                results.append(Failed(error))
        return results

    async def _put_back(self, error: Exception, batch: Sequence[Arrived]) -> None:
        self._held_back = True
        await self._wait(error)
        self._arrivals.extendleft(reversed(batch))

    async def _do_all(self) -> None:
        while True:
            if not self._jobs:
                if self._stopping:
                    return
                self._asked.clear()
                await self._asked.wait()
                continue
            run, future, until = self._jobs.popleft()
            try:
                result: Any = await self._on(self._doing, run)
            except Exception as error:
                if is_away(error):
                    await self._wait(error)
                    if time.monotonic() < until and not self._stopping:
                        self._jobs.append((run, future, until))
                        continue
                    result = Failed(busy(error))
                else:
                    result = Failed(error)
            finish([future], [result])

    async def _on(self, line: Line, work: Callable[[asyncpg.Connection, Connection], T]) -> T:
        """Run a transaction on a line; when two processes met, again."""
        for attempt in range(TRIES):
            try:
                raw, connection = await line.get()
                result = await greenlet_spawn(work, raw, connection)
            except Exception as error:
                cause = error.orig.__cause__ if hasattr(error, "orig") and error.orig is not None else error
                if is_away(error):
                    await line.drop()
                    raise
                if attempt + 1 < TRIES and isinstance(cause, AGAIN):
                    log.info("two processes met, once more", extra={"action": "met", "error": type(cause).__name__})
                    await asyncio.sleep(PAUSES * 2**attempt)
                    continue
                if isinstance(cause, MET):
                    raise busy(error) from error  # a lock that stays held: who waits is told to try again
                raise
            return result
        raise Busy

    async def _wait(self, error: Exception) -> None:
        self.disk_full = full(error)
        if self.away_since is None:
            self.away_since = time.monotonic()
            log.error(
                "the database is away, what arrives waits", extra={"action": "away", "error": type(error).__name__}
            )
        if not self._stopping:
            await asyncio.sleep(PAUSE)

    def _wrote(self, raw: asyncpg.Connection, store: Store) -> bool:
        """Whether a transaction, before its COMMIT, changes anything; asked only while the database is away."""
        if self.away_since is None:
            return False
        store.flush()
        return bool(await_only(raw.fetchval("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")))

    def _here(self, *, wrote: bool) -> None:
        """Something was committed. While arrivals wait that could not be, a small job that finds room is no proof."""
        if wrote and not self._held_back and self.away_since is not None:
            log.warning(
                "the database is back",
                extra={"action": "back", "seconds": round(time.monotonic() - self.away_since, 1)},
            )
            self.away_since, self.disk_full = None, False

    # -- in a greenlet -------------------------------------------------------------------------------------------

    def _raw(
        self,
        raw: asyncpg.Connection,
        work: Callable[[Store], T],
        *,
        arrivals: bool = False,
    ) -> T:
        store = PostgresStore(raw, self.sealer)
        try:
            store.begin(holds=True)
            result = work(store)
            wrote = self._wrote(raw, store)
            if arrivals:
                self._reach("before_commit")
            store.commit()
        except BaseException:
            store.rollback()
            raise
        if arrivals:
            self._held_back = False
            self._here(wrote=wrote)
            self._reach("after_commit")
        else:
            self._here(wrote=wrote)
        self._tell(store.hints)
        return result

    def _unit(self, raw: asyncpg.Connection, connection: Connection, work: Callable[[Unit], T]) -> T:
        store = PostgresStore(raw, self.sealer)
        with Unit(connection, self.sealer, store) as unit:
            try:
                store.begin()
                result = work(unit)
                unit.flush()
                wrote = self._wrote(raw, store)
                store.commit()
            except BaseException:
                store.rollback()
                raise
        self._here(wrote=wrote)
        self._tell(store.hints)
        return result

    def _tell(self, hints: Iterable[str]) -> None:
        told = frozenset(hints)
        for listener in self._listeners if told else ():
            asyncio.get_running_loop().call_soon(listener, told)
