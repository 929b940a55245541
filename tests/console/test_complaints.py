"""投诉 in the console: the case page, hidden names, the assessment, and who has no such page (C4, C14, P2, fault D6)."""

from care.states import Role
from tests.console.browsers import ROUTE, Colleague, Desk, House


async def test_fault_d6_an_older_form_never_unnames_the_accused(house: House, colleagues: dict[str, Colleague]) -> None:
    home, desk, director = house.home, colleagues["chen"], colleagues["shen"]
    await home.hears("我要投诉，饭菜太凉了")
    complaint = int(await home.one("SELECT id FROM complaint"))
    assert (await desk.post(f"/complaints/{complaint}/call", {"text": "打通了，在查"})).status == 200
    page = f"/complaints/{complaint}"
    carer = int(await home.one("SELECT id FROM staff WHERE login = 'zhou'"))
    form = {
        "category": "餐饮",
        "level": "2",
        "scope": "ours",
        "passed_to": "",
        "why": "",
        "owner": await home.one("SELECT id FROM staff WHERE login = 'chen'"),
        "drawn": await desk.drawn(page),
    }
    older = form | {"drawn": await director.drawn(page)}
    assert (await desk.post(f"{page}/step/assess", form | {"accused": str(carer)})).status == 200
    refused = await director.post(f"{page}/step/assess", older)
    assert refused.status == 409
    assert "陈晓雯刚刚改过这件投诉，您这次没有存" in await refused.text()
    assert await home.rows("SELECT staff_id, state FROM accused") == [(carer, "confirmed")]


async def test_c4_the_case_page_stops_the_clock_by_message_and_by_phone(at_desk: Desk) -> None:
    home = at_desk.home
    assert "现在没有在办投诉" in await at_desk.get("/complaints")
    await home.hears("你们把我妈摔了，我要投诉")
    page = await at_desk.get("/complaints")
    assert "C261122-01" in page
    assert "1 级" in page
    assert "16:15 前要有人联系" in page
    complaint = await at_desk.get("/complaints/C261122-01")
    for part in ("首次反馈，请打电话", "还没说", "受理", "总结", "打开会话", "因为提到「摔」"):
        assert part in complaint
    home.clock.on(minutes=20)
    assert "1 件已超时" in await at_desk.get("/complaints/list")
    answer = await at_desk.post("/complaints/C261122-01/call", text="打通了，向家属道歉，下午给方案")
    assert "已首次反馈" in await answer.text()
    answer = await at_desk.post("/complaints/C261122-01/note", text="先看录像")
    assert "先看录像" in await answer.text()
    answer = await at_desk.post("/complaints/C261122-01/answer", text="方案下午发您", key="k")
    assert "方案下午发您" in await answer.text()
    await home.send_all()
    assert "已送达微信" in await at_desk.get("/complaints/C261122-01/body")
    assert (await at_desk.client.get("/console/complaints/C0101-01")).status == 404


async def test_q4_the_list_of_today_leads_to_the_complaint_that_waits(at_desk: Desk) -> None:
    await at_desk.home.hears("我要投诉，饭菜太凉了")
    number = await at_desk.home.one("SELECT id FROM complaint")
    assert f"/console/complaints/{number}" in await at_desk.get("/today")


async def test_c14_a_hidden_name_is_hidden_on_the_complaint_pages(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("护工态度差，我要投诉，别说是我说的")
    assert "不公开姓名" in await at_desk.get("/complaints")
    assert "不公开姓名，请不要转告" in await at_desk.get("/complaints/C261122-01")


async def test_p2_a_nurse_sees_no_complaints(at_desk: Desk) -> None:
    await at_desk.home.hears("我要投诉")
    await at_desk.home.staff(Role.NURSE, "唐雨", "tang")
    await at_desk.client.post("/console/login", data={"login": "tang", "password": "long-enough"}, headers=ROUTE)
    assert "/console/complaints" not in await at_desk.get("/chats")
    for path in ("/complaints", "/complaints/C261122-01"):
        answer = await at_desk.client.get(f"/console{path}")
        assert answer.status == 404
        assert "不在您能看的范围里" in await answer.text()


async def test_fault_c10_a_complaint_of_level_1_rings_for_who_answers_until_somebody_takes_it(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    home, desk, director = house.home, colleagues["chen"], colleagues["shen"]
    await home.hears("饭菜太凉了，我要投诉", "kin2")
    assert "data-call" not in await desk.get("/counts"), "only what hurts rings"
    await home.hears("你们把我妈摔了，我要投诉", "kin3")
    complaint = int(await home.one("SELECT id FROM complaint WHERE level = 1"))
    for who in (desk, director):
        told = await who.get("/counts")
        assert f'data-call="{complaint}"' in told
        assert "请打电话" in told
        assert f'href="/console/complaints/{complaint}"' in told
    for who in (colleagues["zhou"], colleagues["tang"]):
        assert "urgent" not in await who.get("/counts")
    taken = await desk.post(f"/complaints/{complaint}/take")
    assert (taken.status, taken.headers["HX-Redirect"]) == (204, f"/console/complaints/{complaint}")
    told = await director.get("/counts")
    assert "陈晓雯在联系" in told
    assert "data-call" not in told
    assert "我来联系家属" in await director.get(f"/complaints/{complaint}")
    home.clock.on(minutes=16)
    assert "data-call" in await director.get("/counts"), "who took it did not call in time"
    await desk.post(f"/complaints/{complaint}/call", {"text": "打通了，在查"})
    assert "1 级投诉" not in await director.get("/counts")


async def test_fault_c10_it_never_rings_for_whom_it_is_about(house: House, colleagues: dict[str, Colleague]) -> None:
    await house.home.hears("你们客服陈晓雯打我妈，我要投诉", "kin3")
    complaint = int(await house.home.one("SELECT id FROM complaint WHERE level = 1"))
    assert "1 级投诉" not in await colleagues["chen"].get("/counts")
    assert "1 级投诉" in await colleagues["shen"].get("/counts")
    assert (await colleagues["chen"].post(f"/complaints/{complaint}/take")).status == 404


async def test_fault_c9_closed_complaints_have_a_page(house: House, colleagues: dict[str, Colleague]) -> None:
    desk = colleagues["chen"]
    assert "还没有结案的投诉" in await desk.get("/complaints/closed")
    await house.home.hears("饭菜太凉了，我要投诉", "kin3")
    await house.home.rows("UPDATE complaint SET closed_at = said_at")
    assert "/complaints/closed" in await desk.get("/complaints")
    page = await desk.get("/complaints/closed?room=306&month=2026-11&number=c261122&result=first")
    assert "C261122-01" in page
    assert "找到 1 件" in page
    assert "没有找到" in await desk.get("/complaints/closed?room=999")
    assert "共 1 件" in await desk.get("/complaints/closed?month=²&result=x&after=%00")
    await colleagues["zhou"].get("/complaints/closed", 404)


async def test_fault_c8_a_column_has_pages_of_its_own(house: House, colleagues: dict[str, Colleague]) -> None:
    desk = colleagues["chen"]
    for n in range(14):
        await house.home.hears(f"饭菜太凉了，我要投诉，第{n}件", f"stranger{n}")
    page = await desk.get("/complaints")
    assert "在办 14 件" in page
    assert page.count('class="case"') == 12
    assert "看全部 14 件" in page
    alone = await desk.get("/complaints?lane=0")
    assert alone.count('class="case"') == 14
    assert "回到看板" in alone
    assert (await desk.get("/complaints?lane=9&after=x&show=y")).count('class="case"') == 12


async def test_fault_c11_a_case_says_how_clocks_were_stopped_and_prints_itself(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk = colleagues["chen"]
    await house.home.hears("饭菜太凉了，我要投诉", "kin3")
    complaint = int(await house.home.one("SELECT id FROM complaint"))
    await desk.post(f"/complaints/{complaint}/call", {"text": "打通了，在查"})
    page = await desk.get(f"/complaints/{complaint}")
    assert "· 电话" in page
    assert "data-print" in page
    assert "陈晓雯 2026-11-22 16:00 打印" in page
    await house.home.rows("UPDATE promise SET kept_how = '面谈' WHERE kept_at IS NOT NULL")
    assert "· 面谈" in await desk.get(f"/complaints/{complaint}"), "older rows have the word itself"
    await house.home.rows("UPDATE case_record SET said_at = said_at - 31536000000000")
    assert "2025-11-22" in await desk.get(f"/complaints/{complaint}"), "another year says its year"
    assert "@media print" in await desk.get("/static/app.css")
