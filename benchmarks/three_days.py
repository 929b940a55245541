"""Three days of `practice.md` in a browser, on the sample home with its phones, its telephone company and its SMS
(part 8): the night (day 3), Spring Festival (day 6), the week in which the account is restricted (day 11):
`python -m benchmarks.three_days [--pictures FOLDER]`.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import aiohttp
from playwright.async_api import Browser, Page, async_playwright

from benchmarks.moving.hands import Hands
from scripts.browser import launch
from scripts.stage import ROOT, free_port

T = TypeVar("T")
ZONE: Final = ZoneInfo("Asia/Shanghai")
LI, HE, ELDER = "oSim_lijing_0000000000000001", "oSim_heping_0000000000000004", "oSim_wangguilan_00000000002"
FESTIVAL: Final = datetime(2027, 2, 5, 7, 0, tzinfo=ZONE)
"""除夕; 春节 is the day after."""
LOG_IN: Final = ("login", "jiashu-demo")


@dataclass
class Days:
    """The running home, who is logged in, and what was looked at."""

    url: str
    phone: str
    browser: Browser
    http: aiohttp.ClientSession
    pictures: Path | None
    people: dict[str, Hands] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def look(self, what: str, good: object, found: object = "") -> None:
        """One look, and what stood there where it is not as it should be."""
        (self.seen if good else self.wrong).append(what)
        print(f"  {'ok   ' if good else 'WRONG'} {what}{'' if good else f': {str(found)[:400]}'}", flush=True)

    async def act(self, what: str, **fields: object) -> None:
        """Something happens at a phone, or to the clock."""
        async with self.http.post(f"{self.phone}/api/{what}", json=fields) as answer:
            answer.raise_for_status()

    async def asked(self, what: str) -> dict[str, Any]:
        """What a phone, the telephone company or the one for SMS shows."""
        async with self.http.get(f"{self.phone}/api/{what}") as answer:
            found: dict[str, Any] = await answer.json()
        return found

    async def at(self, moment: datetime) -> None:
        """The clock goes on to this moment; everybody has to log in anew after a day."""
        now = float((await self.asked("state?journal=0"))["now"])
        await self.act("clock", seconds=moment.timestamp() - now)
        await asyncio.sleep(6)

    async def now(self) -> datetime:
        """The moment of the house."""
        return datetime.fromtimestamp(float((await self.asked("state?journal=0"))["now"]), ZONE)

    async def heard(self, openid: str) -> list[str]:
        """What stands on a phone in WeChat, the newest last."""
        phones = (await self.asked("state?journal=0"))["phones"]
        chat = next(one["chat"] for one in phones if one["openid"] == openid)
        return [str(line.get("content", "")) for line in chat]

    async def who(self, login: str) -> Page:
        """A colleague's page, logged in."""
        if login not in self.people:
            context = await self.browser.new_context(viewport={"width": 1440, "height": 900})
            self.people[login] = Hands(await context.new_page())
        page = self.people[login].page
        await page.goto(f"{self.url}/console/login")
        if await page.locator("[name=login]").count():
            await page.locator("[name=login]").fill(login)
            await page.locator("[name=password]").fill(LOG_IN[1])
            await page.locator("form button").first.click()
            await page.wait_for_url(lambda url: "/login" not in url)
        for name in ("我看完了，我承诺", "以后再设", "先不设", "过几天再设"):
            if await page.get_by_role("button", name=name).count():
                await page.get_by_role("button", name=name).first.click()
        return page

    async def picture(self, page: Page, name: str) -> None:
        """For the eye."""
        if self.pictures is not None:
            await page.screenshot(path=self.pictures / f"{name}.png")

    async def until(self, good: Callable[[], Awaitable[T]], seconds: float = 30) -> T:
        """What a question answers once it does; what it answered last where it never does."""
        ends = time.monotonic() + seconds
        while True:
            found = await good()
            if found or time.monotonic() > ends:
                return found
            await asyncio.sleep(0.3)


@asynccontextmanager
async def running(pictures: Path | None) -> AsyncIterator[Days]:
    """`jiashu demo`, ended by its pid."""
    port, phone = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="jiashu-days-") as folder:
        printed = Path(folder) / "printed"
        words = ["demo", "--port", str(port), "--phone-port", str(phone), "--data", f"{folder}/data"]
        with printed.open("wb") as out:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.cli", *words, stdout=out, stderr=asyncio.subprocess.STDOUT, cwd=ROOT
            )
        try:
            async with aiohttp.ClientSession() as http, async_playwright() as playwright:
                ends = time.monotonic() + 240
                while True:
                    if "补好了" in printed.read_text("utf-8", "replace") or time.monotonic() > ends:
                        break
                    await asyncio.sleep(0.5)
                browser = await launch(playwright)
                yield Days(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{phone}", browser, http, pictures)
                await browser.close()
        finally:
            child.terminate()
            await child.wait()


async def night(days: Days) -> None:
    """02:14: a voice that nobody can read, a second alarm, a press by mistake from the office (F1, F2, F3, F6)."""
    now = await days.now()
    await days.at((now + timedelta(days=1)).replace(hour=2, minute=14, second=0))
    nurse, office = await days.who("tang"), await days.who("chen")
    await nurse.goto(f"{days.url}/console/")
    await office.goto(f"{days.url}/console/")
    form = aiohttp.FormData({"openid": ELDER, "kind": "voice"})
    form.add_field("file", (ROOT / "simulator/static/sample.amr").read_bytes(), filename="v.amr")
    began = time.monotonic()
    async with days.http.post(f"{days.phone}/api/file", data=form) as answer:
        answer.raise_for_status()

    async def rung() -> list[dict[str, Any]]:
        return list((await days.asked("telephone"))["calls"])

    calls = await days.until(rung, 40)
    days.look("a voice without words rings a telephone at night", calls, await days.heard(ELDER))
    if calls:
        print(f"        {calls[0]['number']} after {time.monotonic() - began:.1f} s: {calls[0]['text']}")
        days.look("the telephone hears the place and nothing else", "306" in calls[0]["text"], calls[0]["text"])
    await days.act("text", openid=HE, text="我妈刚打电话说心口闷，喘不上气")

    async def both() -> str:
        text = await nurse.locator("#alarms").inner_text()
        return text if "306" in text and "201" in text else ""

    days.look(
        "the second alarm stands beside the first", await days.until(both), await nurse.locator("#alarms").inner_text()
    )
    await days.picture(nurse, "night-two-alarms")
    said = await office.locator("#alarms").inner_text()
    days.look("the office reads of both as well", "306" in said and "201" in said, said)
    for place in ("306", "201"):
        box = nurse.locator("#alarms .alarm, #alarms section, #alarms article").filter(has_text=place).first
        go = box.get_by_role("button", name=re.compile("^我去")).first
        if await go.count():
            await go.click()
            await nurse.wait_for_timeout(800)
    said = await nurse.locator("#alarms").inner_text()
    days.look("the nurse goes, and her name stands there", "唐雨" in said, said)
    told = await days.until(lambda: _one(days, ELDER, "来了"), 20)
    days.look("the elder hears that somebody comes", told, (await days.heard(ELDER))[-3:])
    arrive = nurse.get_by_role("button", name=re.compile("已到"))
    for _ in range(await arrive.count()):
        await nurse.get_by_role("button", name=re.compile("已到")).first.click()
        await nurse.wait_for_timeout(1500)
    await days.picture(nurse, "night-arrived")
    left = await nurse.get_by_role("button", name=re.compile("^我去$")).count()
    days.look("nothing rings any more", left == 0, await nurse.locator("#alarms").inner_text())


async def _one(days: Days, openid: str, words: str) -> str:
    return next((one for one in reversed((await days.heard(openid))[-3:]) if words in one), "")


async def festival(days: Days) -> None:
    """除夕 and 春节: who is greeted by which way, who sits with whom, and that a complaint's clock does not pause."""
    await days.at(FESTIVAL)
    director = await days.who("shen")
    await director.goto(f"{days.url}/console/days/company/2027-02-05")
    text = await director.locator("main").inner_text()
    days.look("a sheet says to whom nobody comes on 除夕", "陪伴单" in text and re.search(r"\d{3}-\d", text), text)
    await days.picture(director, "festival-company")
    await days.at(FESTIVAL + timedelta(days=1, hours=2, minutes=15))
    await asyncio.sleep(8)
    await days.at(FESTIVAL + timedelta(days=1, hours=2, minutes=20))

    async def greeted() -> str:
        return await _one(days, LI, "春节") or await _one(days, LI, "过年") or await _one(days, LI, "新春")

    days.look(
        "a relative who has not written for weeks is greeted", await days.until(greeted, 40), await days.heard(LI)
    )
    director = await days.who("shen")
    await director.goto(f"{days.url}/console/reach")
    text = await director.locator("main").inner_text()
    days.look("by one mass send", "群发" in text and re.search(r"\d+ 位", text), text)
    days.look("elders without WeChat have cards for the bedside", "要打印的" in text and "送过去了" in text, text[:600])
    await days.picture(director, "festival-reach")
    await director.goto(f"{days.url}/console/reach/cards")
    cards = await director.locator(".bedcard").count()
    days.look("the cards are there to be printed", cards > 0, cards)
    await days.picture(director, "festival-cards")
    await days.act("text", openid=HE, text="我要投诉，年夜饭是凉的，我妈没吃饱")
    told = await days.until(lambda: _one(days, HE, "编号 C"), 20)
    days.look("a complaint on 春节 has a number and an hour", told and re.search(r"\d+:\d\d", told), told)


async def restriction(days: Days) -> None:
    """The account may not send: one tap, telephone, SMS and paper; nothing stale afterwards (F17)."""
    await days.at(FESTIVAL + timedelta(days=12, hours=3))
    lead, desk = await days.who("he"), await days.who("chen")
    await lead.goto(f"{days.url}/console/reach")
    await lead.get_by_role("button", name="改成电话和打印").click()
    await lead.wait_for_timeout(1500)
    text = await lead.locator("main").inner_text()
    days.look("a lead says so by one tap, and every colleague reads it", "公众号停发中" in text, text)
    await days.picture(lead, "restriction-on")
    await days.act("text", openid=LI, text="我要投诉，三楼热水一直没有")
    told = await days.until(lambda: _one(days, LI, "编号 C"), 20)
    days.look("complaints are taken as ever", told, (await days.heard(LI))[-2:])
    person = await _person(desk, days, "李静")
    await desk.goto(f"{days.url}/console/chats/{person}")
    box = desk.locator("#reply").first
    await box.fill("热水器今天下午换好，换好我给您打电话。")
    await desk.keyboard.press("Control+Enter")
    await desk.wait_for_timeout(3000)

    async def texted() -> list[dict[str, Any]]:
        return [one for one in (await days.asked("sms"))["texts"] if one["number"] == "13800002107"]

    texts = await days.until(texted, 30)
    days.look("an answer goes by SMS, without its words", texts and "热水器" not in texts[-1]["text"], texts)
    if texts:
        reader = await days.browser.new_page(viewport={"width": 390, "height": 844})
        await reader.goto(texts[-1]["url"])
        await reader.locator("[name=digits]").fill("2107")
        await reader.locator("button.send").click()
        words = await reader.locator("main").inner_text()
        days.look("she reads it by the last digits of her number", "热水器今天下午换好" in words, words)
        await days.picture(reader, "restriction-sms")
    said = [one for one in await days.heard(LI) if "热水器" in one]
    days.look("and nothing of it went by WeChat", not said, said)
    await lead.goto(f"{days.url}/console/announcements")
    await lead.locator("textarea").first.fill("公众号这几天停用，有事请打 0571-8800-0101，照常有人接。")
    text = await lead.locator("main").inner_text()
    days.look("an urgent 通知 can be written to all", "要紧" in text, text)
    await days.picture(lead, "restriction-notice")
    await lead.goto(f"{days.url}/console/reach")
    await lead.get_by_role("button", name="恢复了").click()
    await lead.wait_for_timeout(2500)
    text = await lead.locator("main").inner_text()
    days.look("it may send again", "公众号停发中" not in text, text[:300])
    await asyncio.sleep(12)
    said = [one for one in await days.heard(LI) if "热水器" in one]
    days.look("what was read by SMS is not said again", not said, said)


async def _person(page: Page, days: Days, name: str) -> str:
    """The address of a talk."""
    await page.goto(f"{days.url}/console/chats")
    await page.locator(".person", has_text=name).first.click()
    await page.wait_for_url(re.compile(r"/chats/\d+"))
    return page.url.rsplit("/", 1)[1]


async def prove(pictures: Path | None, only: str) -> bool:
    """Play them, and say what was not as it should be."""
    begun = time.monotonic()
    async with running(pictures) as days:
        for name, play in (("night", night), ("festival", festival), ("restriction", restriction)):
            if only in {"", name}:
                print(f"{name}:", flush=True)
                await play(days)
        errors = [error for hands in days.people.values() for error in hands.errors]
        days.look("no page complained", not errors, errors)
        whole = len(days.seen) + len(days.wrong)
        print(
            f"part 8 three days in a browser: {len(days.seen)} of {whole} looks as they should be"
            f"{' (not: ' + '; '.join(days.wrong) + ')' if days.wrong else ''}; {time.monotonic() - begun:.0f} s"
        )
        return not days.wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--only", default="", choices=("", "night", "festival", "restriction"))
    chosen = parser.parse_args()
    sys.exit(not asyncio.run(prove(chosen.pictures, chosen.only)))
