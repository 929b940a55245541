"""本周与价目 in the console: written, copied, pasted, taken back, printed, and what the machine will say of it (A8)."""

import re
from datetime import date, timedelta

from aiohttp import ClientResponse

from tests.console.browsers import Colleague, House, resident
from tests.console.test_roster import text

SUNDAY = date(2026, 11, 22)
THIS = SUNDAY - timedelta(days=6)
LUNCH = f"{SUNDAY}-lunch"


async def saves_menu(who: Colleague, **meals: str) -> ClientResponse:
    """The menu of this week, from a page that was just drawn; meals by their word, on the Sunday."""
    diet = meals.pop("diet", "")
    fields = {"first": str(THIS), "diet": diet, "drawn": await drawn(who, f"/week?diet={diet}", "week/menu")}
    return await who.post("/week/menu", fields | {f"{SUNDAY}-{meal}": words for meal, words in meals.items()})


async def drawn(who: Colleague, path: str, act: str) -> str:
    """The revision that the form of an act carries."""
    found = re.search(rf'hx-post="/console/{act}".*?name="drawn" value="(\w+)"', await who.get(path), re.DOTALL)
    assert found, act
    return found[1]


async def test_a8_an_empty_board_says_so_and_what_is_written_is_what_the_machine_will_say(
    colleagues: dict[str, Colleague],
) -> None:
    desk, carer = colleagues["chen"], colleagues["zhou"]
    assert "这一周的菜单还没有写" in await carer.get("/week")
    page = text(await desk.get("/week"))
    assert "会请同事来答：本周菜单在这张表里还没有写，「加餐」还没有填" in page
    page = text(await (await saves_menu(desk, lunch="红烧鱼", snack="苹果")).text())
    assert "存好了" in page
    assert "今天（11月22日 周日）午餐：红烧鱼；加餐：苹果" in page
    read = await carer.get("/week")
    assert "红烧鱼" in read
    assert "<textarea" not in read
    assert (await carer.post("/week/menu", {"first": str(THIS), LUNCH: "鱼"})).status == 403
    late = await desk.post("/week/menu", {"first": str(THIS), LUNCH: "肉", "drawn": "0" * 16})
    assert late.status == 409
    assert "陈晓雯刚刚改过这张菜单" in await late.text()


async def test_a8_a_week_is_copied_taken_back_and_printed(colleagues: dict[str, Colleague]) -> None:
    desk, following = colleagues["chen"], THIS + timedelta(days=7)
    await saves_menu(desk, diet="软食", lunch="鱼羹、南瓜")
    page = await (await desk.post("/week/copy/menu", {"first": str(following)})).text()
    assert "照抄好了" in page
    undo = re.search(r'name="sheet" value="(menu-[\d-]+)">\s*<input type="hidden" name="drawn" value="(\w+)"', page)
    assert undo
    assert "软食" in await desk.get(f"/week/print/menu?first={following}")
    undone = await desk.post("/week/undo", {"sheet": undo[1], "drawn": undo[2]})
    assert "撤销了" in await undone.text()
    assert "鱼羹" not in await desk.get(f"/week/list/menu?first={following}&diet=软食")
    assert "鱼羹" in await desk.get("/week?diet=软食")
    assert "这一周的菜单还没有写" in text(await desk.get(f"/week/print/menu?first={following}"))
    assert "回到本周" in await desk.get(f"/week?first={following}")


async def test_a8_an_activity_is_added_changed_cancelled_and_told_as_such(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk = colleagues["chen"]
    fields = {"day": str(SUNDAY), "title": "合唱", "begins": "15:00", "place": "大厅"}
    assert (await desk.post("/week/activities/put", fields)).status == 200
    bad = await desk.post("/week/activities/put", fields | {"begins": "下午"})
    assert bad.status == 422
    assert "请写几点开始" in await bad.text()
    number = str(await house.home.one("SELECT id FROM activity"))
    page = await desk.get(f"/week/activities?edit={number}")
    assert "改「合唱」" in page
    form = {"activity": number, "drawn": await drawn(desk, "/week/activities", "week/activities/cancel")}
    late = form | {"cancelled": "1", "why": "停电"}
    form |= {"cancelled": "1", "why": "老师请假"}
    page = text(await (await desk.post("/week/activities/cancel", form)).text())
    assert "15:00 合唱取消了（老师请假）" in page
    assert "陈晓雯刚刚取消了「合唱」" in await (await desk.post("/week/activities/cancel", late)).text()
    assert "取消了，老师请假" in text(await desk.get("/week/print/activities"))
    assert "照抄好了" not in await (await desk.post("/week/copy/activities", {"first": str(SUNDAY)})).text()
    form = {"activity": number, "drawn": await drawn(desk, "/week/activities", "week/activities/drop")}
    await desk.post("/week/activities/drop", form)
    assert "这一周还没有写活动" in await desk.get("/week/activities")


async def test_a8_beds_are_counted_confirmed_and_named(colleagues: dict[str, Colleague]) -> None:
    desk, carer = colleagues["chen"], colleagues["zhou"]
    page = text(await desk.get("/week/beds"))
    assert "还没有人核对，机器人不说" in page
    fields = {"days": "3", "drawn": await desk.drawn("/week/beds")}
    page = text(await (await desk.post("/week/beds/check", fields)).text())
    assert "陈晓雯 11月22日 周日核对，说到 11月24日 周二" in page
    assert "现在的床位：" in page
    named = await desk.post("/week/beds/rooms", {"rooms": "306", "kind": "朝南单人间"})
    assert "1 间房写好了" in await named.text()
    assert "朝南单人间" in await carer.get("/week/beds")


async def test_a8_prices_are_the_leads_and_one_of_another_day_waits(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead, desk = colleagues["shen"], colleagues["chen"]
    fields = {"item": "双人间", "amount": "2200", "unit": "元/月", "valid_until": "2026-12-31"}
    assert (await desk.post("/week/prices/put", fields)).status == 403
    page = text(await (await lead.post("/week/prices/put", fields)).text())
    assert "每月 2,200 元" in page
    later = fields | {"amount": "2400", "valid_from": "2026-12-01"}
    page = text(await (await lead.post("/week/prices/put", later)).text())
    assert "以后的1条" in page.replace(" ", "")
    sheet = text(await desk.get("/week/print/prices"))
    assert "12月1日起" in sheet
    number = str(await house.home.one("SELECT id FROM price WHERE amount = '2,400'"))
    assert "改「双人间」" in await lead.get(f"/week/prices?edit={number}")
    page = await lead.get("/week/prices")
    of_it = re.search(rf'name="price" value="{number}">\s*<input type="hidden" name="drawn" value="(\w+)"', page)
    assert of_it
    assert "删掉了" in await (await lead.post("/week/prices/drop", {"price": number, "drawn": of_it[1]})).text()


async def test_a8_a_table_from_a_sheet_is_shown_before_it_is_written(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead = colleagues["shen"]
    for sheet, words, shown in (
        ("menu", "餐次\t周六\t周日\n午餐\t鸡汤\t红烧鱼\n甜品\t糕\t饼", "第 3 行「甜品」：看不出是哪一餐"),
        ("activities", "周日\t9:00\t做操\t大厅\t3 楼", "对的，写进去 1 条"),
        ("prices", "项目\t价格\n餐费\t900元/月", "900 元/月"),
    ):
        fields = {"first": str(THIS), "text": words, "until": "2026-12-31"}
        before = text(await (await lead.post(f"/week/paste/{sheet}", fields)).text())
        assert shown in before
        assert "写进去" in text(await (await lead.post(f"/week/pasted/{sheet}", fields)).text())
    counts = [await house.home.one(f"SELECT count(*) FROM {table}") for table in ("menu_meal", "activity", "price")]
    assert counts == [2, 1, 1]
    bad = await lead.post("/week/paste/menu", {"first": str(THIS), "text": "没有表格"})
    assert bad.status == 422
    assert "请在 Excel 里选中那几格" in await bad.text()


async def test_a8_a_line_of_the_board_is_taken_into_a_letter_by_a_tap(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, number = colleagues["zhou"], await resident(house)
    assert "今天院里" not in await carer.get(f"/letters/{number}")
    await saves_menu(colleagues["chen"], lunch="红烧鱼")
    page = await carer.get(f"/letters/{number}")
    assert 'name="house" value="午餐：红烧鱼"' in page
    assert 'value="午餐：红烧鱼" checked' not in page, "nothing is taken over by itself"
    sent = {"sentence": "折了一只纸鹤", "house": "午餐：红烧鱼"}
    sent["drawn"] = await drawn(carer, f"/letters/{number}", f"letters/{number}")
    assert (await carer.post(f"/letters/{number}", sent)).status == 204
    assert 'value="午餐：红烧鱼" checked' in await carer.get(f"/letters/{number}")


async def test_a8_the_knowledge_says_which_table_fills_a_blank(colleagues: dict[str, Colleague]) -> None:
    desk = colleagues["chen"]
    await saves_menu(desk, diet="软食", lunch="鱼羹")
    page = text(await desk.get("/knowledge/faq-23"))
    assert "今天的菜单没有写" in page
    assert "来自本周与价目" in page
    assert "菜单 今天的菜单没有写" in text(await desk.get("/today"))
