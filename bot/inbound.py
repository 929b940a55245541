"""From a verified push to a committed answer: understand, hand to the writer, let a second arrival await the first."""

import asyncio
from dataclasses import dataclass

from bot.wire import Push
from conversations.routing import understand
from services.receive import Envelope, Receipt
from settings.clock import Clock
from storage.database import SqliteDatabase


@dataclass(slots=True)
class Account:
    """The account that a webhook serves."""

    id: int
    home_id: int


class Inbound:
    """Takes pushes of one account into the database."""

    def __init__(self, database: SqliteDatabase, account: Account, clock: Clock) -> None:
        self._database, self._account, self._clock = database, account, clock
        self._running: dict[str, asyncio.Future[Receipt]] = {}

    async def take(self, push: Push) -> Receipt:
        """What was committed for this push, now or before.

        Raises what kept it from being committed; nothing is lost by that, since the platform sends again what got no answer.
        """
        running = self._running.get(push.key)
        if running is None:
            running = self._database.receive(self._envelope(push))
            self._running[push.key] = running
            running.add_done_callback(lambda _: self._running.pop(push.key, None))
        return await asyncio.shield(running)

    def _envelope(self, push: Push) -> Envelope:
        return Envelope(
            home_id=self._account.home_id, account_id=self._account.id, openid=push.openid, key=push.key, kind=push.kind,
            event=push.event, intent=understand(push.event), raw=push.raw, created_at=push.created_at, arrived_at=self._clock(),
        )  # fmt: skip
