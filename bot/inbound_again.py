"""The second reading of a message on its way into the database (engineering, 14): it waits for it for a quarter of a
second at most, and what comes later is heard as a second reading of the row that was kept meanwhile.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec

from bot.pushes import Push
from bot.reading import AGAIN_WITHIN, Reader
from bot.reading_process import Answer, Scores
from care.accusations import Names
from care.errors import Busy
from conversations.routing import Intent
from services.house import House
from services.knowledge.shelves import ASKS
from services.talks import late
from services.talks.envelope import Envelope, Receipt
from services.talks.reading import Reading, again, may_matter, may_ring
from settings.clock import Clock
from storage.database import Database
from understanding.cascade import Told, decide
from understanding.text import ends

log = logging.getLogger("jiashu.inbound")
AWAY: Final = 1.0
"""Seconds between two tries to write down what a late reading found, while the database is away."""
Watch = Callable[[Envelope, "asyncio.Future[Any]"], None]
"""Rings without the database what is not committed in time."""


@dataclass(slots=True)
class Doubt:
    """A message as it was read inline, and its second reading where one was begun."""

    found: Reading
    begun: "asyncio.Future[Answer | None] | None" = None
    until: float = 0.0
    """Monotonic: how long the message waits for it; 0 where it rings already."""
    asked: "asyncio.Task[Told | None] | None" = None
    """What a stronger reader is asked; nothing waits for it."""

    @property
    def is_open(self) -> bool:
        """Whether more may come."""
        return self.begun is not None or self.asked is not None


@dataclass(slots=True)
class Line:
    """The messages of one person that wait for their turn: the last of them, and whether one behind it rings, so that
    none waits for a second reading any more.
    """

    last: asyncio.Event | None = None
    hurry: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(slots=True)
class Turn:
    """A message in its line, the one before it, and what tells the next that it was handed in. `doubt`: as it was read;
    a long one is read in its turn.
    """

    push: Push
    at: datetime
    doubt: Doubt | None
    line: Line
    before: asyncio.Event | None
    handed_in: asyncio.Event = field(default_factory=asyncio.Event)


class Twice:
    """Reads messages again. All of it runs in the loop."""

    def __init__(self, reader: Reader, database: Database, house: House, clock: Clock, watch: Watch) -> None:
        self.reader = reader
        self._database, self._house, self._clock, self._watch = database, house, clock, watch
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, found: Reading, names: Names) -> Doubt:
        """What was read, with its second reading begun where that could change what is done, or made already."""
        if found.read is None:
            return Doubt(found)
        self.reader.figures.messages += 1
        doubtful, asks = found.read.is_doubtful, _asks(found)
        if not doubtful and not asks:
            return Doubt(found)
        known = self.reader.recall(found.read.words, weigh=doubtful, ask=asks)
        stronger = self.reader.stronger if doubtful else None
        rings = may_ring(found)
        if known is not None and stronger is None and not rings:
            return Doubt(again(found, known.scores, names, None, known.meaning))
        begun = self.reader.again(found.read.words, weigh=doubtful, ask=asks) if known is None else _done(known)
        doubt = Doubt(found, begun, asked=stronger.ask(ends(found.read.words)) if stronger is not None else None)
        if begun is not None and not rings:  # what rings waits for nothing, and a second reading only adds to it
            doubt.until = time.monotonic() + (0.0 if self.reader.is_slow else AGAIN_WITHIN)
        return doubt

    async def wait(self, doubt: Doubt, names: Names, hurry: "asyncio.Future[None]") -> Reading:
        """The reading to go on with: the second one if it comes in time, and before anybody is in a hurry; what a
        stronger reader has said by then sorts as well.
        """
        left = doubt.until - time.monotonic()
        if doubt.begun is not None and left > 0 and not hurry.done():
            either: list[asyncio.Future[Any]] = [doubt.begun, hurry]
            await asyncio.wait(either, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        read = told = None
        if doubt.until and doubt.begun is not None and doubt.begun.done():
            begun, doubt.begun = doubt.begun, None
            read = self.reader.read_of(begun.result())
            self.reader.figures.read += read is not None
        if doubt.until and doubt.asked is not None and doubt.asked.done():
            asked, doubt.asked = doubt.asked, None
            told = asked.result()
        if read is None and told is None:
            return doubt.found
        read = read or Scores(0)
        return again(doubt.found, read.scores, names, told, read.meaning)

    def follow(self, doubt: Doubt, envelope: Envelope, names: Names, running: "asyncio.Future[Receipt]") -> None:
        """Hear what is late when it comes, each of both once."""
        coming: list[Callable[[], Awaitable[Reading | None]]] = []
        if doubt.begun is not None:
            coming.append(partial(self._second, doubt.found, doubt.begun, names))
        if doubt.asked is not None:
            coming.append(partial(_stronger, doubt.found, doubt.asked, names))
        for one in coming:
            task = asyncio.create_task(self._follow(one, envelope, running))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """What is not read yet stays as it was read inline."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _second(self, found: Reading, begun: "asyncio.Future[Answer | None]", names: Names) -> Reading | None:
        read = self.reader.read_of(await begun)
        if read is None or read.scores is None:
            return None
        self.reader.figures.late += 1
        return again(found, read.scores, names)

    async def _follow(
        self, coming: Callable[[], Awaitable[Reading | None]], envelope: Envelope, running: "asyncio.Future[Receipt]"
    ) -> None:
        found = await coming()
        if found is None or not may_matter(found):
            return
        heard = msgspec.structs.replace(
            envelope, heard=found.heard, meant=found.meant, accused=found.accused, read=found.read
        )
        writing = asyncio.ensure_future(self._write(heard, running))
        if heard.heard.rings:
            self._watch(heard, writing)
        try:
            await writing
        except Busy:
            return  # it waits in the spool, and is read again when it is brought in
        except Exception:
            log.exception("what a late reading found is not written down", extra={"action": "late_failed"})

    async def _write(self, envelope: Envelope, running: "asyncio.Future[Receipt]") -> None:
        receipt = await asyncio.shield(running)
        while True:
            try:
                await self._database.store(
                    lambda store: late.hear(store, self._house.edition(), receipt.inbox_id, envelope, self._clock())
                )
            except Busy:
                await asyncio.sleep(AWAY)
            else:
                return


def _done(known: Scores) -> "asyncio.Future[Answer | None]":
    """A second reading that was made before."""
    future: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
    future.set_result(known)
    return future


def _asks(found: Reading) -> bool:
    """Whether the knowledge may be asked for an answer to the words."""
    if found.read is None or found.intent != Intent.ASK:
        return False
    return any(decide(found.read, who, waits=True).intent in ASKS for who in ("family", "stranger"))


async def _stronger(found: Reading, asked: "asyncio.Task[Told | None]", names: Names) -> Reading | None:
    told = await asked
    return None if told is None else again(found, None, names, told)
