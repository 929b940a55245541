"""A service that serves HTTP for as long as it is wanted, and ends whole whatever goes wrong at its start."""

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator

from aiohttp import web

from bot import slow
from bot.main import Furnish, Service
from care.errors import JiashuError, reason
from settings import Settings

log = logging.getLogger("jiashu.main")


class PortTaken(JiashuError):
    """不能监听 {host}:{port}（{why}）。请改 http.host、http.port，或先停掉占着它的程序；1024 以下的端口请交给 nginx。"""


@contextlib.asynccontextmanager
async def running(
    settings: Settings, furnish: Furnish | None = None, role: str = "all", *, plays_past: bool = False
) -> AsyncIterator[Service]:
    """A service that serves HTTP while the block runs; a worker serves its health alone."""
    service = Service(settings, role)
    service.plays_past = plays_past
    try:
        await service.start(furnish)
    except BaseException:
        await service.abandon()
        raise
    runner = web.AppRunner(
        service.application(),
        access_log=None,
        handle_signals=False,
        shutdown_timeout=3.0,
        keepalive_timeout=slow.IDLE,
        # nobody sends us packed bodies, and what is no gzip would be answered before its signature is looked at
        auto_decompress=False,
    )
    await runner.setup()
    if runner.server is not None and role != "worker":
        runner.server.request_handler = service.first(runner.server.request_handler)
    watch = asyncio.create_task(service.slow.run(runner))
    try:
        try:
            await web.TCPSite(runner, settings.http.host, settings.http.port, backlog=512).start()
        except OSError as error:
            raise PortTaken(host=settings.http.host, port=settings.http.port, why=reason(error)) from error
        gc.collect()
        gc.freeze()  # what is loaded now stays: no collection needs to look at it again
        # a message makes hundreds of short-lived objects and no cycles worth a look each time
        gc.set_threshold(20_000, 50, 100)
        sys.setswitchinterval(0.001)  # the loop waits 1 ms for the writer thread, not 5
        code = await service.first_code()
        if code:
            sys.stdout.write(f"\n{code}\n\n")
            sys.stdout.flush()
        log.info("ready", extra={"action": "ready", "host": settings.http.host, "port": settings.http.port})
        yield service
    finally:
        watch.cancel()
        await runner.cleanup()
        await service.stop()


async def until_told() -> None:
    """Wait for SIGINT or SIGTERM."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    await told.wait()
