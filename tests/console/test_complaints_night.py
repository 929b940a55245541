"""夜里的投诉 in the console: the nurse tells a family by one tap that she has seen it, and reads nothing of it (F41)."""

from care.workdays import Desk
from services.complaints import charge
from tests.console.browsers import Colleague, House

MORNINGS = Desk(dict.fromkeys("1234567", ((510, 720),)))
"""Nobody is at the desk after noon."""


async def test_c3_f41_a_nurse_taps_once_and_the_case_says_who_has_seen_it(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    home, nurse, desk = house.home, colleagues["tang"], colleagues["chen"]
    assert "没有在等的投诉" in await nurse.get("/night")
    home.house.desk = MORNINGS
    await home.hears("我要投诉，饭菜太凉了", "kin3")
    case = await home.one("SELECT max(id) FROM complaint")
    await home.database.write(lambda db: charge.tell(db, home.house, [case], home.clock()))
    assert "1 件投诉在等人看一眼" in await nurse.get("/today")
    page = await nurse.get("/night")
    assert "我看到了，告诉家属" in page
    assert "饭菜" not in page
    assert "李静" not in page
    answer = await nurse.post(f"/night/{case}")
    assert "正在发给家属" in await answer.text()
    assert (await nurse.post(f"/night/{case}")).status == 409
    told = await desk.get(f"/complaints/{case}")
    assert "已报给" in told
    assert "唐雨值班时告诉家属看到了" in told
    assert "没有在等的投诉" in await nurse.get("/night/list")
