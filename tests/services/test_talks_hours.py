"""What the machine promises by night and after a promise was missed: a time that can be kept, an apology by day, once
(A15, A16, N8, C13).
"""

from datetime import datetime, timedelta

import pytest

import settings
from care.states import Role
from care.workdays import Desk
from conversations import events
from services.house import House as Home
from services.promises import clocks
from services.talks import answering
from tests.conftest import HomeUnderTest
from tests.services.floors import House, house
from tests.services.replies import reply
from tests.services.talks_read import MORNING, NIGHT, reads

__all__ = ["house"]
OFFICE = Desk(dict.fromkeys("1234567", ((510, 720), (810, 1050))))
"""8:30 to 12:00 and 13:30 to 17:30."""


async def looks(home: HomeUnderTest) -> None:
    await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))


async def test_fault_a15_by_night_the_morning_is_promised_in_a_home_that_has_not_said_its_hours(
    home: HomeUnderTest,
) -> None:
    home.clock.now = NIGHT
    answer = await home.hears("能帮忙代收包裹吗")
    assert answer.startswith("我是机器人小安，记下了。现在夜里，同事 09:00 前回您。")
    assert "0571" in answer
    home.clock.on(minutes=1)
    assert "09:00 前回您" in await home.hears("还有一箱牛奶")
    assert await home.one("SELECT count(*) FROM promise") == 1


async def test_n8_while_the_desk_is_closed_it_is_told_when_it_is_back_and_who_is_there(home: HomeUnderTest) -> None:
    home.house.desk, home.clock.now = OFFICE, NIGHT
    assert "客服 08:30 上班，09:30 前回您" in await home.hears("能帮忙代收包裹吗")
    home.clock.now = MORNING - timedelta(hours=15)  # 17:30 of the day before
    assert "客服 明天 08:30 上班，明天 09:30 前回您" in await home.hears("能帮忙代收包裹吗", "another")
    home.clock.now = MORNING
    assert "09:30 前一定答复" in await home.hears("能帮忙代收包裹吗", "third")


async def test_fault_a15_a_promise_that_was_missed_is_spoken_of_by_day_once_and_with_a_new_time(
    home: HomeUnderTest,
) -> None:
    home.clock.now = NIGHT - timedelta(hours=5)  # 21:18
    await home.hears("我要投诉，饭菜太凉了")
    home.clock.now = NIGHT
    await looks(home)
    assert await home.send_all() == [], "nobody is woken by an apology"
    assert await home.one("SELECT count(*) FROM promise WHERE mark = 'breached'") == 1, "who is on duty sees it at once"
    home.clock.now = MORNING
    [(_, words)] = await home.send_all()
    assert "对不起" in words
    assert "09:00 前回您" in words
    for _ in range(5):
        home.clock.on(hours=2)
        await looks(home)
    assert await home.send_all() == [], "an apology that is said again is none"


async def test_fault_a16_after_a_missed_promise_later_words_are_read_and_answered(home: HomeUnderTest) -> None:
    desk = await home.staff()
    await home.hears("能帮忙代收包裹吗")
    home.clock.on(minutes=61)
    await looks(home)
    [(_, words)] = await home.send_all()
    assert "18:01 前回您" in words
    assert "18:01 前答复您" in await home.hears("还有一箱牛奶")
    assert "0571" in await home.hears(events.Click("CONTACT"))
    home.clock.on(minutes=90)
    await looks(home)
    assert await home.send_all() == []
    assert await home.hears("人呢") == "记下了，已交给同事，19:31 前答复您。急事请打 0571-8800-0101。"
    await reply(home, desk, "可以代收。", "k")
    await home.send_all()
    assert await home.one("SELECT count(*) FROM promise WHERE kept_at IS NULL") == 0, "one answer answers all of it"


async def test_fault_a15_an_elder_at_night_is_told_who_hears_of_it_and_the_night_nurse_has_the_clock(
    house: House,
) -> None:
    home = house.home
    home.clock.now = NIGHT
    assert await reads(home, "我想换个房间", "other", "grandma") == "我听到了，会有人来看您。急就按床头铃。"
    assert await home.one("SELECT (due_at - made_at) / 60000000 FROM promise ORDER BY id DESC") == 15
    home.clock.on(minutes=20)
    await looks(home)
    assert [words for whose, words in await home.send_all() if whose == "grandma"] == []
    assert await reads(home, "记得啊", "other", "grandma") == "我听到了，会有人来看您。急就按床头铃。"


async def test_fault_a16_a_call_that_was_missed_is_promised_anew(home: HomeUnderTest) -> None:
    assert "17:00 前给您打电话" in await home.hears("给我打电话")
    home.clock.on(hours=2)
    await looks(home)
    assert "19:00 前给您打电话" in await home.hears("给我打电话")
    desk, person = await home.staff(), await home.person()
    await home.database.write(lambda db: answering.log_call(db, desk, person, "说好了", home.clock()))
    assert await home.one("SELECT count(*) FROM promise WHERE kept_at IS NULL") == 0


async def test_n8_who_accused_somebody_is_not_met_with_a_greeting(home: HomeUnderTest) -> None:
    await home.staff(Role.CARER, "周敏", "zhou")
    await home.hears("周敏掐我妈胳膊")
    home.clock.on(hours=5)
    assert await home.one("SELECT count(*) FROM accused WHERE state = 'suspected'") == 1
    assert "您好" not in await home.hears("能帮忙代收包裹吗")


@pytest.mark.parametrize(("at", "there"), [(NIGHT, False), (MORNING, True)])
def test_n8_a_home_without_hours_answers_when_families_are_awake(at: datetime, *, there: bool) -> None:
    assert (Home(settings.Home()).hours.open_until(at) is not None) is there
