"""Photos and voice for the pages: unsealed for who may see them, voice as MP3 that a browser plays."""

import asyncio
from typing import Final

from aiohttp import web

from care.errors import Invalid, NotFound
from console.context import DATABASE, DECODE, SETTINGS
from console.routes import Routes
from services.media import media
from services.media.access import access_media
from services.talks.access import CHATS
from storage import tables
from web.sessions import viewer

SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
PLAYED: Final = frozenset({"audio/mpeg", "audio/wav", "video/mp4"})


ROUTES: Final = Routes(CHATS)


@ROUTES.get(r"/media/{media:\d{1,18}}")
async def show(request: web.Request) -> web.StreamResponse:
    """One photo or voice."""
    who, media_id, database = viewer(request), int(request.match_info["media"]), request.app[DATABASE]
    row = await database.read(lambda db: access_media(db, who, media_id))
    if row.state != "kept":
        raise NotFound
    return await served(request, row)


async def served(request: web.Request, row: tables.Media) -> web.StreamResponse:
    """A file whose door was passed. Raises NotFound when it is not there, Invalid when it cannot be played."""
    folder, sealer, media_id = request.app[SETTINGS].media.path, request.app[DATABASE].sealer, row.id
    try:
        data = await asyncio.to_thread(media.shown, folder, sealer, media_id)
    except FileNotFoundError as error:
        raise NotFound from error
    mime = row.mime or ""
    if row.kind == "voice" and mime not in PLAYED:
        try:
            data, mime = await request.app[DECODE](data), "audio/mpeg"
        except ValueError as error:
            raise Invalid(why="这段语音在这里放不出来，请用手机听，或请对方重发。") from error
    if mime not in SHOWN | PLAYED:
        return web.Response(
            body=data,
            headers={"Content-Disposition": f'attachment; filename="{media_id}"'},
            content_type="application/octet-stream",
        )
    return _ranged(request, data, mime)


def _ranged(request: web.Request, data: bytes, mime: str) -> web.Response:
    """Browsers seek in sound by ranges."""
    headers = {"Accept-Ranges": "bytes"}
    try:
        wanted = request.http_range
    except ValueError:
        return web.Response(status=416)
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=data, content_type=mime, headers=headers)
    start, stop, _ = wanted.indices(len(data))
    headers["Content-Range"] = f"bytes {start}-{max(start, stop) - 1}/{len(data)}"
    return web.Response(status=206, body=data[start:stop], content_type=mime, headers=headers)
