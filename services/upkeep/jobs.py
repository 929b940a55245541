"""The jobs of the scheduler: a name, an interval, what it does in words; when each ran last and what came of it
(engineering 8).

Each process keeps the last runs in memory and writes them down together: a row for each job, whichever process ran it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from services.access import Viewer, access_page
from services.subject import Job
from services.upkeep.access import JOBS
from storage import tables
from storage.store import Store
from storage.types import micros, new_id
from storage.unit import Unit

WRITTEN: Final = 20.0
"""Seconds between two times at which the runs are written down."""
LATE: Final = (3, timedelta(minutes=2))
"""A job is late after three intervals and this."""
KEPT: Final = timedelta(days=7)
"""A job that has not run for so long is one of an earlier release."""
COLUMNS: Final = ("title", "every_ms", "began_at", "took_ms", "failed", "failing_since")


@dataclass(frozen=True, slots=True)
class Run:
    """A job's last run: when it began (aware), how many seconds it took, the kind of error if it failed, and since when
    it fails.
    """

    began_at: datetime
    seconds: float
    failed: str | None = None
    failing_since: datetime | None = None


def write_down(store: Store, runs: Mapping[str, tuple[Job, Run]]) -> None:
    """Keep these runs."""
    if not runs:
        return
    known: dict[str, int] = dict(store.rows("SELECT name, id FROM job_run"))
    new, again = list[tuple[object, ...]](), list[tuple[object, ...]]()
    for name, (job, run) in sorted(runs.items()):
        since = None if run.failing_since is None else micros(run.failing_since)
        values = (job.title, int(job.seconds * 1000), micros(run.began_at), int(run.seconds * 1000), run.failed, since)
        if name in known:
            again.append((*values, known[name]))
        else:
            new.append((new_id(), name, *values))
    store.insert_missing(tables.JobRun, ("id", "name", *COLUMNS), new)
    store.update_many(tables.JobRun, COLUMNS, again)


@dataclass(frozen=True, slots=True)
class Line:
    """A job as the administrator reads it."""

    row: tables.JobRun
    late: bool


def shown(db: Unit, viewer: Viewer, now: datetime) -> list[Line]:
    """All jobs, those with trouble first. Raises NotFound for who may not see the page."""
    access_page(viewer, JOBS)
    rows = db.scalars(select(tables.JobRun).where(tables.JobRun.began_at > now - KEPT))
    lines = [Line(row, now - row.began_at > LATE[0] * timedelta(milliseconds=row.every_ms) + LATE[1]) for row in rows]
    return sorted(lines, key=lambda line: (line.row.failed is None, not line.late, line.row.every_ms, line.row.name))
