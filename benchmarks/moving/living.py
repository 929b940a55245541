"""An evening's letters, a family that reads, a birthday, a festival; each by its switch, and what was sent is what was
shown.
"""

import asyncio
import re
from typing import Final
from urllib.parse import quote

from playwright.async_api import expect

from benchmarks.moving import overdue
from benchmarks.moving.binding import DEVICE, ELDER, FAMILIES, openid
from benchmarks.moving.entering import log_in
from benchmarks.moving.hands import Hands
from benchmarks.moving.house import House

SENTENCE: Final = "上午在廊下看了一会儿花，说今年的菊花开得好。"
OF_FLOOR: Final = 24
NEXT: Final = "name => document.querySelector('.ktitle h2')?.innerText !== name"
LINK: Final = re.compile(r'href="([^"]+/p/letters/[^"]+)"')


async def letters(home: House) -> None:
    """The first floor is switched on after a look at the list; a carer writes from her phone, bad news waits for a
    call, and at the hour exactly who was shown gets a line.
    """
    for number in range(FAMILIES):
        await home.says(openid(number), "妈妈今天好吗" if number % 2 else "今天忙，晚上来看信")
    desk = home.people["陈晓雯"]
    await _answered(desk)
    shown = await overdue.switched_on(home, "1", "家书")
    home.look("the list of the first day names the thirty and nobody else", len(shown) == FAMILIES, len(shown))
    before = len(home.sent())
    carer = home.people["周敏"]
    page = carer.page
    await carer.go("家书")
    carer.begin()
    for at in range(OF_FLOOR):
        if not await page.locator("#letter").is_visible():
            await carer.press(page.locator("a.krow", has_text="未写").first)
        name = await page.locator(".ktitle h2").inner_text()
        for words in ("大半" if at else "两顿没吃", "好", "平静", "散步"):
            await carer.press(page.locator(".pick", has_text=words).first)
        if at == 1:
            await carer.type("一句话", SENTENCE)
        await carer.press("写好，下一位")
        await page.wait_for_function(NEXT, arg=name)
    home.look(f"{OF_FLOOR} letters take six touches each", carer.clicks <= OF_FLOOR * 7, carer.clicks)
    await _called(home)
    home.look("before the hour nobody is told", len(home.sent()) == before)
    await home.at(2026, 11, 29, 17, 31)
    reached = [who for who, why in shown.items() if not why]
    told = await _told(home, before, len(reached), "家书到了")
    home.look("at the hour exactly who was shown is told", len(told) == len(reached), f"{len(told)} of {len(reached)}")


async def _called(home: House) -> None:
    """The nurse has called the family, and lets the held letter go."""
    nurse = home.people["唐雨"]
    await nurse.go("家书")
    await nurse.press(nurse.page.locator("a.krow", has_text="先打电话"))
    await nurse.type(nurse.page.locator(".calls [name=called]"), "和女儿说了，晚上换软饭")
    await nurse.press("打过了，放行")
    await expect(nurse.page.locator("a.krow", has_text="先打电话")).to_have_count(0)


async def _answered(desk: Hands) -> None:
    """A colleague answers each of the thirty, so that no clock runs into the evening."""
    for _ in range(FAMILIES):
        await desk.go("会话")
        waits = desk.page.locator(".person", has=desk.page.locator(".clock"))
        if not await waits.count():
            return
        await desk.press(waits.first)
        await desk.type(re.compile("^回复"), "好，都看到了，晚上请看家书。")
        await desk.press("发送")
        await expect(desk.page.locator("#messages")).to_contain_text("都看到了")


async def _told(home: House, before: int, many: int, words: str) -> set[str]:
    """Who was told, once as many were or thirty seconds have passed."""
    found: set[str] = set()
    for _ in range(300):
        lines = [line for line in home.sent()[before:] if words in line["content"]]
        found = {line["openid"] for line in lines}
        if len(lines) != len(found):
            home.look("nobody is told twice", good=False)
        if len(found) >= many:
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    return found


async def family_reads(home: House) -> Hands:
    """The menu, the link, the platform's log-in; the page stays open."""
    await home.act("menu", openid=openid(2), key="LETTER")
    await home.until(lambda: _link(home), "no link to a letter", 30)
    href = LINK.findall("".join(await home.heard(openid(2))))[-1]
    reader = await home.window("a daughter", 390, 844)
    await reader.page.goto(f"{home.phone}/open?openid={openid(2)}&url={quote(href, safe='')}")
    await reader.press("看过了，打开")  # the notice stands before the first page (F48)
    await expect(reader.page.locator(".facts")).to_contain_text("大半")
    home.look("a family reads the day", "平静" in await reader.page.locator(".facts").inner_text())
    await reader.press("谢谢")
    await home.act("menu", openid=openid(DEVICE), key="LETTER")
    return reader


async def _link(home: House) -> bool:
    return bool(LINK.findall("".join(await home.heard(openid(2)))))


async def birthdays(home: House) -> None:
    """The fourth floor: who is shown is greeted on the day, whose day is over is not."""
    past, soon, later = (openid(overdue.FIRST + at) for at in overdue.WITH_PHONES)
    for phone in (past, soon, later):
        await home.says(phone, "今天吃了面")
    shown = await overdue.switched_on(home, overdue.FLOOR, "问候")
    names = {f"{overdue.name(at)} {overdue.name(at)}" for at in overdue.WITH_PHONES[1:]}
    home.look("whose birthday is near is shown, whose is over is not", set(shown) == names, shown)
    before = len(home.sent())
    await home.at(2026, 11, 30, 8, 31)
    home.look("a birthday is greeted on its day", await _told(home, before, 1, "生日好") == {soon})
    await home.at(2026, 12, 4, 20, 0)
    await home.says(later, "明天想吃蛋糕")
    await home.at(2026, 12, 5, 8, 31)
    found = await _told(home, before, 2, "生日好")
    home.look("exactly the shown list was greeted", found == {soon, later}, found)


async def festival(home: House) -> None:
    """春节: the page says for each whether it goes; at its hour exactly these get it."""
    await overdue.switched_on(home, "", "问候")
    await home.at(2027, 2, 5, 19, 0)
    boss = await log_in(home, "shen", "shen")
    wrote = [openid(number) for number in (3, 4, 5)]
    for phone in (*wrote, openid(ELDER)):
        await home.says(phone, "给大家拜早年")
    await boss.go("日程")
    rows = boss.page.locator("section", has=boss.page.get_by_role("heading", name="春节")).locator("li.plan")
    await expect(rows.first).to_be_visible()
    goes = await rows.filter(has=boss.page.get_by_text("会发", exact=True)).locator("b").all_inner_texts()
    home.look("日程 names who will get it, and why the others will not", len(goes) == 4 < await rows.count(), goes)
    before = len(home.sent())
    await home.at(2027, 2, 6, 9, 1)
    found = await _told(home, before, 4, "过年好")
    home.look("a festival goes out to exactly these", found == {*wrote, openid(ELDER)}, found)
