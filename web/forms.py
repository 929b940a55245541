"""Forms as people fill them: words, numbers, days, files."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar

import msgspec
from aiohttp import BodyPartReader, web
from multidict import MultiDict, MultiDictProxy, MultiMapping

from care.errors import Invalid
from care.words import legal, whole
from services.form import Form
from web import bodies

FILES: Final = 16 * 1024 * 1024
"""Files of one form together, in bytes."""


F = TypeVar("F", bound=Form)
Value = Callable[[MultiMapping[Any], str], object]


def words(fields: MultiMapping[Any], name: str) -> str:
    """The text of a field, without signs that nobody typed (W4)."""
    return legal(str(fields.get(name, "")))


def number(fields: MultiMapping[Any], name: str) -> int:
    """A whole number; 0 for anything else."""
    return whole(words(fields, name)) or 0


def page_number(fields: MultiMapping[Any]) -> int:
    """Which page of a list an address asks for, from 0."""
    return min(number(fields, "page"), 10_000)


def _day(fields: MultiMapping[Any], name: str) -> date | None:
    """None for an empty field. Raises Invalid for what is no day."""
    try:
        return date.fromisoformat(text) if (text := words(fields, name)) else None
    except ValueError as error:
        raise Invalid(why="日期请从日历里选，或写成 2026-12-31。") from error


def _moment(fields: MultiMapping[Any], name: str) -> datetime | None:
    """Without a time zone: what the clock of the home shows. Raises Invalid for what is no moment."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if (text := words(fields, name)) else None
    except ValueError as error:
        raise Invalid(why="请选哪天几点。") from error


READ: Final[Mapping[object, Value]] = {
    str: words,
    str | None: words,
    int: number,
    int | None: lambda fields, name: whole(words(fields, name)),
    bool: lambda fields, name: words(fields, name) == "1",
    date | None: _day,
    datetime | None: _moment,
    frozenset[str]: lambda fields, name: frozenset(legal(str(one)) for one in fields.getall(name, [])),
    tuple[str, ...]: lambda fields, name: tuple(legal(str(one)) for one in fields.getall(name, [])),
    frozenset[int]: lambda fields, name: frozenset(filter(None, (whole(str(one)) for one in fields.getall(name, [])))),
}
"""How a field is read, by its type in the form."""
TICKED: Final = Mapping[str, frozenset[str]]
"""Type of a field that takes all that the form has no other field for: by name, what was ticked."""
SENT: Final = web.RequestKey("files", list[bytes])
"""The files that came with a form."""
NAMES: Final = web.RequestKey("names", list[str])
"""What the files were called."""


async def read(request: web.Request, kind: type[F]) -> F:
    """The form that was sent. What is missing is empty; whether that may be is the service's to say. Raises Invalid."""
    fields, named = await parts(request)
    request[NAMES], request[SENT] = [name for name, _ in named], [data for _, data in named]
    types = {field.name: field.type for field in msgspec.structs.fields(kind)}
    values: dict[str, object] = {name: READ[wanted](fields, name) for name, wanted in types.items() if wanted != TICKED}
    for name in (name for name, wanted in types.items() if wanted == TICKED):
        values[name] = {key: frozenset(map(str, fields.getall(key))) for key in fields if key not in types}
    return msgspec.convert(values, kind)


async def parts(request: web.Request) -> tuple[MultiDictProxy[Any], list[tuple[str, bytes]]]:
    """The fields and the files of a form; read in memory, since a temporary file would hold a resident's photo
    unsealed. Raises Invalid, Unreadable.
    """
    if not request.content_type.startswith("multipart/"):
        return await bodies.fields(request), []
    with bodies.reading():
        return await _parts(request)


async def _parts(request: web.Request) -> tuple[MultiDictProxy[Any], list[tuple[str, bytes]]]:
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
            files.append((part.filename, bytes(data)))
        elif part.filename is None:
            fields.add(part.name, data.decode("utf-8", "replace"))
    return MultiDictProxy(fields), files
