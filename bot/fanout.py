"""What one process changed, the others hear: ids by Redis, or, without it, by looking every second whether anything was
done (decision 5).
"""

import asyncio
import contextlib
import logging
import secrets
from typing import Any, Final

import redis.asyncio as redis
from redis.exceptions import RedisError

from storage.database import Database
from storage.store import Store

log = logging.getLogger("jiashu.fanout")
CHANNEL: Final = "jiashu:hints"
AGAIN: Final = 1.0
"""Seconds between two tries, and between two looks while there is no Redis."""
MOST: Final = 500


class Fanout:
    """One for each process of a shared database."""

    def __init__(self, database: Database, url: str) -> None:
        self._database, self._url = database, url
        self._me = secrets.token_hex(4)
        self._relaying = False
        self._queue: asyncio.Queue[str] = asyncio.Queue(MOST)
        self._latest = 0
        self.heard_by_redis = False
        """Whether others are heard at once; else they are looked for."""
        database.listen(self._publish)

    @property
    def alone(self) -> bool:
        """There should be a Redis, and there is none: the others are looked for."""
        return bool(self._url) and not self.heard_by_redis

    def _publish(self, hints: frozenset[str]) -> None:
        if self._relaying or not self._url:
            return
        with contextlib.suppress(asyncio.QueueFull):  # the others look for themselves
            self._queue.put_nowait(f"{self._me} {' '.join(sorted(hints))}")

    async def run(self) -> None:
        """Until cancelled."""
        if not self._url:
            while True:
                await self._look()
                await asyncio.sleep(AGAIN)
        while True:
            try:
                async with redis.from_url(
                    self._url, decode_responses=True, socket_timeout=None, socket_connect_timeout=3
                ) as client:
                    await self._talk(client)
            except (RedisError, OSError) as error:
                if self.heard_by_redis:
                    log.warning(
                        "Redis is away, changes of other processes are looked for",
                        extra={"action": "redis_away", "error": type(error).__name__},
                    )
                self.heard_by_redis = False
            await self._look()
            await asyncio.sleep(AGAIN)

    async def _talk(self, client: Any) -> None:  # noqa: ANN401  (redis-py types its clients loosely)
        async with client.pubsub() as heard:
            await heard.subscribe(CHANNEL)
            await self._look()
            self.heard_by_redis = True
            sending = asyncio.create_task(self._send(client))
            try:
                async for message in heard.listen():
                    if sending.done():
                        await sending
                    if message["type"] == "message":
                        self._relay(message["data"])
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    async def _send(self, client: Any) -> None:  # noqa: ANN401
        while True:
            await client.publish(CHANNEL, await self._queue.get())

    def _relay(self, data: str) -> None:
        sender, *topics = data.split(" ")
        if sender != self._me and topics:
            self._tell(frozenset(topics))

    async def _look(self) -> None:
        """Every act writes an audit row: a newer one means that something changed."""

        def newest(store: Store) -> int:
            row = store.row("SELECT max(id) FROM audit")
            return int(row[0] or 0) if row else 0

        try:
            latest = await self._database.store(newest)
        except Exception:  # the database is away: the next look tells
            return
        if latest != self._latest:
            self._latest = latest
            self._tell(frozenset({"*", "outbox", "media", "alarms", "knowledge"}))

    def _tell(self, topics: frozenset[str]) -> None:
        self._relaying = True
        try:
            self._database.heard(topics)
        finally:
            self._relaying = False
