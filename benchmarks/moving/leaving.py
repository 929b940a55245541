"""Who is put out is out within a second, also on an open page; a relative who is removed sees the letter close."""

import time

from playwright.async_api import expect

from benchmarks.moving.hands import Hands
from benchmarks.moving.house import House

AT_ONCE = 1.0


async def nurse_out(home: House) -> None:
    """马上停用 with nothing filled in; her open page, her next press, her log-in."""
    boss, nurse = home.people["shen"], home.people["唐雨"]
    await nurse.go("老人")
    await nurse.press(nurse.page.locator(".bed").first)
    await expect(nurse.page.locator("#resident")).to_be_visible()
    await boss.go("同事")
    await boss.press(boss.page.locator("a.krow", has_text="唐雨"))
    boss.begin()
    async with boss.page.expect_response(lambda answer: answer.url.endswith("/out")):
        await boss.press("马上停用")
    begun = time.monotonic()
    await expect(nurse.page.get_by_label("密码")).to_be_visible(timeout=10_000)
    home.taken("a nurse who is put out is out within a second on her open page", AT_ONCE, begun)
    home.look("by one press, with nothing filled in", (boss.clicks, boss.fields) == (1, 0), (boss.clicks, boss.fields))
    shown = await nurse.page.content()
    home.look("nothing of a resident stands on her screen", "过敏" not in shown)
    answer = await nurse.page.goto(f"{home.url}/console/residents")
    home.look("and she finds no page", answer is not None and "login" in nurse.page.url, nurse.page.url)


async def relative_removed(home: House, reader: Hands) -> None:
    """移除, by who wanted it and why; the open letter closes by itself."""
    desk = home.people["陈晓雯"]
    page = desk.page
    await expect(reader.page.locator(".facts")).to_be_visible()
    await desk.go("老人")
    await desk.press(page.locator(".bed", has_text="黄秀英"))
    await desk.go("家属与同意")
    await desk.press(page.locator("tr", has_text="黄磊").first.get_by_text("更多"))
    await desk.press(page.locator("tr", has_text="黄磊").first.get_by_role("button", name="移除"))
    await desk.press(page.locator("#side").get_by_label("老人本人"))
    await desk.type(page.locator("#side [name=why]"), "老人不愿意")
    begun = time.monotonic()
    await desk.press("移除，并告诉黄磊")
    await expect(reader.page.locator(".facts")).to_have_count(0, timeout=20_000)
    home.taken("the open letter of a relative who is removed closes within 10 s", 10, begun)
    shown = await reader.page.content()
    home.look("and tells nothing", "黄秀英" not in shown and "平静" not in shown)
