"""The first start as an operator and a director meet it: an empty database, a terminal, a browser (N3)."""

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect

from scripts.stage import AES_KEY, APP_ID, SECRET, TOKEN, Bare
from tests.stories.test_every_page import looked_at

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def bare(tmp_path: Path) -> AsyncIterator[Bare]:
    import aiohttp

    used = Bare(tmp_path)
    async with aiohttp.ClientSession() as used.http:
        await used.start_platform()
        await used.start_service()
        await used.until(lambda: "换成院里的网址" in used.printed(), "the terminal names no address")
        yield used
        for child in (used.service, used.platform):
            await used.stop(child)


async def page_of(browser: Browser, width: int) -> tuple[Page, list[str]]:
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", reduced_motion="reduce"
    )
    page, errors = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page, errors


async def open_home(bare: Bare, page: Page) -> None:
    await page.goto(f"{bare.url}/console/start#{bare.code()}")
    await page.get_by_label("院长姓名").fill("沈国平")
    await page.get_by_label("登录名").fill("shen")
    await page.get_by_label("密码").fill("long-enough-1")
    await page.get_by_role("button", name="开始").click()
    await page.get_by_role("button", name="我看完了，我承诺").click()
    await expect(page.get_by_role("heading", name="先说说我们家")).to_be_visible()


async def greeted(bare: Bare) -> int:
    """As the platform does when somebody presses 提交."""
    stamp = str(int(time.time()))
    signature = hashlib.sha1("".join(sorted([TOKEN, stamp, "1"])).encode()).hexdigest()  # noqa: S324  (the platform's)
    query = {"timestamp": stamp, "nonce": "1", "echostr": "42", "signature": signature}
    async with bare.http.get(f"{bare.url}/wechat", params=query) as answer:
        return answer.status


@pytest.mark.parametrize("width", [1440, 390])
async def test_n3_from_an_empty_database_to_the_first_message(bare: Bare, browser: Browser, width: int) -> None:
    page, errors = await page_of(browser, width)
    for place, status in (("/console/today", 503), ("/p/letters", 503), ("/healthz", 200), ("/readyz", 200)):
        async with bare.http.get(bare.url + place) as answer:
            assert answer.status == status, f"{place}: what nobody may see yet is shut, what watches is not"
    assert await greeted(bare) == 403, "without an account nobody is let in"
    await page.goto(f"{bare.url}/console/start")
    await page.get_by_label("启动码").fill("2222-2222")
    for label, words in (("院长姓名", "沈国平"), ("登录名", "shen"), ("密码", "long-enough-1")):
        await page.get_by_label(label).fill(words)
    await page.get_by_role("button", name="开始").click()
    await expect(page.get_by_role("alert")).to_contain_text("还可以试 4 次")
    assert await page.get_by_label("院长姓名").input_value() == "沈国平", "nothing typed is lost"
    assert "long-enough-1" not in await page.content(), "but a password never comes back in a page"
    await looked_at(page, "wrong code")
    await open_home(bare, page)
    await looked_at(page, "home")
    await _home(page)
    await page.get_by_label("AppID").fill(APP_ID)
    await page.get_by_label("AppSecret").fill("wrong")
    await page.get_by_text("院里已经有一套的").click()
    await page.get_by_label("令牌（Token）").fill(TOKEN)
    await page.get_by_label("EncodingAESKey（43 位）").fill(AES_KEY)
    await page.get_by_role("button", name="存好，试一试").click()
    await expect(page.locator(".looks")).to_contain_text("不行（40125）")
    await page.wait_for_timeout(800)  # the page that was saved has been drawn
    await page.get_by_label("AppSecret").fill(SECRET)
    await page.get_by_role("button", name="存好，试一试").click()
    await expect(page.locator(".looks")).to_contain_text("通了")
    await expect(page.locator(".looks")).to_contain_text("等平台来敲门")
    await looked_at(page, "account")
    assert await greeted(bare) == 200, "in the same second, without a restart"
    await _leads_on(bare, page)
    await page.reload()
    await expect(page.locator(".looks")).to_contain_text("平台来敲过门")
    shown = await page.content()
    assert not any(secret in shown for secret in (SECRET, TOKEN, AES_KEY)), "no secret comes back"
    await _domain(bare, page)
    await _menu(bare, page)
    await page.goto(f"{bare.url}/console/setup/check")
    await expect(page.locator(".looked")).to_contain_text("微信账号", timeout=20_000)
    await looked_at(page, "check")
    await bare.act("text", openid="oSim_lijing_0000000000000001", text="请给我妈买两包纸尿裤")
    await page.goto(f"{bare.url}/console/chats")
    await expect(page.locator(".person", has_text="纸尿裤")).to_be_visible()
    assert errors == []
    _nothing_secret_is_logged(bare)
    await page.context.close()


async def _home(page: Page) -> None:
    await page.get_by_label("院名").fill("青禾颐养院")
    await page.get_by_label("有急事打的电话").fill("0571-88000101")
    await page.get_by_role("button", name="存好").click()
    await expect(page.locator(".rail .on")).to_contain_text("青禾颐养院")
    await page.get_by_label("哪几层").fill("2-3")
    await page.get_by_role("button", name="排好").click()
    await expect(page.get_by_text("现在 48 张床")).to_be_visible()
    await page.get_by_role("link", name="下一步：接公众号").click()


async def _leads_on(bare: Bare, page: Page) -> None:
    again = await (await page.request.get(f"{bare.url}/console/setup/account/looks")).text()
    assert "先写好网址" in await page.locator("#setup").inner_text(), "no address is offered that does not exist"
    assert "下一步" in again, "what looks again by itself leads on as well"


def _nothing_secret_is_logged(bare: Bare) -> None:
    secrets = (SECRET, "long-enough-1", bare.code().replace("-", ""))
    logged = [line for line in bare.printed().splitlines() if line.startswith("{")]
    assert not any(secret in line for line in logged for secret in secrets)


async def _domain(bare: Bare, page: Page) -> None:
    await page.goto(f"{bare.url}/console/setup/domain")
    await page.get_by_label("网址").fill(bare.url)
    await page.locator("#proof").set_input_files(
        FilePayload(name="MP_verify_AbCd1234.txt", mimeType="text/plain", buffer=b"AbCd1234")
    )
    await page.get_by_role("button", name="存好").click()
    await expect(page.get_by_text("已放好")).to_be_visible()
    await looked_at(page, "domain")
    part = await page.request.get(f"{bare.url}/console/setup/account")
    assert f'data-copy="{bare.url}/wechat"' in await part.text()
    async with bare.http.get(f"{bare.url}/MP_verify_AbCd1234.txt") as served:
        assert await served.text() == "AbCd1234"


async def _menu(bare: Bare, page: Page) -> None:
    await page.goto(f"{bare.url}/console/setup/menu")
    await expect(page.locator(".wxmenu").first).to_be_visible()
    await looked_at(page, "menu")
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await page.get_by_role("button", name="推送我们的菜单").click()
    await expect(page.get_by_text("已推上去", exact=True)).to_be_visible()
    await page.get_by_role("button", name="换回原来的").click()
    await expect(page.get_by_text("已推上去", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="推送我们的菜单").click()
    await expect(page.get_by_text("已推上去", exact=True)).to_be_visible()


async def test_n3_each_step_is_kept_when_the_machine_falls_over(bare: Bare, browser: Browser) -> None:
    page, _ = await page_of(browser, 1440)
    assert "换成院里的网址" in bare.printed(), "the address of this host opens on no other"
    await open_home(bare, page)
    await page.get_by_label("院名").fill("青禾颐养院")
    await page.get_by_label("有急事打的电话").fill("0571-88000101")
    await page.get_by_role("button", name="存好").click()
    await expect(page.locator(".rail .on")).to_contain_text("青禾颐养院")
    assert bare.service
    bare.service.kill()
    await bare.service.wait()
    before = bare.printed()
    await bare.start_service()
    assert "启动码" not in bare.printed().removeprefix(before), "there was a director"
    answer = await page.goto(f"{bare.url}/console/setup")
    assert answer
    assert answer.status == 200
    await expect(page.get_by_role("heading", name="接上公众号")).to_be_visible()
    assert "青禾颐养院" in await page.locator(".rail").inner_text()
    await page.goto(f"{bare.url}/console/start")
    await expect(page).not_to_have_url(re.compile("start"))
    await page.context.close()
