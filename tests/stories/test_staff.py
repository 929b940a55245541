"""A colleague comes and goes: added in five fields, her first log-in over its steps, codes, the station, and out within
a second, also on her open page (N3, P6, F30, F39, C16).
"""

import re
import time

import pyotp
import pytest
from playwright.async_api import Page, expect

from scripts.evening import log_in
from tests.stories.test_demo import Demo, demo
from tests.stories.test_emergencies import shot
from tests.stories.test_every_page import SIZES, looked_at

pytestmark = pytest.mark.browser
__all__ = ["demo"]
OWN = "four plain words"


async def stranger(demo: Demo, width: int) -> Page:
    context = await demo.browser.new_context(viewport={"width": width, "height": SIZES[width]}, locale="zh-CN")
    return await context.new_page()


async def enters(demo: Demo, page: Page, login: str, password: str) -> None:
    await page.goto(f"{demo.console}login")
    await page.get_by_label("姓名或登录名").fill(login)
    await page.get_by_label("密码").fill(password)
    await page.get_by_role("button", name="登录").click()


async def first_log_in(demo: Demo, hers: Page, first: str, width: int) -> str:
    """Over all its steps; one of her recovery codes."""
    await enters(demo, hers, "qinxiao", first)
    await expect(hers.get_by_role("heading", name="秦晓，先换一个自己的密码")).to_be_visible()
    await looked_at(hers, "a password of her own")
    await hers.goto(f"{demo.console}residents")
    await expect(hers.get_by_role("heading", name="秦晓，先换一个自己的密码")).to_be_visible()
    await hers.locator("#password").fill(OWN)
    await hers.locator("#again").fill(OWN)
    await hers.get_by_role("button", name="换好了，继续").click()
    await expect(hers.get_by_role("heading", name="保密承诺")).to_be_visible()
    await looked_at(hers, "the pledge")
    await hers.get_by_role("button", name="我看完了，我承诺").click()
    await expect(hers.get_by_role("heading", name="给您的账号加一道锁")).to_be_visible()
    await looked_at(hers, "codes")
    secret = await hers.locator("[name=secret]").first.input_value()
    await hers.locator("#code").fill(pyotp.TOTP(secret).now())
    await hers.get_by_role("button", name="对上了，就用它").click()
    await expect(hers.get_by_role("heading", name="验证码设好了")).to_be_visible()
    await looked_at(hers, "recovery codes")
    await shot(hers, f"recovery-{width}")
    code = await hers.locator(".codes code").first.inner_text()
    await hers.get_by_role("link", name="收好了，开始用").click()
    await expect(hers).to_have_url(re.compile("/console/residents"))
    return code


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_n3_p6_a_colleague_comes_and_is_out_within_a_second(demo: Demo, width: int) -> None:
    shen = await log_in(demo.browser, demo.console, "shen", width, SIZES[width])
    await shen.goto(f"{demo.console}staff")
    await expect(shen.locator("#colleagues")).to_contain_text("周敏")
    await looked_at(shen, "colleagues")
    await shen.get_by_role("link", name="加一位").click()
    await shen.locator("[name=name]").fill("秦晓")
    await shen.locator("[name=login]").fill("qinxiao")
    await shen.locator("[name=role]").select_option("supervisor")
    await looked_at(shen, "a new colleague")
    await shen.get_by_role("button", name="加上").click()
    first = await shen.locator(".onepass").inner_text()
    await looked_at(shen, "a first password")
    await shot(shen, f"first-password-{width}")

    hers = await stranger(demo, width)
    code = await first_log_in(demo, hers, first, width)
    again = await stranger(demo, width)
    await enters(demo, again, "qinxiao", OWN)
    await expect(again.get_by_role("heading", name="再输一个验证码")).to_be_visible()
    await looked_at(again, "a code at the log-in")
    await again.locator("#code").fill(code)
    await again.get_by_role("button", name="登录").click()
    await again.goto(f"{demo.console}me")
    await expect(again.locator(".places li")).to_have_count(2)
    await looked_at(again, "my account")
    await again.get_by_role("button", name="退出那里").click()
    await expect(hers).to_have_url(re.compile("/console/login"), timeout=2000)
    await expect(hers.locator(".note").first).to_contain_text("被退出了")

    await shen.goto(f"{demo.console}staff")
    await shen.get_by_role("link", name="秦晓").click()
    await expect(shen.get_by_role("button", name="马上停用")).to_be_visible()
    await looked_at(shen, "one colleague")
    pressed = time.monotonic()
    await shen.get_by_role("button", name="马上停用").click()
    await expect(again).to_have_url(re.compile("/console/login"), timeout=2000)
    assert time.monotonic() - pressed < 1.5
    await expect(again.locator(".note").first).to_contain_text("已经停用")
    await expect(shen.get_by_role("button", name="恢复账号")).to_be_visible()
    await looked_at(shen, "who was put out")
    await shot(shen, f"put-out-{width}")
    for page in (shen, hers, again):
        await page.context.close()


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_f39_c16_a_station_and_who_is_in_charge_of_complaints(demo: Demo, width: int) -> None:
    zhou = await log_in(demo.browser, demo.console, "zhou", width, SIZES[width])
    await zhou.goto(f"{demo.console}me")
    await zhou.locator("[name=pin]").fill("518203")
    await zhou.get_by_role("button", name="设好").click()
    await expect(zhou.locator("#me")).to_contain_text("值班台密码设好了")
    await zhou.context.close()
    shen = await log_in(demo.browser, demo.console, "shen", width, SIZES[width])
    await shen.goto(f"{demo.console}unit")
    await looked_at(shen, "no unit yet")
    await shen.locator("[name=lead]").select_option(label="何志远")
    await shen.get_by_role("button", name="存下这一版").click()
    await expect(shen.locator("#unit")).to_contain_text("第 1 版")
    await looked_at(shen, "the unit")
    await shen.goto(f"{demo.console}unit/print")
    await looked_at(shen, "the unit on paper")
    await shen.goto(f"{demo.console}complaints")
    await expect(shen.locator("#board")).to_contain_text("负责人 何志远")
    await shen.goto(f"{demo.console}stations")
    await looked_at(shen, "stations")
    await shen.locator("[name=name]").fill("3 楼护士站")
    await shen.get_by_role("button", name="把正在用的这台设为值班台").click()
    await expect(shen.get_by_role("heading", name="谁来用？")).to_be_visible(timeout=20_000)
    await looked_at(shen, "a locked station")
    await shen.locator(".faces label", has_text="周敏").click()
    await shen.locator("#pin").fill("000001")
    await shen.get_by_role("button", name="进来").click()
    await expect(shen.locator("#problem")).to_contain_text("还可以试 4 次")
    await looked_at(shen, "wrong digits")
    await shen.locator("#pin").fill("518203")
    pressed = time.monotonic()
    await shen.get_by_role("button", name="进来").click()
    await expect(shen.get_by_role("heading", name=re.compile("周敏"))).to_be_visible()
    assert time.monotonic() - pressed < 2
    await shen.locator("[data-lock]").click()
    await expect(shen.get_by_role("heading", name="谁来用？")).to_be_visible()
    await shot(shen, f"station-{width}")
    await shen.context.close()
