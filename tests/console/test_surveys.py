"""问卷 in the console: a questionnaire is started once and closed (M1)."""

from tests.console.browsers import Colleague, House


async def test_m1_a_questionnaire_is_started_once_and_closed(house: House, colleagues: dict[str, Colleague]) -> None:
    director = colleagues["shen"]
    assert "还没有发过问卷" in await director.get("/surveys")
    assert (await colleagues["chen"].post("/surveys/begin")).status == 404
    assert (await director.post("/surveys/begin")).status == 204
    assert (await director.post("/surveys/begin")).status == 409
    assert "不到 5 份不显示" in await director.get("/surveys/2026-11")
    await director.get("/surveys/2026-10", 404)
    number = int(await house.home.one("SELECT id FROM campaign"))
    assert (await director.post(f"/surveys/{number}/end")).status == 204
    assert "已经收了" in await director.get("/surveys")
