"""The chain of the audit: rows are linked after their COMMIT, and whoever changes, removes, inserts, re-orders or cuts
is found (P5).

Each row carries an HMAC over its fields. A link is an HMAC over the place, the link before, and the row; the keys lie
outside the database. The newest link is written to a file outside the database each hour, so that a tail that was cut
off is missed.
"""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

from storage import tables
from storage.seal import Sealer
from storage.store import Store
from storage.types import Row

BATCH: Final = 500
SETTLES: Final = timedelta(seconds=5)
"""A row that another process commits late is not overtaken by the rows after it."""
FIELDS: Final = "id, home_id, at, actor, action, subject, detail, mac"
BEGIN: Final = b"jiashu"


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain was at a moment, as it stands in the file outside."""

    at: str
    position: int
    chain: str


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


def write_head(file: Path, found: Head, *, restored: bool = False) -> None:
    """Add a line to the file outside; after a restore it says so. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        more = {"restored": True} if restored else {}
        lines.write(json.dumps({"at": found.at, "position": found.position, "chain": found.chain} | more) + "\n")


def heads(file: Path) -> list[Head]:
    """What the file outside remembers, the oldest first; a line that cannot be read is left out."""
    found: list[Head] = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        try:
            content = json.loads(line)
            head = Head(str(content["at"]), int(content["position"]), str(content["chain"]))
            if content.get("restored"):  # what an old backup does not have was not cut off
                found = [one for one in found if one.position <= head.position]
            found.append(head)
        except (ValueError, KeyError, TypeError):
            continue
    return found


def verify(store: Store, outside: list[Head]) -> tuple[int, list[Finding]]:
    """How many rows are linked, and everything that is not as it was written."""
    found: list[Finding] = []
    known = {one.position: one for one in outside}
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
    newest = max(outside, key=lambda one: one.position, default=None)
    if newest is not None and newest.position > position:
        found.append(Finding(f"尾巴被截断：{newest.at} 时有 {newest.position} 行，现在只有 {position} 行", position))
    if any(after.position < before.position for before, after in pairwise(outside)):
        found.append(Finding("记在外面的行数变少过：恢复过旧备份，或记录被换过", position))
    return position, found


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
