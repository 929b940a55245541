"""How fast an API is asked, over all processes: so many a second, and not at all for a while after the platform said
"too often" (45011).

Shared by Redis; while it is away each process counts for itself. A send is never held for long: its lease would run
out.
"""

import contextlib
import logging
import time
from typing import Final

import redis.asyncio as redis
from redis.exceptions import RedisError

log = logging.getLogger("jiashu.rates")
A_SECOND: Final = 40
"""Sends a second over all processes; the platform names no figure for customer-service messages, only the daily one
(wechat.md 7).
"""
TIMEOUT: Final = 0.5
LATER: Final = 2.0
"""Who is over the rate tries again this much later, in its turn."""


class Rates:
    """The shared counters of one account."""

    def __init__(self, url: str, *, a_second: int = A_SECOND) -> None:
        self._most = a_second
        self._client = redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) if url else None
        self._mine: dict[str, tuple[int, int]] = {}
        self._paused: dict[str, float] = {}

    async def delay(self, api: str) -> float:
        """0 when it may be asked now, and that is counted; else after how many seconds to try again."""
        if self._client is not None:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                return await self._shared(self._client, api)
        return self._alone(api)

    async def refused(self, api: str, seconds: float) -> None:
        """The platform said that this was too often: all processes leave it alone for a while."""
        self._paused[api] = time.monotonic() + seconds
        log.warning("too often, all wait", extra={"action": "rate", "api": api, "seconds": seconds})
        if self._client is not None:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await self._client.set(f"jiashu:pause:{api}", b"1", px=int(seconds * 1000))

    async def close(self) -> None:
        """Let the connections go."""
        if self._client is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._client.aclose()

    async def _shared(self, client: "redis.Redis", api: str) -> float:
        second = int((await client.time())[0])
        async with client.pipeline(transaction=False) as asked:
            asked.pttl(f"jiashu:pause:{api}")
            asked.incr(f"jiashu:rate:{api}:{second}")
            asked.expire(f"jiashu:rate:{api}:{second}", 5)
            paused, count, _ = await asked.execute()
        return paused / 1000 if paused > 0 else 0.0 if count <= self._most else LATER

    def _alone(self, api: str) -> float:
        now = time.monotonic()
        if self._paused.get(api, 0.0) > now:
            return self._paused[api] - now
        second = int(now)
        before, count = self._mine.get(api, (second, 0))
        count = count + 1 if before == second else 1
        self._mine[api] = second, count
        return 0.0 if count <= self._most else LATER
