"""Signed pushes that name nobody: kept as they came, rung where they cry, and shown until a colleague has looked
(W1).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update

from care.triage import Audience, Triage
from services.access import Viewer, access_page, may_hear
from services.emergencies.access import ALARMS
from storage import tables
from storage.seal import Unreadable as Sealed
from storage.store import Store
from storage.types import micros, new_id
from storage.unit import Unit

ONE_A: Final = timedelta(minutes=1)
"""An account rings by what nobody can read at most once in this time."""
MOST: Final = 1000
"""A day, in plain mode, where the signature does not cover the body; further ones are only counted (engineering 4)."""
DAY: Final = timedelta(days=1)
SHOWN: Final = 20
NAMES: Final = (
    "id",
    "home_id",
    "account_id",
    "key",
    "arrived_at",
    "raw",
    "words",
    "urgency",
    "audience",
    "rings",
    "more",
)


@dataclass(frozen=True, slots=True)
class Unread:
    """One of which nobody has taken note; `words` may be read by who hears its audience."""

    id: int
    arrived_at: datetime
    words: str
    audience: Audience
    urgency: int
    rings: bool
    more: int


def keep(  # noqa: PLR0913
    store: Store,
    home_id: int,
    account_id: int,
    key: str,
    raw: bytes,
    words: str,
    heard: Triage,
    now: datetime,
    most: int | None = None,
) -> None:
    """Keep one, once by its key; more than `most` within a day are counted on the newest row of that day."""
    table = tables.Unreadable
    if store.row("SELECT 1 FROM unreadable WHERE account_id = ? AND key = ?", account_id, key) is not None:
        return
    if most is not None:
        kept = store.row(
            "SELECT count(*), max(id) FROM unreadable WHERE account_id = ? AND arrived_at > ?", account_id, now - DAY
        )
        if kept is not None and kept[0] >= most:
            store.change(table, "UPDATE unreadable SET more = more + 1 WHERE id = ? RETURNING id", kept[1], persons=())
            return
    rang = store.row(
        "SELECT 1 FROM unreadable WHERE account_id = ? AND rings AND arrived_at > ? LIMIT 1", account_id, now - ONE_A
    )
    row = new_id()
    values = (
        row,
        home_id,
        account_id,
        key,
        micros(now),
        store.seal(table, "raw", row, raw),
        store.seal(table, "words", row, words or None),
        int(heard.level),
        heard.audience.value,
        heard.rings and rang is None,
        0,
    )
    store.insert_missing(table, NAMES, [values])
    store.audit(home_id, now, "machine", "unreadable", f"unreadable:{row}")
    store.hint("alarms", "unreadable")


def unseen(db: Unit, home_id: int) -> list[Unread]:
    """The newest of which nobody has taken note, what rang first; the first one's `more` counts all that are not in the
    list.
    """
    table = tables.Unreadable
    waits = (table.home_id == home_id, table.seen_at.is_(None))
    rows = list(db.scalars(select(table).where(*waits).order_by(table.rings.desc(), table.id.desc()).limit(SHOWN)))
    if not rows:
        return []
    count, more = db.execute(select(func.count(), func.sum(table.more)).where(*waits)).one()
    beyond = count - len(rows) + int(more or 0)
    return [_unread(db, row, beyond if place == 0 else 0) for place, row in enumerate(rows)]


def _unread(db: Unit, row: tables.Unreadable, more: int) -> Unread:
    try:
        words = db.open(row, "words") or ""
    except Sealed:
        words = ""
    return Unread(row.id, row.arrived_at, words, Audience(row.audience), row.urgency, row.rings, more)


def seen_by(viewer: Viewer, rows: list[Unread]) -> list[Unread]:
    """As a viewer may see them: that something came is for everybody who works, words about a
    colleague for the lead.
    """
    if not viewer.sees(ALARMS):
        return []
    return [
        row
        if not viewer.visitors and (row.audience is Audience.NONE or may_hear(viewer, row.audience))
        else Unread(row.id, row.arrived_at, "", row.audience, row.urgency, False, row.more)
        for row in rows
    ]


def take_note(db: Unit, viewer: Viewer, upto: int, now: datetime) -> None:
    """A colleague has looked at all that came up to this one. Raises NotFound for who works with nobody."""
    access_page(viewer, ALARMS)
    table = tables.Unreadable
    db.execute(
        update(table)
        .where(table.home_id == viewer.home_id, table.id <= upto, table.seen_at.is_(None))
        .values(seen_at=now, seen_by=viewer.id)
    )
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "take_note", f"unreadable:{upto}")
    db.store.hint("alarms", "unreadable")
