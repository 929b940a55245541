"""The sender: claims ready rows of the outbox, sends each, settles each at once. A wake-up is a hint; it polls as
well.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from care.quiet_hours import USUAL, Quiet
from services.outgoing import outbox, sending
from services.outgoing.sending import Claim
from services.points import none
from services.ports import Fate, Outcome, Platform
from settings.clock import Clock, wall
from storage.database import Database

log = logging.getLogger("jiashu.sender")
AT_ONCE: Final = 20


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
        quiet: Callable[[], Quiet] = lambda: USUAL,
    ) -> None:
        self._database, self._platform, self._clock, self._reach, self._sounds = (
            database,
            platform,
            clock,
            reach,
            sounds or {},
        )
        self._sent, self._quiet = sent, quiet
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Something may be ready."""
        self._wake.set()

    async def run(self) -> None:
        """Until `stop`. What a dead process left half sent is *unknown* first; what is under way is finished and
        written down.
        """
        inherited = True
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            try:
                if inherited:
                    await self._database.store(
                        lambda store: sending.abandoned(store, self._clock(), wall(), all_of_them=True)
                    )
                    inherited = False
                while not self._stopping and await self.round():
                    pass
            except Exception:
                log.exception("a round of sending failed", extra={"action": "send_round"})

    def stop(self) -> None:
        """Finish the round that runs, then end."""
        self._stopping = True
        self._wake.set()

    async def round(self) -> int:
        """Claim, send and settle once; the number of rows that were claimed."""
        await self._database.store(lambda store: sending.abandoned(store, self._clock(), wall()))
        claims = await self._database.store(
            lambda store: sending.claim(store, self._clock(), wall(), AT_ONCE, self._quiet())
        )
        await asyncio.gather(*(self._send(claim) for claim in claims))
        return len(claims)

    async def _deliver(self, claim: Claim) -> Outcome:
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
            outcome = await self._deliver(claim)
        except Exception:
            log.exception("sending failed", extra={"action": "send", "outbox": claim.id})
            outcome = Outcome(Fate.UNKNOWN, "发送时出错，不确定送到没有；请看一下对方是否收到", code="error")
        self._sent(outcome.fate)
        self._reach("after_send")
        await self._database.store(lambda store: sending.settle(store, claim, outcome, self._clock()))
