"""Two colleagues at one family, a log-in in between, a call from the floor: nothing typed is lost and nobody answers
twice (D10 to D13); and a service that hangs does not look alive (I14).
"""

import contextlib
import re
import signal

import pytest
from playwright.async_api import Browser, Error, Page, expect

from scripts.evening import PASSWORD, log_in
from scripts.stage import stage
from tests.stories.test_demo import Demo, demo
from tests.stories.test_emergencies import shot
from tests.stories.test_every_page import DAUGHTER, ELDER, SIZES, act, looked_at

pytestmark = pytest.mark.browser
__all__ = ["demo"]
SENTENCE = "您好，包裹可以代收，请写三楼护士站收。"


async def talk_of(demo: Demo, page: Page, words: str) -> None:
    await page.goto(f"{demo.console}chats")
    await page.locator(".person", has_text=words).first.click()
    await expect(page.locator("#messages")).to_contain_text(words)


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_fault_d12_two_colleagues_at_one_family_see_each_other_and_answer_once(demo: Demo, width: int) -> None:
    first, second = [await log_in(demo.browser, demo.console, login, width, SIZES[width]) for login in ("chen", "he")]
    await act(demo, "text", openid=DAUGHTER, text="能帮忙代收包裹吗")
    await talk_of(demo, first, "能帮忙代收包裹吗")
    await talk_of(demo, second, "能帮忙代收包裹吗")
    await expect(first.locator("#here")).to_contain_text("何志远 也开着这一页")
    await second.get_by_label(re.compile("^回复")).fill("正在写的回答")
    await expect(first.locator("#here")).to_contain_text("何志远 正在写")
    await looked_at(first, "a talk that a colleague writes in")
    await shot(first, f"writes-{width}")
    await first.get_by_label(re.compile("^回复")).fill(SENTENCE)
    await first.get_by_role("button", name="发送").click()
    await expect(second.locator("#messages")).to_contain_text(SENTENCE)
    await expect(second.locator("#here")).to_contain_text("陈晓雯 在接待")
    await second.get_by_role("button", name="发送").click()
    await expect(second.locator("#problem")).to_contain_text("陈晓雯刚刚回了对方，您这一条还没有发")
    await expect(second.get_by_label(re.compile("^回复"))).to_have_value("正在写的回答")
    await expect(second.locator("#messages")).not_to_contain_text("正在写的回答")
    await looked_at(second, "an answer that came second")
    await shot(second, f"second-{width}")
    await second.get_by_role("button", name="发送").click()
    await expect(first.locator("#messages")).to_contain_text("正在写的回答")
    await first.context.close()
    await expect(second.locator("#here")).not_to_contain_text("也开着这一页")
    await second.context.close()


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_fault_d12_a_call_that_a_colleague_logs_is_seen_while_one_types(demo: Demo, width: int) -> None:
    await act(demo, "text", openid=DAUGHTER, text="昨天晚饭是凉的，我要投诉")
    first, second = [await log_in(demo.browser, demo.console, login, width, SIZES[width]) for login in ("chen", "he")]
    for page in (first, second):
        await page.goto(f"{demo.console}complaints")
        await page.locator("a.case").click()
        await expect(page.locator("#case")).to_be_visible()
    await second.locator("#answer").fill("我正在写给您")
    await first.locator("#call").fill("和女儿通了电话，说好今晚换热饭")
    await first.get_by_role("button", name="登记这通电话").click()
    told = second.locator("#meanwhile")
    await expect(told).to_contain_text("陈晓雯打了电话")
    await expect(told).to_contain_text("说好今晚换热饭")
    await expect(second.locator("#answer")).to_have_value("我正在写给您")
    await looked_at(second, "a case that went on meanwhile")
    await shot(second, f"meanwhile-{width}")
    await second.get_by_role("button", name=re.compile("^发给")).click()
    await expect(second.locator("#problem")).to_contain_text("陈晓雯刚刚给对方打过电话，您这一条还没有发")
    for page in (first, second):
        await page.context.close()


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_fault_d6_an_older_assessment_never_unnames_the_accused(demo: Demo, width: int) -> None:
    await act(demo, "text", openid=DAUGHTER, text="昨天晚饭是凉的，我要投诉")
    first, second = [await log_in(demo.browser, demo.console, login, width, SIZES[width]) for login in ("chen", "he")]
    for page in (first, second):
        await page.goto(f"{demo.console}complaints")
        await page.locator("a.case").click()
    await first.locator("#call").fill("说了会查")
    await first.get_by_role("button", name="登记这通电话").click()
    cards = [page.get_by_role("region", name="评估") for page in (first, second)]
    for card in cards:
        await expect(card.locator("select[name=level]")).to_be_visible()
    await cards[1].get_by_label("性质").select_option("餐饮")
    await cards[1].get_by_label("改低等级的理由").fill("写到一半")
    await cards[0].get_by_label("周敏").check()
    await cards[0].get_by_role("button", name=re.compile("^评估好了")).click()
    await expect(first.locator("section[aria-label='说到谁']")).to_contain_text("周敏")
    await expect(second.locator("#meanwhile")).to_contain_text("陈晓雯")
    await cards[1].get_by_role("button", name=re.compile("^评估好了")).click()
    await expect(second.locator("#problem")).to_contain_text("陈晓雯")
    await expect(cards[1].get_by_label("改低等级的理由")).to_have_value("写到一半")
    await second.reload()
    await expect(second.locator("section[aria-label='说到谁']")).to_contain_text("周敏")
    for page in (first, second):
        await page.context.close()


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_fault_d10_an_answer_that_is_sent_after_the_session_ended_is_there_after_the_log_in(
    demo: Demo, width: int
) -> None:
    page = await log_in(demo.browser, demo.console, "chen", width, SIZES[width])
    await act(demo, "text", openid=DAUGHTER, text="能帮忙代收包裹吗")
    await talk_of(demo, page, "能帮忙代收包裹吗")
    talk = page.url
    await page.get_by_label(re.compile("^回复")).fill(SENTENCE)
    await page.context.clear_cookies()
    with contextlib.suppress(Error):  # a look of the page itself may lead to the log-in first
        await page.get_by_role("button", name="发送").click(timeout=3000)
    await expect(page.get_by_label("密码")).to_be_visible()
    await page.get_by_label("姓名或登录名").fill("chen")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_label(re.compile("^回复"))).to_have_value(SENTENCE)
    assert page.url == talk
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator("#messages")).to_contain_text(SENTENCE)
    await page.get_by_label(re.compile("^回复")).fill("没有发出的半句")
    await page.get_by_role("button", name="退出登录").click()
    await expect(page.get_by_label("密码")).to_be_visible()
    kept = await page.evaluate("Object.values(sessionStorage).join()")
    assert "半句" not in kept, "who logs out leaves nothing to the next"
    await page.context.close()


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_fault_d11_after_each_message_the_composer_says_how_many_are_left(demo: Demo, width: int) -> None:
    page = await log_in(demo.browser, demo.console, "chen", width, SIZES[width])
    await act(demo, "text", openid=DAUGHTER, text="能帮忙代收包裹吗")
    await talk_of(demo, page, "能帮忙代收包裹吗")
    before = int(await page.locator("#quota b").inner_text())
    for sent in range(1, before + 1):
        await page.get_by_label(re.compile("^回复")).fill(f"第 {sent} 句")
        await page.locator("#composer form button.btn").first.click()
        await expect(page.locator("#messages")).to_contain_text(f"第 {sent} 句")
        if sent < before:
            await expect(page.locator("#quota b")).to_have_text(str(before - sent))
    await expect(page.get_by_text("现在不能直接发消息")).to_be_visible()
    await expect(page.locator("#composer")).to_contain_text("这次来信后的条数用完了")
    await page.context.close()


@pytest.mark.part(2)
@pytest.mark.parametrize("width", SIZES)
async def test_fault_d13_a_letter_keeps_its_choices_while_an_alarm_calls_the_carer_away(demo: Demo, width: int) -> None:
    page = await log_in(demo.browser, demo.console, "zhou", width, SIZES[width])
    await page.goto(f"{demo.console}letters")
    await page.locator(".krow", has_text="王桂兰").click()
    await page.locator(".pick", has_text="大半").first.click()
    await page.locator("[name=temperature]").fill("36.8")
    await page.locator("#sentence").fill("上午在窗边晒了会儿太阳。")
    await page.locator("#note").fill("右脚后跟发红，已报护士")
    letter = page.url
    await act(demo, "text", openid=ELDER, text="我摔倒了")
    await expect(page.locator(".alarm")).to_contain_text("我摔倒了")
    await page.goto(f"{demo.console}residents")
    await page.goto(letter)
    await expect(page.locator(".pick", has_text="大半").locator("input").first).to_be_checked()
    await expect(page.locator("[name=temperature]")).to_have_value("36.8")
    await expect(page.locator("#sentence")).to_have_value("上午在窗边晒了会儿太阳。")
    await expect(page.locator("#note")).to_have_value("右脚后跟发红，已报护士")
    await page.get_by_role("button", name="写好，下一位").click()
    await expect(page.locator(".ktitle h2")).not_to_contain_text("王桂兰")
    assert "大半" not in await page.evaluate("Object.values(sessionStorage).join()"), "what was saved is no draft"
    await page.context.close()


async def test_fault_i14_a_service_that_hangs_does_not_look_alive_and_a_restart_says_so(browser: Browser) -> None:
    async with stage(staff=True) as used:
        page = await (await browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})).new_page()
        await page.clock.install()
        await page.goto(f"{used.url}/console/login")
        await page.get_by_label("姓名或登录名").fill("chen")
        await page.get_by_label("密码").fill("stage-password")
        await page.get_by_role("button", name="登录").click()
        strip = page.locator("#lost")
        async with page.expect_response(re.compile("live")):
            await page.goto(f"{used.url}/console/chats")
        assert used.service
        used.service.send_signal(signal.SIGSTOP)
        await page.clock.fast_forward(11_000)
        await expect(strip).to_contain_text("没有回音")
        await expect(strip).to_be_visible()
        await page.clock.fast_forward(55_000)
        await expect(strip).to_have_class(re.compile("hung"))
        used.service.send_signal(signal.SIGCONT)
        await expect(strip).to_be_hidden(timeout=15_000)
        used.service.send_signal(signal.SIGTERM)
        await expect(strip).to_contain_text("系统正在重启", timeout=10_000)
        await page.context.close()


async def test_fault_i14_a_locked_station_says_that_nobody_answers(browser: Browser) -> None:
    """It has no stream of its own: it asks every two seconds, and a server that hangs is told all the same."""
    async with stage(staff=True) as used:
        page = await (await browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})).new_page()
        await page.clock.install()
        await page.goto(f"{used.url}/console/login")
        await page.get_by_label("姓名或登录名").fill("shen")
        await page.get_by_label("密码").fill("stage-password")
        await page.get_by_role("button", name="登录").click()
        await page.goto(f"{used.url}/console/stations")
        await page.locator("[name=name]").first.fill("三楼护士站")
        await page.locator("form[hx-post='/console/stations'] button").first.click()
        await page.wait_for_url(re.compile("/console/station$"))
        strip = page.locator("#lost")
        await page.clock.fast_forward(4_000)
        await expect(strip).to_be_hidden()
        assert used.service
        used.service.send_signal(signal.SIGSTOP)
        await page.clock.fast_forward(14_000)
        await expect(strip).to_contain_text("没有回音")
        await expect(strip).to_be_visible()
        used.service.send_signal(signal.SIGCONT)
        await page.clock.fast_forward(4_000)
        await expect(strip).to_be_hidden(timeout=15_000)
        await page.context.close()


async def test_fault_d10_a_menu_that_was_pasted_is_still_there_after_another_page(demo: Demo) -> None:
    page = await log_in(demo.browser, demo.console, "he", 1440, SIZES[1440])
    await page.goto(f"{demo.console}week")
    await page.locator("#paste > summary").click()
    await page.locator("#paste textarea").fill("周一\t白粥\t红烧肉\t面条")
    await page.goto(f"{demo.console}today")
    await page.goto(f"{demo.console}week")
    await expect(page.locator("#paste textarea")).to_have_value("周一\t白粥\t红烧肉\t面条")
    await page.context.close()
