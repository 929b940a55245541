"""Rings colleagues while the chain of the database cannot: for a cry that it has not taken, and for all that rings once
it has been away for long; from what this process remembers of the rota (F1, F4).

As soon as there is a database its chain goes on; who was rung here within the minute is refused a second ring by the
company, and the next one is rung.
"""

import asyncio
import itertools
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from care import chain as ladder
from care.chain import LADDERS, About, Reachable
from care.errors import NotFound
from care.states import CallOutcome, Role
from services.access import Viewer
from services.calling.orders import SIGNS, name_of_call
from services.emergencies.board import Board
from services.emergencies.calls import spoken
from services.emergencies.strip import Alarm
from services.ports import CallReport, CallText, OfAnother, Telephone
from settings.clock import Clock

log = logging.getLogger("jiashu.dialer")
OURS: Final = "-"
"""How the names of these calls begin; those of the database are letters and figures."""
COMMITS: Final = 1.0
"""Seconds that a press of a colleague has to be written down before it is rung from here."""
AWAY: Final = 30.0
"""Seconds after which nobody waits for the chain of a database that is away: longer than its own first step."""
People = Callable[[], Sequence[Reachable]]
Went = Callable[[Viewer, Alarm, datetime], None]
"""Writes down who goes, as soon as there is a database again."""


class Alone:
    """Watches the board of one process. All methods are called in the loop."""

    def __init__(
        self, board: Board, company: Telephone, home_id: int, clock: Clock, people: People, went: Went
    ) -> None:
        """`people`: who could be rung, as the database last said it."""
        self._board, self._company, self._home, self._clock, self._people, self._went = (
            board,
            company,
            home_id,
            clock,
            people,
            went,
        )
        self._prefix = OURS + "".join(secrets.choice(SIGNS) for _ in range(4))
        self._numbers = itertools.count(1)
        self._away = False
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._calls: dict[str, tuple[str, Reachable]] = {}
        self._over = asyncio.Event()
        if company.connected:
            board.listen(self._look)

    def watch(self, away_for: float | None) -> None:
        """How long the database has been away, in seconds; asked once a second."""
        away = away_for is not None and away_for >= AWAY
        if away != self._away:
            self._away = away
            if self._company.connected:
                self._look()

    def _mine(self) -> list[Alarm]:
        """What the chain of the database does not see to now."""
        return [alarm for alarm in self._board.waiting if alarm.where.bound and (alarm.uncommitted or self._away)]

    def _look(self) -> None:
        """Something on the board has changed."""
        for alarm in self._mine():
            if alarm.ref not in self._runs:
                self._runs[alarm.ref] = task = asyncio.create_task(self._ring(alarm))
                task.add_done_callback(lambda _, ref=alarm.ref: self._runs.pop(ref, None))  # type: ignore[misc]

    async def _ring(self, alarm: Alarm) -> None:
        """Step by step and round by round, until somebody goes or the database sees to it."""
        heard = self._board.receivers.cover(alarm.where.floors, alarm.audience, alarm.cannot_hear)
        if alarm.uncommitted:
            wait = ladder.first_wait(alarm.level, heard=heard).total_seconds()
            await asyncio.sleep(max(COMMITS, wait) if alarm.raised_by else wait)
        while True:
            out: set[str] = set()
            for step in LADDERS[alarm.audience]:
                now = next((one for one in self._mine() if one.ref == alarm.ref), None)
                if now is None:
                    return
                about = About(now.audience, now.where.floors, now.staff, now.roles)
                people = [one for one in self._people() if one.staff not in now.callers]
                asked = ladder.rung(step, people, about, out)
                out |= {one.number for one in asked}
                if asked:
                    self._over.clear()
                    await asyncio.gather(*(self._call(now, one) for one in asked))
                    await self._step_over([one.number for one in asked], ladder.EACH[now.level].total_seconds())
            if not out:
                log.error("nobody could be rung while the database is away", extra={"action": "dial"})
            await asyncio.sleep(ladder.AGAIN.total_seconds())

    async def _call(self, alarm: Alarm, one: Reachable) -> None:
        own = self._prefix + name_of_call(next(self._numbers))
        self._calls[own] = alarm.ref, one
        words = spoken(alarm.audience, alarm.level, alarm.where.rooms)
        answer = await self._company.call(one.number, CallText.ALARM, words, own)
        if answer.outcome is not None and answer.outcome is not CallOutcome.UNKNOWN:
            self._calls.pop(own, None)

    async def _step_over(self, numbers: Sequence[str], seconds: float) -> None:
        """Until every call of a step has ended without a key, or its time is up."""
        try:
            async with asyncio.timeout(seconds):
                while any(one.number in numbers for _, one in self._calls.values()):
                    self._over.clear()
                    await self._over.wait()
        except TimeoutError:
            return

    async def hear(self, told: CallReport) -> bool:
        """What became of one of these calls; a key is a 我去, shown at once and written down later. Raises OfAnother."""
        if not told.own.startswith(OURS):
            return False
        if not told.own.startswith(self._prefix):
            raise OfAnother
        known = self._calls.get(told.own)
        if known is None or told.outcome is None:
            return True
        del self._calls[told.own]
        self._over.set()
        ref, one = known
        if told.outcome is CallOutcome.GO:
            self._goes(ref, one)
        return True

    def _goes(self, ref: str, one: Reachable) -> None:
        viewer, now = Viewer(one.staff or 0, self._home, one.name, one.role or Role.NURSE, one.floors), self._clock()
        try:
            alarm = self._board.go(viewer, ref, now)
        except NotFound:
            return
        if alarm.going_id == viewer.id and alarm.going == viewer.name:
            self._went(viewer, alarm, now)
