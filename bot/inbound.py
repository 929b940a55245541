"""From a verified push to a committed answer: understand, hand to the writer, let a second arrival await the first.

What is not committed at the look is kept in the spool; the drainer brings it in, and its answer leaves by the outbox.
An answer that was committed and could not be given (the platform had closed) is owed: a later try of the platform
gets it, else the outbox.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

from bot import pushes
from bot.envelopes import Account, envelope, noted
from bot.inbound_again import Doubt, Line, Turn, Twice
from bot.pushes import NoSender, Push
from bot.quick import Quick, tells_all
from bot.reading import LONG, REMEMBERED, SHORT, Reader
from care import accusations
from care.errors import Busy
from conversations.answers import Knowledge
from conversations.events import Arrival, Text, said
from services.emergencies import cries, unreadable
from services.emergencies.board import Board
from services.house import House
from services.outgoing import outbox
from services.talks.envelope import Envelope, Receipt
from services.talks.reading import Reading, read
from settings.clock import Clock
from storage import seal
from storage.database import Database
from storage.spool import Kept, Spool
from understanding.cascade import triage

log = logging.getLogger("jiashu.inbound")
RINGS_AFTER: Final = 1.0
"""Seconds after which an emergency that is not committed is told without the database."""
TRIES_END: Final = 12.0
"""Seconds after which no further try of the platform is to be expected (three tries, 5 s apart)."""
DRAINS: Final = 20
"""Files of the spool that are brought in side by side."""
COMMITS: Final = 0.1
"""Seconds that the next long text waits for the commit of the one before."""
GIVES_UP: Final = 5
"""Tries after which a file of the spool is left as .bad for an engineer."""


class Inbound:
    """Takes pushes of one account into the database."""

    def __init__(
        self,
        database: Database,
        account: Account,
        clock: Clock,
        board: Board,
        spool: Spool,
        house: House,
        reader: Reader | None = None,
    ) -> None:
        self._database, self._account, self._clock, self._board, self._spool = database, account, clock, board, spool
        self.reader = reader or Reader()
        self._twice = Twice(self.reader, database, house, clock, self._watch)
        self.knowledge = Knowledge(())
        """What the house knows now; replaced when staff change it."""
        self._names = accusations.Names()
        self._running: dict[str, asyncio.Future[Receipt]] = {}
        self._keeping: dict[str, tuple[asyncio.Future[None], datetime]] = {}
        self._spooled: dict[str, datetime] = {}
        self._owed: dict[str, tuple[int, float]] = {}
        self._draining = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._quick = Quick()
        self._remembered = lru_cache(REMEMBERED)(self._read_anew)
        self._lines: dict[str, Line] = {}
        """By person, the messages that wait for their turn."""
        self._failures: Counter[str] = Counter()

    @property
    def names(self) -> accusations.Names:
        """How the colleagues are called; looked for each minute, and what was read is read anew when they change."""
        return self._names

    @names.setter
    def names(self, names: accusations.Names) -> None:
        if names.colleagues != self._names.colleagues:
            self._names = names
            self._remembered = lru_cache(REMEMBERED)(self._read_anew)

    def use(self, account: Account) -> None:
        """Take pushes for this account from now on; what the one before still owed is owed no more."""
        if account != self._account:
            self._account = account
            self._owed.clear()

    async def close(self) -> None:
        """End the process that reads."""
        await self._twice.close()
        await self.reader.close()

    def take(self, push: Push, arrived_at: datetime | None = None) -> "asyncio.Future[Receipt]":
        """What is committed for this push, now or before. Shield it: several arrivals may await it, and it goes on
        though nobody does.
        """
        running = self._running.get(push.key)
        if running is not None:
            return running
        at, line = arrived_at or self._clock(), self._lines.get(push.openid)
        doubt = None if len(push.raw) > LONG else self._twice.begin(self._read(push, at), self.names)
        if line is None and doubt is not None and not doubt.is_open:
            return self._hand_in(envelope(self._account, self.knowledge, push, at, doubt.found))
        if line is not None and doubt is not None and doubt.found.heard.rings and not line.hurry.done():
            line.hurry.set_result(None)
        return self._take_in_turn(push, at, doubt)

    def _read(self, push: Push, at: datetime) -> Reading:
        words = said(push.event)
        is_short = isinstance(push.event, Text) and len(words) <= SHORT
        found = self._remembered(push.event) if is_short else self._read_anew(push.event)
        before = self._quick.before(push.openid, at, words)
        if before and not tells_all(found):
            found = self._read_anew(push.event, before)
        self._quick.remember(push.openid, found, at)
        return found

    async def note(self, openid: str, words: str, key: str) -> str:
        """Words from a page of ours, as a message of its person; gives what the machine says to them. Raises Busy."""
        receipt: Receipt = await self._database.receive(noted(self._account, openid, key, words, self._clock()))
        return receipt.answer.text if receipt.answer else ""

    def in_spool(self, push: Push) -> bool:
        """Whether a push may wait in the spool; `spooled` tells."""
        return push.key in self._spooled or push.key in self._keeping

    async def spooled(self, push: Push) -> datetime | None:
        """When a push that waits in the spool arrived: its person has heard so, and every try hears the same.

        None = it does not.
        """
        if push.key in self._keeping:
            with contextlib.suppress(OSError):
                return await self._on_disk(push.key)
        return self._spooled.get(push.key)

    async def keep(self, push: Push, arrived_at: datetime) -> datetime:
        """Put a push into the spool, once; gives its arrival when it is on disk. Raises OSError: then nothing may be
        said.
        """
        if push.key in self._spooled:  # by another try of the same push, which looked a moment earlier
            return self._spooled[push.key]
        if push.key not in self._keeping:
            keeping = self._spool.keep(Kept(push.raw, arrived_at))
            self._keeping[push.key] = keeping, arrived_at
            keeping.add_done_callback(partial(self._kept, push.key, arrived_at))
        return await self._on_disk(push.key)

    async def _on_disk(self, key: str) -> datetime:
        """The arrival time of a push, once its spool write has ended. Not read from `_spooled`, which the callback
        fills: a retry that comes between the end of the write and its callback would not find it there.
        """
        keeping, arrived_at = self._keeping[key]
        await asyncio.shield(keeping)
        return arrived_at

    def given(self, push: Push) -> None:
        """The answer was written to a socket that was open."""
        self._owed.pop(push.key, None)

    def not_given(self, push: Push) -> None:
        """The platform closed before the answer: its next try gets it, or the outbox after the last."""
        running = self._running.get(push.key)
        if running is None:
            running = self.take(push)
        running.add_done_callback(partial(self._owe, push.key))

    async def settle_debts(self) -> None:
        """Once a second: what no try of the platform was given in time leaves by the outbox."""
        now = time.monotonic()
        due = {key: row for key, (row, at) in self._owed.items() if at <= now}
        if due:
            await self._database.store(lambda store: outbox.answer_late(store, list(due.values()), self._clock()))
            for key in due:
                self._owed.pop(key, None)

    async def take_unreadable(self, push: NoSender, arrived_at: datetime, most: int | None = None) -> None:
        """Keep what names nobody; it rings by its words. Raises Busy."""
        words, ids = push.words, self._account
        heard = triage(words)
        await self._database.store(
            lambda store: unreadable.keep(
                store, ids.home_id, ids.id, push.key, push.raw, words, heard, arrived_at, most
            )
        )

    async def keep_unreadable(self, push: NoSender, arrived_at: datetime) -> None:
        """Into the spool, as it came. Raises OSError."""
        await self._spool.keep(Kept(push.raw, arrived_at))

    async def remember(self) -> None:
        """At the start, before anybody listens: whose pushes wait in the spool has heard so, and every later try hears
        the same.
        """
        for file in await asyncio.to_thread(self._spool.files):
            with contextlib.suppress(seal.Unreadable, OSError):
                for kept in await asyncio.to_thread(self._spool.read, file):
                    with contextlib.suppress(NoSender):
                        self._spooled[pushes.read(kept.raw, kept.arrived_at).key] = kept.arrived_at

    async def drain(self) -> int:
        """Bring in what the spool holds, the oldest first; a file goes when all of it is committed.

        Gives the number of files that went.
        """
        if self._draining.locked() or self._database.away_since is not None:
            return 0
        async with self._draining:
            files = (await asyncio.to_thread(self._spool.files))[:DRAINS]
            brought = await asyncio.gather(*map(self._bring_in, files))
            answers = [inbox_id for ids, _ in brought for inbox_id in ids.values() if inbox_id is not None]
            if answers:
                await self._database.store(lambda store: outbox.answer_late(store, answers, self._clock()))
            gone = [(file, ids) for file, (ids, whole) in zip(files, brought, strict=True) if whole]
            for file, ids in gone:
                await asyncio.to_thread(file.unlink, missing_ok=True)
                for key in ids:
                    self._spooled.pop(key, None)
            return len(gone)

    async def _bring_in(self, file: Path) -> tuple[dict[str, int | None], bool]:
        """What of a file is committed: its keys, each with the row whose answer is still to give, if any; and whether
        that is all.
        """
        try:
            waiting, nobodys = _sorted_out(await asyncio.to_thread(self._spool.read, file))
            strange = [push.key for push, _ in waiting if not self._account.takes(push)]
            waiting = [one for one in waiting if self._account.takes(one[0])]
        except OSError:
            return {}, False
        except Exception:
            await self._fails(file)
            return {}, False
        taken = await asyncio.gather(
            *(asyncio.shield(self.take(push, at)) for push, at in waiting), return_exceptions=True
        )
        ids = {
            push.key: receipt.inbox_id if receipt.answer is not None and not receipt.elsewhere else None
            for (push, _), receipt in zip(waiting, taken, strict=True)
            if isinstance(receipt, Receipt)
        }
        kept = await asyncio.gather(*(self.take_unreadable(push, at) for push, at in nobodys), return_exceptions=True)
        if any(isinstance(one, Exception) and not isinstance(one, Busy) for one in (*taken, *kept)):
            await self._fails(file)
        whole = len(ids) == len({push.key for push, _ in waiting})
        return ids | dict.fromkeys(strange), whole and not any(isinstance(one, Exception) for one in kept)

    async def _fails(self, file: Path) -> None:
        """A file that cannot be brought in is tried again; after five times it is left aside for an engineer, and the
        log says so.
        """
        self._failures[file.name] += 1
        log.error("a file of the spool cannot be brought in", extra={"action": "spool_failed", "file": file.name})
        if self._failures[file.name] >= GIVES_UP:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(file.rename, file.with_suffix(".bad"))

    # -- inside --------------------------------------------------------------------------------------------------------

    def _read_anew(self, event: Arrival, before: str = "") -> Reading:
        """「你好」 and 「怎么收费」 come a thousand times a week: what is short is remembered."""
        return read(event, self._names, before)

    def _take_in_turn(self, push: Push, at: datetime, doubt: Doubt | None) -> "asyncio.Future[Receipt]":
        line = self._lines.setdefault(push.openid, Line())
        turn = Turn(push, at, doubt, line, line.last)
        line.last = turn.handed_in
        taking = asyncio.create_task(self._in_turn(turn))
        self._running[push.key] = taking
        taking.add_done_callback(partial(self._done, push.key))
        return taking

    async def _in_turn(self, turn: Turn) -> Receipt:
        """Behind its person's one before; long ones are read one at a time, and fill no batch (S3)."""
        push, line, names = turn.push, turn.line, self.names
        try:
            if turn.before is not None:
                await turn.before.wait()
            if turn.doubt is not None:
                found = await self._twice.wait(turn.doubt, names, line.hurry)
                running = self._follow(turn, turn.doubt, found)
            else:
                async with self._turn:
                    found = await self.reader.read(push.event, names)
                    running = self._follow(turn, self._twice.begin(found, names), found)
                    await asyncio.wait([running], timeout=COMMITS)
        finally:
            turn.handed_in.set()
            if line.last is turn.handed_in:
                del self._lines[push.openid]
        return await running

    def _follow(self, turn: Turn, doubt: Doubt, found: Reading) -> "asyncio.Future[Receipt]":
        made = envelope(self._account, self.knowledge, turn.push, turn.at, found)
        running = self._hand_in(made)
        self._twice.follow(doubt, made, self.names, running)
        return running

    def _hand_in(self, envelope: Envelope) -> "asyncio.Future[Receipt]":
        running: asyncio.Future[Receipt] = self._database.receive(envelope)
        self._running[envelope.key] = running
        running.add_done_callback(partial(self._done, envelope.key))
        if envelope.heard.rings:
            self._watch(envelope, running)
        return running

    def _done(self, key: str, running: "asyncio.Future[Receipt]") -> None:
        if self._running.get(key) is running:
            del self._running[key]
        if not running.cancelled():
            running.exception()  # nobody may be waiting any more

    def _kept(self, key: str, arrived_at: datetime, keeping: "asyncio.Future[None]") -> None:
        self._keeping.pop(key, None)
        if not keeping.cancelled() and keeping.exception() is None:
            self._spooled[key] = arrived_at

    def _owe(self, key: str, running: "asyncio.Future[Receipt]") -> None:
        if running.cancelled() or running.exception() is not None:
            return
        receipt = running.result()
        if receipt.answer is not None and not receipt.elsewhere and key not in self._spooled:
            self._owed[key] = (receipt.inbox_id, time.monotonic() + TRIES_END)

    def _watch(self, envelope: Envelope, running: "asyncio.Future[Any]") -> None:
        """An emergency rings 1 s after its arrival, committed or not; once committed the board follows the database."""
        said = cries.words(envelope.event, envelope.heard.why)
        ring = partial(
            self._board.ring, envelope.openid, envelope.key, envelope.heard, said, envelope.arrived_at, envelope.accused
        )
        timer = asyncio.get_running_loop().call_later(RINGS_AFTER, ring)

        def committed(future: "asyncio.Future[Any]") -> None:
            if not future.cancelled() and future.exception() is None:
                timer.cancel()
                self._board.committed(envelope.openid, envelope.key)

        running.add_done_callback(committed)


def _sorted_out(file: list[Kept]) -> tuple[list[tuple[Push, datetime]], list[tuple[NoSender, datetime]]]:
    """The pushes of a file of the spool, and those that name nobody."""
    read: list[tuple[Push, datetime]] = []
    nobodys: list[tuple[NoSender, datetime]] = []
    for kept in file:
        try:
            read.append((pushes.read(kept.raw, kept.arrived_at), kept.arrived_at))
        except NoSender as error:
            nobodys.append((error, kept.arrived_at))
    return read, nobodys
