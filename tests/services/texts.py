"""A home whose relatives can be told by SMS, and a company that plays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from care.states import SmsKind, SmsState
from services.access import Viewer
from services.outgoing import sending, sms_results, sms_sending
from services.ports import SmsReport, Texted
from storage.types import micros
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE
from tests.services.replies import reply

LI, NUMBER = "kin3", "13800002107"


@dataclass
class Texts:
    """What was sent, and what the company says next."""

    home: HomeUnderTest
    sent: list[tuple[str, SmsKind, Mapping[str, str], str]] = field(default_factory=list)
    says: list[Texted] = field(default_factory=list)
    most: int = 500

    async def leave(self) -> None:
        """What is ready leaves by WeChat or is decided; what is ordered by SMS is sent."""
        home, now = self.home, self.home.clock()
        terms = replace(home.house.terms, sms=self.most, page=True)
        await home.database.store(lambda store: sending.claim(store, now, now, terms=terms))
        while order := await home.database.store(lambda store: sms_sending.claim(store, now, now)):
            self.sent.append((order.number, order.kind, order.words, order.own))
            answer = self.says.pop(0) if self.says else Texted(SmsState.HANDED, ref="biz^0")
            await home.database.store(partial(sms_sending.settle, asked=order, answer=answer, now=now))

    async def told(self, *, delivered: bool = True, code: str = "", at: int = -1) -> None:
        report = SmsReport(self.sent[at][3], delivered, code, 2 if delivered else None)
        await self.home.database.store(lambda store: sms_results.told(store, report, self.home.clock()))

    async def opens(self, digits: str = NUMBER[-4:], at: int = -1) -> sms_results.Shown:
        code = self.sent[at][2]["code"]
        return await self.home.database.store(
            lambda store: sms_results.open_words(store, code, digits, self.home.clock())
        )


async def furnished(home: HomeUnderTest, *, rang: bool = True) -> Texts:
    """李静's number has rung in her hand."""
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    if rang:
        lately = micros(home.clock() - timedelta(days=30))
        await home.rows("UPDATE kinship SET rang_at = ? WHERE person_id = ?", lately, await home.person(LI))
    home.house.public_url = "https://home.example"
    home.clock.now = home.clock().replace(hour=2)  # ten in the morning at home
    return Texts(home)


async def answered(texts: Texts, who: Viewer, words: str = "管子换好了", key: str = "a") -> None:
    """A colleague answers 李静, who has not written for two days."""
    home = texts.home
    await home.hears("我要投诉，三楼水管漏了", LI)
    home.clock.on(hours=49)
    await reply(home, who, words, key, LI)
    await texts.leave()


async def hands(home: HomeUnderTest) -> list[tuple[str, str | None]]:
    return await home.rows("SELECT why, outcome FROM by_hand ORDER BY id")
