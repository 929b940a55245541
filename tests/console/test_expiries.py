"""到期 in the console: the dates of the house are written, renewed and over (A6)."""

import re

from tests.console.browsers import Colleague, House


async def test_a6_a_lead_keeps_a_date_renews_it_and_the_desk_sees_no_form(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    director, desk = colleagues["shen"], colleagues["chen"]
    assert "三十天里没有到期的" in await desk.get("/expiries")
    assert "院里要续的" not in await desk.get("/expiries")
    page = await director.get("/expiries")
    assert "还没有记" in page
    assert (await director.post("/expiries", {"name": "", "day": "2026-12-01"})).status == 422
    told = await (await director.post("/expiries", {"name": "公众号认证", "day": "2026-12-01"})).text()
    assert "还有 9 天" in told
    assert "1 样东西快到期" in await director.get("/today")
    number = await house.home.one("SELECT id FROM home_date")
    drawn = re.search(r'name="drawn" value="(\w+)"', told)
    assert drawn
    renewed = await director.post(f"/expiries/{number}", {"day": "2027-12-01", "drawn": drawn[1]})
    assert "三十天里没有到期的" in await renewed.text()
    late = await director.post(f"/expiries/{number}", {"day": "", "drawn": drawn[1]})
    assert late.status == 409
    over = {"day": "", "drawn": late.headers["X-Drawn"]}
    assert "还没有记" in await (await director.post(f"/expiries/{number}", over)).text()
    assert (await desk.post("/expiries", {"name": "域名", "day": "2026-12-01"})).status == 404
    await colleagues["zhou"].get("/expiries", 404)
