"""知识库 in the console: blanks are filled, entries kept, tried and taught, by who may (Q3)."""

import re

from care.states import Role
from tests.console.browsers import ROUTE, Desk


async def test_q3_the_knowledge_page_lists_fills_saves_tries_and_teaches(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("院里有没有小卖部")
    page = await at_desk.get("/knowledge")
    assert "13/69 已填" in page
    assert "院里有没有小卖部" in page
    assert "差 3 空" in await at_desk.get("/knowledge/faq-01")
    for name, value in (("床位费", "2,000 元"), ("护理费", "600 元"), ("餐费", "900 元")):
        drawn = re.search(
            rf'value="{name}">\s*<input type="hidden" name="drawn" value="(\w+)"',
            await at_desk.get("/knowledge/faq-01"),
        )
        assert drawn
        answer = await at_desk.post(
            "/knowledge/blanks", key="faq-01", name=name, value=value, until="2027-12-31", drawn=drawn[1]
        )
        assert answer.status == 200
        late = await at_desk.post("/knowledge/blanks", key="faq-01", name=name, value="别的", until="", drawn=drawn[1])
        assert late.status == 409
        assert f"把「{name}」填成了「{value}」" in await late.text()
    filled = await answer.text()
    assert "14/69 已填" in filled
    assert 'id="row-faq-01"' in filled
    assert "床位费 2,000 元" in (await (await at_desk.post("/knowledge/try", text="怎么收费")).text()).replace("，", "")
    assert "前一定答复" in await (await at_desk.post("/knowledge/try", text="今天会不会下雨")).text()
    assert "没填，所以转人工" in await (await at_desk.post("/knowledge/try", text="有空床吗")).text()
    assert (await at_desk.post("/knowledge/try", text=" ")).status == 422
    saved = await at_desk.post(
        "/knowledge/new", question="能开发票吗？", answer="能，找前台。", asked="开发票", revision="0"
    )
    assert saved.headers["HX-Location"] == "/console/knowledge/own-1"
    assert (await at_desk.post("/knowledge/own-1", question="q", answer="a", asked="", revision="x")).status == 422
    assert (
        await at_desk.post("/knowledge/own-1", question="能开发票吗？", answer="能。", asked="开发票", revision="0")
    ).status == 409
    assert "最近七天的问题" not in page
    ids = await home.one("SELECT id FROM inbox WHERE kind = 'text'")
    assert "院里有没有小卖部" in await at_desk.get(f"/knowledge/new?messages={ids}")
    assert (await at_desk.post("/knowledge/teach", messages="x", key="own-1")).status == 422
    await at_desk.post("/knowledge/teach", messages=str(ids), key="own-1")
    page = await at_desk.get("/knowledge")
    assert "院里有没有小卖部</b>" not in page
    assert "刚教过的" in page
    assert "同事教过的问法" in await at_desk.get("/knowledge/own-1")
    lesson = await home.one("SELECT id FROM knowledge_taught")
    assert (await at_desk.post(f"/knowledge/lessons/{lesson}/undo")).status == 200
    assert (await at_desk.post(f"/knowledge/lessons/{lesson}/undo")).status == 404
    assert "院里有没有小卖部</b>" in await at_desk.get("/knowledge")
    await at_desk.post("/knowledge/teach", messages=str(ids), key="=request")
    assert "这是要办的事" in await at_desk.get("/knowledge")
    await at_desk.post("/knowledge/own-1/switch", enabled="0")
    assert "已停用" in await at_desk.get("/knowledge/own-1")
    assert (await at_desk.post("/knowledge/own-1/restore", revision="1")).status == 409
    assert (await at_desk.post("/knowledge/own-1/restore", revision="2")).headers["HX-Location"] == "/console/knowledge"
    assert (await at_desk.client.get("/console/knowledge/own-1")).status == 404
    assert (await at_desk.post("/knowledge/blanks", key="faq-01", name="餐费", value="1", until="明天")).status == 422
    assert "自带的" in await at_desk.get("/knowledge?show=missing")
    assert "七天内没有到期的" in await at_desk.get("/knowledge?show=soon")


async def test_q3_a_nurse_has_no_knowledge_page(at_desk: Desk) -> None:
    await at_desk.home.staff(Role.NURSE, "唐雨", "tang")
    at_desk.client.session.cookie_jar.clear()
    await at_desk.client.post(
        "/console/login", data={"login": "tang", "password": "long-enough", "to": ""}, headers=ROUTE
    )
    assert (await at_desk.client.get("/console/knowledge")).status == 404
    assert "知识库" not in await at_desk.get("/chats")
