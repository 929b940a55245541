"""The pulse of the service: a beat a second; a gap at the start was a time in which nobody listened (F4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from care.errors import NotFound
from services.access import WORKS, Viewer
from storage import tables
from storage.store import Store
from storage.types import moment
from storage.unit import Unit

LOST_AFTER: Final = timedelta(seconds=15)
"""The platform tries three times within about 15 s; what was sent in a longer gap may be lost there."""

WAITING: Final = ("planned", "held", "waiting", "ready", "sending", "parked", "review")
LOST: Final = ("unknown", "given_up")
LOST_SINCE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Downtime:
    """停机: nobody listened from … to …, in machine time."""

    id: int
    from_at: datetime
    to_at: datetime


def beat(store: Store, home_id: int, machine_now: datetime) -> bool:
    """A commit succeeds at this machine time; whether it writes anything, since nothing else proves that one can."""
    sql = "UPDATE pulse SET beat_at = ? WHERE home_id = ? RETURNING id"
    return bool(store.change(tables.Pulse, sql, machine_now, home_id, persons=()))


def woke(store: Store, home_id: int, machine_now: datetime) -> None:
    """The service starts: the time since the last beat is kept as 停机 when the platform could not bridge it."""
    row = store.row("SELECT beat_at FROM pulse WHERE home_id = ?", home_id)
    if row is None:
        store.insert(tables.Pulse, home_id=home_id, beat_at=machine_now)
        return
    if machine_now - moment(row[0]) > LOST_AFTER:
        store.insert(tables.Downtime, home_id=home_id, from_at=moment(row[0]), to_at=machine_now)
    beat(store, home_id, machine_now)


def unseen(db: Unit, home_id: int) -> list[Downtime]:
    """The times of which no colleague has taken note, oldest first."""
    found = (
        select(tables.Downtime)
        .where(tables.Downtime.home_id == home_id, tables.Downtime.seen_at.is_(None))
        .order_by(tables.Downtime.id)
    )
    return [Downtime(row.id, row.from_at, row.to_at) for row in db.scalars(found)]


def take_note(db: Unit, viewer: Viewer, downtime_id: int, now: datetime) -> None:
    """A colleague who works with residents has read it and looked whom to call. Raises NotFound for everybody else."""
    if viewer.role not in WORKS:
        raise NotFound
    row = db.lock_row(select(tables.Downtime).where(tables.Downtime.id == downtime_id))
    if row is None or row.home_id != viewer.home_id:
        raise NotFound
    if row.seen_at is not None:
        return
    row.seen_at, row.seen_by = now, viewer.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "take_note", f"downtime:{row.id}")


@dataclass(frozen=True, slots=True)
class Figures:
    """What waits in the database."""

    outbox: dict[str, int]
    oldest_ready: timedelta
    promises: dict[str, int]
    unlinked: int


def figures(db: Unit, home_id: int, now: datetime) -> Figures:
    """Counts for the operator, by indexes alone: no look at rows that are final and old."""
    outbox, promise, audit = tables.Outbox, tables.Promise, tables.Audit
    waiting = (
        select(outbox.state, func.count())
        .where(outbox.state.in_(WAITING), outbox.home_id == home_id)
        .group_by(outbox.state)
    )
    lost = (
        select(outbox.state, func.count())
        .where(outbox.state.in_(LOST), outbox.not_before > now - LOST_SINCE, outbox.home_id == home_id)
        .group_by(outbox.state)
    )
    oldest = db.scalar(
        select(func.min(outbox.not_before)).where(
            outbox.state == "ready", outbox.not_before <= now, outbox.home_id == home_id
        )
    )
    open_ones = (
        select(promise.mark, func.count())
        .where(promise.home_id == home_id, promise.kept_at.is_(None))
        .group_by(promise.mark)
    )
    return Figures(
        dict.fromkeys((*WAITING, *LOST), 0) | dict(db.execute(waiting).all()) | dict(db.execute(lost).all()),
        timedelta(0) if oldest is None else now - oldest,
        dict(db.execute(open_ones).all()),
        db.scalar(select(func.count()).select_from(audit).where(audit.position.is_(None), audit.home_id == home_id))
        or 0,
    )
