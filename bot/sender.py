"""The sender: claims ready rows of the outbox, sends each, settles each at once. A wake-up is a hint; it polls as
well. A call that hangs holds its own place and nobody else's, and some places are for alarms alone.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from care.ways import USUAL
from services.house import House
from services.outgoing import outbox, sending, settling
from services.outgoing.sending import Claim
from services.points import none
from services.ports import Card, Fate, Outcome, Platform
from settings.clock import Clock, wall
from storage.database import Database

log = logging.getLogger("jiashu.sender")
AT_ONCE: Final = 20
"""Calls under way, at most."""
FOR_ALARMS: Final = 5
"""Places beside them that only alarms take; an alarm takes one of the others as well."""
EACH: Final = 1.0
"""Seconds between two looks for what a dead process left half sent."""
LONGEST: Final = sending.LEASE.total_seconds() - 5
"""Seconds of a call: its lease must not run out while it may still succeed."""


class Sender:
    """One loop for each process; rows are leased, so that several may run."""

    def __init__(
        self,
        database: Database,
        platform: Platform,
        clock: Clock,
        reach: Callable[[str], None] = none,
        sounds: Mapping[str, bytes] | None = None,
        sent: Callable[[Fate], None] = lambda _: None,
        house: House | None = None,
    ) -> None:
        """`house` gives quiet hours and the address of pages; None: the usual hours, and no address."""
        self._database, self._platform, self._clock, self._reach, self._sounds = (
            database,
            platform,
            clock,
            reach,
            sounds or {},
        )
        self._sent, self._house = sent, house
        self._wake = asyncio.Event()
        self._under_way: dict[int, tuple[bool, asyncio.Task[None]]] = {}
        """By row, whether it is an alarm, and the call."""
        self._looked = -EACH
        """Monotonic: when rows of dead processes were looked for."""
        self._stopping = False

    @property
    def under_way(self) -> int:
        """Calls that have no answer yet."""
        return len(self._under_way)

    def wake(self) -> None:
        """Something may be ready."""
        self._wake.set()

    async def run(self) -> None:
        """Until `stop`. What a dead process left half sent is *unknown* first; what is under way is finished and
        written down.
        """
        try:
            await self._rounds()
            await self.finish()
        finally:
            calls = [task for _, task in self._under_way.values()]
            for task in calls:
                task.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    async def _rounds(self) -> None:
        inherited = True
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            try:
                if inherited:
                    await self._database.store(
                        lambda store: settling.abandoned(store, self._clock(), wall(), all_of_them=True)
                    )
                    inherited = False
                while not self._stopping and (places := self._places()[0]) and await self.begin() == places:
                    pass
            except Exception:
                log.exception("a round of sending failed", extra={"action": "send_round"})

    def stop(self) -> None:
        """Finish what is under way, then end."""
        self._stopping = True
        self._wake.set()

    async def begin(self) -> int:
        """Claim rows for the free places and begin to send each; the number of rows that were claimed."""
        now = time.monotonic()
        if now - self._looked >= EACH:
            self._looked = now
            await self._database.store(
                lambda store: settling.abandoned(store, self._clock(), wall(), under_way=self._under_way)
            )
        places, turns = self._places()
        if not places:
            return 0
        house = self._house
        terms = house.terms if house else USUAL
        claims = await self._database.store(
            lambda store: sending.claim(store, self._clock(), wall(), places, terms, turns)
        )
        for claim in claims:
            task = asyncio.create_task(self._send(claim))
            self._under_way[claim.id] = claim.queue in sending.ALARMS, task
            task.add_done_callback(partial(self._ended, claim.id))
        return len(claims)

    def _places(self) -> tuple[int, tuple[str, ...]]:
        """How many more calls may begin, and of which queues."""
        free = AT_ONCE + FOR_ALARMS - len(self._under_way)
        others = AT_ONCE - sum(not alarm for alarm, _ in self._under_way.values())
        return (min(free, others), sending.TURNS) if others > 0 else (free, sending.ALARMS)

    async def finish(self) -> None:
        """Until nothing is under way."""
        while self._under_way:
            await asyncio.wait([task for _, task in self._under_way.values()])

    def _ended(self, row_id: int, task: asyncio.Task[None]) -> None:
        """A place is free, and the next message of the same person may be ready."""
        del self._under_way[row_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what was sent is not written down", extra={"action": "send_round"}, exc_info=error)
        self._wake.set()

    async def _deliver(self, claim: Claim) -> Outcome:
        if claim.template is not None:
            base = self._house.public_url.rstrip("/") if self._house else ""
            page = f"{base}{claim.template.page or f'/p/words/{claim.id}'}" if base else ""
            card = Card(claim.template.template_id, claim.template.data, page, str(claim.id))
            return await self._platform.send_template(claim.openid, card)
        if claim.purpose != outbox.SPOKEN:
            return await self._platform.send_text(claim.openid, claim.text)
        sound = self._sounds.get(claim.text)
        return (
            Outcome(Fate.GIVEN_UP, "没有这句话的录音")
            if sound is None
            else await self._platform.send_voice(claim.openid, sound)
        )

    async def _send(self, claim: Claim) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                outcome = await self._deliver(claim)
        except Exception:
            log.exception("sending failed", extra={"action": "send", "outbox": claim.id})
            outcome = Outcome(Fate.UNKNOWN, "发送时出错，不确定送到没有；请看一下对方是否收到", code="error")
        self._sent(outcome.fate)
        self._reach("after_send")
        await self._database.store(lambda store: settling.settle(store, claim, outcome, self._clock()))
