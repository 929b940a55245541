"""Danger, played in a real browser on the running demo: who is accused, who goes, who cries above whom (S1, A4, S6, D7,
F27).
"""

import asyncio
import os
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from scripts.evening import log_in
from tests.stories.test_demo import Demo, demo
from tests.stories.test_every_page import DAUGHTER, ELDER, SIZES, act, looked_at

pytestmark = pytest.mark.browser
__all__ = ["demo"]
SHOTS = os.environ.get("JIASHU_SHOTS_TO", "")
"""A folder for pictures, for who wants to look."""


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


async def placed(what: Locator) -> dict[str, float]:
    """Where it stands on the page, in px; the strip is drawn anew at each cry."""
    for _ in range(50):
        box = await what.bounding_box()
        if box is not None:
            return dict(box)  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
    raise TimeoutError


async def strips(page: Page) -> list[str]:
    return await page.locator("#alarms article.alarm").all_inner_texts()


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_f27_the_accused_alone_on_the_floor_at_night(demo: Demo, width: int) -> None:
    """Zhou Min is the one carer of the third floor who is logged in; the elder cries that she is hurt by her."""
    zhou = await log_in(demo.browser, demo.console, "zhou", width, SIZES[width])
    nurse = await log_in(demo.browser, demo.console, "tang", width, SIZES[width])
    lead = await log_in(demo.browser, demo.console, "he", width, SIZES[width])
    for page in (zhou, nurse, lead):
        await page.goto(f"{demo.console}chats")
    await act(demo, "text", openid=ELDER, text="三楼护工小周打我，头流血了")
    await expect(nurse.locator("#alarms article.alarm")).to_contain_text("请马上去")
    seen = "\n".join(await strips(nurse))
    assert "306" in seen, "the place is never hidden"
    assert "周" not in seen
    assert "王桂兰" not in seen
    await expect(lead.locator("#alarms article.alarm").first).to_contain_text("小周打我")
    assert await strips(zhou) == [], "she is not rung, and reads nothing"
    await looked_at(nurse, "a strip with a place")
    await looked_at(lead, "strips for the lead")
    await shot(nurse, f"place-{width}")
    await shot(lead, f"lead-{width}")
    for page, hidden in ((zhou, True), (nurse, True), (lead, False)):
        await page.goto(f"{demo.console}chats")
        text = await page.locator("main").inner_text()
        assert ("小周打我" not in text) is hidden
        await page.goto(f"{demo.console}search?q=小周打我")
        assert ("小周打我，头" not in await page.locator("main").inner_text()) is hidden or not hidden
    await nurse.get_by_role("button", name="我去").click()
    await expect(nurse.locator("#alarms article.alarm")).to_contain_text("唐雨")
    await expect(nurse.get_by_role("button", name="已到").first).to_be_disabled()
    await expect(nurse.get_by_role("button", name="已到").first).to_be_enabled(timeout=8000)
    await shot(nurse, f"going-{width}")
    await nurse.get_by_role("button", name="已到").first.click()
    await expect(nurse.locator("#alarms .strip.done")).to_contain_text("唐雨")
    await expect(nurse.locator("#alarms .strip.done")).to_contain_text("秒")
    await shot(nurse, f"done-{width}")
    await nurse.goto(f"{demo.console}alarms/past")
    await looked_at(nurse, "past alarms")
    await shot(nurse, f"past-{width}")
    assert not [error for error in demo.errors if "404" not in error]


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("words", ["我要投诉 你们客服陈晓雯骂我", "我要投诉，晓雯姐态度恶劣，把我妈晾了一上午"])
async def test_fault_s1_a_desk_that_is_named_finds_nothing_and_somebody_above_lifts_it(
    demo: Demo, width: int, words: str
) -> None:
    chen = await log_in(demo.browser, demo.console, "chen", width, SIZES[width])
    lead = await log_in(demo.browser, demo.console, "he", width, SIZES[width])
    await act(demo, "text", openid=DAUGHTER, text=words)
    await lead.goto(f"{demo.console}complaints")
    await expect(lead.locator("a.case")).to_have_count(1)
    address = await lead.locator("a.case").get_attribute("href")
    assert address
    for path in ("today", "chats", "complaints", "search?q=骂我", "knowledge"):
        await chen.goto(demo.console + path)
        text = await chen.locator("main").inner_text()
        assert "陈晓雯骂我" not in text
        assert "态度恶劣" not in text
    answer = await chen.goto(demo.console.rstrip("/").removesuffix("/console") + address)
    assert answer
    assert answer.status == 404
    await lead.goto(demo.console.rstrip("/").removesuffix("/console") + address)
    card = lead.locator("section[aria-label='说到谁']")
    await expect(card).to_contain_text("陈晓雯")
    await expect(card).to_contain_text("未定")
    await looked_at(lead, "a case that names a colleague")
    await shot(lead, f"named-{width}")
    await card.get_by_placeholder("不是的话").fill("打错了名字，说的是快递公司的客服")
    await card.get_by_role("button", name="不是", exact=True).click()
    await expect(lead.locator("section[aria-label='说到谁']")).to_contain_text("不是 · 何志远")
    await chen.goto(f"{demo.console}complaints")
    await expect(chen.locator("a.case")).to_have_count(1)


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_fault_s6_strangers_who_cry_three_hundred_times_stand_below_a_residents_fall(
    demo: Demo, width: int
) -> None:
    nurse = await log_in(demo.browser, demo.console, "tang", width, SIZES[width])
    await nurse.goto(f"{demo.console}chats")
    async with aiohttp.ClientSession() as http:
        for number in range(30):
            await http.post(
                f"{demo.phone}api/person",
                json={"openid": f"oStranger_{number:02d}_0000000000000", "name": f"路人{number}"},
            )

        async def cry(number: int) -> None:
            fields = {"openid": f"oStranger_{number % 30:02d}_0000000000000", "text": "救命"}
            async with http.post(f"{demo.phone}api/text", json=fields) as answer:
                answer.raise_for_status()

        await asyncio.gather(*(cry(number) for number in range(300)))
    await act(demo, "text", openid=ELDER, text="我摔倒了")
    first = nurse.locator("#alarms article.alarm").first
    await expect(first).to_contain_text("王桂兰", timeout=15_000)
    await expect(nurse.locator("#alarms article.alarm")).to_have_count(2, timeout=15_000)
    await expect(nurse.locator("#alarms .strangers")).to_contain_text("30 个", timeout=30_000)
    box = await placed(first)
    assert box["y"] < 60, "a resident's fall is what stands on top"
    await looked_at(nurse, "strangers in one line")
    await shot(nurse, f"strangers-{width}")
    await nurse.locator("#alarms .strangers summary").first.click()
    await shot(nurse, f"strangers-open-{width}")
    row = nurse.locator(".stranger").first
    await row.locator("select[id^='mute']").select_option("反复乱发")
    await row.get_by_role("button", name="静音一天").click()
    await expect(nurse.locator("#alarms .strip.done").first).to_contain_text("静音一天")
    await expect(nurse.locator("#alarms .strangers")).to_contain_text("29 个")
    await nurse.wait_for_timeout(800)  # three hundred cries are told to the page once more; a button is pressed at rest
    await nurse.locator("#alarms .strip.done").first.get_by_role("button", name="撤销").click()
    await expect(nurse.locator("#alarms .strangers")).to_contain_text("30 个")


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_fault_d7_the_tap_on_a_changed_strip_ends_nothing(demo: Demo, width: int) -> None:
    """A says 我去; B's thumb was on its way: where 我去 stood nothing ends the alarm."""
    one = await log_in(demo.browser, demo.console, "tang", width, SIZES[width])
    other = await log_in(demo.browser, demo.console, "zhou", width, SIZES[width])
    for page in (one, other):
        await page.goto(f"{demo.console}chats")
    await act(demo, "text", openid=ELDER, text="我摔倒了")
    await act(demo, "text", openid=ELDER, text="头晕站不住")
    button = other.get_by_role("button", name="我去")
    await expect(other.locator("#alarms article.alarm")).to_contain_text("我摔倒了")
    await expect(other.locator("#alarms article.alarm")).to_contain_text("头晕站不住")
    box = await placed(button)
    await shot(other, f"ringing-{width}")
    await one.get_by_role("button", name="我去").click()
    await expect(other.locator("#alarms article.alarm")).to_contain_text("唐雨")
    await other.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await other.wait_for_timeout(400)
    await expect(other.locator("#alarms article.alarm")).to_contain_text("唐雨")
    assert "chats" in other.url
    if not await other.locator("#alarms details[open]").count():  # where 我去 stood the late tap may have opened them
        await other.locator("#alarms details summary").first.click()
    await shot(other, f"reasons-{width}")
    await other.wait_for_timeout(5200)
    await other.locator("select[id^='arrive']").select_option("她请我登记")
    await other.locator("form.reason").get_by_role("button", name="已到").click()
    await expect(other.locator("#alarms .strip.done")).to_contain_text("她请我登记")
