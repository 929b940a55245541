"""An evening in the sample home, played in a browser: a letter is written and released, a questionnaire is out; what
families then open.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from playwright.async_api import Browser, Page, expect

DAUGHTER = "oSim_lijing_0000000000000001"
STRANGER = "oSim_luren_00000000000000003"
PASSWORD = "jiashu-demo"  # noqa: S105  (the sample home's, printed by `jiashu demo`)
SENTENCE = "上午在阳光房折了六朵纸花，说要留两朵给外孙女。"
EVENING = 18 * 3600
ZONE = 8 * 3600


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses as they stand in the chat, behind the simulator's door that knows whose phone it is."""

    letter: str
    survey: str


async def log_in(browser: Browser, console: str, login: str, width: int = 1440, height: int = 900) -> Page:
    """A colleague's browser, logged in."""
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(f"{console}login")
    await page.get_by_label("姓名或登录名").fill(login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_selector("nav.nav")
    return page


async def evening(browser: Browser, phone: str, console: str) -> Links:
    """Write, move the clock to 18:00, start the questionnaire, ask for both on the phone, and read the notice there."""
    carer = await log_in(browser, console, "zhou")
    await carer.goto(f"{console}letters")
    await carer.locator(".krow", has_text="王桂兰").click()
    for words in ("大半", "好", "开心", "手工"):
        await carer.locator(".pick", has_text=words).first.click()
    await carer.locator("#sentence").fill(SENTENCE)
    await carer.get_by_role("button", name="写好，下一位").click()
    await expect(carer.locator(".ktitle h2")).not_to_contain_text("王桂兰")
    await carer.context.close()
    async with aiohttp.ClientSession() as http:
        await _act(
            http, phone, "text", openid=DAUGHTER, text="家书"
        )  # who wrote within 48 hours is sent the questionnaire
        lead = await log_in(browser, console, "he")
        await lead.goto(f"{console}surveys")
        lead.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await lead.locator("form[hx-post='/console/surveys/begin'] button").click()
        await lead.get_by_role("heading", name="各项得分").wait_for()
        await lead.context.close()
        now = (await _state(http, phone))["now"]
        await _act(http, phone, "clock", seconds=(EVENING - (now + ZONE) % 86_400) % 86_400)
        letter = await _link(http, phone, "letters/")
        survey = await _link(http, phone, "survey")
    reader = await browser.new_page()
    await reader.goto(letter)
    await reader.get_by_role("button", name="看过了，打开").click()
    await reader.locator(".ruled").wait_for()
    await reader.context.close()
    return Links(letter, survey)


async def _link(http: aiohttp.ClientSession, phone: str, part: str) -> str:
    """Tap until the chat has the link: letters open within seconds of their hour."""
    for _ in range(40):
        await _act(http, phone, "menu", openid=DAUGHTER, key="LETTER")
        await asyncio.sleep(0.7)
        chat = next(one for one in (await _state(http, phone))["phones"] if one["openid"] == DAUGHTER)["chat"]
        links = re.findall(r'href="([^"]+)"', "".join(line["content"] for line in chat if line["side"] == "home"))
        found = next((link for link in reversed(links) if part in link), "")
        if found:
            return f"{phone}open?openid={DAUGHTER}&url={quote(found, safe='')}"
    message = f"no link to {part}"
    raise AssertionError(message)


async def _state(http: aiohttp.ClientSession, phone: str) -> dict[str, Any]:
    async with http.get(f"{phone}api/state?journal=0") as answer:
        found: dict[str, Any] = await answer.json()
    return found


async def _act(http: aiohttp.ClientSession, phone: str, what: str, **fields: object) -> None:
    async with http.post(f"{phone}api/{what}", json=fields) as answer:
        answer.raise_for_status()
