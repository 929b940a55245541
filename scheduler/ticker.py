"""APScheduler with a memory store; what is due lives in the database, so that a missed tick is made up
by the next.

A clock that jumps (the panel of the simulator, a host that slept) is caught up with at once, not at the next interval
of each job.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from care.errors import Busy
from services.subject import Job, Running
from services.upkeep.jobs import Run
from settings.clock import Clock, wall

log = logging.getLogger("jiashu.ticker")
LOOK: Final = 0.5
JUMP: Final = timedelta(seconds=30)


class Ticker:
    """Runs each job at its interval, never twice at once."""

    def __init__(
        self, jobs: Iterable[Job], running: Running, clock: Clock, leads: Callable[[], Awaitable[bool]]
    ) -> None:
        self._running, self._clock, self._leads = running, clock, leads
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._ahead = self._distance()
        self._failing: dict[str, datetime] = {}
        self.runs: dict[str, tuple[Job, Run]] = {}
        """The last run of each job that nobody has written down yet."""
        self._scheduler.add_job(
            self._look, IntervalTrigger(seconds=LOOK), coalesce=True, max_instances=1, misfire_grace_time=None
        )
        for job in jobs:
            self._scheduler.add_job(
                self._tick,
                IntervalTrigger(seconds=job.seconds),
                args=[job],
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )

    def _distance(self) -> timedelta:
        return self._clock() - datetime.fromtimestamp(0, UTC) - timedelta(seconds=time.monotonic())

    async def _look(self) -> None:
        ahead = self._distance()
        if abs(ahead - self._ahead) > JUMP:
            log.info(
                "the clock jumped, every job at once",
                extra={"action": "jump", "seconds": (ahead - self._ahead).total_seconds()},
            )
            self.hurry()
        self._ahead = ahead

    def hurry(self) -> None:
        """Every job at once, whenever it would be its turn."""
        for job in self._scheduler.get_jobs():
            if job.func != self._look:
                job.modify(next_run_time=wall())  # the scheduler keeps machine time

    async def _tick(self, job: Job) -> None:
        began_at, begun, failed = self._clock(), time.monotonic(), ""
        try:
            if not (job.everywhere or await self._leads()):
                return
            await job.run(self._running, began_at)
        except Busy:  # the database is away: it has said so itself, once (I7)
            failed = Busy.__name__
            self._failing.setdefault(job.name, began_at)
        except Exception as error:
            failed = type(error).__name__
            log.exception("a job failed", extra={"action": "job", "job": job.name})
            self._failing.setdefault(job.name, began_at)
        else:
            self._failing.pop(job.name, None)
        self.runs[job.name] = job, Run(began_at, time.monotonic() - begun, failed or None, self._failing.get(job.name))

    def written(self, runs: Mapping[str, tuple[Job, Run]]) -> None:
        """These are written down; what ran meanwhile is not."""
        for name, run in runs.items():
            if self.runs.get(name) is run:
                del self.runs[name]

    def start(self) -> None:
        """Begin to tick in the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking."""
        self._scheduler.shutdown(wait=False)
