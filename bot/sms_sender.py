"""Sends the SMS that are ordered, each once, some at a time; takes what the company tells of them (V3, Q1)."""

import asyncio
import hmac
import logging
from typing import Final

from aiohttp import web

from bot import texter
from bot.dialer import DONE
from bot.rounds import Rounds
from care.errors import Busy
from care.states import SmsState
from services.outgoing import sms_results, sms_sending
from services.outgoing.sms_sending import Order
from services.ports import SmsReply, SmsReport, Texted, Texter
from settings.clock import Clock, wall
from storage.database import Database
from storage.store import Store

log = logging.getLogger("jiashu.sms")
AT_ONCE: Final = 5


class SmsSender(Rounds):
    """Some requests at a time."""

    action = "sms"

    def __init__(self, database: Database, company: Texter, home_id: int, clock: Clock) -> None:
        super().__init__()
        self._database, self._company, self._home, self._clock = database, company, home_id, clock

    @property
    def under_way(self) -> int:
        """Requests that have no answer yet."""
        return len(self._under_way)

    async def round(self) -> bool:
        """Begin with one that is due."""
        return await self.begin()

    async def begin(self) -> bool:
        """Begin with one that is due, where a place is free; whether it did."""
        if len(self._under_way) >= AT_ONCE:
            return False

        def due(store: Store) -> Order | None:
            sms_sending.abandoned(store, self._clock(), wall())
            return sms_sending.claim(store, self._clock(), wall())

        asked = await self._database.store(due)
        if asked is None:
            return False
        task = asyncio.create_task(self._send(asked))
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return True

    async def _send(self, asked: Order) -> None:
        try:
            answer = await self._company.send(asked.number, asked.kind, asked.words, asked.own)
        except Exception:
            log.exception("an SMS failed", extra={"action": "sms", "sms": asked.id})
            answer = Texted(SmsState.UNKNOWN, code="error", why="发短信时出错，不确定发出没有；没有重发")
        await self._database.store(lambda store: sms_sending.settle(store, asked, answer, self._clock()))

    async def hear(self, told: SmsReport | SmsReply) -> bool:
        """What became of one, or what somebody answered. Whether it was for us."""
        now = self._clock()
        if isinstance(told, SmsReply):
            return await self._database.store(lambda store: sms_results.answered(store, self._home, told, now))
        return await self._database.store(lambda store: sms_results.told(store, told, now))

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what became of an SMS is not written down", extra={"action": "sms"}, exc_info=error)
        self._wake.set()


class SmsReports:
    """The address to which the company tells what became of SMS, and what people answer."""

    def __init__(self, secret: str, sender: SmsSender) -> None:
        self._secret, self._sender = secret.encode(), sender

    async def post(self, request: web.Request) -> web.Response:
        """Take reports. Whoever does not know the end of the address gets 404, as for any other."""
        given = request.match_info["secret"].encode("utf-8", "replace")
        if not self._secret or not hmac.compare_digest(given, self._secret):
            raise web.HTTPNotFound
        try:
            told = texter.reports(await request.read())
        except ValueError:
            raise web.HTTPBadRequest from None
        for one in told:
            try:
                await self._sender.hear(one)
            except Busy:
                raise web.HTTPServiceUnavailable from None
            except Exception:  # one that cannot be taken does not take the others with it
                log.exception("a report of an SMS could not be taken", extra={"action": "sms_report"})
        return web.json_response(DONE)
