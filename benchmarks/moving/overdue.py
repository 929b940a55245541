"""A second sheet with forty dates that are over or near: nothing is sent and nothing falls due until the floor is
switched on, and then exactly who was shown (F29).
"""

import csv
import io
import re
from datetime import date, timedelta
from typing import Final

from playwright.async_api import expect

from benchmarks.moving.binding import bound, openid
from benchmarks.moving.entering import log_in
from benchmarks.moving.house import House

OVERDUE: Final = 40
TODAY: Final = date(2026, 11, 28)
FAMILY: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章"
FLOOR: Final = "4"
WITH_PHONES, FIRST = (20, 26, 31), 200
"""Whose birthday is over, comes the day after tomorrow, comes next week."""


def name(at: int) -> str:
    """Of a resident of the fourth floor."""
    return f"{FAMILY[at]}{'永安' if at % 2 else '佩兰'}"


def born(at: int) -> date:
    """The birthdays of the first twenty-five are over by some days, of the others they come one a day."""
    day = TODAY + timedelta(days=at - 24)
    return day.replace(year=1938 + at % 7)


def sheet() -> bytes:
    """As an old program of the house writes it: GBK, commas, dates in its own form."""
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(["姓名", "性别", "出生日期", "房床", "入住日期", "过敏", "联系人", "关系", "联系电话"])
    for at in range(OVERDUE):
        place, day = f"4{at // 2 + 1:02d}-{at % 2 + 1}", born(at)
        kin = [f"{FAMILY[at]}小{'平' if at % 2 else '云'}", "女儿", f"1385550{at:04d}"]
        rows.writerow([name(at), "男" if at % 2 else "女", f"{day:%Y/%m/%d}", place, "2025.3.1", "无", *kin])
    return file.getvalue().encode("gbk")


async def imported(home: House) -> None:
    """A fourth floor is laid out, and forty come in at once."""
    boss = home.people["shen"]
    page = boss.page
    await boss.go("老人")
    await boss.go("床位")
    await boss.press(page.locator("summary", has_text="排楼层"))
    for field, words in (("floors", FLOOR), ("rooms", str(OVERDUE // 2)), ("beds", "2")):
        await boss.type(page.locator(f"[name={field}]").first, words)
    await boss.press("排床位")
    await expect(page.get_by_text(f"加好了 {OVERDUE} 张床")).to_be_visible()
    await boss.go("导入导出")
    await boss.file("input[name=file]", "四楼.csv", "text/csv", sheet())
    await boss.press("放上来看看")
    await boss.press(re.compile(rf"^登记 {OVERDUE} 行"))
    await expect(page.get_by_role("heading", name="登记好了")).to_be_visible(timeout=60_000)
    told = await page.locator(".big-say").inner_text()
    home.look("forty of the fourth floor come in by a GBK sheet", f"老人 {OVERDUE}" in told, told)


async def phones(home: House) -> None:
    """Three elders of that floor have phones of their own: a birthday that is over, one of the day after tomorrow, one
    of next week.
    """
    for at in WITH_PHONES:
        await bound(home, openid(FIRST + at), name(at), "本人", name(at), "本人的手机")


async def nothing(home: House, when: tuple[int, int, int, int, int], why: str) -> None:
    """Whatever the clock says: no send, no row."""
    before = len(home.sent())
    await home.at(*when)
    boss = await log_in(home, "shen", "shen")
    await boss.go("日程")
    await expect(boss.page.get_by_role("heading", name="日程")).to_be_visible()
    rows = await boss.page.locator("li.plan").count()
    home.look(f"{why}: 0 sends", len(home.sent()) == before, len(home.sent()) - before)
    home.look(f"{why}: 0 due rows", rows == 0, rows)


async def switched_on(home: House, floor: str, purpose: str) -> dict[str, str]:
    """The list of the first day, then the switch: who is shown, and why they get nothing at once (empty: they do)."""
    boss = await log_in(home, "shen", "shen")
    page = boss.page
    await boss.go("按楼层启用")
    place = f"{floor} 楼" if floor else "全院"
    await boss.press(page.get_by_label(f"启用{place}的{purpose}，先看发给谁"))
    await expect(page.locator("#first-day .btn.pri")).to_be_visible()
    if purpose == "家书":
        await home.picture(boss, "launch")
    shown = {}
    for row in await page.locator("#first-day tbody tr").all():
        who, about, _, state = await row.locator("td").all_inner_texts()
        shown[f"{who} {about.split()[0]}"] = "" if state == "能收到" else state
    await boss.press(page.locator("#first-day .btn.pri"))
    await expect(page.get_by_label(f"停用{place}的{purpose}")).to_be_visible()
    return shown
