"""A binding day: sheets of a floor in one print; thirty families by QR and by code, three wrong ones, an elder's own
phone, a device of a room.
"""

import asyncio
import re
import time
from typing import Final

from playwright.async_api import expect

from benchmarks.moving.hands import Hands
from benchmarks.moving.house import House

FAMILIES: Final = 30
QR: Final = 15
"""So many of them scan; the others write the eight signs."""
AT_ONCE: Final = 20
ELDER, DEVICE = 80, 81
TO: Final = re.compile(r"给 (\S+) (\S+)$")


def openid(number: int) -> str:
    """A phone of its own."""
    return f"oSim_moving_{number:016d}"


async def day(home: House) -> None:
    """All of it, at the desk."""
    desk = home.people["陈晓雯"]
    await _board(desk)
    sheets = await _printed(desk, "1 楼", "打这层的绑定单")
    home.look("one print has a sheet for each relative of the floor", len(sheets) >= FAMILIES, len(sheets))
    codes = {one["name"]: one["ticket"] for one in (await home.state())["codes"]}
    for number, (to, code) in enumerate(sheets[:FAMILIES]):
        await _comes(home, number, to, code, codes if number < QR else {})
    await expect(desk.page.get_by_text(f"{FAMILIES} 位等您核对")).to_be_visible()
    await _wrong(home, sheets)
    await home.picture(desk, "binding")
    await _confirmed(home, desk)
    heard = [await home.heard(openid(number)) for number in range(FAMILIES)]
    home.look("each of the thirty reads that it is done", all("绑定好了" in words[-1] for words in heard))
    home.look("nobody learned a name before", not any(sheets[0][0].split()[0] in "".join(one[:-1]) for one in heard))


async def _board(desk: Hands) -> None:
    await desk.go("老人")
    await desk.press(desk.page.locator("a[href='/console/binding']"))
    await expect(desk.page.get_by_role("heading", name="绑定", exact=True)).to_be_visible()


async def _printed(hands: Hands, floor: str, words: str) -> list[tuple[str, str]]:
    """To whom, and which code, of each sheet of a print."""
    if floor:
        await hands.go(floor)
    async with hands.page.context.expect_page() as opened:
        await hands.press(words)
    paper = await opened.value
    await expect(paper.locator("main.a4").first).to_be_visible()
    found = [
        (await one.locator("header .to").inner_text(), await one.locator(".code b").inner_text())
        for one in await paper.locator("main.a4").all()
    ]
    await paper.close()
    return found


async def _comes(home: House, number: int, to: str, code: str, codes: dict[str, str]) -> None:
    """One relative, who scans or writes, and answers two questions."""
    tie, name = TO.findall(to)[0]
    await home.act("person", openid=openid(number), name=name, following=False)
    if codes:
        await home.act("scan", openid=openid(number), ticket=codes[f"bind:{code.replace('-', '')}"])
        await home.until(lambda: _asked(home, number), f"{name} was not asked", 30)
    else:
        await home.act("follow", openid=openid(number), on=True)
        await home.until(lambda: home.greeted(openid(number)), f"{name} was not greeted", 30)
        await home.says(openid(number), f"绑定 {code.lower()}")
    await home.says(openid(number), tie)
    await home.says(openid(number), name)


async def _asked(home: House, number: int) -> bool:
    return any("您是老人的什么人" in words for words in await home.heard(openid(number)))


async def _wrong(home: House, sheets: list[tuple[str, str]]) -> None:
    """A code that nobody printed, one that was used, and somebody whom nobody knows."""
    for number, code in ((90, "AAAA-2222"), (91, sheets[0][1])):
        await home.act("person", openid=openid(number), name="路人")
        said = await home.says(openid(number), f"绑定 {code}")
        home.look(f"{'a wrong' if number == 90 else 'a used'} code is refused", "这个码用不了" in said, said)
    code = sheets[FAMILIES][1]
    await home.act("person", openid=openid(92), name="冒名的人")
    await home.says(openid(92), f"绑定 {code}")
    await home.says(openid(92), "朋友")
    await home.says(openid(92), "某某")
    desk, page = home.people["陈晓雯"], home.people["陈晓雯"].page
    await desk.press(page.locator("tr", has_text="某某").get_by_role("button", name="单独办"))
    await desk.type("没核实的话", "名单里没有您，请带身份证来前台。")
    await desk.press("没核实")
    await expect(page.get_by_text("答复了")).to_be_visible()
    refused = await page.get_by_role("region", name="没通过").locator("li").all_inner_texts()
    home.look("the board names all three that were refused, and why", len(refused) == 3, refused)
    home.look("who was not proved reads why", "请带身份证来前台" in (await home.heard(openid(92)))[-1])


async def _confirmed(home: House, desk: Hands) -> None:
    """Twenty at once, then ten: proof, the number rung in the hand, the tick."""
    page, done = desk.page, 0
    while done < FAMILIES:
        rows = await page.locator("table.bind tbody tr").all()
        for row in rows[:AT_ONCE]:
            await desk.choose(row.get_by_label("怎么证实的"), "看过身份证")
            await desk.press(row.get_by_label("响了"))
            await desk.press(row.locator(".pickme input"))
        some, begun = min(AT_ONCE, len(rows)), time.monotonic()
        await desk.press("勾了的一起确认")
        await expect(page.get_by_text(f"{some} 位绑好了。")).to_be_visible(timeout=120_000)
        home.taken(f"{some} are confirmed within 30 s of the press", 30, begun)
        done += some
    home.look("thirty are confirmed in two presses", done == FAMILIES, done)


async def elder_and_device(home: House) -> None:
    """The elder's own phone gets the elders' menu; the device of a room knows no name and no letter."""
    elder, device = openid(ELDER), openid(DEVICE)
    await bound(home, elder, "高玉珍", "本人", "高玉珍", "本人的手机")
    await bound(home, device, "高玉珍", "房间", "102 房间", "房间里的设备")
    await home.until(lambda: _says(home, elder, "呼叫铃"), "the elder was not told", 30)
    await home.until(lambda: _says(home, device, "登记好了"), "the device was not told", 30)
    menu = [one["name"] for one in (await home.phone_of(elder))["menu"]]
    home.look("the elder's phone has the elders' three words", menu == ["叫护士", "看家书", "找人"], menu)
    await home.act("menu", openid=device, key="LETTER")
    await asyncio.sleep(1)
    heard = "".join(await home.heard(device))
    home.look("the device hears no name and sees no letter", "高玉珍" not in heard and "/p/letters" not in heard, heard)


async def _says(home: House, phone: str, words: str) -> bool:
    return any(words in one for one in await home.heard(phone))


async def bound(home: House, phone: str, elder: str, tie: str, name: str, whose: str) -> None:
    """One phone, by a sheet of its own and by itself: whose it is is chosen at the confirmation."""
    desk = home.people["陈晓雯"]
    page = desk.page
    await desk.go("老人")
    await desk.press(page.locator(".bed", has_text=elder))
    await desk.go("家属与同意")
    code = (await _printed(desk, "", "打一张绑定单"))[0][1]
    await home.act("person", openid=phone, name=f"{name}（{whose}）")
    for words in (f"绑定 {code}", tie, name):
        await home.says(phone, words)
    await _board(desk)
    await desk.press("单独办")
    await desk.press(page.locator("#side").get_by_label(whose))
    await desk.press(page.locator("#side").get_by_label("看过身份证"))
    await desk.press("核实过了，确认")
    await expect(page.get_by_text("绑好了。").first).to_be_visible()
