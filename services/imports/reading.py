"""A workbook read by a process of its own, so that no sheet can hurt the service: whatever becomes of it is one
sentence (anchors 1).
"""

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from care.errors import Invalid
from services.imports.book import BYTES, Book

ROOT: Final = str(Path(__file__).resolve().parents[2])
WAITS: Final = 60.0
TELLS: Final = 16 * 1024 * 1024
"""Bytes that the reader may tell."""
SLOW: Final = "这张表读了太久，没有读完。请只复制有内容的部分到新表，再放上来。"
FELL: Final = "这张表读的时候出了错，没有动院里的资料。请只复制有内容的部分到新表，再放上来。"
_one_at_a_time = asyncio.Semaphore(1)
"""Two at once would need twice the memory."""


class Upload:
    """A file in memory that no disk sees; it goes with `close`."""

    def __init__(self) -> None:
        self.number = os.memfd_create("import")
        self.size, self._digest = 0, hashlib.sha256()

    def add(self, chunk: bytes) -> None:
        """Raises Invalid for a file that is too large."""
        self.size += len(chunk)
        if self.size > BYTES:
            raise Invalid(why="文件超过 20 MB 了，请删掉图片和不要的表再放上来。")
        self._digest.update(chunk)
        os.write(self.number, chunk)

    @property
    def sha(self) -> str:
        """Which file it is."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Let it go."""
        os.close(self.number)


async def upload(chunks: AsyncIterator[bytes]) -> Upload:
    """What somebody sends, piece by piece. Raises Invalid."""
    found = Upload()
    try:
        async for chunk in chunks:
            found.add(chunk)
    except BaseException:
        found.close()
        raise
    return found


async def read(file: Upload) -> Book:
    """The sheets of a file. Raises Invalid with the sentence that says why it cannot be read."""
    async with _one_at_a_time:
        told = await _told(file.number)
    try:
        book = msgspec.msgpack.decode(told, type=Book)
    except msgspec.MsgspecError as error:
        raise Invalid(why=FELL) from error
    if book.why:
        raise Invalid(why=book.why)
    if not book.sheets:
        raise Invalid(why="这张表里什么都没有，请看看是不是选错了文件。")
    return book


async def _told(number: int) -> bytes:
    os.lseek(number, 0, os.SEEK_SET)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.imports.child",
        str(number),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        pass_fds=(number,),
        cwd="/",
        env={"PYTHONPATH": ROOT, "LANG": "C.UTF-8", "OPENPYXL_LXML": "False", "MALLOC_ARENA_MAX": "1"},
    )
    pipe: asyncio.StreamReader = child.stdout  # type: ignore[assignment]  # it was asked for
    told = bytearray()
    try:
        async with asyncio.timeout(WAITS):
            while chunk := await pipe.read(1 << 16):
                told += chunk
                if len(told) > TELLS:
                    raise Invalid(why=SLOW)
            await child.wait()
    except TimeoutError as error:
        raise Invalid(why=SLOW) from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise Invalid(why=SLOW if -child.returncode in {9, 24} else FELL)
    return bytes(told)
