"""Pictures of every page in `shots/`: 1440 and 390 px wide, light and dark, empty and full."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

import aiohttp
from playwright.async_api import Browser, Page, async_playwright

from console.app import menu
from scripts import opening
from scripts.browser import launch
from scripts.evening import Links, evening
from scripts.stage import ROOT, Stage
from tests.imports import messy

FOLDER = ROOT / "shots"
SIZES = {"1440": (1440, 900), "390": (390, 844)}
DAUGHTER, ELDER = "oSim_lijing_0000000000000001", "oSim_wangguilan_00000000002"


OF_DOCS = {
    "today": "today-alarm-1440-light",
    "phone": "phone-complaint-390-light",
    "letter": "family-letter-390-light",
    "letter-entry": "letter-entry-full-1440-light",
    "survey": "family-survey-390-light",
}
"""The pictures of the docs, each by the name under which it is taken."""

FORMS = (
    "surveys",
    "knowledge/new",
    "search",
    "restore",
    "binding",
    "residents/new",
    "residents/beds",
    "staff",
    "staff/new",
    "roster",
    "tasks",
    "calendar",
    "week",
    "week/activities",
    "week/beds",
    "week/prices",
    "imports",
    "launch",
    "setup/home",
    "setup/account",
    "setup/menu",
    "settings/clocks",
    "settings/letters",
    "settings/lists",
    "settings/greetings",
    "settings/phrases/desk.welcome",
    "settings/canned",
)
"""Pages that open from others, most with a form."""
REFUSED = """() => {
  for (const form of document.querySelectorAll("main form")) {
    const posts = form.method === "post" || form.hasAttribute("hx-post");
    if (!posts || !form.offsetParent || !form.querySelector("input:not([type=hidden]), textarea")) continue;
    form.noValidate = true;
    for (const field of form.querySelectorAll("input, textarea, select")) {
      field.required = false;
      if (field.type === "number") field.value = "99999";
      else if (field.type === "date") field.value = "1900-01-01";
      else if (["text", "tel", "search", "url", "textarea"].includes(field.type)) field.value = "";
    }
    form.requestSubmit();
    return true;
  }
  return false;
}"""
"""Hands in the first form of a page with nothing that could be right, past what the browser itself would refuse."""


SEEN = """() => {
  const told = document.querySelector(".problem, #problem, [role=alert]");
  (told || document.body).scrollIntoView({block: "center"});
}"""


async def snap(page: Page, name: str) -> None:
    """One picture."""
    await page.wait_for_timeout(400)
    await page.screenshot(path=FOLDER / f"{name}.png")


async def pages(browser: Browser, used: Stage, state: str) -> None:
    """Every page at every size and in both themes."""
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            context = await browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", color_scheme=theme
            )
            page = await context.new_page()
            tail = f"{state}-{size}-{theme}"
            await page.goto(f"{used.url}/console/login")
            await snap(page, f"login-{tail}")
            await page.fill("#login", "shen")
            await page.fill("#password", "jiashu-demo")
            await page.click("button.pri")
            await page.wait_for_selector("#today")
            for name in (one.path[1:] for one in menu()):
                await page.goto(f"{used.url}/console/{name}")
                await snap(page, f"{name}-{tail}")
            if state != "empty":
                await page.goto(f"{used.url}/console/chats")
                await page.click(".person")
                await page.wait_for_selector("#messages")
                await snap(page, f"thread-{tail}")
            await page.goto(f"{used.url}/console/complaints")
            await snap(page, f"complaints-{tail}")
            if state == "full":
                await page.click(".case")
                await page.wait_for_selector("#case")
                await snap(page, f"case-{tail}")
            await page.goto(f"{used.url}/console/audit")
            await snap(page, f"audit-{tail}")
            await page.goto(f"{used.url}/console/jobs")
            await snap(page, f"jobs-{tail}")
            await page.goto(f"{used.url}/console/knowledge")
            await snap(page, f"knowledge-{tail}")
            if state == "full":
                await page.goto(f"{used.url}/console/knowledge/faq-01")
                await page.fill(".try input", "半自理一个月得多少钱") if width > 1000 else None
                await page.click(".try .btn") if width > 1000 else None
                await snap(page, f"knowledge-one-{tail}")
            await page.goto(f"{used.url}/console/nothing")
            await snap(page, f"error-{tail}")
            if theme == "light":
                await page.goto(used.phone)
                await snap(page, f"phone-{tail}")
            await context.close()


async def details(browser: Browser, used: Stage) -> None:
    """Pages that open from others: a resident, a letter that is written, what waits on 日程, the audit."""
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            context = await browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", color_scheme=theme
            )
            page = await context.new_page()
            await page.goto(f"{used.url}/console/login")
            await page.fill("#login", "shen")
            await page.fill("#password", "jiashu-demo")
            await page.click("button.pri")
            await page.wait_for_selector("#today")
            await page.goto(f"{used.url}/console/residents")
            await page.click(".bed:has-text('王桂兰')")
            await page.wait_for_selector("#resident")
            await snap(page, f"resident-full-{size}-{theme}")
            await page.click("a:has-text('家属与同意')")
            await page.wait_for_selector("#family")
            await snap(page, f"families-full-{size}-{theme}")
            async with context.expect_page() as opened:
                await page.click("button:has-text('打一张绑定单')")
            await snap(await opened.value, f"sheet-full-{size}-{theme}")
            for name in FORMS:
                await page.goto(f"{used.url}/console/{name}")
                await snap(page, f"{name.replace('/', '-')}-open-{size}-{theme}")
                if await page.evaluate(REFUSED):
                    await page.wait_for_timeout(600)
                    await page.evaluate(SEEN)
                    await snap(page, f"{name.replace('/', '-')}-refused-{size}-{theme}")
            await page.goto(f"{used.url}/console/letters")
            await page.click(".krow:has-text('王桂兰')")
            await page.wait_for_selector("#letter")
            await snap(page, f"letter-entry-full-{size}-{theme}")
            await context.close()


async def families(browser: Browser, links: Links) -> None:
    """What families open."""
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            context = await browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", color_scheme=theme
            )
            page = await context.new_page()
            for name, link in (("letter", links.letter), ("survey", links.survey)):
                await page.goto(link)
                await snap(page, f"family-{name}-{size}-{theme}")
            await page.goto(links.letter)
            await page.click("text=以前的家书")
            await snap(page, f"family-letters-{size}-{theme}")
            await context.close()


async def main() -> None:
    """The sample home, empty first, then with a complaint, a question, a photo and a voice."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jiashu-shots-") as folder:
        used = Stage(Path(folder))
        try:
            async with aiohttp.ClientSession() as used.http, async_playwright() as playwright:
                await used.start_demo()
                browser = await launch(playwright)
                await pages(browser, used, "empty")
                await families(browser, await evening(browser, f"{used.phone}/", f"{used.url}/console/"))
                await details(browser, used)
                await used.act("text", openid=DAUGHTER, text="探视时间是几点")
                await used.act("text", openid=DAUGHTER, text="能不能开发票")
                await used.act("text", openid=ELDER, text="我闺女什么时候来")
                await used.act("text", openid=DAUGHTER, text="你们把我妈摔了，我要投诉")
                await asyncio.sleep(0.5)
                page = await browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
                await page.goto(used.phone)
                await snap(page, "phone-complaint-390-light")
                await page.close()
                for kind, name in (("image", "sample.png"), ("voice", "sample.amr")):
                    form = {"openid": DAUGHTER, "kind": kind, "file": (ROOT / "simulator" / "static" / name).open("rb")}
                    async with used.http.post(f"{used.phone}/api/file", data=form) as answer:
                        answer.raise_for_status()
                await asyncio.sleep(1.5)
                await pages(browser, used, "full")
                await used.act("text", openid=ELDER, text="我摔倒了，起不来")
                await asyncio.sleep(0.5)
                await pages(browser, used, "alarm")
                await browser.close()
        finally:
            await used.stop(used.service)
    with tempfile.TemporaryDirectory(prefix="jiashu-opening-") as folder:
        bare = opening.Opening(Path(folder))
        try:
            async with aiohttp.ClientSession() as bare.http, async_playwright() as playwright:
                await bare.start_service()
                browser = await launch(playwright)
                await opening.pictures(browser, bare, snap, SIZES, messy.content())
                await browser.close()
        finally:
            await bare.stop(bare.service)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.name}/")
    if "--docs" in sys.argv:
        for name, taken in OF_DOCS.items():
            shutil.copy2(FOLDER / f"{taken}.png", ROOT / "docs" / "pictures" / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
