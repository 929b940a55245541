"""A loop that works when it is woken, round by round: a lost database or a failed round ends it never."""

import asyncio
import logging
from abc import ABC, abstractmethod

from care.errors import Busy

log = logging.getLogger("jiashu.rounds")


class Rounds(ABC):
    """One per process that works. Waits for `wake`; finishes what it has begun before it stops."""

    action = "round"
    """What a failed round is called in the log."""

    def __init__(self) -> None:
        self._wake, self._stopping = asyncio.Event(), False
        self._under_way: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Something may be to do."""
        self._wake.set()

    async def run(self) -> None:
        """Until `stop`."""
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            try:
                while not self._stopping and await self.round():
                    pass
            except Busy:
                continue  # the database has said so once, and says when it is back
            except Exception:
                log.exception("a round failed", extra={"action": self.action})
        await self.finish()

    @abstractmethod
    async def round(self) -> bool:
        """Begin with what is due; whether there may be more."""

    def stop(self) -> None:
        """End after what is under way."""
        self._stopping = True
        self._wake.set()

    async def finish(self) -> None:
        """Until nothing is under way."""
        if self._under_way:
            await asyncio.wait(self._under_way)
