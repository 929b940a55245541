"""`/wechat`: the handshake and the pushes. Committed, then answered; what is not on disk gets no answer, so that the
platform tries again.

At 4.0 s the handler looks: committed means the stored answer; else the push goes into the spool and its person hears
so; if the spool fails too the line is closed before 4.5 s without a word (architecture, When the database is away).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from aiohttp import web

from bot import replies, wire
from bot.inbound import Inbound
from bot.pushes import NoSender, Push
from care.errors import Busy
from services.emergencies import unreadable
from services.house import House
from services.points import none
from services.talks.envelope import SILENT, Answer, Receipt
from services.talks.keeping import busy
from settings.clock import Clock

log = logging.getLogger("jiashu.webhook")
LOOKS_AFTER: Final = 4.0
CLOSES_AFTER: Final = 4.45
"""Seconds; the platform gives up at 5."""
PACE: Final = 0.002
"""Seconds before each large body: opening one takes a fifth of that."""
LARGE: Final = 8192
"""Bytes of a body that is opened by turns."""


async def _nobody_asks() -> None:
    pass


class Webhook:
    """The two handlers of one account."""

    def __init__(
        self,
        codec: wire.Codec,
        inbound: Inbound,
        house: House,
        clock: Clock,
        reach: Callable[[str], None] = none,
        greeted: Callable[[], Awaitable[None]] = _nobody_asks,
    ) -> None:
        """`greeted` is told when the platform first makes sure of the address with these keys."""
        self._codec, self._inbound, self._house, self._clock, self._reach = codec, inbound, house, clock, reach
        self._opening = asyncio.Lock()
        self._refused = 0
        self._greeted, self._was_greeted = greeted, False

    def use(self, codec: wire.Codec) -> None:
        """The account has other keys from the next push on."""
        self._codec, self._was_greeted = codec, False

    async def greet(self, request: web.Request) -> web.Response:
        """GET: the handshake."""
        try:
            answer = self._codec.greet(request.query, self._clock())
        except wire.Refused:
            return web.Response(status=403)
        if not self._was_greeted:
            self._was_greeted = True
            await self._greeted()
        return web.Response(text=answer)

    async def push(self, request: web.Request) -> web.StreamResponse:
        """POST: one message or event."""
        arrived, arrived_at = asyncio.get_running_loop().time(), self._clock()
        try:
            push = self._codec.open(request.query, await self._body(request), arrived_at)
        except wire.Refused:
            return web.Response(status=403)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        except NoSender as error:
            return await self._nobodys(request, error, arrived, arrived_at)
        try:
            if self._inbound.in_spool(push) and (heard := await self._spooled(push, arrived + LOOKS_AFTER)) is not None:
                return heard
            receipt = await _until(arrived + LOOKS_AFTER, self._inbound.take(push, arrived_at))
        except asyncio.CancelledError:
            self._inbound.not_given(push)
            raise
        except Exception as error:
            if not isinstance(error, TimeoutError | Busy):
                log.exception("a message could not be committed", extra={"action": "not_committed"})
            return await self._not_committed(request, push, arrived, arrived_at)
        if self._inbound.in_spool(push) and (heard := await self._spooled(push)) is not None:
            return heard
        if request.transport is None or request.transport.is_closing():
            self._inbound.not_given(push)
            return web.Response(status=503)
        self._reach("before_answer")
        self._inbound.given(push)
        return self._answer(push, receipt.answer)

    async def _body(self, request: web.Request) -> bytes:
        """The bytes of a push as they came; large ones one after the other with a pause, so that others pass between
        them (S3).

        Raises wire.Refused for a body that was cut.
        """
        try:
            body = await request.read()
        except (web.RequestPayloadError, ConnectionError, ValueError) as error:
            raise wire.Refused from error
        if len(body) > LARGE:
            async with self._opening:
                await asyncio.sleep(PACE)
        return body

    async def _nobodys(
        self, request: web.Request, push: NoSender, arrived: float, arrived_at: datetime
    ) -> web.StreamResponse:
        """A signed push that names nobody: on disk, or not a word, so that the platform tries again."""
        log.warning("a signed push names nobody", extra={"action": "unreadable"})
        try:
            async with asyncio.timeout_at(arrived + LOOKS_AFTER):
                await self._inbound.take_unreadable(
                    push, arrived_at, None if self._codec.covers_body else unreadable.MOST
                )
        except (TimeoutError, Busy):
            try:
                async with asyncio.timeout_at(arrived + CLOSES_AFTER):
                    await self._inbound.keep_unreadable(push, arrived_at)
            except (OSError, TimeoutError) as error:
                return self._hang_up(request, error)
        return web.Response(body=replies.SUCCESS)

    async def _spooled(self, push: Push, deadline: float | None = None) -> web.Response | None:
        """What every try of a push hears that waits in the spool. Raises TimeoutError at `deadline` (loop time)."""
        async with asyncio.timeout_at(deadline):
            waits_since = await self._inbound.spooled(push)
        return None if waits_since is None else self._spool_answer(push, waits_since)

    async def _not_committed(
        self, request: web.Request, push: Push, arrived: float, arrived_at: datetime
    ) -> web.StreamResponse:
        """Nothing is committed: into the spool, or not a word."""
        try:
            async with asyncio.timeout_at(arrived + CLOSES_AFTER):
                waits_since = await self._inbound.keep(push, arrived_at)
        except (OSError, TimeoutError) as error:
            self._inbound.not_given(push)
            return self._hang_up(request, error)
        self._reach("after_spool")
        return self._spool_answer(push, waits_since)

    def _spool_answer(self, push: Push, waits_since: datetime) -> web.Response:
        return self._answer(push, None if isinstance(push.event, SILENT) else busy(self._house, waits_since))

    def _answer(self, push: Push, answer: Answer | None) -> web.Response:
        if answer is None:
            return web.Response(body=replies.SUCCESS)
        xml = replies.text_reply(to=push.openid, sender=push.to_user, at=answer.at, text=answer.text)
        return web.Response(body=self._codec.close(xml, self._clock()), content_type="application/xml", charset="utf-8")

    def taken_again(self) -> None:
        """The database commits again: the log says how many pushes were left unanswered meanwhile (I7)."""
        if self._refused:
            log.warning("pushes are answered again", extra={"action": "answered_again", "refused": self._refused})
            self._refused = 0

    def _hang_up(self, request: web.Request, error: Exception) -> web.Response:
        """Not a word, so that the platform tries again; one line in the log for all of them (I7)."""
        if not self._refused:
            told = {"action": "no_answer", "error": str(error) or type(error).__name__}
            log.error("pushes can be neither committed nor spooled and stay unanswered", extra=told)
        self._refused += 1
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=503)


async def _until(deadline: float, running: "asyncio.Future[Receipt]") -> Receipt:
    """What `running` gives. Raises TimeoutError at `deadline` (loop time); it runs on, since other arrivals may await
    it too.

    One future and one timer: a shield inside a timeout costs a message several times as much.
    """
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake(_: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    running.add_done_callback(wake)
    timer = loop.call_at(deadline, wake)
    try:
        await waiter
    finally:
        timer.cancel()
        running.remove_done_callback(wake)
    if not running.done():
        raise TimeoutError
    return running.result()
