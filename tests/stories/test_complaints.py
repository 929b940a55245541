"""A complaint in three browsers, from the phone to 认可: the desk handles, the director decides, the daughter answers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.stories.test_demo import Demo, demo
from tests.stories.test_every_page import DAUGHTER, SIZES, act, looked_at

pytestmark = pytest.mark.browser
__all__ = ["demo"]


async def log_in(demo: Demo, width: int, login: str) -> Page:
    page = await demo.page(width, SIZES[width])
    await page.goto(f"{demo.console}login")
    await page.get_by_label("姓名或登录名").fill(login)
    await page.get_by_label("密码").fill("jiashu-demo")
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_c5_c7_c8_c9_c10_from_the_phone_to_a_result_that_is_not_accepted_and_one_that_is(
    demo: Demo, width: int
) -> None:
    await act(demo, "text", openid=DAUGHTER, text="饭菜太凉了，我要投诉")
    desk, director = await log_in(demo, width, "chen"), await log_in(demo, width, "shen")
    await desk.goto(f"{demo.console}complaints")
    await desk.locator(".case").click()
    await desk.locator("#call").fill("打通了，说下午给结果")
    await desk.get_by_role("button", name="登记这通电话").click()
    for finding in ("保温箱坏了，306 的饭凉了", "换了箱子，但出车前没有量温度"):
        if "保温箱坏了" in finding:
            card = desk.get_by_role("region", name="评估")
            await expect(card).to_be_visible()
            await desk.reload()
            await expect(card).to_be_visible()
            await expect(desk.locator("#call")).to_have_value("")
            await looked_at(desk, "assess")
            await card.get_by_label("负责人").select_option(label="何志远")
            await card.get_by_label("周敏").check()
            await card.get_by_role("button", name=re.compile("^评估好了")).click()
        card = desk.get_by_role("region", name="调查")
        await card.get_by_label("查明了什么").fill(finding)
        await looked_at(desk, "inquire")
        await card.get_by_role("button", name=re.compile("^查明了")).click()
        card = desk.get_by_role("region", name="方案")
        await expect(card).to_be_visible()
        await expect(desk.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(
            0
        )  # the new card is in place
        await card.get_by_label("原因").fill("没有报修的规定")
        await card.get_by_label("措施").fill("今天换新，每餐量温度")
        await card.get_by_label("哪天完成").fill(f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}")
        await looked_at(desk, "plan")
        await card.get_by_role("button", name="提交审批").click()
        card = desk.get_by_role("region", name="审批")
        await expect(card).to_contain_text("您写的，要另一位来批")
        await expect(card.get_by_role("button")).to_have_count(0)
        await director.goto(desk.url)
        card = director.get_by_role("region", name="审批")
        await expect(card).to_contain_text(finding)
        await looked_at(director, "decide")
        await card.get_by_role("button", name="退回修改").click()
        await expect(director.locator("#problem")).to_contain_text("退回要写明改什么")
        await card.get_by_role("button", name=re.compile("^批准")).click()
        await expect(desk.get_by_role("region", name="征求意见")).to_be_visible(timeout=10_000)
        await looked_at(desk, "ask")
        if "保温箱坏了" in finding:
            await act(demo, "text", openid=DAUGHTER, text="不认可")
            await expect(desk.get_by_role("heading", name=re.compile("重新调查（第 2 次）"))).to_be_visible(
                timeout=10_000
            )
            await act(demo, "text", openid=DAUGHTER, text="今天还是凉的")
            await expect(desk.locator(".tl")).to_contain_text("今天还是凉的", timeout=10_000)
    await act(demo, "text", openid=DAUGHTER, text="1")
    await expect(desk.get_by_role("region", name="回访")).to_be_visible(timeout=10_000)
    await looked_at(desk, "follow up")
    demo.errors[:] = [
        error for error in demo.errors if "422" not in error
    ]  # the browser notes the refusal that the page has told
    assert demo.errors == []


async def test_fault_c10_a_complaint_of_level_1_calls_on_an_open_page_and_is_silent_once_somebody_takes_it(
    demo: Demo,
) -> None:
    desk, director = await log_in(demo, 1440, "chen"), await log_in(demo, 390, "shen")
    await desk.goto(f"{demo.console}letters")
    await act(demo, "text", openid=DAUGHTER, text="你们把我妈摔了，我要投诉")
    for page in (desk, director):
        await expect(page.locator(".urgent")).to_contain_text("请打电话", timeout=10_000)
        await expect(page).to_have_title(re.compile("^【1 级投诉】"), timeout=5_000)
    await looked_at(director, "a complaint that calls")
    await desk.get_by_role("button", name="我来联系").click()
    await expect(desk.get_by_role("heading", name=re.compile("^首次反馈"))).to_be_visible()
    await expect(director.locator(".urgent")).to_contain_text("陈晓雯在联系", timeout=10_000)
    await expect(director).not_to_have_title(re.compile("^【"), timeout=5_000)
    assert demo.errors == []
