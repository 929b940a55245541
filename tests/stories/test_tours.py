"""The console as each of them meets it, in a real browser on the running demo: a carer, a director, an auditor, a
stranger.
"""

import re

import pytest
from playwright.async_api import Page, expect

from scripts.evening import PASSWORD, log_in
from tests.stories.test_demo import Demo, demo
from tests.stories.test_every_page import DAUGHTER, ELDER, act

pytestmark = pytest.mark.browser
__all__ = ["demo"]
ALL = ("今日", "会话", "投诉", "家书", "老人", "日程", "问卷", "知识库", "审计")
PATHS = {
    "今日": "today",
    "会话": "chats",
    "投诉": "complaints",
    "家书": "letters",
    "老人": "residents",
    "日程": "days",
    "问卷": "surveys",
    "知识库": "knowledge",
    "审计": "audit",
}


async def menu_of(page: Page) -> list[str]:
    words = await page.locator("nav.nav a span:not(.n)").all_inner_texts()
    return [word for word in words if word in ALL]


async def denied(demo: Demo, page: Page, path: str) -> None:
    """What is closed looks exactly like what does not exist."""
    answer = await page.goto(demo.console + path)
    assert answer
    assert answer.status == 404, path
    closed = await page.content()
    nothing = await page.goto(f"{demo.console}nothing")
    assert nothing
    strip = re.compile(r'data-now="[^"]*"|since=\d+|content="[^"]*"|value="[^"]*"|X-CSRF[^}]*')
    assert strip.sub("", closed) == strip.sub("", await page.content())


async def happens(demo: Demo) -> None:
    """A complaint with words about a colleague, a question of the second floor's family, an
    elder who cries for help.
    """
    await act(demo, "text", openid=DAUGHTER, text="昨天晚饭是凉的，我要投诉")
    await act(demo, "text", openid=DAUGHTER, text="好了")
    await act(demo, "text", openid=ELDER, text="我闺女什么时候来")


@pytest.mark.part(2)
@pytest.mark.parametrize("width", [1440, 390])
async def test_p2_a_carer_sees_her_floor_and_nothing_of_complaints(demo: Demo, width: int) -> None:
    await happens(demo)
    page = await log_in(demo.browser, demo.console, "zhou", width, 844)
    await expect(page.get_by_role("heading", name="现在要处理")).to_be_visible()
    assert await menu_of(page) == ["今日", "会话", "家书", "老人", "日程"]
    assert "投诉" not in await page.locator("main").inner_text()

    await page.goto(f"{demo.console}residents")
    beds = await page.locator(".bed").all_inner_texts()
    assert beds
    assert all(re.search(r"\b3\d\d", bed) for bed in beds), "only the third floor"
    await page.locator(".bed", has_text="王桂兰").click()
    await expect(page.get_by_role("heading", name="家属", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="打一张绑定单")).to_have_count(0)
    await expect(page.get_by_text("去世", exact=True)).to_have_count(0)
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", await page.content()), "phones are masked"

    await page.goto(f"{demo.console}letters")
    rows = page.locator("a.krow")
    assert await rows.count() == 22
    await rows.first.click()
    await expect(page.get_by_role("button", name="写好，下一位")).to_be_visible()
    await expect(page.get_by_text("收信：")).to_be_visible()

    await page.goto(f"{demo.console}chats")
    await page.locator("a.person", has_text="老人 · 306").click()
    await expect(page.locator("#messages")).to_contain_text("我闺女什么时候来")
    for path in ("complaints", "complaints/C0101-01", "surveys", "knowledge", "audit", "letters/1", "residents/1"):
        await denied(demo, page, path)


async def test_p2_a_director_sees_everything_and_every_look_is_written_down(demo: Demo) -> None:
    await happens(demo)
    page = await log_in(demo.browser, demo.console, "shen")
    assert await menu_of(page) == list(ALL)
    await expect(page.locator("main")).to_contain_text("首次反馈")
    for word, path in PATHS.items():
        await page.get_by_role("navigation", name="主菜单").get_by_role("link", name=re.compile(f"^{word}")).click()
        await expect(page).to_have_url(re.compile(f"/console/{path}"))
        assert word in await page.title() or await page.get_by_role("heading").count()

    await page.goto(f"{demo.console}complaints")
    await page.locator(".case").click()
    await expect(page.locator("#case")).to_contain_text("昨天晚饭是凉的")
    await page.goto(f"{demo.console}residents")
    await page.locator(".bed", has_text="王桂兰").click()
    await expect(page.get_by_role("link", name="家属与同意")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("静默"))).to_be_visible()

    await page.goto(f"{demo.console}days")
    await expect(page.locator("main")).to_contain_text("王桂兰")
    await page.goto(f"{demo.console}audit")
    looks = await page.locator("main").inner_text()
    assert "沈国平" in looks
    assert looks.count("看了") >= 2, "the case and the resident that were opened"


async def test_p5_an_auditor_reads_who_looked_and_no_words_of_anybody(demo: Demo) -> None:
    await happens(demo)
    director = await log_in(demo.browser, demo.console, "shen")
    await director.goto(f"{demo.console}complaints")
    await director.locator(".case").click()
    await expect(director.locator("#case")).to_be_visible()

    page = await log_in(demo.browser, demo.console, "ma")
    await expect(page).to_have_url(re.compile("/console/audit"))
    assert await menu_of(page) == ["审计"]
    await expect(page.locator("main")).to_contain_text("沈国平")
    for shown in ("", "?show=all"):
        await page.goto(f"{demo.console}audit{shown}")
        body = await page.content()
        assert "凉" not in body
        assert "闺女" not in body
        assert "李静" not in body, "an id, no name of a family"
    for path in ("today", "chats", "complaints", "letters", "residents", "days", "surveys", "knowledge"):
        await denied(demo, page, path)
    assert await page.locator(".alarm").count() == 0
    await act(demo, "text", openid=ELDER, text="我摔倒了")
    await page.goto(f"{demo.console}audit")
    await expect(page.locator(".alarm")).to_have_count(0)


@pytest.mark.part(2)
@pytest.mark.parametrize("width", [1440, 390])
async def test_p2_a_stranger_stands_at_the_door_and_learns_nothing(demo: Demo, width: int) -> None:
    await happens(demo)
    page = await demo.page(width, 844)
    for path in ("", *PATHS.values(), "complaints/C0101-01", "residents/1", "nothing"):
        await page.goto(demo.console + path)
        await expect(page).to_have_url(re.compile("/console/login"))
        assert "李静" not in await page.content()
    sentences = []
    for login in ("shen", "nobody-of-that-name"):
        await page.goto(f"{demo.console}login")
        await page.get_by_label("姓名或登录名").fill(login)
        await page.get_by_label("密码").fill("wrong")
        await page.get_by_role("button", name="登录").click()
        sentences.append(await page.get_by_role("alert").inner_text())
    assert sentences[0] == sentences[1], "who works here is nobody's business"
    answers = [
        await page.request.get(f"{demo.console}live?topics=inbox", max_redirects=0),
        await page.request.post(f"{demo.console}surveys/begin", max_redirects=0),
        await page.request.post(f"{demo.console}alarms/{ELDER}/go", max_redirects=0),
        await page.request.get(f"{demo.console}counts", max_redirects=0),
    ]
    assert all(answer.status in {303, 401, 403, 404} for answer in answers), [answer.status for answer in answers]
    await page.goto(f"{demo.console}login")
    await page.get_by_label("姓名或登录名").fill("chen")
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="现在要处理")).to_be_visible()
    context = page.context
    await page.close()  # its own look for news would lead it to the log-in, too
    await context.clear_cookies()
    again = await context.new_page()
    await again.goto(f"{demo.console}complaints")
    await expect(again).to_have_url(re.compile("/console/login"))


@pytest.mark.part(2)
@pytest.mark.parametrize("width", [1440, 390])
async def test_fault_d5_two_colleagues_write_the_letter_of_one_resident(demo: Demo, width: int) -> None:
    first, second = [await log_in(demo.browser, demo.console, login, width, 844) for login in ("tang", "zhou")]
    await second.goto(f"{demo.console}letters")
    await second.locator("a.krow").nth(width % 7).click()
    await second.get_by_text("两顿没吃").wait_for()
    await first.goto(second.url)
    sentence = second.get_by_label("一句话")
    await sentence.fill("上午在窗边晒了会儿太阳。")
    await second.locator("label.pick", has_text="大半").first.click()
    await first.locator("label.pick", has_text="两顿没吃").click()
    await first.get_by_role("button", name="写好，下一位").click()
    await expect(first.get_by_text("家书拦住了")).to_be_visible()

    await second.get_by_role("button", name="写好，下一位").click()
    told = second.locator("#problem")
    await expect(told).to_contain_text("唐雨刚刚改过这封家书，现在要先打电话")
    await expect(sentence).to_have_value("上午在窗边晒了会儿太阳。")
    assert await second.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await second.get_by_role("button", name="写好，下一位").click()
    await expect(second.get_by_text("家书拦住了")).to_be_visible()
    for page in (first, second):
        await page.context.close()
