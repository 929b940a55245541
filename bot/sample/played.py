"""What happens in the sample home happens at a given time: a phone says something, the platform takes what is ready."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from bot import pushes
from bot.envelopes import Account, envelope, noted
from care.ways import Terms
from conversations.answers import Knowledge
from services.house import House
from services.install import Installed
from services.knowledge import shelves
from services.outgoing import sending, settling
from services.ports import Fate, Outcome
from services.talks.envelope import Answer
from services.talks.reading import Reading, read
from services.talks.receive import receive_batch
from storage.database import Database
from storage.store import Store
from storage.types import micros

ACCOUNT: Final = "gh_sample"


@dataclass(slots=True)
class Phones:
    """What stands on each phone, to be shown by the stand-in platform: who said what, when."""

    chats: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    heard: dict[str, datetime] = field(default_factory=dict)
    """When each phone last said something that opens 48 hours."""

    def note(self, openid: str, side: str, words: str, at: datetime) -> None:
        """One bubble: `me`, `home` or `line`."""
        kind = "follow" if side == "line" else "text"
        bubble = {"side": side, "kind": kind, "content": words, "at": at.timestamp()}
        self.chats.setdefault(openid, []).append(bubble)


class Played:
    """The platform's part: pushes go in as they come from a phone, what is ready leaves. Each in a transaction."""

    def __init__(self, ids: Installed, house: House, database: Database) -> None:
        self.account, self.house, self.database = Account(ids.account_id, ids.home_id), house, database
        self.knowledge = Knowledge(())
        self.phones = Phones()
        self.reads: Callable[[Reading], Reading] = lambda found: found
        """What is made of an inline reading: nothing more, unless it is replaced."""

    async def learn(self, at: datetime) -> None:
        """What the house knows on this day."""
        home, today = self.house.home, at.astimezone(self.house.home.zone).date()
        found = await self.database.read(lambda db: shelves.shelf(db, self.account.home_id, home, today))
        self.knowledge = found.snapshot

    async def hear(self, openid: str, words: str, at: datetime) -> str:
        """Somebody writes; what the machine answers."""
        inner = f"<MsgType>text</MsgType><Content>{escape(words)}</Content><MsgId>{micros(at)}</MsgId>"
        self.phones.heard[openid] = at
        self.phones.note(openid, "me", words, at)
        return await self._push(openid, inner, at)

    async def tap(self, openid: str, key: str, at: datetime) -> str:
        """Somebody taps a button of the menu."""
        inner = f"<MsgType>event</MsgType><Event>CLICK</Event><EventKey>{escape(key)}</EventKey>"
        return await self._push(openid, inner, at)

    async def note(self, openid: str, words: str, key: str, at: datetime) -> None:
        """Somebody tapped a button of a page of ours, which enters the talk."""
        said = noted(self.account, openid, key, words, at)
        house = self.house.edition()
        await self.database.store(lambda store: receive_batch(store, house, [said]))

    async def follow(self, openid: str, at: datetime) -> str:
        """Somebody follows the account."""
        self.phones.note(openid, "line", "你关注了公众号", at)
        return await self._push(openid, "<MsgType>event</MsgType><Event>subscribe</Event><EventKey></EventKey>", at)

    async def _push(self, openid: str, inner: str, at: datetime) -> str:
        head = (
            f"<ToUserName>{ACCOUNT}</ToUserName><FromUserName>{openid}</FromUserName>"
            f"<CreateTime>{int(at.timestamp())}</CreateTime>"
        )
        push = pushes.read(f"<xml>{head}{inner}</xml>".encode(), at)
        found = self.reads(read(push.event, self.house.names))
        taken = envelope(self.account, self.knowledge, push, at, found)
        house = self.house.edition()
        receipt = (await self.database.store(lambda store: receive_batch(store, house, [taken])))[0]
        words = receipt.answer.text if isinstance(receipt.answer, Answer) else ""
        if words:
            self.phones.note(openid, "home", words, at)
        return words

    async def deliver(self, at: datetime) -> int:
        """The platform takes what is ready by now, so nothing that somebody writes in the present; gives how many."""
        return await self.database.store(lambda store: self._deliver(store, at))

    def _deliver(self, store: Store, at: datetime) -> int:
        count = 0
        while claims := sending.claim(store, at, at, terms=Terms(self.house.quiet)):
            for claim in claims:
                settling.settle(store, claim, Outcome(Fate.SENT, ""), at)
                self.phones.note(claim.openid, "home", claim.text, at)
            count += len(claims)
        return count
