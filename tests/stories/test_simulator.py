"""The phone of the simulator sends every kind of message and taps every kind of button (fault W9)."""

import asyncio
import json
import os
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from scripts.stage import APP_ID, SECRET, Stage, stage
from tests.stories.test_demo import Demo, demo
from tests.stories.test_every_page import DAUGHTER, looked_at

pytestmark = pytest.mark.browser
__all__ = ["demo"]
SHOTS = os.environ.get("JIASHU_SHOTS_TO", "")
MENU = [
    {"type": "click", "name": "家书", "key": "LETTER"},
    {
        "name": "服务",
        "sub_button": [
            {"type": "scancode_waitmsg", "name": "扫床号", "key": "BED"},
            {"type": "pic_weixin", "name": "发照片", "key": "PHOTO"},
            {"type": "location_select", "name": "我在哪", "key": "WHERE"},
        ],
    },
]


async def pushed(phone: str, count: int) -> list[dict[str, Any]]:
    """The pushes of the journal, once there are so many, all of them answered."""
    async with asyncio.timeout(20), aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"{phone.rstrip('/')}/api/state") as answer:
                lines = [line for line in (await answer.json())["journal"] if line["direction"] == "push"]
            if len(lines) >= count:
                assert all(line["ok"] for line in lines)
                return sorted(lines, key=lambda line: int(line["n"]))
            await asyncio.sleep(0.1)


async def seen(page: Page, name: str) -> None:
    """Looked at, and photographed where somebody wants pictures."""
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png")
    await looked_at(page, name)


def kinds(lines: list[dict[str, Any]]) -> list[str]:
    return [line["kind"] for line in lines]


@dataclass
class Account:
    """The account's side: it calls the API as a service would, beside the one that runs."""

    used: Stage
    token: str = ""

    async def call(self, path: str, **body: object) -> dict[str, Any]:
        """Raises when the platform refuses."""
        data = json.dumps(body, ensure_ascii=False).encode()
        query = {"access_token": self.token}
        async with self.used.http.post(f"{self.used.phone}/cgi-bin/{path}", params=query, data=data) as answer:
            found: dict[str, Any] = json.loads(await answer.text())
        assert not found.get("errcode"), found
        return found

    async def log_in(self) -> None:
        grant = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
        self.token = (await self.call("stable_token", **grant))["access_token"]


async def keyboard(page: Page) -> None:
    await page.get_by_role("button", name="切换到键盘").click()


async def more(page: Page, name: str) -> None:
    await page.get_by_role("button", name="照片和语音").click()
    await page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.part(2)
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_fault_w9_the_phone_sends_every_kind_and_leaves_and_comes_back(
    demo: Demo, width: int, height: int
) -> None:
    page = await demo.page(width, height)
    await page.goto(demo.phone)
    await page.get_by_role("button", name="李静").click()
    await keyboard(page)
    await page.get_by_role("button", name="照片和语音").click()
    await seen(page, f"phone-more-{width}")
    await page.get_by_role("button", name="样板视频").click()
    await expect(page.locator("#chat .me video, #chat .m.me video")).to_have_count(1)
    await more(page, "位置")
    await seen(page, f"phone-place-{width}")
    await page.get_by_label("地点").fill("杭州东站")
    await page.get_by_role("button", name="发送位置").click()
    await expect(page.locator("#chat .place")).to_contain_text("杭州东站")
    await more(page, "链接")
    await page.get_by_role("button", name="发送链接").click()
    await expect(page.locator("#chat .m.me .card b").last).to_contain_text("护膝")
    await seen(page, f"phone-sent-{width}")
    await page.get_by_role("button", name="公众号资料").click()
    await seen(page, f"phone-about-{width}")
    await page.get_by_role("button", name="取消关注").click()
    await expect(page.locator("#chat")).to_contain_text("你取消了关注")
    await expect(page.get_by_role("button", name="关注公众号", exact=True)).to_be_visible()
    await seen(page, f"phone-left-{width}")
    assert kinds(await pushed(demo.phone, 4)) == ["video", "location", "link", "unsubscribe"]
    await page.get_by_role("button", name="关注公众号", exact=True).click()
    await expect(page.locator("#chat")).to_contain_text("机器人小安")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert demo.errors == []


@pytest.mark.part(2)
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_fault_w9_the_phone_shows_the_menu_of_its_person_and_what_the_account_sends(
    browser: Browser, width: int, height: int
) -> None:
    size: ViewportSize = {"width": width, "height": height}
    errors = list[str]()
    async with stage() as used, await browser.new_context(viewport=size, locale="zh-CN") as context:
        page, account = await context.new_page(), Account(used)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await account.log_in()
        await page.goto(used.phone)
        await taps(page, account, width)
        await reads(page, account, width)
        await scans(page, account, width)
    assert errors == []


async def taps(page: Page, account: Account, width: int) -> None:
    """Each kind of button that a phone answers by itself."""
    phone, menu = account.used.phone, page.locator("#menu")
    await page.get_by_role("button", name="李静").click()
    await expect(menu).to_contain_text("投诉")
    await account.call("menu/create", button=MENU)
    await expect(menu).not_to_contain_text("投诉")
    service = menu.get_by_role("button", name="服务")
    await service.click()
    await seen(page, f"phone-menu-{width}")
    await page.get_by_role("menuitem", name="扫床号").click()
    await page.get_by_label("扫到的内容").fill("306-1")
    await page.get_by_role("button", name="扫到了").click()
    assert kinds(await pushed(phone, 1)) == ["scancode_waitmsg"]
    await service.click()
    await page.get_by_role("menuitem", name="发照片").click()
    assert set(kinds(await pushed(phone, 3))) == {"scancode_waitmsg", "pic_weixin", "image"}
    await service.click()
    await page.get_by_role("menuitem", name="我在哪").click()
    await page.get_by_role("button", name="发送位置").click()
    assert {"location_select", "location"} < set(kinds(await pushed(phone, 5)))

    tag = (await account.call("tags/create", tag={"name": "家属"}))["tag"]["id"]
    button = [{"type": "click", "name": "妈妈", "key": "LETTER"}]
    await account.call("menu/addconditional", button=button, matchrule={"tag_id": tag})
    await account.call("tags/members/batchtagging", openid_list=[DAUGHTER], tagid=tag)
    await expect(menu).to_contain_text("妈妈")
    await expect(menu).not_to_contain_text("服务")


async def reads(page: Page, account: Account, width: int) -> None:
    """A menu message that is tapped, and a template message."""
    items = [{"id": "1", "content": "满意"}, {"id": "2", "content": "不满意"}]
    body = {"head_content": "处理得还满意吗？", "list": items, "tail_content": "谢谢您。"}
    await account.call("message/custom/send", touser=DAUGHTER, msgtype="msgmenu", msgmenu=body)
    template = (await account.call("template/api_add_template", template_id_short="43817"))["template_id"]
    data = {"thing1": {"value": "王桂兰"}, "time2": {"value": "17:30"}, "thing3": {"value": "今天的家书"}}
    url = f"{account.used.url}/p/letters"
    await account.call("message/template/send", touser=DAUGHTER, template_id=template, data=data, url=url)
    await expect(page.locator("#chat .card dl")).to_contain_text("今天的家书")
    await seen(page, f"phone-cards-{width}")
    await page.locator("#chat").get_by_role("button", name="不满意").click()
    await expect(page.locator("#chat .m.me").last).to_contain_text("不满意")
    told = [line for line in await pushed(account.used.phone, 7) if line["kind"] == "text"]
    assert "<bizmsgmenuid><![CDATA[2]]>" in told[-1]["plain"]


async def scans(page: Page, account: Account, width: int) -> None:
    """Somebody who does not follow yet comes by a QR code."""
    scene = {"scene": {"scene_str": "门口"}}
    await account.call("qrcode/create", action_name="QR_LIMIT_STR_SCENE", action_info=scene)
    await page.get_by_role("button", name="路人").click()
    await page.get_by_role("button", name="扫二维码关注").click()
    await seen(page, f"phone-scan-{width}")
    await page.get_by_role("button", name="门口").click()
    await expect(page.locator("#chat")).to_contain_text("你关注了公众号")
    told = [line for line in await pushed(account.used.phone, 8) if line["kind"] == "subscribe"]
    assert "qrscene_门口" in told[-1]["plain"]
