"""Pictures of a home that opens: the first start, every page while nothing is in it, practice, a sheet that waits."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from playwright.async_api import Browser, Page

from console.app import menu
from scripts.stage import Bare

FILE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PASSWORD: Final = "four-words-of-my-own"  # noqa: S105  (of a home that is gone in a minute)
EMPTY: Final = (
    "residents/beds",
    "residents/new",
    "week/activities",
    "week/prices",
    "settings/canned",
    "consents",
    "binding",
)
STEPS: Final = ("setup/home", "setup/account", "setup/domain", "setup/menu", "setup/check", "setup/drafts", "practice")
Snap = Callable[[Page, str], Awaitable[None]]


class Opening(Bare):
    """Without an address of the platform either: practice has its own."""

    def settings(self, more: dict[str, str]) -> dict[str, str]:
        """What is left then."""
        return {name: value for name, value in super().settings(more).items() if "API_BASE_URL" not in name}


async def pictures(
    browser: Browser, used: Opening, snap: Snap, sizes: dict[str, tuple[int, int]], sheet: bytes
) -> None:
    """From the first address to a sheet that waits for a decision, while the home practises."""
    looks = [(f"{size}-{theme}", sizes[size], theme) for size in sizes for theme in ("light", "dark")]
    await used.until(lambda: "/console/start#" in used.printed(), "the terminal names no address")
    for tail, size, theme in looks:
        page = await _window(browser, size, theme)
        await page.goto(f"{used.url}/console/start#{used.code()}")
        await snap(page, f"start-opening-{tail}")
        if theme == "light":  # five wrong codes end all codes
            await page.get_by_label("启动码").fill("2222-2222")
            await _said(page, PASSWORD)
            await page.get_by_role("alert").filter(has_text="还可以试").wait_for()
            await snap(page, f"start-refused-{tail}")
        await page.context.close()
    page = await _window(browser, looks[0][1], "light")
    await page.goto(f"{used.url}/console/start#{used.code()}")
    await _said(page, PASSWORD)
    await page.get_by_role("button", name="我看完了，我承诺").click()
    await page.get_by_role("heading", name="先说说我们家").wait_for()
    await _all(browser, used, snap, looks, [*(one.path[1:] for one in menu()), *EMPTY, *STEPS], "opening")
    await page.goto(f"{used.url}/console/practice")
    await page.get_by_role("button", name="开始练习").click()
    await page.get_by_role("link", name="模拟手机").first.wait_for(timeout=30_000)
    await page.goto(f"{used.url}/console/imports")
    await page.locator("input[name=file]").set_input_files({"name": "花名册.xlsx", "mimeType": FILE, "buffer": sheet})
    await page.get_by_role("button", name="放上来看看").click()
    await page.get_by_role("heading", name="先看看").wait_for()
    waits = page.url.removeprefix(f"{used.url}/console/")
    await _all(browser, used, snap, looks, ["practice", "practice/phones/", "today", waits], "practised")
    await page.context.close()


async def _window(browser: Browser, size: tuple[int, int], theme: str) -> Page:
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", color_scheme="dark" if theme == "dark" else "light"
    )
    return await context.new_page()


async def _said(page: Page, password: str) -> None:
    for label, words in (("院长姓名", "沈国平"), ("登录名", "shen"), ("密码", password)):
        await page.get_by_label(label).fill(words)
    await page.get_by_role("button", name="开始").click()


async def _all(
    browser: Browser,
    used: Opening,
    snap: Snap,
    looks: Iterable[tuple[str, tuple[int, int], str]],
    names: Iterable[str],
    state: str,
) -> None:
    for tail, size, theme in looks:
        page = await _window(browser, size, theme)
        await page.goto(f"{used.url}/console/login")
        await page.fill("#login", "shen")
        await page.fill("#password", PASSWORD)
        await page.click("button.pri")
        await page.wait_for_url("**/console/**")
        await page.locator("main").first.wait_for()
        for name in names:
            await page.goto(f"{used.url}/console/{name}")
            await snap(page, f"{re.sub(r'[^a-z]+', '-', name).strip('-')}-{state}-{tail}")
        await page.context.close()
