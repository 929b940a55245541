"""Who begins a request and does not go on with it holds a connection no longer than a slow phone needs (S9).

aiohttp ends connections that are idle between two requests, and nothing else: half a head or half a body stayed open
for ever. A look each second ends a connection that has sent no whole head in time, and one whose body comes slower
than any phone sends; beyond a number of connections without a request the oldest go at once. Streams of events and
uploads over a weak line live on: a stream has no body that is awaited, and a photo at 4 KB/s is well above the limit.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

log = logging.getLogger("jiashu.slow")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a client may take, in seconds and bytes."""

    head: float = 15.0
    """Until the first head of a connection is whole."""
    body: float = 30.0
    """Before the pace of a body counts."""
    pace: float = 1024.0
    """Bytes a second that a body brings on the average, at least."""
    heads: int = 500
    """Connections that wait for their first head at once."""
    look: float = 1.0


IDLE: Final = 75.0
"""Seconds between two requests of a connection; longer than a front keeps one (nginx: 60)."""


class Slow:
    """Watches the connections of one server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._asked: set[object] = set()
        self._since: dict[object, float] = {}
        self._bodies: dict[int, tuple[web.Request, float]] = {}

    def asked(self, request: web.BaseRequest) -> None:
        """A head came whole."""
        self._asked.add(request.protocol)

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A body that is not here yet is watched until the request is answered."""
        self.asked(request)
        if request.content.is_eof():
            return await handler(request)
        self._bodies[id(request)] = request, time.monotonic()
        try:
            return await handler(request)
        finally:
            del self._bodies[id(request)]

    async def run(self, runner: web.AppRunner) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._limits.look)
            if runner.server is not None:
                self._end_heads(runner.server.connections)
            self._end_bodies()

    def _end_heads(self, connections: list[web.RequestHandler]) -> None:
        """The connections are in the order in which they came."""
        now, limits = time.monotonic(), self._limits
        self._asked.intersection_update(connections)
        waiting = [one for one in connections if one not in self._asked]
        self._since = {one: self._since.get(one, now) for one in waiting}
        late = [one for one in waiting if now - self._since[one] > limits.head]
        ended = {*late, *waiting[: max(0, len(waiting) - limits.heads)]}
        for one in ended:
            one.force_close()
        if ended:
            log.warning("connections without a request were closed", extra={"action": "slow", "count": len(ended)})

    def _end_bodies(self) -> None:
        now, limits = time.monotonic(), self._limits
        for request, since in list(self._bodies.values()):
            took = now - since - limits.body
            if not request.content.is_eof() and took > 0 and request.content.total_bytes < took * limits.pace:
                log.warning("a body came too slowly", extra={"action": "slow", "path": request.path})
                request.protocol.force_close()
