"""同事: seen by the lead, changed by director and administrator, put out at once, handed over by name (N3, F30)."""

import asyncio
import re

import pytest

from care.states import Role
from services.access import Viewer
from tests.console.browsers import Colleague, House


@pytest.fixture
async def crew(house: House) -> dict[str, Viewer]:
    home = house.home
    return {
        "shen": await home.staff(Role.DIRECTOR, "沈国平", "shen"),
        "he": await home.staff(Role.SUPERVISOR, "何志远", "he"),
        "gu": await home.staff(Role.ADMIN, "顾一帆", "gu"),
        "chen": await home.staff(Role.DESK, "陈晓雯", "chen"),
        "ma": await home.staff(Role.DESK, "马文静", "ma"),
        "zhou": await home.staff(Role.CARER, "周敏", "zhou", "3"),
    }


async def test_n3_who_sees_the_page_and_who_changes(house: House, crew: dict[str, Viewer]) -> None:
    form = {"name": "唐雨", "login": "tang", "role": "nurse", "floors": "2、3楼", "phone": "13800001234"}
    for login, sees, changes in (("shen", 200, 200), ("gu", 200, 200), ("he", 200, 403), ("chen", 404, 404)):
        async with house.browser(login) as client:
            who = Colleague(client, house)
            await who.get("/staff", sees)
            await who.get(f"/staff/{crew['zhou'].id}", sees)
            if login != "chen":
                who.headers["X-CSRF"] = re.findall(r'"X-CSRF": "([^"]+)"', await who.get("/staff"))[0]
            answer = await who.post("/staff/new", form | {"login": f"tang-{login}", "name": f"唐雨{login}"})
            assert answer.status == changes, login
            if changes == 200:
                page = await answer.text()
                assert "只显示这一次" in page
                assert re.search(r"<code class=\"onepass\">\w{4}-\w{4}-\w{4}</code>", page)
    async with house.browser("he") as client:
        page = await Colleague(client, house).get("/staff?show=todo")
        assert "唐雨shen" in page
        assert "密码没改" in page
        assert "承诺没签" in page
        assert "13800001234" not in page
        assert "陈晓雯" not in page


async def test_n3_a_colleague_costs_at_most_six_fields(house: House) -> None:
    await house.home.staff(Role.DIRECTOR, "沈国平", "shen")
    async with house.browser("shen") as client:
        page = await Colleague(client, house).get("/staff/new")
    fields = re.findall(r'name="(\w+)"', page[page.index('hx-post="/console/staff/new"') :].split("</form>")[0])
    assert fields == ["name", "login", "role", "floors", "phone"]


async def test_n3_who_saves_second_reads_it_and_loses_nothing(house: House, crew: dict[str, Viewer]) -> None:
    path = f"/staff/{crew['zhou'].id}"
    async with house.browser("shen") as client, house.browser("gu") as other:
        shen, gu = Colleague(client, house), Colleague(other, house)
        gu.headers["X-CSRF"] = re.findall(r'"X-CSRF": "([^"]+)"', await gu.get("/staff"))[0]
        drawn = await shen.drawn(path)
        form = {"name": "周敏", "role": "carer", "floors": "2 3", "drawn": drawn}
        assert (await gu.post(path, form)).status == 200
        answer = await shen.post(path, form | {"floors": "4"})
        assert answer.status == 409
        assert "有同事刚刚改过" in await answer.text()
        assert (await shen.post(path, form | {"floors": "4", "drawn": answer.headers["X-Drawn"]})).status == 200


async def test_f30_her_open_page_ends_within_a_second_and_says_why(house: House, crew: dict[str, Viewer]) -> None:
    async with house.browser("shen") as client, house.browser("zhou") as hers:
        shen = Colleague(client, house)
        async with hers.get("/console/live?topics=inbox") as stream:
            await stream.content.readline()
            assert (await shen.post(f"/staff/{crew['zhou'].id}/out")).status == 200
            rest = await asyncio.wait_for(stream.content.read(), 1)
        assert b"event: over" in rest
        answer = await hers.get("/console/today")
        assert "已经停用" in await answer.text()
        page = await shen.get(f"/staff/{crew['zhou'].id}")
        assert "恢复账号" in page
        assert (await shen.post(f"/staff/{crew['zhou'].id}/back")).status == 200
        for act, status in (("password", 200), ("logout", 200), ("codes", 200)):
            assert (await shen.post(f"/staff/{crew['zhou'].id}/{act}")).status == status, act
        for act in ("out", "password"):
            answer = await shen.post(f"/staff/{crew['shen'].id}/{act}")
            assert answer.status == 422, act


async def test_f30_another_role_draws_her_open_page_anew(house: House, crew: dict[str, Viewer]) -> None:
    async with house.browser("shen") as client, house.browser("zhou") as hers:
        shen, path = Colleague(client, house), f"/staff/{crew['zhou'].id}"
        async with hers.get("/console/live?topics=inbox") as stream:
            await stream.content.readline()
            form = {"name": "周敏", "role": "auditor", "floors": "", "drawn": await shen.drawn(path)}
            assert (await shen.post(path, form)).status == 200
            rest = await asyncio.wait_for(stream.content.read(), 1)
        assert b"event: over" not in rest, "she goes on, with the rights of now"
        assert (await hers.get("/console/residents")).status == 404


async def test_f30_what_was_hers_is_red_for_the_lead_and_goes_to_others_by_name(
    house: House, crew: dict[str, Viewer]
) -> None:
    home = house.home
    await home.hears("我要投诉饭菜，天天凉的", "kin3")
    await home.hears("今天有什么活动", "kin2")
    person, talker, now = await home.person("kin3"), await home.person("kin2"), home.clock()
    await home.rows("UPDATE complaint SET owner_id = ? WHERE person_id = ?", crew["ma"].id, person)
    await home.rows(
        "UPDATE conversation SET attended_by = ?, spoke_at = ?, heard_at = ? WHERE person_id = ?",
        crew["ma"].id,
        int(now.timestamp() * 1_000_000) - 60_000_000,
        int(now.timestamp() * 1_000_000),
        talker,
    )
    path = f"/staff/{crew['ma'].id}"
    async with house.browser("shen") as client:
        shen = Colleague(client, house)
        assert (await shen.post(f"{path}/out")).status == 200
        assert "手上 2 件没交" in await shen.get("/staff")
        assert re.search(r'class="n late" id="n-hands"[^>]*>2', await shen.get("/counts")), "red in the menu"
        page = await shen.get(path)
        assert "先归主管" in page
        assert "何平" in page
        assert (await shen.post(f"{path}/hand-over", {"cases": "0", "talks": "0"})).status == 422
        assert (await shen.post(f"{path}/hand-over", {"cases": str(crew["zhou"].id), "talks": "0"})).status == 200
        assert await home.one("SELECT owner_id FROM complaint") == crew["ma"].id, "a carer answers no complaints"
        told = await (await shen.post(f"{path}/hand-over", {"cases": str(crew["he"].id), "talks": "0"})).text()
        assert "交出去 1 件" in told
        assert (await shen.post(f"{path}/hand-over", {"talks": str(crew["chen"].id)})).status == 200
        assert await home.one("SELECT owner_id FROM complaint") == crew["he"].id
        assert await home.one("SELECT attended_by FROM conversation WHERE person_id = ?", talker) == crew["chen"].id
        assert "没交" not in await shen.get("/staff")
    async with house.browser("gu") as client:
        gu = Colleague(client, house)
        gu.headers["X-CSRF"] = re.findall(r'"X-CSRF": "([^"]+)"', await gu.get("/staff"))[0]
        assert "何平" not in await gu.get(path)
        assert (await gu.post(f"{path}/hand-over", {"talks": str(crew["chen"].id)})).status == 404
