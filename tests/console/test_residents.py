"""老人 in the console: a death asks for the name, and who died is found among those who left (L2)."""

from tests.console.browsers import Colleague, House, resident


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
