"""Live pages: after a COMMIT its hints reach the open pages as events without content; a page then asks for what it may see."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Final

from aiohttp import web
from aiohttp_sse import sse_response

from services.access import access_case, access_person
from storage.database import SqliteDatabase
from storage.unit import Unit
from web.sessions import viewer

LOOK: Final = 20.0
"""Seconds after which a stream looks whether its browser is still there."""
SHARED: Final = frozenset({"inbox", "cases", "promises"})


class Live:
    """The open pages of this process and the topics that each listens to."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._pages: set[tuple[frozenset[str], asyncio.Queue[str]]] = set()
        self._closing = False
        database.listen(self.tell)

    def tell(self, hints: Iterable[str]) -> None:
        """Called in the loop after each COMMIT."""
        told = frozenset(hints)
        for topics, queue in self._pages:
            for topic in topics & told:
                with contextlib.suppress(asyncio.QueueFull):
                    queue.put_nowait(topic)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """GET ?topics=inbox,person:1. An event is named after its topic with `-` for `:`; its data is empty."""
        wanted = frozenset(filter(None, request.query.get("topics", "").split(",")))
        topics = await self._database.read(lambda db: _allowed(db, request, wanted))
        queue: asyncio.Queue[str] = asyncio.Queue(100)
        page = (topics, queue)
        self._pages.add(page)
        try:
            async with sse_response(request) as response:
                await response.send("", event="hello")
                while response.is_connected() and not self._closing:
                    try:
                        waiting = {await asyncio.wait_for(queue.get(), LOOK)}
                    except TimeoutError:
                        continue
                    await asyncio.sleep(0.05)
                    while not queue.empty():
                        waiting.add(queue.get_nowait())
                    for topic in sorted(waiting):
                        await response.send(topic, event=topic.replace(":", "-"))
        except (ConnectionResetError, asyncio.CancelledError):
            pass
        finally:
            self._pages.discard(page)
        return response

    async def close(self, _: web.Application) -> None:
        """Let every open page go, so that a stop does not wait for browsers."""
        self._closing = True
        for _topics, queue in self._pages:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait("bye")


def _allowed(db: Unit, request: web.Request, wanted: frozenset[str]) -> frozenset[str]:
    """Shared topics, and those of people and cases that the viewer may open. Raises NotFound or Forbidden."""
    who = viewer(request)
    for topic in wanted - SHARED:
        kind, _, number = topic.partition(":")
        if kind == "person" and number.isdigit():
            access_person(db, who, int(number))
        elif kind == "case" and number.isdigit():
            access_case(db, who, int(number))
        else:
            raise web.HTTPNotFound
    return wanted
