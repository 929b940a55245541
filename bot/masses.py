"""Mass sends: joins who waits for one, asks the platform, and writes down what became of it (H1)."""

import asyncio
import logging
from typing import Final

from bot.rounds import Rounds
from services.house import House
from services.outgoing import mass_results, masses
from services.outgoing.outbox import AT_ONCE
from services.ports import Fate, Outcome, Platform
from settings.clock import Clock, wall
from storage.database import Database

log = logging.getLogger("jiashu.masses")
LONGEST: Final = masses.LEASE.total_seconds() - 15
"""Seconds of a call: its lease must not run out while it may still succeed."""


class MassSender(Rounds):
    """A mass send is leased, so that several may run."""

    action = "mass"

    def __init__(self, database: Database, platform: Platform, house: House, clock: Clock) -> None:
        super().__init__()
        self._database, self._platform, self._house, self._clock = database, platform, house, clock

    async def round(self) -> bool:
        """Join some, ask for one, write down some; whether there may be more to do."""
        store, clock = self._database.store, self._clock
        quiet = self._house.quiet
        if self._house.choices.cut_off:
            ended = await store(lambda store: mass_results.stop(store, clock()))
            return ended > 0 or await store(lambda store: mass_results.spread(store, clock())) > 0
        joined = await store(lambda store: masses.join(store, clock()))
        ask = await store(lambda store: masses.claim(store, clock(), wall(), quiet))
        if ask is not None:
            outcome = await self._asked(ask)
            await store(lambda store: masses.settle(store, ask, outcome, clock()))
        written = await store(lambda store: mass_results.spread(store, clock()))
        return joined >= AT_ONCE or ask is not None or written > 0

    async def _asked(self, ask: masses.Ask) -> Outcome:
        try:
            async with asyncio.timeout(LONGEST):
                return await self._platform.send_mass(ask.openids, ask.text, ask.own)
        except Exception:
            log.exception("a mass send failed", extra={"action": "mass", "mass": ask.id})
            return Outcome(Fate.UNKNOWN, masses.NOBODY_KNOWS, code="error")
