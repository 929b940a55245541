"""`/wechat`: the handshake and the pushes. Committed, then answered; what is not on disk gets no answer, so that the platform tries again."""

import asyncio
import logging
from typing import Final

from aiohttp import web

from bot import replies, wire
from bot.inbound import Inbound
from settings.clock import Clock

log = logging.getLogger("jiashu.webhook")
CLOSES_AFTER: Final = 4.5
"""Seconds; the platform gives up at 5."""


class Webhook:
    """The two handlers of one account."""

    def __init__(self, codec: wire.Codec, inbound: Inbound, clock: Clock) -> None:
        self._codec, self._inbound, self._clock = codec, inbound, clock

    async def greet(self, request: web.Request) -> web.Response:
        """GET: the handshake."""
        try:
            return web.Response(text=self._codec.greet(request.query, self._clock()))
        except wire.Refused:
            return web.Response(status=403)

    async def push(self, request: web.Request) -> web.StreamResponse:
        """POST: one message or event."""
        try:
            body = await request.read()
            push = self._codec.open(request.query, body, self._clock())
        except (wire.Refused, web.HTTPRequestEntityTooLarge):
            return web.Response(status=403)
        except wire.Malformed:
            log.warning("a signed push that cannot be read", extra={"action": "malformed"})
            return web.Response(status=400)
        try:
            async with asyncio.timeout(CLOSES_AFTER):
                receipt = await self._inbound.take(push)
        except Exception:
            log.exception("not committed, so not answered", extra={"action": "no_answer"})
            return self._hang_up(request)
        if receipt.answer is None:
            return web.Response(body=replies.SUCCESS)
        xml = replies.text_reply(to=push.openid, sender=push.to_user, at=receipt.answer.at, text=receipt.answer.text)
        return web.Response(body=self._codec.close(xml, self._clock()), content_type="application/xml", charset="utf-8")

    @staticmethod
    def _hang_up(request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=503)
