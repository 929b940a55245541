"""The metronome: APScheduler with a memory store; what is due lives in the database, so that a missed tick is made up by the next."""

import logging
from collections.abc import Awaitable, Callable, Iterable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.jobs import Job
from settings.clock import Clock

log = logging.getLogger("jiashu.ticker")


class Ticker:
    """Runs each job at its interval, never twice at once."""

    def __init__(self, jobs: Iterable[Job], clock: Clock, leads: Callable[[], Awaitable[bool]]) -> None:
        self._clock, self._leads = clock, leads
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        for job in jobs:
            self._scheduler.add_job(
                self._tick, IntervalTrigger(seconds=job.seconds), args=[job], id=job.name, coalesce=True, max_instances=1,
                misfire_grace_time=None,
            )  # fmt: skip

    async def _tick(self, job: Job) -> None:
        try:
            if job.everywhere or await self._leads():
                await job.run(self._clock())
        except Exception:
            log.exception("a job failed", extra={"action": "job", "job": job.name})

    def start(self) -> None:
        """Begin to tick in the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking."""
        self._scheduler.shutdown(wait=False)
