"""The main job as a stranger meets it: `jiashu demo`, a phone and a console in a real browser, wide and narrow."""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from scripts.stage import ROOT, free_port
from tests.stories.warm import Warm, printed

SENTENCE = "你们把我妈摔了，我要投诉"
HEARD = """() => {
  const audio = document.querySelector('audio');  // a live look may have put a new one in its place
  if (audio.preload !== 'auto') { audio.preload = 'auto'; audio.load(); }
  return audio.duration > 5;
}"""
pytestmark = pytest.mark.browser


@dataclass
class Demo:
    """What the command printed, and the browser that a stranger opens."""

    browser: Browser
    phone: str
    console: str
    login: str
    password: str
    errors: list[str] = field(default_factory=list)

    async def page(self, width: int, height: int) -> Page:
        context = await self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        page = await context.new_page()
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    async def log_in(self, page: Page) -> None:
        await page.goto(self.console)
        await page.get_by_label("姓名或登录名").fill(self.login)
        await page.get_by_label("密码").fill(self.password)
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("heading", name="现在要处理")).to_be_visible()
        await page.goto(f"{self.console}chats")


def words_of(port: int, phone_port: int, data: Path) -> list[str]:
    return ["demo", "--port", str(port), "--phone-port", str(phone_port), "--data", str(data), "--no-fortnight"]


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Demo]:
    """The command, started as users do for the stories of this file, quickly for those of others."""
    words, output = words_of(free_port(), free_port(), tmp_path / "demo"), tmp_path / "printed"
    async with contextlib.AsyncExitStack() as ended:
        if request.module.__name__ == __name__:
            with output.open("wb") as out:
                child = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot.cli", *words, stdout=out, stderr=asyncio.subprocess.DEVNULL, cwd=ROOT
                )
            ended.push_async_callback(_stopped, child)
        else:
            warm: Warm = request.getfixturevalue("warm")
            pid = warm.start(words, output)
            ended.callback(lambda: _good(warm.stop(pid)))
        found = await printed(output, "Ctrl-C")
        phone, console, _ = re.findall(r"http://[^\s（]+", found)
        login = re.search(r"客服）\s+(\S+) / (\S+)", found)
        assert login
        yield Demo(browser, phone, console, login[1], login[2])
        for context in browser.contexts:
            await context.close()


async def _stopped(child: asyncio.subprocess.Process) -> None:
    child.terminate()
    _good(await child.wait())


def _good(code: int) -> None:
    assert code in {0, -15}


@pytest.mark.parametrize(("width", "height", "person"), [(1440, 900, "李静"), (390, 844, "路人")])
async def test_c1_c4_c15_the_whole_way_from_the_phone_to_the_console_and_back(
    demo: Demo, width: int, height: int, person: str
) -> None:
    phone = await demo.page(width, height)
    await phone.goto(demo.phone)
    await phone.get_by_role("button", name=person).click()
    if person == "路人":
        await phone.get_by_role("button", name="关注公众号").click()
        await expect(phone.get_by_text("机器人小安")).to_be_visible()
    await phone.get_by_role("button", name="切换到键盘").click()
    await phone.get_by_role("textbox", name="发消息").fill(SENTENCE)
    await phone.get_by_role("button", name="发送").click()
    await expect(phone.locator("#chat")).to_contain_text("编号 C", timeout=2000)
    number = re.search(r"C\d{6}-\d{2}", await phone.locator("#chat").inner_text())
    assert number

    desk = await demo.page(width, height)
    await demo.log_in(desk)
    await expect(desk.locator(".person", has_text=SENTENCE)).to_be_visible()
    await desk.get_by_role("link", name=re.compile("^投诉")).click()
    complaint = desk.locator(".case", has_text=number[0])
    await expect(complaint).to_contain_text("1 级")
    await expect(complaint.locator(".clock")).to_contain_text(re.compile(r"首次反馈\s*剩 1[0-5] 分"))
    await complaint.click()
    await expect(desk.get_by_role("heading", name=SENTENCE)).to_be_visible()
    words = "我是陈晓雯，我已经到三楼去看了，半小时内给您打电话。"
    await desk.get_by_label("发微信").fill(words)
    await desk.get_by_role("button", name=re.compile("^发给")).click()
    await expect(desk.get_by_role("heading", name="已首次反馈")).to_be_visible()
    await expect(desk.get_by_text("已送达微信")).to_be_visible()
    await phone.bring_to_front()
    await expect(phone.locator("#chat")).to_contain_text(words)

    await phone.get_by_role("button", name="照片和语音").click()
    await phone.get_by_role("button", name="样板照片").click()
    await phone.get_by_role("button", name="照片和语音").click()
    await phone.get_by_role("button", name="样板语音").click()
    await desk.bring_to_front()
    await desk.get_by_role("link", name="打开会话").click()
    await expect(desk.get_by_alt_text(f"{'未绑定用户' if person == '路人' else person}发来的照片")).to_be_visible()
    player = desk.locator("audio")
    await expect(player).to_be_visible()
    await desk.wait_for_function(HEARD, timeout=40_000)
    await desk.get_by_label(re.compile("^回复")).fill("照片和语音都收到了，谢谢。")
    await desk.keyboard.press("Control+Enter")
    await expect(desk.locator(".msg.out", has_text="照片和语音都收到了")).to_contain_text("已送达微信")
    await expect(desk.get_by_label(re.compile("^回复"))).to_have_value("")
    assert await desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the phone scrolls sideways"
    assert demo.errors == []


async def test_c13_a_new_message_appears_by_itself_and_never_takes_what_is_typed(demo: Demo) -> None:
    phone = await demo.page(1440, 900)
    await phone.goto(demo.phone)
    await phone.get_by_role("button", name="切换到键盘").click()
    await phone.get_by_role("textbox", name="发消息").fill("请帮我妈换一床厚被子")
    await phone.keyboard.press("Enter")
    await expect(phone.locator("#chat")).to_contain_text("回您")
    desk = await demo.page(1440, 900)
    await demo.log_in(desk)
    await desk.locator(".person", has_text="厚被子").click()
    box = desk.get_by_label(re.compile("^回复"))
    await box.fill("正在写的话")
    await phone.bring_to_front()
    await phone.get_by_role("textbox", name="发消息").fill("切小一点行吗")
    await phone.keyboard.press("Enter")
    await desk.bring_to_front()
    await expect(desk.locator(".msg.in", has_text="切小一点行吗")).to_be_visible()
    await expect(box).to_have_value("正在写的话")
    assert demo.errors == []


async def test_the_window_closes_and_the_words_leave_with_the_next_message(demo: Demo) -> None:
    phone = await demo.page(1440, 900)
    await phone.goto(demo.phone)
    await phone.get_by_role("button", name="切换到键盘").click()
    await phone.get_by_role("textbox", name="发消息").fill("请给我妈买两包纸尿裤")
    await phone.keyboard.press("Enter")
    await expect(phone.locator("#chat")).to_contain_text("回您")
    for _ in range(3):
        await phone.get_by_role("button", name="明早 7:00").click()
    await expect(phone.locator("#offset")).to_contain_text("快 ")
    desk = await demo.page(1440, 900)
    await demo.log_in(desk)
    await desk.locator(".person", has_text="纸尿裤").click()
    await expect(desk.get_by_text("现在不能直接发消息")).to_be_visible()
    await desk.get_by_label("等对方来信自动发").fill("药费单补好了，请看。")
    await desk.get_by_role("button", name="排队").click()
    await expect(desk.locator(".msg.out", has_text="药费单补好了")).to_contain_text(
        "等对方来信自动发：先发短信告诉对方"
    )
    await phone.bring_to_front()
    await phone.get_by_role("textbox", name="发消息").fill("在吗")
    await phone.keyboard.press("Enter")
    await expect(phone.locator("#chat")).to_contain_text("药费单补好了，请看。")
    await desk.bring_to_front()
    await expect(desk.locator(".msg.out", has_text="药费单补好了")).to_contain_text("已送达微信")
    assert demo.errors == []
