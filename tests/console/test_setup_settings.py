"""设置 in the console: what is set is on the page, a refused form says what to write, nobody overwrites unseen (N3)."""

import html

import pytest

from tests.console.browsers import Colleague, House


@pytest.fixture
def director(colleagues: dict[str, Colleague]) -> Colleague:
    return colleagues["shen"]


async def test_n3_each_section_opens_and_says_how_it_stands(director: Colleague) -> None:
    for section, words in {
        "clocks": "投诉先回话",
        "letters": "23:00 到 5:00 一定安静",
        "lists": "膳食部",
        "greetings": "机器人不问候",
        "phrases": "挑一句，改成你们的说法",
        "phrases?show=own": "还没有改过的",
        "phrases?q=龙卷风": "没有找到",
        "canned": "还没有",
    }.items():
        assert words in await director.get(f"/settings/{section}")
    assert "这一项由服务器上的配置文件定着" in (
        await (await director.post("/settings/letters", {"letter_time": "18:00"})).text()
    )
    assert "由服务器上的配置文件或环境变量定着" in await director.get("/settings/clocks"), "and the page says so"
    await director.get("/settings/phrases/desk.nothing", 404)


async def test_n3_a_sentence_is_looked_at_on_a_phone_before_it_is_saved(director: Colleague, house: House) -> None:
    page = "/settings/phrases/desk.promise"
    seen = await director.drawn(page)
    good = "好，我去问。{几点前} 前一定回您。{急事怎么办}"
    shown = await (await director.post(f"{page}/look", {"text": good})).text()
    assert "急事请打 0571-8800-0101。" in shown
    assert "17:00 前一定回您" in shown
    assert "少了 {几点前}" in await (await director.post(f"{page}/look", {"text": "好，我去问。"})).text()
    assert await house.home.one("SELECT count(*) FROM setting WHERE key LIKE 'phrase.%'") == 0, "nothing is kept"
    refused = await director.post(page, {"text": "好，我去问。", "drawn": seen})
    assert refused.status == 422
    assert "少了 {几点前}，请点下面的空插进去。少了 {急事怎么办}" in await refused.text()
    saved = await director.post(page, {"text": good, "drawn": seen})
    assert "存好了，从下一句起就这样说" in await saved.text()
    late = await director.post(page, {"text": "我去问，{几点前} 前回。{急事怎么办}", "drawn": seen})
    assert late.status == 409
    assert "沈国平刚刚改过这句话" in await late.text()
    own = await director.get("/settings/phrases?show=own")
    assert "改了 1 句" in own
    assert "我去问" in own
    back = await director.post(f"{page}/reset", {"drawn": late.headers["X-Drawn"]})
    assert "换回原来的话了" in await back.text()
    assert "好，我去问" in await director.get(page), "in the history, to be used again"


async def test_n3_a_locked_sentence_says_why(director: Colleague) -> None:
    assert "录好的声音" in await director.get("/settings/phrases/alarm.called_elder")
    assert (await director.post("/settings/phrases/alarm.called_elder", {"text": "来了"})).status == 422


async def test_n3_lists_and_festivals_are_saved_and_shown(director: Colleague, house: House) -> None:
    assert "至少要有一个部门" in await (await director.post("/settings/departments", {"names": " "})).text()
    assert (
        "4 个部门"
        in await (await director.post("/settings/departments", {"names": "护理部\n厨房\n洗衣房\n院办"})).text()
    )
    assert "洗衣" in await (await director.post("/settings/categories", {"names": "洗衣"})).text()
    page = await (await director.post("/settings/greetings", {"festivals": "winter-solstice"})).text()
    assert "1 个节日" in page
    assert 'value="winter-solstice" checked' in page
    assert 'value="spring-festival" >' in page
    assert "机器人不问候" in await (await director.post("/settings/greetings", {"festivals": "zhongyuan"})).text()
    assert await house.home.one("SELECT count(*) FROM audit WHERE action = 'set_settings'") == 3


async def test_u7_canned_replies_are_written_on_their_page_and_filled_in_the_talk(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk, carer = colleagues["chen"], colleagues["zhou"]
    await house.home.hears("今天有什么活动", "kin3")
    person = await house.home.person("kin3")
    assert "写几句常用语" in await desk.get(f"/chats/{person}")
    added = await desk.post("/settings/canned", {"words": "{称呼}，您好，{老人}在 {房间}。", "whose": "house"})
    assert "{称呼}，您好" in await added.text()
    assert "设置" in await desk.get("/settings/canned")
    assert 'data-canned="李静，您好，王桂兰在 306。"' in html.unescape(await desk.get(f"/chats/{person}"))
    assert "李静，您好" in await carer.get(f"/chats/{person}/composer")
    assert (await carer.post("/settings/canned", {"words": "院里的", "whose": "house"})).status == 403
    refused = await desk.post(f"/chats/{person}/answer", {"text": "在 {房间}。", "key": "k1"})
    assert refused.status == 422
    assert "还有空没填：{房间}" in await refused.text()
