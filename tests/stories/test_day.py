"""A day in the home, from 07:00 to 22:00, with twenty residents and a clock that the story moves (Part 3, 10)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from care.states import Role
from care.triage import Audience
from conversations import events
from services.access import Viewer
from services.complaints import complaints, proposals
from services.complaints.forms import Assess, Decide, Inquire, Propose
from services.emergencies import alarms
from services.families import binding
from services.families.forms import ConfirmBinding
from services.greetings import occasions
from services.letters import letters
from services.letters.forms import LetGo, WriteLetter
from services.outgoing import outbox
from services.promises import clocks
from services.surveys import surveys
from services.talks import answering, silence
from storage.queries import residents as residents_of
from storage.queries import today
from tests import houses
from tests.conftest import HomeUnderTest
from tests.stories.test_demo import Demo, demo
from understanding.cascade import triage

__all__ = ["demo"]
DAY = date(2026, 11, 23)
FAMILIES = {"daughter": ("李静", "王桂兰", "女儿"), "son": ("何平", "何秀英", "儿子")}
SCENE: dict[str, Any] = {
    "staff": [],
    "people": [
        {
            "openid": "grandma",
            "name": "王桂兰",
            "kind": "elder",
            "room": "306",
            "bed": "1",
            "sex": "女",
            "born": "1944-11-23",
        },
        {
            "openid": "daughter",
            "name": "李静",
            "kind": "family",
            "phone": "13800002107",
            "kin": [{"of": "王桂兰", "relation": "女儿", "primary": True, "scopes": "daily health"}],
        },
        {
            "openid": "son",
            "name": "何平",
            "kind": "family",
            "kin": [{"of": "何秀英", "relation": "儿子", "primary": True, "scopes": "daily"}],
        },
    ],
    "residents": [["201", "2", "何秀英", "女", "1938-06-25"]]
    + [[f"3{n:02d}", "2", f"老人{n}", "男", "1940-01-01"] for n in range(1, 19)],
}


class Day:
    """The home with its people of the day."""

    def __init__(self, home: HomeUnderTest, staff: dict[str, Viewer]) -> None:
        self.home, self.staff = home, staff
        self.heard: dict[str, list[str]] = {}

    async def at(self, hour: int, minute: int = 0) -> None:
        """The clock moves on; whatever the ticker does happens, and what is ready leaves."""
        home = self.home
        home.clock.now = datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)
        now, house, ids = home.clock(), home.house, home.ids
        wanted = await home.database.read(lambda db: occasions.missing(db, house, ids.home_id, now))
        await home.database.write(lambda db: occasions.plan(db, house, ids.home_id, wanted))
        for number in await home.database.read(lambda db: occasions.due(db, ids.home_id, now)):
            await home.database.write(lambda db, n=number: occasions.release(db, house, n, now))  # type: ignore[misc]
        for number in await home.database.read(lambda db: letters.due(db, house, ids.home_id, now)):
            await home.database.write(lambda db, n=number: letters.release(db, house, n, now))  # type: ignore[misc]
        await home.database.store(lambda store: clocks.look_at_promises(store, house, now))
        await home.database.store(lambda store: silence.act_on_silence(store, house, now))
        await home.database.store(lambda store: alarms.still_calling(store, house, now))
        await home.database.store(lambda store: outbox.give_up_parked(store, now))
        await self.post()

    async def post(self) -> None:
        for openid, words in await self.home.send_all():
            self.heard.setdefault(openid, []).append(words)

    async def says(self, openid: str, words: str) -> str:
        answer = await self.home.hears(words, openid)
        self.heard.setdefault(openid, []).append(answer)
        return answer

    async def waits(self, who: str) -> list[str]:
        """What 今日 lists for a colleague."""
        viewer, now = self.staff[who], self.home.clock()
        found = await self.home.database.read(lambda db: today.look(db, viewer.sight, DAY, now))
        return [item.clock.kind for item in found.items]


@pytest.fixture
async def day(home: HomeUnderTest) -> Day:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    roles = {
        "zhou": (Role.CARER, "周敏", "3"),
        "tang": (Role.NURSE, "唐雨", ""),
        "chen": (Role.DESK, "陈晓雯", ""),
        "he": (Role.SUPERVISOR, "何志远", ""),
        "shen": (Role.DIRECTOR, "沈国平", ""),
    }
    return Day(
        home, {login: await home.staff(role, name, login, floors) for login, (role, name, floors) in roles.items()}
    )


async def test_a_day_in_the_home_from_seven_to_ten(day: Day) -> None:  # noqa: PLR0915  (a day is long)
    home, staff = day.home, day.staff
    assert await home.one("SELECT count(*) FROM resident") == 20

    await day.at(7)  # hand-over: nobody waits
    assert [await day.waits(who) for who in ("tang", "chen", "shen")] == [[], [], []]

    await day.at(8, 20)
    await day.says("grandma", "早")
    elder = await home.person("grandma")
    await home.database.write(
        lambda db: answering.answer(db, staff["tang"], elder, "早，王奶奶，今天精神好。", "k0", home.clock())
    )
    await day.at(8, 30)  # a birthday, after breakfast
    assert "王奶奶，生日好。青禾颐养院的同事祝您身体硬朗、天天开心。" in day.heard["grandma"]

    await day.at(9)  # a complaint, told as people tell it
    number = await day.says("daughter", "昨天晚饭是凉的，我要投诉")
    assert "编号 C261123-01" in number
    await day.says("daughter", "我妈胃不好，吃了一夜没睡")
    await day.says("daughter", "好了")
    for _ in range(4):
        await day.says("daughter", "跳过")
    complaint = int(await home.one("SELECT id FROM complaint"))
    person = await home.person("daughter")
    await day.at(9, 20)
    await home.database.write(
        lambda db: answering.answer(db, staff["chen"], person, "我是陈晓雯，已经到厨房去看了。", "k1", home.clock())
    )
    await day.post()
    assert "我是陈晓雯，已经到厨房去看了。" in day.heard["daughter"]
    assert await home.one("SELECT kept_at IS NOT NULL FROM promise WHERE kind = 'first_feedback'") == 1

    await day.at(9, 40)
    await home.database.write(
        lambda db: complaints.assess(
            db,
            home.house,
            staff["chen"],
            complaint,
            Assess(
                category="餐饮",
                level=3,
                why="",
                scope="ours",
                passed_to="",
                owner=staff["chen"].id,
                accused=frozenset(),
            ),
            home.clock(),
        )
    )
    await day.at(10, 30)
    await home.database.write(
        lambda db: complaints.inquire(
            db, staff["chen"], complaint, Inquire(finding="三楼送餐晚了 25 分钟，保温车坏了"), home.clock()
        )
    )
    await home.database.write(
        lambda db: proposals.propose(
            db,
            home.house,
            staff["chen"],
            complaint,
            Propose(
                cause="保温车坏了",
                department="膳食部",
                responsible=staff["he"].id,
                measures="当天修好保温车，送餐前量温度",
                done_by=DAY,
                reply="",
            ),
            home.clock(),
        )
    )
    await day.at(11)
    paper = int(await home.one("SELECT id FROM proposal"))
    await home.database.write(
        lambda db: proposals.decide(
            db, home.house, staff["shen"], complaint, Decide(paper=paper, verdict="approve", why=""), home.clock()
        )
    )
    await day.post()
    assert any("再次向您道歉" in words and "1 认可" in words for words in day.heard["daughter"])
    await day.says("daughter", "2")
    await day.says("daughter", "还是没说以后怎么办")
    assert await home.one("SELECT rounds FROM complaint") == 1
    await day.says("daughter", "好了")
    await home.database.write(
        lambda db: complaints.inquire(
            db, staff["chen"], complaint, Inquire(finding="两辆保温车，一辆备用没登记"), home.clock()
        )
    )
    await home.database.write(
        lambda db: proposals.propose(
            db,
            home.house,
            staff["chen"],
            complaint,
            Propose(
                cause="备用车没登记",
                department="膳食部",
                responsible=staff["he"].id,
                measures="备用车每周检查，送餐前量温度并记录",
                done_by=DAY,
                reply="",
            ),
            home.clock(),
        )
    )
    await day.at(13)
    paper = int(await home.one("SELECT id FROM proposal WHERE verdict IS NULL"))
    await home.database.write(
        lambda db: proposals.decide(
            db, home.house, staff["shen"], complaint, Decide(paper=paper, verdict="approve", why=""), home.clock()
        )
    )
    await day.post()
    assert "我们会再问您几次" in await day.says("daughter", "认可")
    assert (
        await home.rows("SELECT kind FROM promise WHERE kind = 'follow_up' AND kept_at IS NULL") == [("follow_up",)] * 2
    )

    await day.at(14)  # a new relative with a sheet of paper
    other = int(await home.one("SELECT id FROM resident WHERE room = '301'"))
    code, _ = await home.database.write(lambda db: binding.invite(db, staff["chen"], other, home.clock()))
    for words in (f"绑定 {code}", "女儿", "罗敏"):
        await day.says("new", words)
    assert "老人1" not in "".join(day.heard["new"])
    asking = (await home.database.read(lambda db: residents_of.asking(db, staff["chen"].sight)))[0]
    await home.database.write(
        lambda db: binding.confirm(
            db,
            home.house,
            staff["chen"],
            asking.id,
            ConfirmBinding(scopes=frozenset({"daily"}), way="none", proof="card"),
            home.clock(),
        )
    )
    await day.post()
    assert "绑定好了，罗敏" in day.heard["new"][-1]

    await day.at(15)  # the questionnaire of the month
    await home.database.write(lambda db: surveys.begin(db, home.house, staff["he"], home.clock()))
    await day.post()
    await day.says("daughter", "问卷")
    for mark in ("5", "4", "2", "5", "不清楚", "5", "4"):
        await day.says("daughter", mark)
    assert "都记下了" in await day.says("daughter", "送餐再早一点")

    await day.at(16, 30)  # letters: one floor, bad news held
    numbers = [row[0] for row in await home.rows("SELECT id FROM resident WHERE floor = '3' ORDER BY room")]
    for n, resident in enumerate(numbers):
        facts = (
            {"meals": {"大半"}, "sleep": {"好"}, "mood": {"平静"}, "doing": {"散步"}} if n else {"meals": {"两顿没吃"}}
        )
        sentence = "上午折了六朵纸花，说要留两朵给外孙女。" if resident == numbers[-1] else ""
        await home.database.write(
            lambda db, r=resident, f=facts, s=sentence: letters.write(  # type: ignore[misc]
                db,
                staff["zhou"],
                r,
                DAY,
                WriteLetter(ticked=f, sentence=s, note="", temperature="", taps=5),
                home.clock(),
            )
        )
    await day.at(17, 20)
    held = int(await home.one("SELECT id FROM letter WHERE state = 'held'"))
    await home.database.write(
        lambda db: letters.let_go(db, staff["tang"], held, LetGo(called="和家属说了，晚上换软饭"), home.clock())
    )
    await day.at(17, 30)
    assert await home.rows("SELECT state, count(*) FROM letter GROUP BY state") == [("released", 19)]
    assert any("今天的家书到了" in words for words in day.heard["daughter"])
    assert "王桂兰，11月23日" in await home.hears(events.Click("LETTER"), "daughter")
    assert "起可以看" in await home.hears(
        events.Click("LETTER"), "son"
    )  # nobody wrote about his mother, so nothing is said

    await day.at(21, 40)  # a fall by night
    heard = triage("我摔倒了")
    await home.database.receive(_with(home, "grandma", events.Text("我摔倒了"), heard))
    await home.database.write(
        lambda db: alarms.go(db, home.house, staff["tang"], "grandma", Audience.FLOOR, home.clock())
    )
    await day.post()
    assert day.heard["grandma"][-1] == "唐雨来了，别动。"
    await home.database.write(lambda db: alarms.arrive(db, staff["tang"], "grandma", Audience.FLOOR, home.clock()))
    await home.database.write(
        lambda db: answering.log_call(
            db, staff["tang"], person, "王奶奶从床边滑下，没有伤，已量血压；明早再电话。", home.clock()
        )
    )

    await day.at(22)  # nothing is left without an answer
    assert [kind for kind in await day.waits("shen") if kind != "follow_up"] == []
    assert (
        await home.one("SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'answered', 'cancelled', 'planned')")
        == 0
    )
    assert await home.one("SELECT count(*) FROM promise WHERE mark = 'breached'") == 0


def _with(home: HomeUnderTest, openid: str, event: events.Text, heard: Any) -> Any:
    from msgspec.structs import replace

    return replace(home.envelope(event, openid), heard=heard)


TAPS = 6
"""A letter about an ordinary resident, the opening and the saving counted in (Part 3, Shows)."""


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
async def test_f20_letters_by_thumb_and_by_keyboard_are_at_most_six_touches_and_two_screens(
    demo: Demo, width: int
) -> None:
    page = await demo.page(width, 844)
    await page.goto(f"{demo.console}login")
    await page.get_by_label("姓名或登录名").fill("zhou")
    await page.get_by_label("密码").fill("jiashu-demo")
    await page.get_by_role("button", name="登录").click()
    await page.goto(f"{demo.console}letters")
    counted: list[int] = []
    for n in range(6):
        touches = 0
        if n == 0 or (width == 390 and not await page.locator("#letter").is_visible()):
            await page.locator("a.krow").first.click()
            touches += 1
        await page.wait_for_selector("#letter")
        name = await page.locator(".ktitle h2").inner_text()
        if width == 390:
            for words in ("大半", "好", "平静", "散步"):
                await page.locator(".pick", has_text=words).first.click()
                touches += 1
            screens = await page.evaluate(
                "document.querySelector('.letters').scrollHeight / document.querySelector('.letters').clientHeight"
            )
            assert screens <= 2, screens
        else:
            for key in (
                ("2", "1", "1", "2") if n % 2 else ("2", "0", "1", "2")
            ):  # every key counts, the one that passes a row as well
                await page.keyboard.press(key)
                touches += 1
        kept = int(await page.locator("#letter [name=taps]").input_value())
        assert kept == touches - (1 if n == 0 else 0)
        if width == 390:
            await page.get_by_role("button", name="写好，下一位").click()
        else:
            await page.keyboard.press("Control+Enter")
        counted.append(touches + 1)
        await page.wait_for_function("name => document.querySelector('.ktitle h2').innerText !== name", arg=name)
    assert sorted(counted)[len(counted) // 2] <= TAPS, counted
    await page.goto(f"{demo.console}letters")
    await page.locator(".khead").get_by_text("写好 6 / 22").wait_for() if width > 760 else None
    assert demo.errors == []
