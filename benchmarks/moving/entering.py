"""Everybody comes in: one messy workbook with eight faults; one resident and one colleague by hand, counted; then each
colleague by the first password.
"""

import asyncio
import json
import re
import sys
import time
from typing import Final

import pyotp
from playwright.async_api import Locator, expect

from benchmarks.moving.hands import Hands
from benchmarks.moving.house import OWN, House
from scripts.stage import ROOT
from tests.imports import messy

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OF_A_RESIDENT, OF_A_COLLEAGUE = 20, 6
NAME: Final = "花名册.xlsx"


async def workbook(home: House) -> None:
    """As it is; each fault is settled on the page by one press, and what is kept is told in numbers."""
    boss, begun = home.people["shen"], time.monotonic()
    page = boss.page
    await boss.go("导入导出")
    await boss.file("input[name=file]", NAME, XLSX, messy.content())
    await boss.press("放上来看看")
    await expect(page.get_by_role("heading", name="先看看")).to_be_visible()
    await home.picture(boss, "import")
    faults: list[str] = []
    for sheet in range(4):
        await boss.press(page.locator(".sheets a").nth(sheet))
        await expect(page.locator(".sheets a").nth(sheet)).to_have_class("on")
        asked = page.locator(".looks[aria-label=要看的行] .frow")
        while await asked.count():
            faults.append(" ".join((await asked.first.inner_text()).split()))
            await _settled(boss, asked)
    home.look(f"{messy.FAULTS} faults are told, each settled by one press", len(faults) == messy.FAULTS, len(faults))
    await boss.press(re.compile(r"^登记 \d+ 行"))
    await expect(page.get_by_role("heading", name="登记好了")).to_be_visible(timeout=60_000)
    told = await page.locator(".big-say").inner_text()
    home.look("64 residents, 90 relatives, 12 colleagues, a rota", "老人 64、家属 90、同事 12、值班" in told, told)
    home.taken("the workbook takes at most 60 s with its faults", 60, begun)
    await boss.press("看同事的首次密码")
    await expect(page.locator("#slips tbody tr").first).to_be_visible()
    for row in await page.locator("#slips tbody tr").all():
        name, login, password = await row.locator("td").all_inner_texts()
        home.slips[name] = (login, password)
    home.look("each of the twelve has a first password, shown once", len(home.slips) == messy.COLLEAGUES)


async def _settled(boss: Hands, asked: Locator) -> None:
    """By the guess, the answer to the question, or left empty."""
    before = await asked.count()
    for words in ("是两位", "用 ", "先空着"):
        found = asked.first.get_by_role("button", name=re.compile(f"^{words}"))
        if await found.count():
            await boss.press(found.first)
            await expect(asked).to_have_count(before - 1)
            return
    raise AssertionError(await asked.first.inner_text())


async def rota(home: House) -> None:
    """The week of the sheet stands on 排班; a post for each floor, and what nobody is on is red on 今日."""
    boss = home.people["shen"]
    page = boss.page
    await boss.go("排班")
    await expect(page.locator("#rota-grid")).to_contain_text("周敏")
    await boss.go("岗位和班次")
    await boss.press("按楼层建岗位")
    await boss.go("排班")
    await home.picture(boss, "rota")
    await boss.go("今日")
    shown = await page.locator("main").inner_text()
    home.look("what nobody is on in the next seven days is said on 今日", "没人" in shown or "缺" in shown, shown[:200])


async def by_hand(home: House) -> None:
    """What the first letter needs of a resident, two relatives; then a colleague."""
    boss = home.people["shen"]
    page = boss.page
    await boss.go("老人")
    boss.begin()
    await boss.go("登记一位老人")
    await boss.type("姓名", "顾望舒")
    await boss.choose(page.locator("select[name=place]"), "309 室 1 床")
    await boss.press(page.locator(".pick", has_text="问过，没有"))
    kin = (("顾明", "儿子", "13911112222"), ("顾佳", "女儿", "13911113333"))
    for number, words in enumerate(kin, 1):
        for field, one in zip(("name", "relation", "phone"), words, strict=True):
            await boss.type(page.locator(f"[name=kin{number}_{field}]"), one)
    await boss.press(page.locator("form.admit .btn.pri"))
    await expect(page.get_by_role("heading", name="顾望舒")).to_be_visible()
    many = boss.fields + boss.clicks
    home.look(f"a resident with two relatives takes at most {OF_A_RESIDENT} fields", many <= OF_A_RESIDENT, many)
    await boss.go("同事")
    boss.begin()
    await boss.go("加一位")
    await boss.type("姓名", "罗杰")
    await boss.type("登录名", "luojie")
    await boss.choose("岗位", "护理")
    await boss.type("管哪几层", "3")
    await boss.press("加上")
    await expect(page.get_by_text("加好了：罗杰")).to_be_visible()
    many = boss.fields + 1
    home.look(f"a colleague takes at most {OF_A_COLLEAGUE} fields", many <= OF_A_COLLEAGUE, many)


async def first_day(home: House, *names: str) -> None:
    """Each logs in by the slip, takes a password of their own, reads the pledge."""
    for name in names:
        hands = await home.window(name, *((390, 844) if name == "周敏" else (1440, 900)))
        await hands.page.goto(f"{home.url}/console/")
        await hands.type("姓名或登录名", home.slips[name][0])
        await hands.type("密码", home.slips[name][1])
        await hands.press("登录")
        await hands.type("新密码", OWN)
        await hands.type("再写一遍", OWN)
        await hands.press("换好了，继续")
        await hands.press("我看完了，我承诺")
        later = hands.page.get_by_role("button", name="以后再设")
        here = hands.page.get_by_role("heading", name=re.compile(f"好，{name}"))
        await expect(later.or_(here).first).to_be_visible()
        if await later.count():
            await hands.press(later)
        await expect(here).to_be_visible()
    home.look(f"{len(names)} colleagues stand on 今日 with passwords of their own", good=True)


async def log_in(home: House, who: str, login: str = "", *, width: int = 1440) -> Hands:
    """The next shift: the session of twelve hours is over; who must gets codes by the phone."""
    hands = home.people.get(who) or await home.window(who, width)
    page = hands.page
    await page.goto(f"{home.url}/console/today")
    if "login" not in page.url:
        return hands
    await hands.type("姓名或登录名", login or home.slips[who][0])
    await hands.type("密码", OWN)
    await hands.press("登录")
    here = page.locator("nav.nav")
    code = page.locator("#code")
    await expect(here.or_(code).first).to_be_visible()
    if await code.count():
        spelled = page.locator("code.secret")
        if await spelled.count():
            home.codes[who] = (await spelled.inner_text()).replace(" ", "")
        await hands.type(code, pyotp.TOTP(home.codes[who]).at(int((await home.state())["now"])))
        await hands.press(page.locator("form:has(#code) .btn.pri"))
        recovery = page.get_by_role("link", name="收好了，开始用")
        await expect(here.or_(recovery).first).to_be_visible()
        if await recovery.count():
            await hands.press(recovery)
    await expect(here).to_be_visible()
    return hands


async def beside(home: House) -> None:
    """`jiashu import` beside the running service: the JSON of the contract; what is here already is skipped."""
    file = home.folder / NAME
    file.write_bytes(messy.content())
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        "import",
        str(file),
        "--dry-run",
        env=home.settings({}),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await child.communicate()
    told = json.loads(out.decode().strip().splitlines()[-1])
    keys = ["residents", "relatives", "staff", "skipped", "errors"]
    home.look("jiashu import says the JSON of the contract beside the service", list(told) == keys, told)
    home.look("and what is here already is skipped", told["residents"] == told["staff"] == 0, err.decode()[-200:])
