"""家书 in the console: a letter with photos, the call before bad news, and forms that were drawn before a change (F20,
U4, fault D5).
"""

import io
import re
from pathlib import Path

from aiohttp import FormData

from tests.console.browsers import PNG, Colleague, House, files, resident


async def test_f20_a_letter_with_a_photo_goes_on_to_the_next_and_a_refused_one_leaves_no_file(
    house: House, colleagues: dict[str, Colleague], tmp_path: Path
) -> None:
    carer, number = colleagues["zhou"], await resident(house)
    form = FormData({"meals": "大半", "taps": "5", "alone": "1", "drawn": await carer.drawn(f"/letters/{number}")})
    form.add_field("photos", io.BytesIO(PNG), filename="a.png", content_type="image/png")
    answer = await carer.post(f"/letters/{number}", form)
    assert (answer.status, answer.headers["HX-Redirect"]) == (204, "/console/letters")
    (kept,) = files(tmp_path)
    assert PNG not in kept.read_bytes()
    page = await carer.get(f"/letters/{number}")
    shown = re.search(r'<img src="(/console/letters/\d+/\d+)"', page)
    assert shown
    assert "可以发" in page
    async with carer.client.get(shown[1]) as photo:
        assert (photo.status, await photo.read(), photo.content_type) == (200, PNG, "image/png")
    for content, says in ((b"GIF89a", "JPG 和 PNG"), (PNG, "平安")):
        form = FormData({"sentence": "今日平安", "drawn": await carer.drawn(f"/letters/{number}")})
        form.add_field("photos", io.BytesIO(content), filename="b.png", content_type="image/png")
        answer = await carer.post(f"/letters/{number}", form)
        assert answer.status == 422
        assert says in await answer.text()
        assert files(tmp_path) == [kept]
    assert (await carer.post(f"{shown[1].removeprefix('/console')}/drop")).status == 200
    assert files(tmp_path) == []
    assert (await carer.post(f"/letters/{await resident(house, '201')}", {"meals": "大半"})).status == 404


async def test_f32_who_is_in_a_photo_is_asked_before_it_goes(house: House, colleagues: dict[str, Colleague]) -> None:
    lead, desk, number = colleagues["shen"], colleagues["chen"], await resident(house)
    form = FormData({"meals": "大半", "drawn": await lead.drawn(f"/letters/{number}")})
    form.add_field("photos", io.BytesIO(PNG), filename="a.png", content_type="image/png")
    answer = await lead.post(f"/letters/{number}", form)
    assert re.fullmatch(rf"/console/letters/{number}\?who=\d+#who", answer.headers["HX-Redirect"]), "the next can wait"
    page = await lead.get(f"/letters/{number}")
    assert "还没点里面有谁，家属看不到" in page
    at = re.search(r'hx-post="/console(/letters/\d+/\d+/who)"', page)
    drawn = re.search(r'name="drawn" value="(\w+)">\s*<p class="warnw"', page)
    other = re.search(r'name="people" value="(\d+)"', page)
    assert at
    assert drawn
    assert other
    told = await lead.post(at[1], {"company": "residents", "people": other[1], "drawn": drawn[1]})
    assert "没有同意出现在别人家的照片里，不发" in await told.text()
    refused = await lead.post(at[1], {"company": "alone", "drawn": drawn[1]})
    assert refused.status == 409
    family = f"/residents/{other[1]}/families"
    assert "没有同意：照片里点到" in await desk.get(family)
    assert "念给老人听" in await desk.get(f"{family}/side/pictures")
    form = FormData({"way": "paper"})
    form.add_field("proof", io.BytesIO(PNG), filename="p.png", content_type="image/png")
    told = await desk.post(f"{family}/pictures", form)
    assert "签字或按手印的同意书" in await told.text()
    assert "可以发" in await lead.get(f"/letters/{number}")
    told = await desk.post(f"{family}/pictures/forbid", {"asked_by": "elder"})
    assert "旧信也一样" in await told.text()
    assert "没有同意出现在别人家的照片里，不发" in await lead.get(f"/letters/{number}")
    assert (await colleagues["zhou"].post(f"{family}/pictures", {"way": "paper"})).status in {403, 404}


async def test_u4_a_held_letter_is_let_go_by_a_nurse_who_called_and_a_letter_is_withdrawn(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, nurse, number = colleagues["zhou"], colleagues["tang"], await resident(house)
    await carer.post(f"/letters/{number}", {"meals": "两顿没吃", "drawn": await carer.drawn(f"/letters/{number}")})
    assert "请护士或主管打电话" in await carer.get(f"/letters/{number}")
    letter = int(await house.home.one("SELECT id FROM letter"))
    assert "先打电话" in await nurse.get("/today/list")
    called = {"called": "和李静说了", "drawn": await nurse.drawn(f"/letters/{number}")}
    assert (await nurse.post(f"/letters/{letter}/call", called)).status == 204
    drawn = {"drawn": await carer.drawn(f"/letters/{number}")}
    assert (await carer.post(f"/letters/{letter}/withdraw", drawn)).status == 204
    assert "已收回" in await carer.get("/letters/list?open=1")
    assert (await carer.post(f"/letters/{letter}/withdraw", drawn)).status == 409


async def test_fault_d5_an_older_form_never_lifts_what_waits_for_a_call(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, nurse, number = colleagues["zhou"], colleagues["tang"], await resident(house)
    page = f"/letters/{number}"
    older = {"meals": "全部", "drawn": await carer.drawn(page)}
    assert (await nurse.post(page, {"meals": "两顿没吃", "drawn": await nurse.drawn(page)})).status == 204
    refused = await carer.post(page, older)
    assert refused.status == 409
    assert "唐雨刚刚改过这封家书，现在要先打电话，您这次没有存。写好的都还在" in await refused.text()
    assert await house.home.one("SELECT state FROM letter") == "held"
    again = await carer.post(page, older | {"drawn": refused.headers["X-Drawn"]})
    assert again.status == 204, "having read that, she may save her own words"
    assert await house.home.one("SELECT state FROM letter") == "held", "and the call is still to be made"
    letter = int(await house.home.one("SELECT id FROM letter"))
    assert (await nurse.post(f"/letters/{letter}/call", {"called": "和李静说了"})).status == 409, (
        "a form without a revision is none of ours"
    )
    told = {"called": "和李静说了", "drawn": await nurse.drawn(page)}
    assert (await nurse.post(f"/letters/{letter}/call", told)).status == 204
    assert await house.home.one("SELECT state FROM letter") == "ready"


async def test_fault_s10_a_letter_that_waits_for_the_lead_tells_nobody_else_of_a_lawyer(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    elder = await resident(house)
    await house.home.hears("你们把我妈摔了，我要投诉，找律师", "kin3")
    carer = colleagues["zhou"]
    await carer.post(f"/letters/{elder}", {"sentence": "今天晒了太阳", "drawn": await carer.drawn(f"/letters/{elder}")})
    assert await house.home.rows("SELECT state, held_why FROM letter") == [("held", "主管看过再发")]
    for login in ("zhou", "tang"):
        for path in ("/letters", f"/letters/{elder}", "/today", f"/letters/{elder}?held={elder}"):
            page = await colleagues[login].get(path)
            assert "主管看过" not in page, (login, path)
            assert "家书已拦住" not in page, (login, path)
        assert "家书等打过电话" not in await colleagues[login].get("/today")
    for path in ("/letters", "/today", f"/letters/{elder}"):
        assert "主管看过再发" in await colleagues["shen"].get(path), path
    again = {"sentence": "今天又晒了太阳", "drawn": await carer.drawn(f"/letters/{elder}")}
    assert (await carer.post(f"/letters/{elder}", again)).status == 204, "her form is drawn against the letter as it is"
    assert await house.home.one("SELECT state FROM letter") == "held"


async def test_fault_c2_who_writes_sees_who_will_read(house: House, colleagues: dict[str, Colleague]) -> None:
    carer, number = colleagues["zhou"], await resident(house)
    await house.home.rows("UPDATE kinship SET scopes = 'daily health'")
    await house.home.rows("UPDATE kinship SET scopes = 'daily' WHERE person_id = ?", await house.home.person("afraid"))

    async def told(**form: str) -> str:
        return await (await carer.post(f"/letters/{number}/readers", form)).text()

    calm = await told(sentence="上午折了六朵纸花。")
    assert "孙玉 读得到这句话" in calm
    assert "checked" not in calm
    body = await told(sentence="今天有点发热，医生看过")
    assert "有「发热」，自动算" in body
    assert "孙玉 只看日常，读不到" in body
    assert "孙玉 只看日常，读不到" in await told(sentence="上午折了六朵纸花。", of_body="1")
    assert (await carer.post(f"/letters/{await resident(house, '201')}/readers", {"sentence": "好"})).status == 404


async def test_fault_c7_the_board_says_that_nobody_can_read_a_letter_and_what_to_do(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, number = colleagues["zhou"], await resident(house)
    await carer.post(f"/letters/{number}", {"meals": "全部", "drawn": await carer.drawn(f"/letters/{number}")})
    await house.home.rows("UPDATE letter SET state = 'released'")
    assert "✓ 已发" in await carer.get("/letters/list")
    await house.home.rows("DELETE FROM kinship")
    board = await carer.get("/letters/list")
    assert "没有人能读到" in board
    assert "✓ 已发" not in board
    assert "还没有家属绑定" in await carer.get(f"/letters/{number}")
    assert "绑定单" in await carer.get(f"/letters/{number}")


async def test_fault_c7_where_only_a_call_helps_the_number_stands_beside_it(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk = colleagues["chen"]
    for left in ("session_left = 0, session_until = NULL", "following = FALSE"):
        await house.home.rows(f"UPDATE follower SET {left}")
        page = await desk.get(f"/chats/{await house.home.person('kin3')}/composer")
        assert "看号码" in page, left
    person = await house.home.person("kin3")
    shown = await desk.post(f"/chats/{person}/phone", {"reason": "回电话"})
    assert 'href="tel:13800002107"' in await shown.text()


async def test_n3_nobody_is_late_with_letters_that_are_not_switched_on(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    director = colleagues["shen"]
    assert "封没写" in await director.get("/today")
    await house.home.rows("DELETE FROM launch")
    page = await director.get("/today")
    assert "封没写" not in page
    assert "家书还没有启用" in page
    assert "家书已经发了" not in page
    assert "家书开始发" not in page
    assert "/console/launch" in page
    assert "/console/launch" not in await colleagues["zhou"].get("/today")
