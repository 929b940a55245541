"""家属 in the console: a sheet is printed, and a relative is confirmed or refused (F13)."""

import re

from tests.console.browsers import Colleague, House, resident


async def test_f13_a_sheet_is_printed_and_a_relative_confirmed_or_not(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk, number = colleagues["chen"], await resident(house)
    codes = []
    for _ in range(2):
        answer = await desk.post(f"/residents/{number}/sheet", {})
        found = re.search(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4})</b>", await answer.text())
        assert found
        codes.append(found[1])
    assert (await colleagues["zhou"].post(f"/residents/{number}/sheet", {})).status == 404
    for openid, given, name in (("first", codes[0], "罗敏"), ("second", codes[1], "罗强")):
        for words in (given, "孩子", name):
            await house.home.hears(words, openid)
    assert "等核实的家属 2" in await desk.get("/residents")
    assert "等核实的家属" not in await colleagues["zhou"].get("/residents")
    one, two = [row[0] for row in await house.home.rows("SELECT id FROM application ORDER BY id")]
    answer = await desk.post(f"/applications/{one}/confirm", {"scopes": "health", "way": "none", "proof": "card"})
    assert (answer.status, "健康情况要" in await answer.text()) == (422, True)
    answer = await desk.post(f"/applications/{one}/confirm", {"scopes": "daily", "way": "none", "proof": "card"})
    assert "等核实的家属 1" in await answer.text()
    assert "等核实的家属" not in await (await desk.post(f"/applications/{two}/refuse", {"why": "电话没打通"})).text()
    assert "罗敏" in await desk.get(f"/residents/{number}")
