"""What changes while a page is open: the stream of events."""

from typing import Final

from aiohttp import web

from console.context import LIVE
from console.routes import COLLEAGUE, Routes

ROUTES: Final = Routes(COLLEAGUE)


@ROUTES.get("/live")
async def stream(request: web.Request) -> web.StreamResponse:
    """Names of what changed; whoever asks for a person or a complaint must be allowed to open them."""
    return await request.app[LIVE].stream(request)
