"""Rings colleagues: carries out the calls that the chain has ordered, each once, a few at a time (F1).

What becomes of a call comes as a report to `/telephone/<secret>`, whose sender nobody else knows.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from aiohttp import web

from bot import telephone
from bot.rounds import Rounds
from services.calling.orders import Order
from services.house import House
from services.ports import CallReport, OfAnother, Placed, Telephone
from settings.clock import Clock
from storage.database import Database
from storage.unit import Unit

log = logging.getLogger("jiashu.dialer")
AT_ONCE: Final = 10
Hear = Callable[[CallReport], Awaitable[bool]]
"""Takes a report; whether the call was known."""
DONE: Final = {"code": 0, "msg": "成功"}
"""What the company wants to hear; else it reports again."""


class Orders(Protocol):
    """Who orders calls: alarms first, then complaints."""

    def claim(self, db: Unit, house: House, home_id: int, now: datetime, limit: int) -> list[Order]:
        """Orders to carry out now, the oldest first; each is given out once."""

    def placed(self, db: Unit, house: House, own: str, answer: Placed, now: datetime) -> None:
        """What the company said at once."""

    def report(self, db: Unit, house: House, told: CallReport, now: datetime) -> bool:
        """What the company reports afterwards. Whether it was a call of theirs."""


class Dialer(Rounds):
    """Some calls at a time."""

    action = "dial"

    def __init__(
        self,
        database: Database,
        company: Telephone,
        house: House,
        home_id: int,
        clock: Clock,
        orders: Sequence[Orders],
    ) -> None:
        super().__init__()
        self._database, self._company, self._house, self._home = database, company, house, home_id
        self._clock, self._orders = clock, orders

    async def round(self) -> bool:
        """Ring what is ordered."""
        return await self.begin() > 0

    async def begin(self) -> int:
        """Ring what is ordered, as far as places are free; how many calls began."""
        house, home, now, began = self._house, self._home, self._clock(), 0
        for whose in self._orders:
            free = AT_ONCE - len(self._under_way)
            if free <= 0:
                break
            orders = await self._database.write(
                lambda db, whose=whose, free=free: whose.claim(db, house, home, now, free)  # type: ignore[misc]
            )
            for order in orders:
                task = asyncio.create_task(self._ring(whose, order))
                self._under_way.add(task)
                task.add_done_callback(self._ended)
            began += len(orders)
        return began

    async def _ring(self, whose: Orders, order: Order) -> None:
        answer = await self._company.call(order.number, order.text, order.words, order.own)
        if answer.outcome is not None:
            log.warning("a call was not placed", extra={"action": "dial", "code": answer.code, "why": answer.outcome})
        house, now = self._house, self._clock()
        await self._database.write(lambda db: whose.placed(db, house, order.own, answer, now))

    async def hear(self, told: CallReport) -> bool:
        """What became of a call. Whether it was one of ours."""
        house, now, orders = self._house, self._clock(), self._orders
        return await self._database.write(lambda db: any(whose.report(db, house, told, now) for whose in orders))

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what became of a call is not written down", extra={"action": "dial"}, exc_info=error)
        self._wake.set()


class Reports:
    """The address to which the telephone company tells what became of its calls."""

    def __init__(self, secret: str, *hear: Hear) -> None:
        """`hear`: who takes them, one after the other; the first that knows a call has it."""
        self._secret, self._hear = secret.encode(), hear

    async def post(self, request: web.Request) -> web.Response:
        """Take reports. Whoever does not know the end of the address gets 404, as for any other."""
        given = request.match_info["secret"].encode("utf-8", "replace")
        if not self._secret or not hmac.compare_digest(given, self._secret):
            raise web.HTTPNotFound
        try:
            told = telephone.reports(await request.read())
        except ValueError:
            raise web.HTTPBadRequest from None
        elsewhere = False
        for one in told:
            try:
                for hear in self._hear:
                    if await hear(one):
                        break
            except OfAnother:
                elsewhere = True
        if elsewhere:
            raise web.HTTPServiceUnavailable
        return web.json_response(DONE)
