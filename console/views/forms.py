"""Forms as people fill them: words, numbers, days, files."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from aiohttp import BodyPartReader, web
from multidict import MultiDict, MultiDictProxy

from care.errors import Invalid
from care.words import legal
from console.views.context import DATABASE, SETTINGS
from services.media import media
from storage.unit import Unit

FILES: Final = 16 * 1024 * 1024
"""Files of one form together, in bytes."""


class Form:
    """A form as people fill it: words, numbers and days, or nothing."""

    def __init__(self, fields: MultiDictProxy[Any]) -> None:
        self._fields = fields

    def words(self, name: str) -> str:
        """The text of a field, without signs that nobody typed (W4)."""
        return legal(str(self._fields.get(name, "")))

    def number(self, name: str) -> int:
        """A whole number; 0 for anything else."""
        text = self.words(name)
        return int(text) if text.isdecimal() and len(text) < 19 else 0

    def numbers(self, name: str) -> frozenset[int]:
        """All ticked numbers."""
        return frozenset(
            int(str(one)) for one in self._fields.getall(name, []) if str(one).isdecimal() and len(str(one)) < 19
        )

    def day(self, name: str) -> date | None:
        """A day, or None."""
        try:
            return date.fromisoformat(self.words(name))
        except ValueError:
            return None


async def parts(request: web.Request) -> tuple[MultiDictProxy[Any], list[bytes]]:
    """The fields and the files of a form; read in memory, since a temporary file would hold a resident's photo
    unsealed. Raises Invalid.
    """
    if not request.content_type.startswith("multipart/"):
        return await request.post(), []
    fields, files, room = MultiDict[Any](), [], FILES
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        data = bytearray()
        while chunk := await part.read_chunk():
            data += chunk
            if len(data) > room:
                raise Invalid(why="文件加起来太大了，请分两次加。")
        room -= len(data)
        if part.filename:
            files.append(bytes(data))
        elif part.filename is None:
            fields.add(part.name, data.decode("utf-8", "replace"))
    return MultiDictProxy(fields), files


async def keep_with(request: web.Request, files: Sequence[tuple[int, bytes]], work: Callable[[Unit], object]) -> None:
    """Seal and write files under their ids, then write down what they are; files whose rows could not be written are
    taken away again.
    """
    folder, database = request.app[SETTINGS].media.path, request.app[DATABASE]
    for number, data in files:
        await asyncio.to_thread(media.write_file, folder, database.sealer, number, data)
    try:
        await database.write(work)
    except BaseException:
        for number, _ in files:
            media.file_of(folder, number).unlink(missing_ok=True)
        raise
