"""A whole database as a stream of rows: read in one snapshot, written to either engine, kept in a sealed file (P7).

A backup is `MAGIC`, 8 bytes of its id, then frames: 4 bytes of length, and a sealed, packed page of rows or one file
of the media folder. The place of each frame is part of its seal, and the last one counts everything: cut, swapped or
changed, it does not open.
"""

import asyncio
import hashlib
import os
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from shutil import disk_usage
from typing import Any, BinaryIO, Final, TypeVar

import msgspec
from sqlalchemy import Connection, Date, MetaData, Table, create_engine, insert, select, update
from sqlalchemy.pool import StaticPool

from care.errors import BackupUnreadable, NoRoom
from storage import migrate, tables
from storage.seal import Sealer, Unreadable
from storage.sqlite_file import LockFile
from storage.types import micros, new_id

T = TypeVar("T")
MAGIC: Final = b"JIASHU1\n"
LENGTH: Final = struct.Struct(">I")
NOT_FINAL: Final = ("planned", "waiting", "ready", "sending", "parked")
PAGE: Final = 2000
"""Rows that are in memory at a time."""
Step = Callable[[str, int], None]
"""Told of progress: a table (or "media"), and how many rows of it are done."""


class Head(msgspec.Struct, frozen=True):
    """What a backup says of itself; `made_at` in UTC, before its first row was read."""

    made_at: datetime
    revision: str


class Page(msgspec.Struct, frozen=True, tag=True):
    """Some rows of one table."""

    table: str
    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Kept(msgspec.Struct, frozen=True, tag=True):
    """One file of the media folder, sealed as it lies there."""

    name: str
    data: bytes


class End(msgspec.Struct, frozen=True, tag=True):
    """How many rows of each table, and how many files."""

    rows: dict[str, int]
    files: int


Frame = Page | Kept | End
_frame: Final = msgspec.msgpack.Decoder(Frame)


@dataclass(frozen=True, slots=True)
class Print:
    """A table in short: how many rows, and a digest of all of them in the order of their ids."""

    rows: int
    digest: str


def connected(url: str, work: Callable[[Connection], T], *, write: bool) -> T:
    """Run `work` in one transaction of its own: one snapshot when it reads, all or nothing when it writes.

    Not inside a running loop.
    """
    file = migrate.file_of(url)
    return asyncio.run(_on_postgres(url, work, write=write)) if file is None else _on_sqlite(file, work, write=write)


def snapshot(url: str, work: Callable[[Connection], T], room: Path) -> T:
    """Read as `connected` does, beside a running service, for as long as it takes: a SQLite file is copied into the
    folder `room` first, in seconds, since while somebody reads its log cannot be written back and grows (I9).

    Raises NoRoom, OSError, and DatabaseInUse while another backup is made there.
    """
    file = migrate.file_of(url)
    if file is None:
        return connected(url, work, write=False)
    room.mkdir(parents=True, exist_ok=True)
    need, free = sum(each.stat().st_size for each in (file, _log_of(file)) if each.exists()), disk_usage(room).free
    if free < need:
        raise NoRoom(path=room, need=need // 2**20, free=free // 2**20)
    copy = room / f"{file.name}.copy"
    with LockFile(copy):
        try:
            _copy(file, copy)
            return _on_sqlite(copy, work, write=False)
        finally:
            for each in room.glob(f"{copy.name}*"):
                each.unlink()


def _copy(file: Path, copy: Path) -> None:
    """In one step: in several it would begin again at each commit of the service."""
    copy.unlink(missing_ok=True)
    migrate.make_private(copy)
    with (
        closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as source,
        closing(sqlite3.connect(copy, isolation_level=None)) as target,
    ):
        target.execute("PRAGMA synchronous = OFF")
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _on_sqlite(file: Path, work: Callable[[Connection], T], *, write: bool) -> T:
    opened = sqlite3.connect(f"file:{file}?mode={'rw' if write else 'ro'}", uri=True, isolation_level=None, timeout=10)
    try:
        with create_engine("sqlite://", creator=lambda: opened, poolclass=StaticPool).connect() as connection:
            opened.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            found = work(connection)
            opened.execute("COMMIT")
            return found
    finally:
        opened.close()


async def _on_postgres(url: str, work: Callable[[Connection], T], *, write: bool) -> T:
    from sqlalchemy.ext.asyncio import create_async_engine

    from storage import postgres_line

    engine = create_async_engine(postgres_line.driver_url(url), isolation_level="REPEATABLE READ")
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(work)
            if write:
                await connection.commit()
            return found
    finally:
        await engine.dispose()


# -- rows ------------------------------------------------------------------------------------------------------------


def pages(connection: Connection) -> Iterator[Page]:
    """All rows of the snapshot, table by table; who is referred to comes before who refers."""
    for table in _tables(connection):
        yield from _pages(connection, table)


def load(connection: Connection, page: Page) -> None:
    """Write the rows of a page into the schema that is there."""
    table = next(one for one in _tables(connection) if one.name == page.table)
    days = {column.name for column in table.columns if isinstance(column.type, Date)}
    rows = [
        {
            name: date.fromisoformat(value) if name in days and isinstance(value, str) else value
            for name, value in zip(page.names, row, strict=True)
        }
        for row in page.rows
    ]
    connection.execute(insert(table), rows)


def shut(connection: Connection, why: str, backup_at: datetime, now: datetime) -> None:
    """In the transaction that brings the rows: nothing of them can leave, and every home begins an epoch that nobody
    has confirmed.
    """
    known = {table.name: table for table in _tables(connection)}
    out, epoch, home = known["outbox"], known["epoch"], known["home"]
    connection.execute(update(out).where(out.c.state.in_(NOT_FINAL)).values(state="held", why=why, lease_until=None))
    for (home_id,) in connection.execute(select(home.c.id)).all():
        connection.execute(
            insert(epoch).values(id=new_id(), home_id=home_id, backup_at=micros(backup_at), began_at=micros(now))
        )


def prints(connection: Connection, step: Step = lambda _table, _rows: None) -> dict[str, Print]:
    """Each table in short: equal for equal rows, whichever engine holds them."""
    found: dict[str, Print] = {}
    for table in _tables(connection):
        digest, rows = hashlib.sha256(), 0
        for page in _pages(connection, table):
            digest.update(msgspec.msgpack.encode(page.rows))
            rows += len(page.rows)
            step(table.name, rows)
        found[table.name] = Print(rows, digest.hexdigest())
    return found


def _pages(connection: Connection, table: Table) -> Iterator[Page]:
    names = tuple(sorted(str(column.name) for column in table.columns))
    columns, after = [table.c[name] for name in names], -1
    while True:
        rows = connection.execute(select(*columns).where(table.c.id > after).order_by(table.c.id).limit(PAGE)).all()
        if rows:
            after = rows[-1][names.index("id")]
            yield Page(str(table.name), names, [tuple(row) for row in rows])
        if len(rows) < PAGE:
            return


def _tables(connection: Connection) -> list[Table]:
    """As the database has them now, which may be an older release, in the order of the references."""
    known = connection.info.get("tables")
    if known is None:
        found = MetaData()
        found.reflect(connection)
        order = {table.name: place for place, table in enumerate(tables.Base.metadata.sorted_tables)}
        known = sorted(
            (table for name, table in found.tables.items() if name != "alembic_version"),
            key=lambda table: order.get(table.name, -1),
        )
        connection.info["tables"] = known
    return list(known)


# -- the file --------------------------------------------------------------------------------------------------------


def write(connection: Connection, file: Path, sealer: Sealer, head: Head, media: Path, step: Step) -> End:
    """Write the snapshot to a file, readable by its owner alone, whole or not at all. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    backup, rows, files = new_id(), dict[str, int](), 0
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(MAGIC + backup.to_bytes(8, "big"))
            frames = _Out(out, sealer, backup)
            frames.put(head)
            for page in pages(connection):
                frames.put(page)
                rows[page.table] = rows.get(page.table, 0) + len(page.rows)
                step(page.table, rows[page.table])
            for path in sorted(media.rglob("*")) if media.is_dir() else []:
                if path.is_file() and path.suffix != ".part":
                    frames.put(Kept(str(path.relative_to(media)), path.read_bytes()))
                    files += 1
                    step("media", files)
            end = End(rows, files)
            frames.put(end)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(file)
    return end


def read(file: Path, sealer: Sealer) -> tuple[Head, Iterator[Page | Kept]]:
    """What a backup says of itself, and its rows and files.

    Raises BackupUnreadable, at the latest at the end of the iteration.
    """
    frames = _frames(file, sealer)
    try:
        return msgspec.msgpack.decode(next(frames), type=Head), _contents(file, frames)
    except (StopIteration, msgspec.DecodeError) as error:
        raise BackupUnreadable(file=file.name) from error


def check(file: Path, sealer: Sealer, step: Step = lambda _table, _rows: None) -> tuple[Head, End]:
    """Read all of it and keep nothing: whether it would come back. Raises BackupUnreadable."""
    head, contents = read(file, sealer)
    rows, files = dict[str, int](), 0
    for one in contents:
        if isinstance(one, Page):
            rows[one.table] = rows.get(one.table, 0) + len(one.rows)
            step(one.table, rows[one.table])
        else:
            files += 1
    return head, End(rows, files)


def _contents(file: Path, frames: Iterator[bytes]) -> Iterator[Page | Kept]:
    rows, files = dict[str, int](), 0
    for data in frames:
        one = _frame.decode(data)
        if isinstance(one, End):
            if (one.rows, one.files) != (rows, files) or next(frames, None) is not None:
                raise BackupUnreadable(file=file.name)
            return
        if isinstance(one, Page):
            rows[one.table] = rows.get(one.table, 0) + len(one.rows)
        else:
            files += 1
        yield one
    raise BackupUnreadable(file=file.name)


def _frames(file: Path, sealer: Sealer) -> Iterator[bytes]:
    with file.open("rb") as source:
        if source.read(len(MAGIC)) != MAGIC:
            raise BackupUnreadable(file=file.name)
        backup, number = int.from_bytes(source.read(8), "big"), 0
        while size := source.read(LENGTH.size):
            try:
                yield zlib.decompress(sealer.open("backup", str(number), backup, source.read(LENGTH.unpack(size)[0])))
            except (Unreadable, struct.error, zlib.error) as error:
                raise BackupUnreadable(file=file.name) from error
            number += 1


class _Out:
    def __init__(self, file: BinaryIO, sealer: Sealer, backup: int) -> None:
        self._file, self._sealer, self._backup, self._number = file, sealer, backup, 0

    def put(self, one: Head | Frame) -> None:
        sealed = self._sealer.seal(
            "backup", str(self._number), self._backup, zlib.compress(msgspec.msgpack.encode(one), 3)
        )
        self._file.write(LENGTH.pack(len(sealed)) + sealed)
        self._number += 1
