"""Every page at both widths, by day and by night: no serious finding of axe-core, nothing sideways, no error, keys that
work.
"""

import asyncio

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from console.app import menu
from tests import choice
from tests.stories.test_demo import Demo, demo

pytestmark = pytest.mark.browser
DAUGHTER, ELDER = "oSim_lijing_0000000000000001", "oSim_wangguilan_00000000002"
SIZES = {1440: 900, 390: 844}
SETTLED = """() => Promise.all(document.getAnimations()
  .filter(one => one.effect.getComputedTiming().endTime !== Infinity)
  .map(one => one.finished.catch(() => null)))"""
"""Whatever moves has come to rest; what moves for ever does not count."""
AXE = Axe()
FOUND = """options => axe.run(options).then(told => told.violations
  .filter(rule => rule.impact === 'serious' || rule.impact === 'critical')
  .map(rule => [rule.id, rule.nodes.slice(0, 3).map(node => node.html.slice(0, 160))]))"""
"""What is to be mended, and no more: all that axe-core looked at is ten times as long as a page."""
__all__ = ["demo"]


async def act(used: Demo, what: str, **fields: object) -> None:
    async with aiohttp.ClientSession() as http, http.post(f"{used.phone}api/{what}", json=fields) as answer:
        answer.raise_for_status()


async def looked_at(page: Page, name: str) -> None:
    """The findings that a person with other eyes or hands would stumble over: in the light where the page is wide, in
    the dark where it is narrow; with `--whole` both at either width.
    """
    whole, narrow = choice.whole(), await page.evaluate("innerWidth <= 760")
    await page.evaluate(SETTLED)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.axe_script)
    bad = []
    if whole or not narrow:
        bad += await page.evaluate(FOUND, {"resultTypes": ["violations"]})
    if whole or narrow:
        await page.emulate_media(color_scheme="dark")
        await page.evaluate(SETTLED)
        bad += await page.evaluate(FOUND, {"resultTypes": ["violations"]})
        await page.emulate_media(color_scheme="light")
    assert not bad, (name, bad)


@pytest.mark.timeout(400)  # with --whole on a machine that others use
@pytest.mark.parametrize("width", SIZES)
async def test_every_page_opens_wide_and_narrow_by_day_and_by_night(  # noqa: PLR0915  (many pages)
    demo: Demo, width: int
) -> None:
    page = await demo.page(width, SIZES[width])
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    await page.goto(f"{demo.console}login")
    await looked_at(page, "log-in")
    await page.get_by_label("姓名或登录名").fill("shen")
    await page.get_by_label("密码").fill("wrong")
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("alert")).to_contain_text("密码不对")
    await looked_at(page, "log-in refused")
    demo.errors.clear()  # the browser itself notes the 401 that the page has told
    await page.get_by_label("密码").fill("jiashu-demo")
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="现在要处理")).to_be_visible()
    for empty in (
        *(page_of.path[1:] for page_of in menu()),
        "residents/beds",
        "residents/new",
        "week/activities",
        "week/beds",
        "week/prices",
        "knowledge?show=soon",
        "search?q=没有这个人",
        "restore",
    ):
        await page.goto(demo.console + empty)
        await looked_at(page, f"{empty}, empty")
    await act(demo, "text", openid=DAUGHTER, text="请给我妈买两包纸尿裤")
    await act(demo, "text", openid=DAUGHTER, text="你们把我妈摔了，我要投诉，找律师")
    await act(demo, "text", openid=ELDER, text="我摔倒了")
    for full in (
        "today",
        "chats",
        "complaints",
        "complaints?show=serious",
        "complaints?show=late",
        "knowledge",
        "knowledge/faq-01",
        "knowledge/new",
        "audit",
        "audit?show=all",
    ):
        await page.goto(demo.console + full)
        await expect(page.locator(".alarm")).to_contain_text("我摔倒了")
        await looked_at(page, f"{full}, full")
    await page.goto(f"{demo.console}residents")
    await page.locator(".bed", has_text="王桂兰").click()
    await expect(page.get_by_role("heading", name="家属", exact=True)).to_be_visible()
    await looked_at(page, "resident")
    await page.keyboard.press("h")
    await expect(page.get_by_text("先救人、打 120，同时打给李静")).to_be_visible()
    await looked_at(page, "emergency card")
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="家属与同意").click()
    for part in ("加一位", "记下老人的话", "有争议"):
        await page.get_by_role("button", name=part).click()
        await expect(page.locator("#side form")).to_be_visible()
        await looked_at(page, f"families, {part}")
    await page.get_by_role("switch", name="李静看健康").click()
    await expect(page.locator("#side")).to_contain_text("这位家属会收到")
    await looked_at(page, "families, less")
    async with page.context.expect_page() as opened:
        await page.get_by_role("button", name="打一张绑定单").click()
    sheet = await opened.value
    await expect(sheet.get_by_text("微信不是呼叫铃")).to_be_visible()
    await looked_at(sheet, "binding sheet")
    await sheet.close()
    await page.goto(f"{demo.console}binding")
    await expect(page.get_by_role("heading", name="绑定", exact=True)).to_be_visible()
    await looked_at(page, "binding day")
    await page.goto(f"{demo.console}letters")
    await page.locator(".krow", has_text="王桂兰").click()
    await page.locator(".pick", has_text="大半").click()
    await looked_at(page, "letter")
    if width == 390:
        await page.get_by_role("button", name="更多").click()
        await expect(page.get_by_role("link", name="审计")).to_be_visible()
        await looked_at(page, "menu")
    await page.goto(f"{demo.console}complaints")
    await page.locator(".case").click()
    await expect(page.locator("#case")).to_be_visible()
    await looked_at(page, "case")
    await page.get_by_role("link", name="打开会话").click()
    await expect(page.locator("#messages")).to_be_visible()
    await looked_at(page, "thread")
    await page.get_by_role("button", name="我去").click()
    await expect(page.locator(".alarm")).to_contain_text("沈国平")
    await looked_at(page, "alarm, somebody goes")
    await page.get_by_role("button", name="已到").click()
    await expect(page.locator(".alarm")).to_have_count(0)
    assert demo.errors == []
    await page.goto(f"{demo.console}nothing")
    await looked_at(page, "not found")
    await page.goto(f"{demo.console}jobs")  # last: the first runs are noted after twenty seconds
    await expect(page.locator("table.jobs")).to_be_visible(timeout=45_000)
    await looked_at(page, "jobs")
    await page.goto(demo.phone)
    await expect(page.locator("#chat")).to_contain_text("编号")
    await looked_at(page, "phone")


async def test_e2_the_nurse_answers_an_alarm_and_the_elder_reads_who_comes(demo: Demo) -> None:
    nurse = await demo.page(1440, 900)
    await nurse.goto(demo.console)
    await nurse.get_by_label("姓名或登录名").fill("tang")
    await nurse.get_by_label("密码").fill("jiashu-demo")
    await nurse.get_by_role("button", name="登录").click()
    await expect(nurse.get_by_role("heading", name="现在要处理")).to_be_visible()
    await act(demo, "text", openid=ELDER, text="我摔倒了")
    strip = nurse.locator(".alarm")
    await expect(strip).to_contain_text("王桂兰", timeout=2000)
    await expect(strip).to_contain_text("306 室 1 床")
    assert (await nurse.title()).startswith("【紧急】")
    await strip.get_by_role("button", name="我去").click()
    await expect(strip).to_contain_text("唐雨")

    async def said(kind: str = "text") -> list[str]:
        async with aiohttp.ClientSession() as http, http.get(f"{demo.phone}api/state") as answer:
            phones = (await answer.json())["phones"]
        return [
            line["content"]
            for line in next(phone for phone in phones if phone["openid"] == ELDER)["chat"]
            if line["kind"] == kind
        ]

    for _ in range(40):
        if "唐雨来了，别动。" in await said():
            break
        await asyncio.sleep(0.1)
    assert await said() == ["我摔倒了", "已经在叫人。您别动，别自己起来。", "唐雨来了，别动。"]
    for _ in range(40):
        if len(await said("voice")) == 2:
            break
        await asyncio.sleep(0.1)
    assert len(await said("voice")) == 2, "both sentences are heard as well"
    await strip.get_by_role("button", name="已到").click()
    await expect(strip).to_have_count(0)
    assert demo.errors == []


async def test_keys_lead_through_the_console_without_a_mouse(demo: Demo) -> None:
    await act(demo, "text", openid=DAUGHTER, text="请给我妈买两包纸尿裤")
    await act(demo, "text", openid=ELDER, text="我闺女什么时候来")
    page = await demo.page(1440, 900)
    await demo.log_in(page)
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages")).to_be_visible()
    await page.keyboard.press("r")
    await expect(page.locator("[data-send]")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("g")
    await page.keyboard.press("k")
    await expect(page.get_by_role("heading", name="知识库")).to_be_visible()
    await page.keyboard.press("/")
    await expect(page.locator(".try input[name=text]")).to_be_focused()
    await page.locator("h1").click()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("g")
    await page.keyboard.press("t")
    await expect(page.get_by_role("heading", name="投诉", exact=True)).to_be_visible()
    assert demo.errors == []


async def test_what_cannot_be_read_by_night_alone_is_found_as_well(browser: Browser) -> None:
    page = await (await browser.new_context(viewport={"width": 390, "height": 844})).new_page()
    style = "body{background:#fff;color:#000} @media(prefers-color-scheme:dark){body{background:#333;color:#444}}"
    await page.set_content(f"<html lang=zh><title>夜</title><style>{style}</style><main><h1>夜里</h1></main></html>")
    with pytest.raises(AssertionError, match="color-contrast"):
        await looked_at(page, "a page")
    await page.context.close()
