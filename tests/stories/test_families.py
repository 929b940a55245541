"""What families open, in a real browser, on letter paper: at both widths, by day and by night, with axe-core."""

import asyncio
import re
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from scripts.evening import SENTENCE, STRANGER, evening, log_in
from tests.stories.test_complaints import log_in as opened_by
from tests.stories.test_demo import Demo, demo
from tests.stories.test_every_page import SIZES, act, looked_at

pytestmark = pytest.mark.browser
__all__ = ["demo"]


async def test_u1_m1_families_read_the_letter_and_answer_eight_taps_wide_and_narrow_by_day_and_by_night(
    demo: Demo,
) -> None:
    links = await evening(demo.browser, demo.phone, demo.console)
    for width, height in SIZES.items():
        page = await demo.page(width, height)
        await page.goto(links.letter)
        await expect(page.get_by_role("heading", name="妈妈的一天")).to_be_visible()
        await expect(page.locator(".ruled")).to_have_text(SENTENCE)
        await expect(page.locator(".facts")).to_contain_text("大半")
        await looked_at(page, f"letter {width}")
        await page.get_by_role("link", name="大字").click()
        await looked_at(page, f"letter, large {width}")
        await page.get_by_role("link", name="以前的家书").click()
        await expect(page.get_by_role("heading", name="收到的家书")).to_be_visible()
        await looked_at(page, f"letters {width}")
        await page.get_by_role("link", name="想怎样收到").click()
        await page.get_by_label("满意度问卷").check()
        await page.get_by_role("button", name="就这样").click()
        await expect(page.get_by_role("status")).to_contain_text("记下了")
        await looked_at(page, f"preferences {width}")
        await page.get_by_label("满意度问卷").uncheck()
        await page.get_by_role("button", name="就这样").click()
        await page.goto(links.survey)
        await expect(page.get_by_role("heading", name="满意度问卷")).to_be_visible()
        await looked_at(page, f"survey {width}")
        await page.context.close()
    page = await demo.page(390, 844)
    await page.goto(links.letter)
    await page.get_by_role("button", name="谢谢").click()
    await expect(page.get_by_role("button", name="谢谢")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="请来电").click()
    await expect(page.get_by_role("status")).to_contain_text("19:00 前")
    await looked_at(page, "letter, told")
    desk = await log_in(demo.browser, demo.console, "chen")
    await desk.goto(f"{demo.console}today")
    await desk.locator(".plan", has_text="李静等电话").get_by_role("link", name="去办").click()
    await expect(desk.locator(".running")).to_contain_text("回电")
    await desk.locator("#call-note").fill("和女儿说了今天吃了什么")
    await desk.get_by_role("button", name="登记这通电话").click()
    await expect(desk.locator("#messages")).to_contain_text("和女儿说了今天吃了什么")
    await expect(desk.locator(".running")).to_have_count(0)
    await page.goto(links.survey)
    taps = 0
    for question in await page.locator("fieldset.q").all():
        await question.locator("label").nth(taps % 2).click()
        taps += 1
    await page.get_by_role("button", name="交给院里").click()
    assert taps + 1 <= 8
    await expect(page.get_by_role("status")).to_contain_text("都记下了")
    await looked_at(page, "survey, done")
    assert demo.errors == []


async def test_f15_a_forwarded_link_opens_nothing_on_a_strangers_phone(demo: Demo) -> None:
    links = await evening(demo.browser, demo.phone, demo.console)
    page = await demo.page(390, 844)
    await page.goto(re.sub(r"openid=[^&]+", f"openid={STRANGER}", links.letter))
    await expect(page.get_by_role("heading", name="这一页关上了")).to_be_visible()
    assert "王桂兰" not in await page.content()
    await looked_at(page, "no letter")
    demo.errors.clear()  # the browser itself notes the 404 that the page has told
    await page.goto(
        f"{demo.phone}open?openid={STRANGER}&url={quote(demo.console.replace('/console/', '/p/letters'), safe='')}"
    )
    await expect(page.get_by_role("heading", name="这一页关上了")).to_be_visible()
    await expect(page.locator(".shelf")).to_have_count(0)


async def test_fault_c7_what_a_letter_is_refused_for_comes_into_sight_on_a_phone(demo: Demo) -> None:
    page = await opened_by(demo, 390, "zhou")
    await page.goto(f"{demo.console}letters")
    await page.locator("a.krow").first.click()
    await page.locator("#sentence").fill("今天有点发热，医生看过")
    await expect(page.locator("#who-reads")).to_contain_text("自动算")
    await page.locator("#sentence").fill("今日平安")
    await expect(page.locator("#who-reads")).not_to_contain_text("自动算")
    await page.get_by_role("button", name=re.compile("^写好")).click()
    problem = page.locator("#problem")
    await expect(problem).to_contain_text("平安")
    await expect(problem).to_be_in_viewport()
    await expect(problem).to_be_focused()
    demo.errors[:] = [error for error in demo.errors if "422" not in error]
    assert demo.errors == []


async def test_fault_c7_what_came_of_a_binding_stays_on_the_board_through_live_refreshes(demo: Demo) -> None:
    desk = await opened_by(demo, 1440, "chen")
    await desk.goto(f"{demo.console}residents")
    await desk.locator(".bed", has_text="王桂兰").click()
    await desk.get_by_role("link", name="家属与同意").click()
    async with desk.context.expect_page() as opened:
        await desk.get_by_role("button", name="打一张绑定单").click()
    code = await (await opened.value).locator(".code b").inner_text()
    for words in (f"绑定 {code}", "侄女", "孙玉"):
        await act(demo, "text", openid=STRANGER, text=words)
        await asyncio.sleep(0.3)
    await desk.goto(f"{demo.console}binding")
    row = desk.locator("tr", has_text="孙玉")
    await row.get_by_label("怎么证实的").select_option(label="看过身份证")
    await row.locator(".pickme input").check()
    await desk.get_by_role("button", name="勾了的一起确认").click()
    failed = desk.get_by_text("有一位的号码还没当面打响")
    await expect(failed).to_be_visible()
    await row.get_by_label("怎么证实的").select_option(label="看过身份证")
    await row.locator(".pickme input").check()
    await row.get_by_label("响了").check()
    await desk.get_by_role("button", name="勾了的一起确认").click()
    done = desk.get_by_text("1 位绑好了。")
    await expect(done).to_be_visible()
    await act(demo, "text", openid=STRANGER, text="谢谢")  # the house looks again
    await desk.wait_for_timeout(1000)
    await expect(done).to_be_visible()
    await desk.context.close()


async def test_u2_a_held_letter_is_let_go_on_a_small_screen(demo: Demo) -> None:
    carer = await opened_by(demo, 390, "zhou")
    await carer.goto(f"{demo.console}letters")
    await carer.locator("a.krow", has_text="王桂兰").click()
    await carer.locator(".pick", has_text="两顿没吃").click()
    await carer.get_by_role("button", name=re.compile("^写好")).click()
    await expect(carer.locator(".ktitle h2")).not_to_contain_text("王桂兰")
    nurse = await log_in(demo.browser, demo.console, "tang", 1125, 720)
    await nurse.goto(f"{demo.console}letters")
    await nurse.locator("a.krow", has_text="先打电话").click()
    await nurse.locator(".calls [name=called]").fill("和女儿说了，晚上换软饭")
    await nurse.get_by_role("button", name="打过了，放行").first.click()
    await expect(nurse.locator("a.krow", has_text="先打电话")).to_have_count(0)
    for page in (carer, nurse):
        await page.context.close()
