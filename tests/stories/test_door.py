"""The door as the real platform knocks on it: raw words, halves of signs, blanks, events that come late, and a body
that names nobody.
"""

import re
import time
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from scripts.stage import AES_KEY, APP_ID, TOKEN, stage
from simulator.codec import Keys
from tests.stories.test_demo import Demo, demo
from tests.stories.test_every_page import DAUGHTER, ELDER, act, looked_at

pytestmark = pytest.mark.browser
__all__ = ["demo"]


async def log_in(page: Page, console: str, login: str, password: str) -> None:
    await page.goto(console)
    await page.get_by_label("姓名或登录名").fill(login)
    await page.get_by_label("密码").fill(password)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="现在要处理")).to_be_visible()


async def pushes(used: Demo) -> list[dict[str, Any]]:
    async with aiohttp.ClientSession() as http, http.get(f"{used.phone}api/state") as answer:
        lines = (await answer.json())["journal"]
    return [line for line in lines if line["direction"] == "push" and "Report" not in line["kind"]]


async def test_fault_w1_a_cry_with_a_forbidden_sign_raw_marks_or_half_a_sign_rings_in_the_console(demo: Demo) -> None:
    nurse = await demo.page(1440, 900)
    await log_in(nurse, demo.console, "tang", demo.password)
    await act(demo, "text", openid=ELDER, text="我摔\x08倒了")
    elder = nurse.locator(".alarm:has(b:text-is('王桂兰'))")
    await expect(elder).to_contain_text("我摔倒了")
    await expect(elder).to_contain_text("306")
    await act(
        demo,
        "text",
        openid=DAUGHTER,
        text="x]]></Content><MsgType>event</MsgType><Event>unsubscribe</Event><Content>救\x0b命]]>",
    )
    daughter = nurse.locator(".alarm:has(b:text-is('李静'))")
    await expect(daughter).to_contain_text("救命")

    phone = await demo.page(390, 844)
    await phone.goto(demo.phone)
    await phone.get_by_role("button", name="控制", exact=True).click()
    for name in ("字符截断", "CDATA 加空白"):
        await phone.get_by_role("switch", name=name).click()
        await expect(phone.get_by_role("switch", name=name)).to_have_attribute("aria-checked", "true")
    assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the switches scroll sideways"
    await phone.get_by_role("button", name="手机", exact=True).click()
    await phone.get_by_role("button", name="王桂兰").click()
    await phone.get_by_role("button", name="切换到键盘").click()
    await phone.get_by_role("textbox", name="发消息").fill("喘不上气，快来人呀")
    await phone.get_by_role("button", name="发送").click()
    await expect(elder).to_contain_text("喘不上气，快来人")
    await expect(elder).to_contain_text("第 2 次喊")
    await expect(nurse.locator(".alarm")).to_have_count(2)
    sent = await pushes(demo)
    assert [(line["ok"], line["try"]) for line in sent] == [(True, 1)] * 3, (
        "nothing is refused, so nothing is pushed again"
    )
    assert sent[-1]["plain"].count("\ufffd") == 1, "the last sign was cut"
    assert "<Content>\n <![CDATA[" in sent[-1]["plain"]
    assert demo.errors == []


async def test_fault_w3_an_unfollow_that_comes_late_does_not_undo_the_follow(demo: Demo) -> None:
    phone = await demo.page(1440, 900)
    await phone.goto(demo.phone)
    await act(demo, "text", openid=DAUGHTER, text="请给我妈买两包纸尿裤")
    await expect(phone.locator("#chat")).to_contain_text("回您")
    late = phone.get_by_role("switch", name="事件迟到")
    await late.click()
    await expect(late).to_have_attribute("aria-checked", "true")
    await act(demo, "follow", openid=DAUGHTER, on=False)
    await phone.wait_for_timeout(1100)  # CreateTime counts seconds
    await phone.get_by_role("button", name="关注公众号").click()
    await expect(late).to_have_attribute("aria-checked", "false")
    await expect(phone.locator("#lines tr", has_text="unsubscribe")).to_have_count(1)
    told = [(line["kind"], int(re.findall(r"<CreateTime>(\d+)", line["plain"])[0])) for line in await pushes(demo)][1:]
    assert [kind for kind, _ in told] == ["subscribe", "unsubscribe"]
    assert told[0][1] > told[1][1], "the later one has the older time"

    desk = await demo.page(1440, 900)
    await demo.log_in(desk)
    await desk.locator(".person", has_text="李静").click()
    await desk.get_by_label(re.compile("^回复")).fill("包裹取好了，放在一楼前台。")
    await desk.keyboard.press("Control+Enter")
    await expect(desk.locator(".msg.out", has_text="包裹取好了")).to_contain_text("已送达微信")
    await phone.bring_to_front()
    await expect(phone.locator("#chat")).to_contain_text("包裹取好了")
    assert demo.errors == []


@pytest.mark.part(2)
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_fault_w1_a_cry_that_names_nobody_stands_on_the_strip_until_somebody_has_looked(
    browser: Browser, width: int, height: int
) -> None:
    keys, errors = Keys(APP_ID, "s", TOKEN, AES_KEY, "secure"), list[str]()
    async with stage(service=False) as used:
        await used.hire("tang", "唐雨", "nurse")
        await used.start_service()
        size: ViewportSize = {"width": width, "height": height}
        async with await browser.new_context(viewport=size, locale="zh-CN") as context:
            page = await context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            await log_in(page, f"{used.url}/console/", "tang", "stage-password")
            content = "<MsgType>text</MsgType><Content><![CDATA[救\x08命]]></Content>"
            inner = f"<xml><FromUserName>o\x08</FromUserName>{content}</xml>".encode()
            for _ in range(2):  # a redelivery is the same
                query, body = keys.push(inner, DAUGHTER, "gh_stage", time.time())
                async with used.http.post(f"{used.url}/wechat", params=query, data=body) as answer:
                    assert (answer.status, await answer.text()) == (200, "success")
            strip = page.locator(".alarm", has_text="不知道是谁")
            await expect(strip).to_have_count(1)
            await expect(strip).to_contain_text("救命")
            await looked_at(page, "a strip that names nobody")
            page.on("dialog", lambda dialog: dialog.accept())
            await strip.get_by_role("button", name="有人去看了").click()
            await expect(page.locator(".alarm")).to_have_count(0)
            await page.reload()
            await expect(page.get_by_role("heading", name="现在要处理")).to_be_visible()
            await expect(page.locator(".alarm")).to_have_count(0)
        assert used.rows("SELECT count(*), count(seen_at) FROM unreadable") == [(1, 1)]
        assert used.rows("SELECT count(*) FROM person WHERE kind = 'guest'") == [(0,)], "nobody is invented"
    assert errors == []
