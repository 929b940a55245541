"""Homes whose answers leave after the window, by a card or by hand."""

from typing import Any

from care.states import Role
from services.access import Viewer
from services.outgoing import outbox, purposes, sending, settling, templates
from services.outgoing.forms import BindTemplate
from services.outgoing.sending import Claim
from services.ports import Outcome
from tests.conftest import HomeUnderTest
from tests.services.replies import reply

RESULT = {
    "template_id": "T-result",
    "title": "服务处理结果",
    "content": "服务单号:{{character_string1.DATA}}\n处理结果:{{thing2.DATA}}\n联系电话:{{phone_number3.DATA}}\n",
}
TIMES = {"template_id": "T-times", "title": "进度", "content": "事项:{{thing1.DATA}}\n时间:{{time2.DATA}}\n"}


async def bound(home: HomeUnderTest, lines: frozenset[str] = frozenset({"thing1=matter", "time2=at"})) -> Viewer:
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    form = BindTemplate(kind="matter", template="T-times", lines=lines)
    await home.database.write(lambda db: templates.bind(db, director, form, [TIMES, RESULT], home.clock()))
    return director


async def claims(home: HomeUnderTest) -> list[Claim]:
    now = home.clock()
    return await home.database.store(lambda store: sending.claim(store, now, now))


async def settles(home: HomeUnderTest, claim: Claim, outcome: Outcome) -> None:
    await home.database.store(lambda store: settling.settle(store, claim, outcome, home.clock()))


async def after_two_days(home: HomeUnderTest, who: Viewer, words: str = "管子换好了") -> None:
    await home.hears("你好")
    home.clock.on(hours=49)
    await reply(home, who, words, "a")


async def bound_and_late(home: HomeUnderTest) -> Claim:
    """An answer after the window is under way as a card."""
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    return claim


async def say(home: HomeUnderTest, purpose: str, key: str) -> None:
    person, now = await home.person(), home.clock()

    def queue(store: Any) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=home.ids.home_id,
            person_id=person,
            purpose=purposes.of(purpose),
            dedup_key=key,
            text=key,
            now=now,
            queue="notice",
        )

    await home.database.store(queue)
