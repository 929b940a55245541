"""老人 in the console: from an empty house to a record, its sections, papers and cards; a death asks for the name, and
who died is found among those who left (L2).
"""

import re
from pathlib import Path

from aiohttp import FormData

from tests.care.test_identity import right
from tests.console.browsers import PNG, Colleague, House, files, resident


async def test_l2_a_death_asks_for_the_name_and_the_resident_is_found_among_those_who_left(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    director, number = colleagues["shen"], await resident(house)
    assert (await director.post(f"/residents/{number}/status", {"status": "去世", "name": ""})).status == 422
    died = {"status": "去世", "name": "王桂兰", "drawn": await director.drawn(f"/residents/{number}", "status")}
    away = await colleagues["chen"].post(f"/residents/{number}/status", {"status": "住院", "drawn": died["drawn"]})
    assert away.status == 200
    late = await director.post(f"/residents/{number}/status", died)
    assert late.status == 409
    assert "刚刚把状态改成了「住院」" in await late.text()
    assert (await director.post(f"/residents/{number}/status", died | {"drawn": late.headers["X-Drawn"]})).status == 200
    assert "王桂兰" not in await director.get("/residents")
    assert "王桂兰" in await director.get("/residents?show=left")
    assert "去世，今天不写家书" in await director.get(f"/letters/{number}")


async def _bed(who: Colleague, place: str) -> str:
    """The id of a free bed, as the form offers it."""
    found = re.search(rf'<option value="(\d+)"[^>]*>{place}', await who.get("/residents/new"))
    assert found, place
    return found[1]


async def test_n3_a1_from_an_empty_house_to_a_record_through_the_pages_alone(colleagues: dict[str, Colleague]) -> None:
    director = colleagues["shen"]
    laid = await director.post("/residents/beds/floors", {"floors": "4", "rooms": "2", "beds": "2", "building": ""})
    assert "加好了 4 张床" in await laid.text()
    assert (
        "没有改动"
        in await (await director.post("/residents/beds/floors", {"floors": "4", "rooms": "2", "beds": "2"})).text()
    )
    assert "空 4 张" in await director.get("/residents/beds")
    form = {
        "name": "王桂蘭",
        "sex": "女",
        "born": "1944-10-27",
        "calendar": "lunar",
        "place": await _bed(director, "401 室 1 床"),
        "allergy": "some",
        "allergies": "青霉素",
        "status": "在住",
        "care_level": "半护理",
        "phone": "13902886021",
    }
    refused = await director.post("/residents/new", form | {"born": "三月初二"})
    assert (refused.status, "看不懂生日" in await refused.text()) == (422, True)
    warned = await director.get("/residents/alike?name=王桂蘭")
    assert "306-1 王桂兰" in warned
    taken = await director.post("/residents/new", form)
    assert taken.status == 204
    page = taken.headers["HX-Redirect"].removeprefix("/console")
    record = await director.get(page)
    for words in ("过敏：青霉素", "农历十月廿七", "139****6021", "306-1 王桂兰", "401 室 1 床", "0 / 9，还没交接"):
        assert words in record, words
    assert "13902886021" not in record
    assert "王桂蘭" in await director.get("/residents?q=401")
    assert "没有找到" in await director.get("/residents?q=999")
    assert f'href="/console{page}"' not in await director.get("/residents?floor=3")


async def test_a2_a3_l4_a_section_is_written_and_an_older_one_keeps_what_was_typed(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    nurse, page = colleagues["tang"], f"/residents/{await resident(house)}"
    old = await nurse.drawn(page, "health")
    assert (await nurse.post(f"{page}/health", {"history": "高血压", "drawn": old})).status == 200
    late = await colleagues["shen"].post(f"{page}/health", {"history": "糖尿病", "drawn": old})
    assert (late.status, "唐雨刚刚改过「健康」" in await late.text()) == (409, True)
    form = {"history": "糖尿病", "drawn": late.headers["X-Drawn"]}
    assert "糖尿病" in await (await colleagues["shen"].post(f"{page}/health", form)).text()
    risks = {"choke": "high", "choke_how": "切小块", "drawn": await nurse.drawn(page, "risks")}
    assert "切小块" in await (await nurse.post(f"{page}/risks", risks)).text()
    kept = {"xiaonian": "south", "parents": "no", "christmas": "1", "drawn": await nurse.drawn(page, "customs")}
    told = await (await nurse.post(f"{page}/customs", kept)).text()
    assert "腊月廿四" in told
    assert "过圣诞节" in told
    wrong = kept | {"xiaonian": "east", "drawn": await nurse.drawn(page, "customs")}
    assert "没有这个选项" in await (await nurse.post(f"{page}/customs", wrong)).text()
    carer = colleagues["zhou"]
    seen = await carer.get(page)
    assert "切小块" in seen
    assert f"{page}/health" not in seen, "who may not write sees no form"
    assert (await carer.post(f"{page}/habits", {"likes": "麻将", "drawn": ""})).status == 403
    assert (await carer.get(page.replace(page[-1], "0" if page[-1] != "0" else "1"), 404)) != ""


async def test_a1_a_number_is_shown_once_for_a_reason(house: House, colleagues: dict[str, Colleague]) -> None:
    director, page = colleagues["shen"], f"/residents/{await resident(house)}"
    number = right("51010419441212284")
    form = {"name": "王桂兰", "identity": number, "drawn": await director.drawn(page, "basics")}
    shown = await (await director.post(f"{page}/basics", form)).text()
    assert f"5101**********{number[-4:]}" in shown
    assert number not in shown
    assert (await director.post(f"{page}/identity", {"reason": ""})).status == 422
    assert number in await (await director.post(f"{page}/identity", {"reason": "核对证件"})).text()


async def test_a9_the_emergency_card_opens_with_numbers_and_says_that_it_was_noted(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    nurse, number = colleagues["tang"], await resident(house)
    card = await nurse.get(f"/residents/{number}/card")
    for words in (
        "过敏：没问过",
        "不等于没有",
        "先救人、打 120，同时打给李静",
        "13800002107",
        "没填，问家属",
        "已记下",
    ):
        assert words in card, words
    looked = house.home.database.looked.take(house.home.clock())
    assert f"card:{number}" in {look.subject for look, _ in looked}
    assert "微信不是呼叫铃" in await nurse.get(f"/residents/{number}/bedside")
    assert 'data-jump="h"' in await nurse.get(f"/residents/{number}")
    drawn = await nurse.drawn(f"/residents/{number}", "health")
    await nurse.post(f"/residents/{number}/health", {"history": "高血压", "drawn": drawn})
    house.home.clock.on(days=100)
    async with house.browser("tang") as later:
        old = await (await later.get(f"/console/residents/{number}/card")).text()
    assert "问一句再用" in old


async def test_a5_a6_a12_e6_papers_contract_and_handover_stand_in_the_record(
    house: House, colleagues: dict[str, Colleague], tmp_path: Path
) -> None:
    desk, page = colleagues["chen"], f"/residents/{await resident(house)}"
    agreed = {
        "content": "半护理",
        "fee": "4,380 元",
        "begins_on": "2026-03-18",
        "ends_on": "2027-03-17",
        "explained": "12 条",
        "explained_by": "何志远",
        "confirmed_by": "李静",
        "drawn": await desk.drawn(page, "contract"),
    }
    assert "4,380 元" in await (await desk.post(f"{page}/contract", agreed)).text()
    assert "4,380 元" not in await colleagues["zhou"].get(page), "who gives care reads no fees"
    for item in ("safety", "room"):
        assert (await desk.post(f"{page}/tick", {"item": item, "done": "1"})).status == 200
    signed = await (await desk.post(f"{page}/handover", {"signed_by": "李静（女儿）"})).text()
    assert "交接签过" in signed
    assert "防诈骗" in await desk.get(f"{page}/handover")
    form = FormData({"kind": "photo", "title": "", "purpose": "", "expires_on": ""})
    form.add_field("file", PNG[:4000], filename="face.png", content_type="image/png")
    assert (await desk.post(f"{page}/papers", form)).status == 200
    assert len(files(tmp_path)) == 1
    face = re.search(rf'src="/console({page}/papers/\d+)"', await desk.get(page))
    assert face
    async with desk.client.get(f"/console{face[1]}") as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
    assert (await desk.post(f"{page}/papers", {"kind": "photo"})).status == 422
    gone = await desk.post(f"{face[1]}/remove", {"why": "换新的"})
    assert (gone.status, files(tmp_path)) == (200, [])
    await desk.get(face[1], 404)
    line = await desk.get(f"{page}/timeline")
    for words in ("登记合同", "入住交接", "加了资料：照片", "销毁了资料：照片（换新的）"):
        assert words in line, words
    assert "还没有往来" in await desk.get(f"{page}/timeline?kind=alarm")
    assert "登记合同" in await desk.get(f"{page}/timeline?before={'9' * 18}")


async def test_n3_a_move_and_a_return_go_through_the_page(house: House, colleagues: dict[str, Colleague]) -> None:
    director, page = colleagues["shen"], f"/residents/{await resident(house)}"
    await director.post("/residents/beds/one", {"floor": "4", "room": "401", "name": "1"})
    form = {"place": await _bed(director, "401 室 1 床"), "drawn": await director.drawn(page, "move")}
    assert "401 室 1 床" in await (await director.post(f"{page}/move", form)).text()
    assert (await director.post(f"{page}/move", form)).status == 422
    left = {"status": "退住", "drawn": await director.drawn(page, "status")}
    assert "回来住哪张床" in await (await director.post(f"{page}/status", left)).text()
    bed = re.search(r'hx-post="/console(/residents/beds/\d+)"', await director.get("/residents/beds"))
    assert bed
    closed = await director.post(bed[1], {"closed": "1", "drawn": await director.drawn("/residents/beds", bed[1][16:])})
    assert "停用" in await closed.text()


async def test_n3_a_closed_bed_is_counted_on_the_page_of_beds_and_breaks_nothing_else_on_it(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    await house.home.rows("UPDATE bed SET closed_at = 1 WHERE id = (SELECT max(id) FROM bed)")
    page = await colleagues["shen"].get("/residents/beds")
    assert "停用 1 张" in page
    assert "等院长确认" not in page, "that is said after a restore"


async def test_f11_the_list_of_what_people_forget_opens_with_the_death_and_is_printed(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    director, page = colleagues["shen"], f"/residents/{await resident(house)}"
    assert "走后的事" not in await director.get(page)
    stands = {"status": "去世", "name": "王桂兰", "drawn": await director.drawn(page, "status")}
    assert "走后的事" in await (await director.post(f"{page}/status", stands)).text()
    ticked = await (await director.post(f"{page}/tick", {"item": "after_fees", "done": "1"})).text()
    assert "1 / 13" in ticked
    printed = await director.get(f"{page}/after")
    assert "收费停在当天" in printed
    assert "沈国平" in printed
