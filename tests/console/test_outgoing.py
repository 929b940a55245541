"""送达 and 模板消息 in the console (C11, F45, wechat.md 5a)."""

import re
from collections.abc import AsyncIterator
from typing import cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from care.states import Role
from console import app as console
from services.outgoing import outbox, purposes
from services.ports import AccountDesk
from services.talks import answering
from settings import Settings
from storage.store import Store
from tests.console.browsers import Colleague, House

TEMPLATE = {
    "template_id": "T-1",
    "title": "服务处理结果",
    "content": "处理结果:{{thing2.DATA}}\n联系电话:{{phone_number3.DATA}}\n",
}
PLATE = {"template_id": "T-2", "title": "停车通知", "content": "金额:{{amount2.DATA}}\n"}


class Account:
    def __init__(self, rows: list[dict[str, str]]) -> None:
        self.rows = rows

    async def templates(self) -> list[dict[str, str]]:
        return self.rows


async def late_answer(house: House) -> None:
    """A colleague answers somebody whose window has shut."""
    home = house.home
    await home.hears("你好", "kin3")
    home.clock.on(hours=49)
    who, person = await home.staff(Role.DESK, "客服", "desk2"), await home.person("kin3")
    await home.database.write(lambda db: answering.answer(db, who, person, "管子换好了", "k", home.clock()))
    await home.send_all()


@pytest.fixture
async def late(house: House) -> House:
    await late_answer(house)
    return house


async def test_c11_the_desk_reads_whom_to_call_says_it_and_it_is_gone(
    late: House, colleagues: dict[str, Colleague]
) -> None:
    chen = colleagues["chen"]
    page = await chen.get("/reach")
    assert all(words in page for words in ("管子换好了", "李静", "超过 48 小时", "还没有绑定模板", "说过了"))
    assert "13800002107" not in page, "a number is shown to who says why"
    row = await late.home.one("SELECT id FROM by_hand")
    assert "打过 1 次没接" in await (await chen.post(f"/reach/{row}", {"outcome": "no_answer"})).text()
    assert "没有要打的电话" in await (await chen.post(f"/reach/{row}", {"outcome": "spoken"})).text()
    assert (await chen.post(f"/reach/{row}", {"outcome": "spoken"})).status == 409
    assert (await chen.post("/reach/1", {"outcome": "spoken"})).status == 404
    for nobody in ("zhou", "tang"):
        await colleagues[nobody].get("/reach", 404)


@pytest.fixture
async def connected(house: House) -> AsyncIterator[House]:
    """The same home with an account that has templates."""

    async def decode(data: bytes) -> bytes:
        return data

    home, desk = house.home, cast("AccountDesk", Account([TEMPLATE, PLATE]))
    app = web.Application()
    app.add_subapp(
        "/console", console.build(home.database, home.house, house.board, Settings(), home.clock, decode, desk)
    )
    server = TestServer(app)
    await server.start_server()
    yield House(home, server, house.board, app)
    await server.close()


async def test_w5a_the_director_binds_a_template_and_what_we_cannot_fill_is_said(connected: House) -> None:
    await connected.home.staff(Role.DIRECTOR, "沈国平", "shen")
    async with connected.browser("shen") as browser:
        shen = Colleague(browser, connected)
        page = await shen.get("/templates")
        assert all(words in page for words in ("事情有了答复", "服务处理结果", "没有绑", "这个字段我们填不了"))
        form = {"kind": "matter", "template": "T-1", "lines": ["thing2=matter", "phone_number3=phone"]}
        said = await (await shen.post("/templates", form)).text()
        assert "绑好了" in said
        assert await connected.home.one("SELECT lines FROM template") == "thing2=matter phone_number3=phone"
        refused = await shen.post("/templates", form | {"lines": ["thing2=matter"]})
        assert refused.status == 422
        assert "联系电话" in await refused.text()
        assert "没有绑" in await (await shen.post("/templates", {"kind": "matter"})).text()
    await connected.home.staff(Role.DESK, "陈晓雯", "chen")
    async with connected.browser("chen") as browser:
        await Colleague(browser, connected).get("/templates", 404)


async def test_w5a_without_an_account_the_page_says_what_comes_first(colleagues: dict[str, Colleague]) -> None:
    assert "还没有接公众号" in await colleagues["shen"].get("/templates")


@pytest.fixture
async def greeted(house: House) -> House:
    """An elder whose window has shut is greeted."""
    home = house.home
    await home.hears("你好", "elder3")
    home.clock.on(hours=49)
    person, now = await home.person("elder3"), home.clock()

    def queue(store: Store) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=home.ids.home_id,
            person_id=person,
            purpose=purposes.of("greeting_elder"),
            dedup_key="g:1",
            text="王奶奶，重阳安康。",
            now=now,
            queue="notice",
        )

    await home.database.store(queue)
    await home.send_all()
    return house


async def test_h1_an_elder_whom_no_message_reaches_gets_a_card_for_the_bedside(
    greeted: House, colleagues: dict[str, Colleague]
) -> None:
    chen, home = colleagues["chen"], greeted.home
    assert "王奶奶，重阳安康。" in await chen.get("/reach/cards")
    row = await home.one("SELECT id FROM by_hand WHERE kind = 'print'")
    await chen.post(f"/reach/{row}", {"outcome": "printed"})
    assert await home.rows("SELECT way, proof FROM outbox") == [("hand", "printed")]
    assert "没有要打印的" in await chen.get("/reach/cards")


async def test_f45_the_page_of_families_says_who_was_reached_and_whom_to_call(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk = colleagues["chen"]
    page = await desk.get("/reach/families")
    assert "0 / 2" in page
    assert "每一家都联系得上" in page
    await house.home.hears("你好", "kin3")
    assert "1 / 2" in await desk.get("/reach/families")
    await colleagues["zhou"].get("/reach/families", 404)


async def test_f18_the_director_sees_what_sms_cost_and_sets_how_many_there_may_be(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    shen = colleagues["shen"]
    page = await shen.get("/costs")
    assert all(words in page for words in ("还没有接短信", "上限 500 条", "还没有接电话"))
    drawn = re.findall(r'name="drawn" value="([^"]*)"', page)[0]
    form = {"sms_most": "300", "sms_price": "4", "call_price": "12", "drawn": drawn}
    assert "上限 300 条" in await (await shen.post("/costs", form)).text()
    assert (await shen.post("/costs", form | {"sms_most": "200"})).status == 409, "somebody was first"
    assert (await shen.post("/costs", form | {"sms_most": "900000", "drawn": ""})).status == 422
    house.home.house.sms = True
    assert "还没有接短信" not in await shen.get("/costs")
    for nobody in ("chen", "tang", "zhou"):
        await colleagues[nobody].get("/costs", 404)


async def test_f52_who_was_not_reached_by_telephone_is_asked_to_call_by_sms(
    late: House, colleagues: dict[str, Colleague]
) -> None:
    chen, home = colleagues["chen"], late.home
    home.house.sms = True
    row = await home.one("SELECT id FROM by_hand")
    assert "发短信请回电" not in await chen.get("/reach"), "first somebody telephones"
    assert (await chen.post(f"/reach/{row}/sms", {})).status == 422
    assert "发短信请回电" in await (await chen.post(f"/reach/{row}", {"outcome": "no_answer"})).text()
    said = await (await chen.post(f"/reach/{row}/sms", {})).text()
    assert "请回电的短信排着队" in said
    assert "发短信请回电</button>" not in said, "once"
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'sms_call_back'") == 1
    await colleagues["zhou"].get("/reach", 404)
    assert (await colleagues["zhou"].post(f"/reach/{row}/sms", {})).status == 404
