"""The chain of the audit: rows are linked after their COMMIT, and whoever changes, removes, inserts, re-orders or cuts
is found (P5).

Each row carries an HMAC over its fields. A link is an HMAC over the place, the link before, and the row; the keys lie
outside the database. The newest link is written to files outside the database (`audit_heads`), so that a tail that was
cut off is missed; that a line was written there is itself a row, so that those files cannot lose one unseen (S8).
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from services.upkeep.audit_heads import Head, Outside
from storage import tables
from storage.seal import Sealer, Unreadable
from storage.store import Store
from storage.types import Row

BATCH: Final = 500
SETTLES: Final = timedelta(seconds=5)
"""A row that another process commits late is not overtaken by the rows after it."""
FIELDS: Final = "id, home_id, at, actor, action, subject, detail, mac"
NOTED: Final = "note_head"
"""The act of writing a line to the file outside; the detail of its row is the mac of the line."""
BEGIN: Final = b"jiashu"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written: a sentence, and the row or the place where it shows."""

    words: str
    where: int


def link(store: Store, now: datetime) -> int:
    """Link what is not linked yet, in the order of the ids; gives how many. One process at a time does it."""
    last = store.row("SELECT position, chain FROM audit WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1")
    position, chain = (last[0], bytes(last[1])) if last else (0, BEGIN)
    rows = store.rows(
        f"SELECT {FIELDS} FROM audit WHERE position IS NULL AND at < ? ORDER BY id LIMIT ?", now - SETTLES, BATCH
    )
    links: list[tuple[int, bytes, int]] = []
    for row in rows:
        position += 1
        chain = _chain(store.sealer, position, chain, row)
        links.append((position, chain, row[0]))
    store.update_many(tables.Audit, ("position", "chain"), links)
    return len(rows)


def head(store: Store, now: datetime) -> Head | None:
    """The newest link; None before the first."""
    last = store.row("SELECT position, chain FROM audit WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1")
    return None if last is None else Head(now.isoformat(timespec="seconds"), last[0], bytes(last[1]).hex())


def waiting(store: Store) -> int:
    """How many rows are not linked yet."""
    row = store.row("SELECT count(*) FROM audit WHERE position IS NULL")
    return int(row[0]) if row else 0


def verify(store: Store, outside: Outside) -> tuple[int, list[Finding]]:
    """How many rows are linked, and everything that is not as it was written."""
    found: list[Finding] = []
    known = {one.position: one for one in outside.heads}
    position, chain = 0, BEGIN
    for place, sealed, row in _linked(store):
        if not _signed(store.sealer, row):
            found.append(Finding(f"第 {place} 行被改过", row[0]))
        if place != position + 1:
            found.append(Finding(f"第 {position + 1} 到 {place - 1} 行不见了", position + 1))
        elif sealed != _chain(store.sealer, place, chain, row):
            found.append(Finding(f"第 {place} 行不是原来排在这里的那一行", row[0]))
        position, chain = place, sealed
        if place in known and known[place].chain != sealed.hex():
            found.append(Finding(f"第 {place} 行和 {known[place].at} 记在外面的不一样", row[0]))
    loose = store.rows(f"SELECT {FIELDS} FROM audit WHERE position IS NULL ORDER BY id")
    found += [
        Finding("还没连上的一行不是系统写的，或被改过", row[0]) for row in loose if not _signed(store.sealer, row)
    ]
    found += [Finding(words, position) for words in (*outside.wrong, *_lost(store, outside))]
    newest = max(outside.heads, key=lambda one: one.position, default=None)
    if newest is not None and newest.position > position:
        found.append(Finding(f"尾巴被截断：{newest.at} 时有 {newest.position} 行，现在只有 {position} 行", position))
    if any(after.position < before.position for before, after in pairwise(outside.heads)):
        found.append(Finding("记在外面的行数变少过：恢复过旧备份，或记录被换过", position))
    return position, found


def _lost(store: Store, outside: Outside) -> Iterator[str]:
    """Lines of the file outside that the audit names and that are not there; those before the last restore may have
    stayed on a machine that is gone.
    """
    began = store.row("SELECT max(id) FROM audit WHERE action = 'begin_epoch'")
    since = began[0] if began and began[0] else 0
    rows = store.rows("SELECT id, detail FROM audit WHERE action = ? AND id > ? ORDER BY id", NOTED, since)
    gone = [row for row, mac in rows if _opened(store.sealer, row, mac) not in outside.macs]
    if gone:
        yield f"外面的记录少了 {len(gone)} 行，审计里有它们"


def _opened(sealer: Sealer, row: int, detail: bytes | None) -> str:
    try:
        return sealer.open("audit", "detail", row, bytes(detail or b"")).decode()
    except Unreadable:
        return ""


def signed_by(store: Store) -> bool:
    """Whether the newest row, if there is one, was signed with the keys that are at hand."""
    row = store.row(f"SELECT {FIELDS} FROM audit ORDER BY id DESC LIMIT 1")
    return row is None or _signed(store.sealer, row)


def _linked(store: Store) -> Iterator[tuple[int, bytes, Row]]:
    """All linked rows in their order, in portions."""
    after = 0
    while rows := store.rows(
        f"SELECT position, chain, {FIELDS} FROM audit WHERE position > ? ORDER BY position LIMIT ?", after, 2000
    ):
        for row in rows:
            yield row[0], bytes(row[1]), row[2:]
        after = rows[-1][0]


def _signed(sealer: Sealer, row: Row) -> bool:
    row_id, home, at, actor, action, subject, detail, mac = row
    return hmac.compare_digest(sealer.sign(row_id, home, at, actor, action, subject, bytes(detail or b"")), bytes(mac))


def _chain(sealer: Sealer, position: int, before: bytes, row: Row) -> bytes:
    return sealer.sign("link", position, before, row[0], bytes(row[-1]))
