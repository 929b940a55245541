"""日程 in the console: a visit is booked, the schedule tells why nothing is sent, and 静默 stops it (R1, L2)."""

import re

from tests.console.browsers import Colleague, House, resident


async def test_r1_l2_a_visit_is_booked_the_schedule_tells_why_not_and_hush_stops_it(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk, nurse, number = colleagues["chen"], colleagues["tang"], await resident(house)
    person = await house.home.person("kin3")
    assert (await desk.post(f"/residents/{number}/visit", {"person": str(person), "at": "someday"})).status == 422
    answer = await desk.post(f"/residents/{number}/visit", {"person": str(person), "at": "2026-11-25T15:00"})
    assert "李静 11月25日 周三 15:00" in await answer.text()
    page = await desk.get("/days")
    assert "48 小时没来信" in page
    await house.home.hears("你好", "kin3")
    assert "提醒您：" in await desk.get("/days/list")
    assert "静默中" in await (await nurse.post(f"/residents/{number}/hush", {"on": "1"})).text()
    assert "静默中" in await desk.get("/days")
    plan = int(await house.home.one("SELECT id FROM plan"))
    shown = re.search(rf'/days/{plan}/held" hx-vals=.{{"drawn": "(\w+)"', await desk.get("/days/list"))
    assert shown
    assert "先不发" in await (await desk.post(f"/days/{plan}/held", {"drawn": shown[1]})).text()
    late = await desk.post(f"/days/{plan}/cancelled", {"drawn": shown[1]})
    assert late.status == 409
    assert "陈晓雯刚刚改成了「先不发」" in await late.text(), "the button was drawn before"
    assert (await nurse.post(f"/days/{plan}/planned")).status == 404
    lifted = await nurse.post(f"/residents/{number}/hush", {"on": "0", "drawn": "drawn-before"})
    assert lifted.status == 409, "nobody lifts a 静默 that was not on the page"
    assert "刚刚按了静默" in await lifted.text()
    assert (
        await nurse.post(f"/residents/{number}/hush", {"on": "0", "drawn": lifted.headers["X-Drawn"]})
    ).status == 200


async def test_h1_who_sits_with_those_to_whom_nobody_comes_is_a_sheet(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk, number = colleagues["chen"], await resident(house)
    person = await house.home.person("kin3")
    sheet = await desk.get("/days/company/2027-02-05")
    assert "除夕 陪伴单" in sheet
    assert "王桂兰" in sheet
    assert (
        await desk.post(f"/residents/{number}/visit", {"person": str(person), "at": "2027-02-05T15:00"})
    ).status == 200
    assert "王桂兰" not in await desk.get("/days/company/2027-02-05"), "her daughter comes"
    assert "王桂兰" in await desk.get("/days/company/2027-02-06"), "but not on the day after"
    for day in ("2027-02-31", "1800-01-01"):
        await desk.get(f"/days/company/{day}", 404)
