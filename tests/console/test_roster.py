"""排班 in the console: the gap first, put by the lead, asked and answered, on paper, in the frame and on 今日 (L6)."""

import html
import re
from datetime import date, timedelta

from aiohttp import ClientResponse

from tests.console.browsers import Colleague, House

SUNDAY = date(2026, 11, 22)


async def posts(lead: Colleague) -> None:
    answer = await lead.post("/roster/by-floor", [("shifts", "白"), ("shifts", "夜")])
    assert answer.status == 200, await answer.text()


async def seat(house: House, post: str, shift: str, day: date = SUNDAY) -> tuple[str, dict[str, str]]:
    number = await house.home.one("SELECT id FROM duty_post WHERE name = ?", post)
    kind = await house.home.one("SELECT id FROM duty_shift WHERE name = ?", shift)
    return f"/roster/seat/{number}/{day}/{kind}", {"post": str(number), "day": str(day), "shift": str(kind)}


def text(page: str) -> str:
    bare = re.sub(r"<[^>]+>", "", page)
    return " ".join(html.unescape(bare).split())


async def place(house: House, lead: Colleague, who: str, *where: object, reason: str = "") -> ClientResponse:
    """Put somebody at a seat, from a panel that was just drawn."""
    path, fields = await seat(house, *where)  # type: ignore[arg-type]
    more = {"staff": await number_of(house, who), "out": "0", "reason": reason, "drawn": await drawn(lead, path)}
    return await lead.post("/roster/place", fields | more)


async def drawn(lead: Colleague, path: str) -> str:
    found = re.search(r'name="drawn" value="(\w+)"', await lead.get(path))
    assert found
    return found[1]


async def number_of(house: House, login: str) -> str:
    return str(await house.home.one("SELECT id FROM staff WHERE login = ?", login))


async def test_l6_an_empty_house_asks_for_posts_and_then_tells_the_gap_in_a_sentence(
    colleagues: dict[str, Colleague],
) -> None:
    lead, carer = colleagues["shen"], colleagues["zhou"]
    assert "还没有岗位" in await lead.get("/roster")
    assert "按楼层建岗位" not in await carer.get("/roster")
    await posts(lead)
    page = text(await lead.get("/roster"))
    assert "今天白班 16:00 到 20:00，2 楼没人。2 楼住着 1 位老人。" in page
    assert "但院里没有排到别人。" in page
    assert "今后七天另外还有" in page
    assert "去排" in page
    assert "排别的班" not in await carer.get("/roster")


async def test_l6_the_lead_puts_somebody_and_a_second_lead_is_told(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead, carer = colleagues["shen"], colleagues["zhou"]
    await posts(lead)
    path, fields = await seat(house, "2 楼", "夜")
    fields |= {"out": "0", "drawn": await drawn(lead, path), "staff": await number_of(house, "tang")}
    assert (await carer.post("/roster/place", fields)).status == 403
    page = await (await lead.post("/roster/place", fields)).text()
    assert "2 楼 11月22日 周日 夜班 唐雨" in page
    late = await lead.post("/roster/place", fields | {"staff": await number_of(house, "zhou")})
    assert late.status == 409
    assert "沈国平刚刚把这一班改成了唐雨" in await late.text()


async def test_l6_who_is_asked_reads_it_and_her_yes_fills_the_seat(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead, nurse = colleagues["shen"], colleagues["tang"]
    await posts(lead)
    _, fields = await seat(house, "护士", "夜")
    asked = await lead.post("/roster/place", fields | {"staff": await number_of(house, "tang"), "ask": "1"})
    assert "问了唐雨，等她答应" in await asked.text()
    assert "沈国平请您顶今天夜班（20:00 到 08:00），护士。" in text(await nurse.get("/roster"))
    change = await house.home.one("SELECT id FROM rota_change")
    page = await (await nurse.post(f"/roster/asked/{change}/yes")).text()
    assert "护士 11月22日 周日 夜班 唐雨" in page


async def test_l6_a_rule_warns_and_a_reason_saves_it(house: House, colleagues: dict[str, Colleague]) -> None:
    lead = colleagues["shen"]
    await posts(lead)
    assert (await place(house, lead, "tang", "2 楼", "夜")).status == 200
    answer = await place(house, lead, "tang", "3 楼", "夜")
    assert answer.status == 422
    assert "唐雨同一时间排了两个岗位。能排，请先写一句原因。" in await answer.text()
    assert (await place(house, lead, "tang", "3 楼", "夜", reason="两层一个夜班")).status == 200
    path, _ = await seat(house, "3 楼", "夜")
    assert "两层一个夜班" in await lead.get(path)
    assert "两层一个夜班" not in await colleagues["zhou"].get(path)


async def test_l6_seven_days_and_a_month_are_printed_across_with_lines_to_sign(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead = colleagues["shen"]
    await posts(lead)
    await place(house, lead, "tang", "2 楼", "夜", SUNDAY + timedelta(days=1))
    sheet = text(await lead.get("/roster/print?first=2026-11-22"))
    assert "夜 唐雨" in sheet
    assert "▲ 没人" in sheet
    assert "排班人：" in sheet
    month = text(await lead.get("/roster/month?month=2026-11"))
    assert "2026 年 11 月" in month
    assert "夜1" in month
    assert "这个月还没有排班" in text(await lead.get("/roster/month?month=2026-01"))


async def test_n3_posts_and_shifts_are_kept_by_the_lead_alone(house: House, colleagues: dict[str, Colleague]) -> None:
    lead = colleagues["shen"]
    await posts(lead)
    assert (await colleagues["tang"].client.get("/console/roster/posts")).status == 404
    page = await lead.get("/roster/posts")
    assert "2 楼" in page
    number = await house.home.one("SELECT id FROM duty_post WHERE name = '2 楼'")
    wrong = await lead.post("/roster/posts/edit", {"post": str(number), "name": "护士", "least": "1"})
    assert "已经有「护士」这个岗位了" in await wrong.text()
    await lead.post("/roster/posts/end", {"post": str(number)})
    assert await house.home.one("SELECT count(*) FROM duty_span WHERE post_id = ? AND staff_id IS NULL", number) <= 1
    kind = await house.home.one("SELECT id FROM duty_shift WHERE name = '夜'")
    used = await lead.post("/roster/shifts/end", {"shift": str(kind)})
    assert "还要有人上「夜」班，请先改岗位" in await used.text()
    fields = {"shift": "0", "name": "半天班", "begins": "8:00", "ends": "12:00", "works": "1"}
    assert "半天" in await (await lead.post("/roster/shifts/edit", fields)).text()


async def test_l6_a_gap_of_the_next_seven_days_is_red_on_today_and_the_asked_colleague_reads_it_there(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead, nurse = colleagues["shen"], colleagues["tang"]
    assert "还没有排班" in await lead.get("/today")
    await posts(lead)
    page = text(await lead.get("/today"))
    assert "没人 今天白班（16:00 到 20:00）2 楼没人" in page
    assert "今后七天另外还有" in page
    _, fields = await seat(house, "护士", "夜")
    await lead.post("/roster/place", fields | {"staff": await number_of(house, "tang"), "ask": "1"})
    assert "请您顶 沈国平请您顶今天夜班，护士" in text(await nurse.get("/today"))
    where = f"{fields['post']}.{fields['day']}.{fields['shift']}"
    assert "今天夜班 护士" in text(await lead.get(f"/roster?seat={where}"))
    for wrong in ("1.2026-11-22.1", "a.b.c", "1..", where.replace("-22", "-99")):
        assert (await lead.client.get(f"/console/roster?seat={wrong}")).status in {200, 404}


async def test_n8_the_page_of_hours_shows_what_the_machine_will_say_and_only_the_lead_saves(
    colleagues: dict[str, Colleague],
) -> None:
    lead, nurse = colleagues["shen"], colleagues["tang"]
    page = text(await lead.get("/calendar"))
    assert "2027 年的放假安排还没有数据" in page
    assert "没存以前，机器人答应 60 分钟内回；家属睡觉的时间不算" in page
    assert "存，马上生效" not in await nurse.get("/calendar")
    fields = {f"desk-{n}-{part}": clock for n in "12345" for part, clock in zip("ab", ("9", "17:30"), strict=True)}
    fields |= {"quiet-elder-a": "20:30", "quiet-elder-b": "6:30", "quiet-family-a": "2130", "quiet-family-b": "8:00"}
    fields |= {"drawn": await drawn(lead, "/calendar")}
    assert (await nurse.post("/calendar/hours", fields)).status == 403
    page = text(await (await lead.post("/calendar/hours", fields)).text())
    assert "现在没人，明天 09:00 起有人" in page  # a Sunday
    assert "今天 22:10 「我是机器人小安，记下了。客服 明天 09:00 上班，明天 10:00 前回您。」" in page
    late = await lead.post("/calendar/hours", fields)
    assert "沈国平刚刚改过服务时间" in await late.text()


async def test_n8_a_day_is_set_by_hand_and_shown_dashed_with_its_reason(
    colleagues: dict[str, Colleague],
) -> None:
    lead = colleagues["shen"]
    where = "/calendar?month=2026-12&day=2026-12-26"
    assert "家属开放日，客服都在" in await lead.get(where)
    fields = {"day": "2026-12-26", "kind": "makeup", "name": "开放日", "reason": "家属开放日"}
    form = (await lead.get(where)).partition('id="day"')[2]
    day = re.search(r'name="drawn" value="(\w+)"', form)
    assert day
    page = await (await lead.post("/calendar/day?month=2026-12", fields | {"drawn": day[1]})).text()
    assert re.search(r'class="makeup hand[^"]*">\s*<a[^>]*>26<small>开放日', page)
    assert "沈国平：家属开放日" in page
    wrong = await lead.post("/calendar/year", {"year": "2027"})
    assert "还没填全" in await wrong.text()


async def test_q7plus_a_sheet_for_the_wall_names_the_number_and_who_is_on_duty(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead = colleagues["shen"]
    await posts(lead)
    await place(house, lead, "tang", "护士", "夜")
    await place(house, lead, "zhou", "2 楼", "夜")
    sheet = text(await lead.get("/roster/poster"))
    assert "有事找谁" in sheet
    assert "11-22 周日 夜 唐雨" in sheet
    assert "周敏" not in sheet
    assert "微信不是呼叫铃" in sheet


async def test_l6_a_shift_that_runs_and_is_filled_has_no_gap_any_more(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead = colleagues["shen"]
    await posts(lead)
    house.home.clock.on(minutes=20)
    page = await (await place(house, lead, "tang", "2 楼", "白")).text()
    assert "唐雨" in page
    assert "还差人" not in page


async def test_l6_a_post_without_shifts_that_must_be_filled_never_says_that_all_is_filled(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    lead = colleagues["shen"]
    await posts(lead)
    await house.home.rows("UPDATE duty_post SET shifts = ''")
    await house.home.rows("DELETE FROM duty_span")
    page = await lead.get("/roster")
    assert "还没定每天哪些班要有人" in page
    assert "七天都有人" not in page


async def test_l6_who_brought_a_rota_first_still_gets_a_post_for_each_floor(colleagues: dict[str, Colleague]) -> None:
    lead = colleagues["shen"]
    whole = {"post": "0", "name": "全院值班", "floors": "", "least": "1", "shifts": "白", "weekdays": "1"}
    assert (await lead.post("/roster/posts/edit", whole)).status == 200
    assert "按楼层建岗位" in await lead.get("/roster/posts")
    lead.headers["HX-Target"] = "posts"
    assert (await lead.post("/roster/by-floor", {"shifts": "白"})).headers["HX-Location"] == "/console/roster"
    assert "按楼层建岗位" not in await lead.get("/roster/posts")
