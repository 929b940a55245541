"""Plays, typed on the phone in a browser, each at its hour; what stood there afterwards, as a transcript that is judged
apart from its writing (docs/plays.md).
"""

import argparse
import asyncio
import tempfile
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
from playwright.async_api import Page, async_playwright

from scripts.browser import launch
from scripts.stage import Stage

ZONE: Final = ZoneInfo("Asia/Shanghai")
PLAYS: Final = Path(__file__).with_name("plays.toml")
THINKS: Final = 1.2
"""Seconds between an answer and the next message."""
SIDES: Final = {"me": "她写", "home": "答"}


async def typed(page: Page, used: Stage, words: str, openid: str) -> None:
    """One message, and until something was answered to it or nothing will be."""
    before = len(await chat(used, openid))
    await page.get_by_role("textbox", name="发消息").fill(words)
    await page.keyboard.press("Enter")
    for _ in range(30):
        await asyncio.sleep(0.1)
        if len(await chat(used, openid)) > before + 1:
            break
    await asyncio.sleep(THINKS)


async def chat(used: Stage, openid: str) -> list[dict[str, Any]]:
    """What stands on a phone."""
    return list(next(one for one in (await used.state())["phones"] if one["openid"] == openid)["chat"])


async def play(page: Page, used: Stage, told: dict[str, Any]) -> list[str]:
    """One play, from the hour at which it begins; gives its lines."""
    now = datetime.fromtimestamp((await used.state())["now"], UTC).astimezone(ZONE)
    hour, minute = map(int, told["at"].split(":"))
    at = now.replace(hour=hour, minute=minute, second=0)
    at += timedelta(days=at <= now)
    await used.act("clock", seconds=int((at - now).total_seconds()))
    await asyncio.sleep(3)
    who = next(one for one in (await used.state())["phones"] if one["name"] == told["who"])
    await page.reload()
    await page.locator("#who button", has_text=told["who"]).click()
    await page.locator("#to-keys:visible, #text:visible, #follow-on:visible").first.wait_for()
    if await page.locator("#follow-on").is_visible():
        await page.locator("#follow-on").click()
        await page.locator("#to-keys:visible, #text:visible").first.wait_for()
    if await page.locator("#to-keys").is_visible():
        await page.locator("#to-keys").click()
    before = len(await chat(used, who["openid"]))
    for words in told["says"]:
        await typed(page, used, words, who["openid"])
    await asyncio.sleep(2)
    lines = [f"## {told['name']}（{told['who']}，{told['at']}）", ""]
    for line in (await chat(used, who["openid"]))[before:]:
        words = str(line.get("content") or f"［{line['kind']}］").replace("\n", "<br>")
        lines.append(f"- **{SIDES.get(line['side'], '提示')}**：{words}")
    return [*lines, ""]


async def played(plays: list[dict[str, Any]]) -> list[str]:
    """Some of them in one sample home, one after the other."""
    with tempfile.TemporaryDirectory(prefix="jiashu-plays-") as folder:
        used = Stage(Path(folder))
        lines: list[str] = []
        try:
            async with aiohttp.ClientSession() as used.http, async_playwright() as playwright:
                await used.start_demo()
                await asyncio.sleep(3)
                browser = await launch(playwright)
                page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
                await page.goto(used.phone)
                for told in plays:
                    lines += await play(page, used, told)
                await browser.close()
        finally:
            await used.stop(used.service)
    return lines


async def main(target: Path) -> None:
    """Each round in a house of its own, all at the same time."""
    plays = tomllib.loads(PLAYS.read_text(encoding="utf-8"))["play"]
    rounds = sorted({told["round"] for told in plays})
    each = await asyncio.gather(*(played([told for told in plays if told["round"] == number]) for number in rounds))
    lines = [line for found in each for line in found]
    target.write_text("\n".join(lines), encoding="utf-8")
    print(f"{sum(line.startswith('- **她写') for line in lines)} messages in {target}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("target", type=Path)
    asyncio.run(main(parser.parse_args().target))
