"""What a company tells its customer of calls and SMS: gathered for a moment, pushed as a list, three times until it is
taken.
"""

import asyncio
import json
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from simulator.world import World

ZONE = ZoneInfo("Asia/Shanghai")
LINGER = 0.3
"""Seconds for which reports are gathered."""
TRIES, AGAIN, PATIENCE = 3, 5.0, 5.0


def stamp(at: float) -> str:
    """A moment as the company writes it; nothing for what never was."""
    return datetime.fromtimestamp(at, ZONE).strftime("%Y-%m-%d %H:%M:%S") if at else ""


class Receipts:
    """Where they go; without an address nobody is told."""

    def __init__(self, world: World, http: aiohttp.ClientSession, url: str, topic: str, seconds: float = 1.0) -> None:
        self.world, self.http, self.url, self.topic, self.seconds = world, http, url, topic, seconds
        self._waiting: dict[str, list[tuple[dict[str, Any], str, str]]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def report(self, kind: str, told: dict[str, Any], shown: str, key: str) -> None:
        """To be pushed with what else comes within a moment, each kind by itself."""
        self.world.tell(self.topic)
        if self.url:
            self._waiting.setdefault(kind, []).append((told, shown, key))
            if len(self._waiting[kind]) == 1:
                task = asyncio.create_task(self._gather(kind))
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Nobody is told any more."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _gather(self, kind: str) -> None:
        await asyncio.sleep(LINGER * self.seconds)
        batch = self._waiting.pop(kind)
        for _ in range(2 if self.world.faults["duplicate"] else 1):
            await self._deliver(kind, batch)

    async def _deliver(self, kind: str, batch: list[tuple[dict[str, Any], str, str]]) -> None:
        """Three tries, until it is taken."""
        world, body = self.world, json.dumps([told for told, _, _ in batch], ensure_ascii=False)
        what = "、".join(shown for _, shown, _ in batch)
        key = f"{kind}:" + ",".join(each for _, _, each in batch)
        if world.faults["delay"]:
            await asyncio.sleep(6)
        for attempt in range(1, TRIES + 1):
            started, good, said, result = time.monotonic(), False, "", "断开，没收到应答"
            try:
                good, said = await self._posted(body)
                result = "应答 成功" if good else "应答不合格"
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            seen = {"try": attempt, "last": attempt == TRIES, "key": key, "ms": (time.monotonic() - started) * 1000}
            drawn = {"plain": body, "cipher": "", "signature": {}, "answer": said, "result": result}
            world.note("push", kind, what, ok=good, **seen, **drawn)
            if good:
                return
            if attempt < TRIES:
                await asyncio.sleep(AGAIN * self.seconds)

    async def _posted(self, body: str) -> tuple[bool, str]:
        """Whether it was taken, and what was said."""
        headers, data = {"Content-Type": "application/json; charset=utf-8"}, body.encode()
        async with asyncio.timeout(PATIENCE):
            async with self.http.post(self.url, data=data, headers=headers, allow_redirects=False) as answer:
                said = await answer.text(errors="replace")
        if self.world.faults["drop"]:
            self.world.faults["drop"] = False
            raise aiohttp.ClientConnectionError("the line was cut by a fault")
        try:
            told = json.loads(said)
        except ValueError:
            return False, said
        return answer.status == 200 and isinstance(told, dict) and told.get("code") == 0, said
