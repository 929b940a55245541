"""What a process keeps in memory of the database, looked at again when something has changed: the strips of the
board, names, places, knowledge, and whether sending is off after a restore.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Final

from bot.inbound import Inbound
from care.chain import Reachable
from services.accusations import accusations
from services.calling import phones
from services.emergencies import auditor, unreadable
from services.emergencies import receivers as _receivers
from services.emergencies import ringing as _ringing
from services.emergencies.board import Board
from services.emergencies.receivers import Hears
from services.knowledge import shelves as _shelves
from services.practice import practice
from services.roster import hours as _hours
from services.roster import watches as _watches
from services.setup import choices as _choices
from services.setup import settings
from services.staff import staff as _staff
from services.subject import Job, Running
from services.upkeep import epochs as _epochs
from services.upkeep.subject import note_stops
from settings import Settings
from settings.clock import Clock, wall

RESTS: Final = 4
"""The pause between two reads of the open alarms, as a multiple of the time that the last one took: a thousand alarms
cost at most a fifth of a processor.
"""


class Looks:
    """The looks of one process. Errors of the database come out of each; the next look makes up for it."""

    def __init__(
        self, running: Running, board: Board, inbound: Inbound, clock: Clock, use: Callable[[Settings], None]
    ) -> None:
        """`use` takes the settings whenever a colleague has changed them."""
        self._running, self.board, self._inbound, self._clock, self._use = running, board, inbound, clock, use
        self._tasks: set[asyncio.Task[None]] = set()
        self._looking, self._learning = asyncio.Lock(), asyncio.Lock()
        self._waits, self._rests_until = False, 0.0
        self._edition: object = None
        self._set: tuple[int, bool] | None = None
        self._since = wall()
        self.reachable: list[Reachable] = []
        """Whom an alarm could ring, for when the database is away."""

    async def all(self) -> None:
        """Everything, at the start."""
        for look in (
            self.house,
            self.alarms,
            self.places,
            self.staff,
            self.roster,
            self.calendar,
            self.knowledge,
            self.epochs,
            self.receivers,
        ):
            await look()

    def jobs(self) -> list[Job]:
        """Looks at an interval: a hint of another process may be lost."""
        return [
            Job("house", 1.0, lambda *_: self.house(), "看设置有没有改", everywhere=True),
            Job("strip", 5.0, lambda *_: self.alarms(), "刷新紧急条", everywhere=True),
            Job("receivers", 5.0, lambda *_: self.receivers(), "看报警有没有人听", everywhere=True),
            Job("epochs", 5.0, lambda *_: self.epochs(), "看恢复有没有确认", everywhere=True),
            Job("places", 60.0, lambda *_: self.places(), "刷新谁住哪间", everywhere=True),
            Job("staff", 60.0, lambda *_: self.staff(), "刷新同事的称呼", everywhere=True),
            Job("watches", 60.0, lambda *_: self.roster(), "刷新现在谁值班", everywhere=True),
            Job("hours", 60.0, lambda *_: self.calendar(), "刷新服务时间和放假日", everywhere=True),
            Job("knowledge", 60.0, lambda *_: self.knowledge(), "刷新知识库", everywhere=True),
        ]

    def hear(self, hints: frozenset[str]) -> None:
        """Look at what was changed."""
        if "alarms" in hints or ("accused" in hints and (self._looking.locked() or self.board.concerns(hints))):
            self._look(self.alarms())
        if "house" in hints:
            self._look(self.house())
        if not hints.isdisjoint({"knowledge", "residents"}):  # who moves in or out has a bed, and the others are told
            self._look(self.knowledge())
        if "staff" in hints:
            self._look(self.staff())
        if "calendar" in hints:
            self._look(self.calendar())
        if not hints.isdisjoint({"staff", "roster"}):
            self._look(self.roster())
        if "epochs" in hints:
            self._look(self.epochs())
        if "duty" in hints:
            self._look(self.receivers())
        if "residents" in hints:
            self._look(note_stops(self._running))

    async def house(self) -> None:
        """What colleagues have set, and whether the home is open: at most a second old (engineering 3)."""
        number, base = self._running.home_id, self._running.settings
        found = await self._running.database.read(lambda db: settings.edition(db, number))
        if found != self._set:
            works_with, stands = await self._running.database.read(lambda db: practice.now(db, base, number))
            self._running.house.practice = stands
            self._use(works_with)
            kept = await self._running.database.read(lambda db: settings.stored(db, number))
            self._running.house.proof = kept.get("setup.proof") or ""
            self._running.house.choices = _choices.of(kept)
            self._running.house.opened, self._set = found[1], found
            await self.knowledge()  # its answers name clocks and the telephone

    async def alarms(self) -> None:
        """The strips. One look at a time, each newer than what it was asked for: an older look never takes away a newer
        alarm.

        Whoever asks while a look waits for its turn is served by that one, and after a look there is a longer rest: a
        hundred cries at once cost a few looks, and a board with a thousand strips leaves others their time (S3).
        """
        if self._waits:
            return
        self._waits = waits = True
        try:
            async with self._looking:
                await asyncio.sleep(self._rests_until - time.monotonic())
                self._waits = waits = False
                begun = time.monotonic()
                await self._take_over()
                self._rests_until = time.monotonic() + RESTS * (time.monotonic() - begun)
        finally:
            if waits:
                self._waits = False

    async def _take_over(self) -> None:
        self.board.unreadable = await self._running.database.read(
            lambda db: unreadable.unseen(db, self._running.home_id)
        )
        home, now = self._running.home_id, self._clock()
        self.board.locks = await self._running.database.read(lambda db: _staff.locks(db, home, now))
        self.board.muted = await self._running.database.read(lambda db: _ringing.muted(db, home, now))
        rows, ended = await self._running.database.read(
            lambda db: (_ringing.open_alarms(db, home, now), _ringing.just_ended(db, home, now))
        )
        self.board.take_over(rows, ended)

    async def knowledge(self) -> None:
        """Learn what the house knows when staff changed it, and on a new day, since values run out at midnight."""
        today, home, number = (
            self._clock().astimezone(self._running.house.home.zone).date(),
            self._running.house.home,
            self._running.home_id,
        )
        async with self._learning:  # one look at a time: an older one never takes away a newer shelf
            edition = today, home, await self._running.database.read(lambda db: _shelves.edition(db, number))
            if edition != self._edition:
                shelf = await self._running.database.read(lambda db: _shelves.shelf(db, number, home, today))
                self._inbound.knowledge, self._edition = shelf.snapshot, edition
                self._inbound.reader.learn(shelf.snapshot.asked())

    async def staff(self) -> None:
        """How the colleagues are called."""
        self._running.house.names = self._inbound.names = self.board.names = await self._running.database.read(
            lambda db: accusations.names(db, self._running.home_id)
        )

    async def roster(self) -> None:
        """Who is on duty, in the frame of the console and in what families are told."""
        now, home = self._clock(), self._running.home_id
        self._running.house.watches, self.reachable = await self._running.database.read(
            lambda db: (_watches.soon(db, home, now), phones.reachable(db, home, now))
        )

    async def calendar(self) -> None:
        """When the desk is there, which days are holidays, when machines are silent."""
        now, house = self._clock(), self._running.house
        house.desk, house.quiet = await self._running.database.read(
            lambda db: (_hours.desk(db, self._running.home_id, now), _hours.quiet(db, self._running.home_id))
        )

    async def places(self) -> None:
        """Who lives in which room."""
        self.board.places = await self._running.database.read(lambda db: _ringing.places(db, self._running.home_id))

    async def receivers(self) -> None:
        """Who hears what rings, and whether the chain was found in order (F43)."""
        house, home, now = self._running.house, self._running.home_id, wall()
        found, clean = await self._running.database.read(
            lambda db: (_receivers.now_(db, house, home, now), auditor.last_clean(db, home))
        )
        late = not self.board.playing and auditor.is_late(clean, self._since, now)
        house.listened = found.hears is not Hears.NOBODY
        before = self.board.receivers, self.board.chain_late
        self.board.receivers, self.board.chain_late, self.board.audited = found, late, clean
        if before != (found, late):
            self.board.touch()

    async def epochs(self) -> None:
        """Whether a restore waits for its confirmation."""
        found = await self._running.database.read(lambda db: _epochs.closed(db, self._running.home_id))
        if found != self.board.closed:
            self.board.closed = found
            self.board.touch()

    def _look(self, work: Coroutine[None, None, None]) -> None:
        look = asyncio.create_task(work)
        self._tasks.add(look)
        look.add_done_callback(self._tasks.discard)
