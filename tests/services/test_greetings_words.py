"""What is planned for whom, in which words, and why somebody gets nothing: pure (H1, R1, F11, F29)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from care.occasions import Day
from care.states import Launch
from conversations.effects import say
from services.families.reach import why_not
from services.greetings import occasions
from services.house import House
from services.launch import first_day
from services.outgoing import sending
from settings import Home
from storage import tables
from storage.queries.families import Who

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FIRST = date(2026, 11, 22)
HOUSE = House(Home(name="青禾颐养院", phone="0571-8800-0101"))
ELDER = Who(
    person_id=1,
    resident_id=20_017,
    name="王桂兰",
    elder="王桂兰",
    place="306-1",
    sex="女",
    born="1944-11-25",
    is_elder=True,
    status="在住",
    stopped=False,
    serious=False,
    scopes=frozenset(),
    following=True,
    window_until=NOW + timedelta(seconds=1),
    left=sending.KEPT_FOR_STAFF + 1,
    timezone=None,
    floor="3",
)
DAUGHTER = replace(ELDER, person_id=2, name="李静", is_elder=False, scopes=frozenset({"daily"}))


@pytest.mark.parametrize(
    ("name", "sex", "words"),
    [
        ("王桂兰", "女", "王奶奶"),
        ("欧阳明", "男", "欧阳爷爷"),
        ("欧明", "男", "欧爷爷"),
        ("王桂兰", None, "王桂兰"),
        ("司马", "女", "司马奶奶"),
    ],
)
def test_h1_an_elder_is_called_by_the_surname_and_the_title(name: str, sex: str | None, words: str) -> None:
    assert occasions.called(name, sex) == words


@pytest.mark.parametrize(
    ("who", "changed", "occasion", "why"),
    [
        (ELDER, {}, "birthday", ""),
        (DAUGHTER, {}, "visit", ""),
        (ELDER, {"status": "去世"}, "visit", "老人已去世"),
        (ELDER, {"status": "退住"}, "birthday", "老人已退住"),
        (ELDER, {"stopped": True}, "birthday", "静默中"),
        (ELDER, {"status": "住院"}, "birthday", "老人住院，不发欢快的话"),
        (ELDER, {"status": "病危"}, "birthday", "老人病危，不发欢快的话"),
        (DAUGHTER, {"status": "住院"}, "visit", ""),
        (ELDER, {"status": "请假"}, "birthday", ""),
        (DAUGHTER, {"scopes": frozenset({"billing"})}, "visit", "没有同意看日常"),
        (ELDER, {"following": False}, "birthday", "没有关注公众号，请当面或打电话"),
        (ELDER, {"window_until": None}, "birthday", "48 小时没来信，微信不让发，请当面或打电话"),
        (ELDER, {"window_until": NOW}, "birthday", "48 小时没来信，微信不让发，请当面或打电话"),
        (
            ELDER,
            {"left": sending.KEPT_FOR_STAFF},
            "birthday",
            "这次来信后能发的条数快用完了，留给同事；对方再来信就能发",
        ),
    ],
)
def test_f11_why_somebody_gets_nothing_is_one_line(who: Who, changed: dict[str, Any], occasion: str, why: str) -> None:
    assert why_not(replace(who, **changed), occasion, NOW) == why


def _planned(who: Who, *festivals: Day, first: date = FIRST) -> list[tuple[str, date, time, date]]:
    found = occasions._wishes(who, list(festivals), first, HOUSE)
    return [(wish.occasion, wish.day, wish.at, wish.said_on) for wish in found]


def test_h1_a_birthday_is_said_on_its_day_and_the_family_is_asked_three_days_before() -> None:
    day, soon = date(2026, 11, 25), date(2026, 11, 22)
    assert _planned(ELDER) == [("birthday", day, time(8, 30), day)]
    assert _planned(DAUGHTER) == [("birthday-soon", day, time(9), soon)]
    assert _planned(DAUGHTER, first=FIRST + timedelta(days=1)) == [], "the day of the reminder is over"
    assert _planned(replace(ELDER, born="")) == _planned(replace(ELDER, born="谁知道")) == []
    month = FIRST - timedelta(days=27)
    assert _planned(ELDER, first=month - timedelta(days=1)) == []
    assert len(_planned(ELDER, first=month)) == 1, "thirty days ahead, and no more"
    (wish,) = occasions._wishes(DAUGHTER, [], FIRST, HOUSE)
    assert wish.period.endswith("-17"), "of which elder it is"


def test_h1_a_festival_is_said_to_everybody_and_womens_day_to_women_who_live_here() -> None:
    eighth, plain = date(2026, 3, 8), date(2026, 5, 1)
    women, labour = (
        Day(day, name, name, greet=True, note="", period="2026")
        for name, day in (("womens-day", eighth), ("labour-day", plain))
    )
    bare = replace(ELDER, born="")
    assert [one[0] for one in _planned(bare, women, labour)] == ["womens-day", "labour-day"]
    assert [one[2] for one in _planned(bare, labour)] == [time(8, 30)]
    for other in (replace(bare, sex="男"), replace(bare, sex=None), replace(DAUGHTER, born="")):
        assert [one[0] for one in _planned(other, women, labour)] == ["labour-day"]
    assert _planned(replace(DAUGHTER, born=""), labour) == [("labour-day", plain, time(9), plain)]


@pytest.mark.parametrize(
    ("who", "occasion", "period", "phrase"),
    [
        (ELDER, "birthday", "2026", say("occasion.birthday_elder", called="王奶奶")),
        (DAUGHTER, "birthday-soon", "2026-17", say("occasion.birthday_soon", day="11月25日", elder="王桂兰")),
        (ELDER, "chuxi", "2026", say("occasion.chuxi_elder", called="王奶奶")),
        (DAUGHTER, "chuxi", "2026", say("occasion.chuxi_family", elder="王桂兰")),
        (
            DAUGHTER,
            "visit",
            "20261125T1430-17",
            say("occasion.visit", at=datetime(2026, 11, 25, 14, 30, tzinfo=HOUSE.home.zone), elder="王桂兰"),
        ),
    ],
)
def test_h1_r1_each_occasion_has_its_words_for_each_listener(who: Who, occasion: str, period: str, phrase: Any) -> None:
    row = tables.Plan(occasion=occasion, period=period, day=date(2026, 11, 25))
    assert occasions.words(who, row, HOUSE) == phrase


def test_f29_whom_a_switch_reaches_is_told_by_its_purpose() -> None:
    def of(who: Who, purpose: Launch, day: int = 0) -> list[str]:
        return [occasion for _, occasion in first_day._of(who, purpose, HOUSE, NOW + timedelta(days=day))]

    assert [of(ELDER, one) for one in (Launch.LETTERS, Launch.SURVEYS, Launch.REMINDERS)] == [[], [], []]
    assert [of(DAUGHTER, one) for one in Launch if one is not Launch.REMINDERS] == [
        {Launch.LETTERS: ["letter"], Launch.GREETINGS: [], Launch.SURVEYS: ["survey"]}[one]
        for one in Launch
        if one is not Launch.REMINDERS
    ]
    assert of(DAUGHTER, Launch.REMINDERS) == []
    assert [of(ELDER, Launch.GREETINGS, day) for day in (-5, -4, 3, 4)] == [[], ["birthday"], ["birthday"], []]
    assert first_day._of(ELDER, Launch.GREETINGS, HOUSE, NOW)[0][0] == "11 月 25 日生日"
    for born in ("", "谁知道"):
        assert of(replace(ELDER, born=born), Launch.GREETINGS) == []


def test_h1_the_time_of_who_is_abroad_is_their_own() -> None:
    assert occasions._zone(replace(DAUGHTER, timezone="Asia/Tokyo"), HOUSE.home.zone).key == "Asia/Tokyo"
    assert occasions._zone(DAUGHTER, HOUSE.home.zone) is HOUSE.home.zone
