"""The spool: pushes that could not be committed yet, sealed and fsynced in files of their own, until they are in the
database (F4).

One file holds what waited together; it appears whole or not at all, so a crash while writing leaves nothing half
read. A record is its id (8 bytes), the moment of arrival (8 bytes, microseconds), the length (4 bytes) and the sealed
XML.
"""

import asyncio
import os
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from storage.seal import Sealer, Unreadable
from storage.types import micros, moment, new_id

HEAD: Final = struct.Struct(">QQI")


@dataclass(frozen=True, slots=True)
class Kept:
    """One push of the spool: the decrypted XML and when it arrived."""

    raw: bytes
    arrived_at: datetime


class Spool:
    """A folder of waiting pushes. Everything that touches the disk runs in one thread of its own."""

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self.folder, self._sealer = folder, sealer
        self._waiting: list[tuple[Kept, asyncio.Future[None]]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._writing: asyncio.Task[None] | None = None

    def keep(self, push: Kept) -> "asyncio.Future[None]":
        """Done once the push is on disk; what waits meanwhile shares one fsync.

        Raises OSError when the folder cannot be written.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((push, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return future

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = [(push, future) for push, future in self._waiting if not future.done()], []
            if not batch:
                return
            problem: Exception | None = None
            try:
                await loop.run_in_executor(self._thread, self._write_file, [push for push, _ in batch])
            except OSError as error:
                problem = error
            for _, future in batch:
                if future.done():
                    continue
                if problem is None:
                    future.set_result(None)
                else:
                    future.set_exception(problem)

    def _write_file(self, batch: Sequence[Kept]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{new_id():020d}"
        part = self.folder / f"{name}.part"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for push in batch:
                    row = new_id()
                    sealed = self._sealer.seal("spool", "push", row, push.raw)
                    file.write(HEAD.pack(row, micros(push.arrived_at), len(sealed)) + sealed)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            part.unlink(missing_ok=True)
            raise
        part.replace(self.folder / f"{name}.spool")
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def files(self) -> list[Path]:
        """The files that wait, oldest first."""
        return sorted(self.folder.glob("*.spool"))

    def read(self, file: Path) -> list[Kept]:
        """The pushes of a file. Raises seal.Unreadable, also for a file that was cut."""
        data, at, found = file.read_bytes(), 0, list[Kept]()
        while at < len(data):
            if len(data) - at < HEAD.size:
                raise Unreadable(file.name)
            row, arrived, length = HEAD.unpack_from(data, at)
            at += HEAD.size
            found.append(Kept(self._sealer.open("spool", "push", row, data[at : at + length]), moment(arrived)))
            at += length
        return found

    def close(self) -> None:
        """Let the thread go; what is being written is finished."""
        self._thread.shutdown()
