"""Posts into the colleagues' group what the chain has ordered: everything that waits as one post, and no more of them
than the companies take, which is 20 a minute.
"""

import asyncio
import time
from typing import Final

from bot.rounds import Rounds
from services.emergencies import group
from services.house import House
from services.ports import Robot
from settings.clock import Clock
from storage.database import Database

PACE: Final = 3.2
"""Seconds from one post to the next."""


class Poster(Rounds):
    """One post at a time."""

    action = "group"

    def __init__(
        self, database: Database, robot: Robot, house: House, home_id: int, clock: Clock, pace: float = PACE
    ) -> None:
        super().__init__()
        self._database, self._robot, self._house, self._home, self._clock = database, robot, house, home_id, clock
        self._pace, self._next = pace, 0.0

    async def round(self) -> bool:
        """Post what waits. Whether anything was posted."""
        house, home = self._house, self._home
        if not self._robot.connected or not await self._database.read(lambda db: group.waits(db, home, self._clock())):
            return False
        await asyncio.sleep(max(0.0, self._next - time.monotonic()))
        post = await self._database.write(lambda db: group.claim(db, house, home, self._clock()))
        if post is None:
            return False
        self._next = time.monotonic() + self._pace
        answer = await self._robot.post(post.text)
        await self._database.write(lambda db: group.told(db, post.rows, answer, self._clock()))
        return True
