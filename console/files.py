"""Files that come with a form of the console: sealed and written beside their rows."""

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web

from console.context import DATABASE, SETTINGS
from services.media import media
from storage.unit import Unit


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
