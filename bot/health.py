"""What watches from outside ask: the loop lives, a commit succeeded lately, the alarm chain goes on (F4)."""

import time
from collections.abc import Callable
from typing import Final

from aiohttp import web

COMMITTED_WITHIN: Final = 5.0
"""Seconds without a commit after which the service is not ready."""


def add_to(router: web.UrlDispatcher, beat: Callable[[], float], chain_late: Callable[[], bool]) -> None:
    """`/healthz` to route by, `/readyz` and `/alarmz` to alarm by and never to route by. `beat`: when a commit last
    succeeded, by the monotonic clock.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def readyz(_: web.Request) -> web.Response:
        ready = time.monotonic() - beat() < COMMITTED_WITHIN
        return web.Response(text="ok" if ready else "no commit lately", status=200 if ready else 503)

    async def alarmz(_: web.Request) -> web.Response:
        """Whoever watches texts two people when this is not `ok` (F4)."""
        late = chain_late() or time.monotonic() - beat() > 10 * COMMITTED_WITHIN
        return web.Response(text="alarm chain late" if late else "ok", status=503 if late else 200)

    router.add_get("/healthz", healthz)
    router.add_get("/readyz", readyz)
    router.add_get("/alarmz", alarmz)
