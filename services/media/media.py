"""Photos and voice: fetched at once, checked by their first bytes, kept sealed in files beside the database (wechat.md
6).
"""

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from conversations.events import Image, Video, Voice
from services.media.bare import STILLS, bare
from storage import tables
from storage.seal import Sealer
from storage.store import Store
from storage.types import moment

AT_ONCE: Final = 32
"""Files that are fetched side by side."""
WRITES: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
BACK_OFF: Final = (2, 10, 60, 300, 1800, 3600)
DIES_AFTER: Final = timedelta(days=3)
MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"#!AMR\n", "audio/amr"),
    (b"#!AMR-WB\n", "audio/amr-wb"),
    (b"OggS", "audio/ogg"),
    (b"#!SILK", "audio/silk"),
    (b"\x02#!SILK", "audio/silk"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"RIFF", "audio/wav"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch."""

    id: int
    person_id: int
    inbox_id: int
    media_id: str
    tries: int
    arrived_at: datetime


class _Due(NamedTuple):
    id: int
    person_id: int
    inbox_id: int
    media_id: str
    tries: int
    arrived_at: int


def wanted(store: Store, now: datetime, limit: int = AT_ONCE) -> list[Wanted]:
    """The files that are due."""
    rows = store.all_of(
        _Due,
        """SELECT m.id, m.person_id, m.inbox_id, m.media_id, m.tries, i.arrived_at FROM media m JOIN inbox i
           ON i.id = m.inbox_id
           WHERE m.state = 'wanted' AND m.try_at <= ? ORDER BY m.try_at LIMIT ?""",
        now,
        limit,
    )
    if store.shared and rows:  # whoever takes a file has a minute for it; then another may
        taken = store.change(
            tables.Media,
            f"UPDATE media SET try_at = ? WHERE id {store.AMONG} AND state = 'wanted' AND try_at <= ? RETURNING id",
            now + timedelta(minutes=1),
            store.many([row.id for row in rows]),
            now,
            persons=(),
        )
        rows = [row for row in rows if (row.id,) in taken]
    return [Wanted(*row[:-1], moment(row.arrived_at)) for row in rows]


def sniff(data: bytes) -> str:
    """The kind of a file by its first bytes; the platform's own word is not trusted."""
    if data[4:8] == b"ftyp":
        return "image/heic" if data[8:12] in STILLS else "video/mp4"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in MAGIC if data.startswith(magic)), "application/octet-stream")


def file_of(folder: Path, media_id: int) -> Path:
    """Where a sealed file lies."""
    return folder / f"{media_id % 256:02x}" / f"{media_id}.sealed"


def write_file(folder: Path, sealer: Sealer, media_id: int, data: bytes) -> None:
    """Seal and write, whole or not at all, fsynced."""
    path = file_of(folder, media_id)
    part = path.with_suffix(".part")
    try:
        opened = os.open(part, WRITES, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(part, WRITES, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(sealer.seal("media", "file", media_id, data))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_file(folder: Path, sealer: Sealer, media_id: int) -> bytes:
    """The bytes of a kept file. Raises FileNotFoundError or seal.Unreadable."""
    return sealer.open("media", "file", media_id, file_of(folder, media_id).read_bytes())


def shown(folder: Path, sealer: Sealer, media_id: int) -> bytes:
    """A kept file as people see it: without place, time and device (S7). The sealed one stays as it came, since its
    fingerprint is evidence (C6). Raises as `read_file`; call it in a thread.
    """
    return bare(read_file(folder, sealer, media_id))


def kept(store: Store, want: Wanted, data: bytes) -> None:
    """Write down that the file is here, and its fingerprint as evidence (C6)."""
    store.lock_persons(want.person_id)
    if not _still_wanted(store, want):
        return
    store.update(
        tables.Media,
        want.id,
        person=want.person_id,
        state="kept",
        mime=sniff(data),
        size=len(data),
        try_at=None,
        sha256=hashlib.sha256(data).hexdigest(),
        tries=want.tries + 1,
    )
    store.hint(f"person:{want.person_id}")


def _still_wanted(store: Store, want: Wanted) -> bool:
    """Whether nobody else brought the file meanwhile: who took long may come second."""
    return store.written("SELECT state FROM media WHERE id = ?", want.id) == [("wanted",)]


def missed(store: Store, want: Wanted, now: datetime, *, gone: bool) -> None:
    """Try again later, for as long as the platform keeps the file; when it has forgotten it, say so."""
    store.lock_persons(want.person_id)
    if not _still_wanted(store, want):
        return
    if gone or now - want.arrived_at > DIES_AFTER:
        why = "微信那边已经没有这份文件了" if gone else "三天都没取到，请对方重发一次"
        store.update(
            tables.Media, want.id, person=want.person_id, state="lost", why=why, try_at=None, tries=want.tries + 1
        )
        store.hint(f"person:{want.person_id}")
        return
    later = now + timedelta(seconds=BACK_OFF[min(want.tries, len(BACK_OFF) - 1)])
    store.update(tables.Media, want.id, person=want.person_id, try_at=later, tries=want.tries + 1)


def want(
    store: Store,
    home_id: int,
    account_id: int,
    person_id: int,
    inbox_id: int,
    event: Image | Voice | Video,
    now: datetime,
) -> None:
    """Remember a file to fetch at once; the platform forgets it after 3 days."""
    media_id = event.media_id_16k or event.media_id if isinstance(event, Voice) else event.media_id
    store.insert(
        tables.Media,
        home_id=home_id,
        account_id=account_id,
        person_id=person_id,
        inbox_id=inbox_id,
        media_id=media_id,
        kind=type(event).__name__.lower(),
        state="wanted",
        tries=0,
        try_at=now,
    )
    store.hint("media")
