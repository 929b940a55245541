"""The platform's API as clients call it: what it plays is answered as there, what it does not play with its JSON."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from simulator import files, logins, masses, menus, messages, people
from simulator.frame import Call, Refused, Row, read, refusal, told
from simulator.world import World

ROWS = (*logins.ROWS, *messages.ROWS, *masses.ROWS, *files.ROWS, *menus.ROWS, *people.ROWS)


class Api:
    """All addresses of the platform, and the journal of each call."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self, router: web.UrlDispatcher) -> None:
        """All addresses; whatever is not there is an API that is not played."""
        for row in ROWS:
            router.add_route("*", row.path, self._serving(row))
        router.add_route("*", "/{rest:.*}", self._serving(Row("*", "", "没有演的接口", _unknown, token=False)))

    def _serving(self, row: Row) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(row, request)

        return serve

    async def _serve(self, row: Row, request: web.Request) -> web.StreamResponse:
        world, started = self.world, time.monotonic()
        if world.faults["delay"]:
            await asyncio.sleep(6)
        call, code = Call(world, request, row.kind), 0
        try:
            answer = await self._asked(row, call)
        except Refused as error:
            code, answer = error.code, told(refusal(error))
            call.note["result"] = f"{code} {error}"
        ms = (time.monotonic() - started) * 1000
        good = not code and answer.status < 400
        world.note("call", row.kind, call.what, ok=good, code=code, ms=ms, **{"result": "0"} | call.note)
        return answer

    async def _asked(self, row: Row, call: Call) -> web.StreamResponse:
        """What every call must have, then its handler. Raises Refused."""
        if row.method not in {call.request.method, "*"}:
            raise Refused(43001 if row.method == "GET" else 43002)
        if row.token and (code := self.world.token_fault(call.query.get("access_token", ""))):
            raise Refused(code)
        if row.method == "POST" and row.json:
            await read(call)
        try:
            answer = await row.handler(call)
        except (KeyError, TypeError, ValueError, AttributeError) as error:  # JSON of another shape
            raise Refused(47001) from error
        return answer if isinstance(answer, web.StreamResponse) else told(answer)


async def _unknown(call: Call) -> web.StreamResponse:
    call.what = f"{call.request.method} {call.request.path}"
    raise Refused(40066)
