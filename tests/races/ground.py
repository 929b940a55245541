"""A database on which plays take place, and the ways in which two sides meet there.

Both sides look first (the form is on two screens, the job has its list), then both act: one after the other, which
tells what may come of it, or *forced*: on PostgreSQL a side stops at a named point inside its transaction while the
other runs or waits for its lock, or at random. On SQLite one thread writes, so there the two sessions look, meet, and
write in either order.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import asyncpg

from services.accusations import accusations
from services.house import House
from services.talks.receive import receive_batch
from storage.database import Database
from storage.open import open_database
from storage.seal import Sealer
from storage.sqlite import SqliteDatabase
from tests.races.model import HOME, Pair, Side, Turn
from tests.races.rows import End, Rows, end_of, read_rows, write_rows
from tests.races.stages import Set
from tests.races.watch import Point, Told, Watch, act, until

PATIENCE: Final = 15.0
BLOCKED_WITHIN: Final = 0.25
"""Seconds after which a rival that neither ended nor waits for a lock counts as beginning again and again."""


@dataclass
class Played:
    """What came of one play."""

    how: str
    end: End
    told: tuple[Told, Told]
    overlapped: bool

    @cached_property
    def sum(self) -> str:
        """Two plays with the same sum are alike for everybody."""
        return json.dumps([self.end, self.told], ensure_ascii=False, sort_keys=True)


class Ground:
    """A database on which plays take place: one object on SQLite, two on PostgreSQL, as two processes have them."""

    def __init__(self, databases: Sequence[Database], house: House, observer: Any = None) -> None:
        self.databases, self.house, self._observer = tuple(databases), house, observer
        self._stands: Rows | None = None
        self.sealer = databases[0].sealer
        self.shared = databases[0].shared

    async def play(
        self, pair: Pair, set_: "Set", mode: str, first: int = 0, point: Point = "found", seed: int = 0
    ) -> Played:
        """One play: `alone`, `serial`, `forced`, `together` or `random`, `first` being 0 for `a`."""
        await self.prepare(set_)
        turns = [Turn(self.house, set_.ids, set_.now, set_.facts, nth) for nth in (0, 1)]
        turns = [
            replace(turn, seen=await self._look(side, turn)) for side, turn in zip((pair.a, pair.b), turns, strict=True)
        ]
        mode = mode if self.shared or mode in {"alone", "random"} else "serial"
        told, overlapped = await asyncio.wait_for(self._run(pair, turns, mode, first, point, seed), PATIENCE)
        how = f"{mode}, first {'ab'[first]}" + (
            f", {point}" if mode == "forced" else f", seed {seed}" if mode == "random" else ""
        )
        return Played(how, await self.end(set_), told, overlapped)

    async def prepare(self, set_: "Set") -> None:
        """Put the rows of a stage back."""
        stands, self._stands = self._stands, None
        await self.databases[0].store(lambda store: write_rows(store, set_.rows, stands))
        if not self.house.names.colleagues:  # the colleagues are the same on every stage
            self.house.names = await self.databases[0].read(lambda db: accusations.names(db, set_.ids.home_id))

    async def end(self, set_: "Set") -> End:
        """What is not as it was on the stage."""
        after = self._stands = await self.databases[0].store(read_rows)
        return end_of(set_.rows, after, self.sealer)

    async def _look(self, side: Side, turn: Turn) -> Any:
        look = side.look
        return None if look is None else await self.databases[-1].read(lambda db: look(turn, db))

    async def _run(
        self, pair: Pair, turns: list[Turn], mode: str, first: int, point: Point, seed: int
    ) -> tuple[tuple[Told, Told], bool]:
        sides, order = (pair.a, pair.b), (first, 1 - first)
        dice = random.Random(seed)  # noqa: S311  (which jitter)
        stops: dict[str, list[Point | None]] = {"forced": [point, None], "together": ["found", "found"]}
        points = dict(zip(order, stops.get(mode, [None, None]), strict=True))
        watches = [Watch(points[nth], dice if mode == "random" and self.shared else None) for nth in (0, 1)]
        told: dict[int, Told] = {0: ("", ""), 1: ("", "")}
        overlapped = not self.shared

        async def acts(nth: int, delay: float = 0.0) -> None:
            await asyncio.sleep(delay)
            told[nth] = await act(self.databases[nth % len(self.databases)], sides[nth], turns[nth], watches[nth])

        if mode in {"alone", "serial"}:
            for nth in order[: 1 if mode == "alone" else 2]:
                await acts(nth)
        elif mode == "random":
            await asyncio.gather(*(acts(nth, dice.random() * 0.004) for nth in order))
            overlapped = True
        else:
            tasks = {order[0]: asyncio.create_task(acts(order[0]))}
            overlapped = await until(watches[order[0]], tasks[order[0]])
            tasks[order[1]] = asyncio.create_task(acts(order[1]))
            await self.ends_or_waits(tasks[order[1]], watches[order[1]])
            for nth in order:
                watches[nth].go_on.set()
            await asyncio.gather(*tasks.values())
        return (told[0], told[1]), overlapped

    async def ends_or_waits(self, task: "asyncio.Task[Any]", watch: "Watch | None" = None) -> None:
        """Until the rival has ended, or is at a point of its own, or is seen waiting for a lock, or begins again and
        again.
        """
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        ends = asyncio.get_running_loop().time() + BLOCKED_WITHIN
        while not task.done() and asyncio.get_running_loop().time() < ends:
            if (watch is not None and watch.reached.is_set()) or await self._observer.fetchval(waiting):
                return
            await asyncio.wait({task}, timeout=0.003)


@asynccontextmanager
async def ground(url: str, sealer: Sealer) -> AsyncIterator[Ground]:
    """A ground on a migrated database."""
    house = House(HOME)
    count = 1 if url.startswith("sqlite") else 2
    databases = [
        open_database(url, sealer, lambda store, batch: receive_batch(store, house, batch)) for _ in range(count)
    ]
    observer = None if count == 1 else await asyncpg.connect(url)
    try:
        for database in databases:
            await database.start()
            if isinstance(database, SqliteDatabase):
                database._connection.execute("PRAGMA synchronous=OFF")  # nothing here has to outlive the machine
        yield Ground(databases, house, observer)
    finally:
        for database in databases:
            await database.close()
        if observer is not None:
            await observer.close()
