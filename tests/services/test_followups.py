"""回访: residents monthly, families quarterly, spread, counted by any talk (V1, V2, F46)."""

from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from care.errors import Invalid, NotFound
from care.followups import FAMILY, RESIDENT, Outcome, first_due, next_due
from care.states import Role
from services.access import Viewer
from services.followups import followups
from services.followups.forms import WriteTalk
from storage.queries import followups as queries
from storage.queries import tasks
from storage.queries.followups import Overview, Talk
from tests import houses
from tests.conftest import HomeUnderTest

HOME = ZoneInfo("Asia/Shanghai")
SCENE = {
    "staff": [],
    "people": [
        {"kind": "elder", "name": "王桂兰", "openid": "elder3", "room": "306", "bed": "1"},
        {
            "kind": "family",
            "name": "李静",
            "openid": "kin3",
            "kin": [{"of": "王桂兰", "relation": "女儿", "primary": True}],
        },
    ],
    "residents": [["201", "2", "何秀英", "女", "1938-11-25"]],
}


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


@pytest.fixture
async def nurse(house: HomeUnderTest) -> Viewer:
    return await house.staff(Role.NURSE, "唐雨", "tang")


async def board(house: HomeUnderTest, who: Viewer) -> Overview:
    today = house.clock().astimezone(HOME).date()
    return await house.database.read(lambda db: queries.board(db, who.sight, today, HOME))


async def room(house: HomeUnderTest, number: str) -> int:
    return int(await house.one("SELECT id FROM resident WHERE room = ?", number))


async def talks(house: HomeUnderTest, who: Viewer, form: WriteTalk) -> None:
    await house.database.write(lambda db: followups.write(db, house.house, who, form, house.clock()))


async def talked(house: HomeUnderTest, who: Viewer) -> list[Talk]:
    found = await house.database.read(lambda db: queries.talks(db, who.sight))
    return followups.shown(house.house, who, found)


def said(resident: int, **more: object) -> WriteTalk:
    return WriteTalk(
        **{"resident": resident, "life": "饭量可以", "body": "膝盖疼", "content": "good"} | more  # type: ignore[arg-type]
    )


async def test_v1_everybody_is_due_within_the_first_cycle_and_not_all_on_one_day(
    house: HomeUnderTest, nurse: Viewer
) -> None:
    house.clock.on(days=31)
    there = {one.name for one in (await board(house, nurse)).due}
    assert {"王桂兰", "何秀英"} <= there
    house.clock.on(days=60)
    assert {one.name for one in (await board(house, nurse)).due} == {"王桂兰", "何秀英", "李静"}
    days = {first_due(number, date(2026, 1, 1), RESIDENT) for number in range(60)}
    assert len(days) == 30, "spread over the month"


async def test_v1_who_was_talked_to_is_not_due_before_the_next_month_or_quarter(
    house: HomeUnderTest, nurse: Viewer
) -> None:
    house.clock.on(days=91)
    number, daughter = await room(house, "306"), await house.person("kin3")
    await talks(house, nurse, said(number))
    await talks(house, nurse, said(number, person=daughter, manner="phone", wish="周末想带她出去"))
    found = await board(house, nurse)
    assert [one.name for one in found.due] == ["何秀英"]
    assert (found.residents, found.families) == ((1, 2), (1, 1))
    assert [(one.name, one.body, one.wish) for one in await talked(house, nurse)] == [
        ("李静", "膝盖疼", "周末想带她出去"),
        ("王桂兰", "膝盖疼", ""),
    ]
    house.clock.on(days=30)
    assert {one.name for one in (await board(house, nurse)).due} == {"何秀英", "王桂兰"}
    house.clock.on(days=60)
    assert "李静" in {one.name for one in (await board(house, nurse)).due}


async def test_v1_nobody_answered_asks_again_in_two_days_and_does_not_count(
    house: HomeUnderTest, nurse: Viewer
) -> None:
    house.clock.on(days=91)
    number, daughter = await room(house, "306"), await house.person("kin3")
    await talks(house, nurse, WriteTalk(resident=number, person=daughter, manner="phone", outcome="no_answer"))
    assert "李静" not in {one.name for one in (await board(house, nurse)).due}
    house.clock.on(days=2)
    again = next(one for one in (await board(house, nurse)).due if one.name == "李静")
    assert (again.tries, again.last) == (1, None)
    assert (await board(house, nurse)).families == (0, 1)
    assert next_due(date(2026, 1, 1), Outcome.DECLINED, FAMILY) == date(2026, 4, 1), (
        "who does not want to is left alone"
    )


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"content": ""}, "三样"),
        ({"life": " "}, "三样"),
        ({"manner": "letter"}, "怎么谈的"),
        ({"body": "长" * 301}, "太长"),
        ({"person": 7}, "登记的家属"),
    ],
)
async def test_v2_a_talk_says_life_body_and_content(
    house: HomeUnderTest, nurse: Viewer, form: dict[str, object], says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        await talks(house, nurse, said(await room(house, "306"), **form))
    assert await house.one("SELECT count(*) FROM follow_up_talk") == 0


async def test_v1_a_carer_sees_her_floor_and_an_auditor_nothing(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    house.clock.on(days=91)
    assert {one.name for one in (await board(house, carer)).due} == {"王桂兰", "李静"}
    with pytest.raises(NotFound):
        await talks(house, carer, said(await room(house, "201")))
    auditor = Viewer(9, carer.home_id, "审计", Role.AUDITOR)
    assert (await board(house, auditor)).due == []


async def test_l2_nobody_is_asked_after_a_death(house: HomeUnderTest, nurse: Viewer) -> None:
    await house.rows("UPDATE resident SET status = '去世' WHERE room = '306'")
    house.clock.on(days=91)
    assert {one.name for one in (await board(house, nurse)).due} == {"何秀英"}
    assert timedelta(days=30) == RESIDENT


async def test_fault_s1_what_accuses_a_colleague_is_read_by_a_lead_and_not_by_her(
    house: HomeUnderTest, nurse: Viewer
) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou")
    lead = await house.staff(Role.SUPERVISOR, "何志远", "he")
    await talks(house, nurse, said(await room(house, "306"), wish="说护工周敏昨晚打她还掐她"))
    words = {who.name: (await talked(house, who))[0] for who in (carer, nurse, lead)}
    assert (words["周敏"].wish, words["周敏"].body) == (followups.KEPT, "膝盖疼"), "the next shift knows of the knee"
    assert "掐她" in words["何志远"].wish
    assert "掐她" in words["唐雨"].wish, "who wrote it"
    other = await house.staff(Role.NURSE, "何苗", "miao")
    assert (await talked(house, other))[0].wish == followups.KEPT
    assert await house.rows("SELECT role, source FROM task") == [("supervisor", "followup")]
    for who, seen in ((carer, 0), (other, 0), (lead, 1)):
        lines = await house.database.read(partial(tasks.open_ones, sight=who.sight, which="all"))
        assert len(lines) == seen, who.name
    await talks(house, nurse, said(await room(house, "201"), wish="何志远主管骂她"))
    assert (await talked(house, lead))[0].wish == followups.KEPT
    assert await house.one("SELECT role FROM task ORDER BY id DESC LIMIT 1") == "nurse", "no director is there"
    director = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    await talks(house, nurse, said(await room(house, "201"), wish="何志远主管骂她"))
    assert await house.one("SELECT role FROM task ORDER BY id DESC LIMIT 1") == "director"
    await talks(house, nurse, said(await room(house, "201"), wish="沈国平院长骂她，何志远主管也骂她"))
    second = await house.staff(Role.SUPERVISOR, "马文静", "ma")
    await talks(house, nurse, said(await room(house, "201"), wish="沈国平院长骂她，何志远主管也骂她"))
    assert await house.rows("SELECT role, owner_id FROM task ORDER BY id DESC LIMIT 1") == [("", second.id)]
    assert "骂她" in (await talked(house, second))[0].wish
    assert (await talked(house, director))[0].wish == followups.KEPT
    many = await house.one("SELECT count(*) FROM task")
    await talks(house, nurse, said(await room(house, "201"), wish="夸周敏耐心"))
    assert await house.one("SELECT count(*) FROM task") == many


async def test_c8_every_talk_is_on_a_page_and_every_talk_of_a_month_on_its_ledger(
    house: HomeUnderTest, nurse: Viewer
) -> None:
    number = await room(house, "306")
    for one in range(queries.PAGE + 3):
        await talks(house, nurse, said(number, life=f"第{one}次"))
    first = await talked(house, nurse)
    rest = await house.database.read(lambda db: queries.talks(db, nurse.sight, skip=queries.PAGE))
    assert (len(first), [one.life for one in rest]) == (queries.PAGE, ["第2次", "第1次", "第0次"])
    assert await house.database.read(lambda db: queries.many(db, nurse.sight)) == queries.PAGE + 3
    month = house.clock().astimezone(HOME).date().replace(day=1)
    days = (month, month + timedelta(days=27))
    paper = await house.database.read(lambda db: queries.talks(db, nurse.sight, most=queries.PAPER, days=days))
    assert len(paper) == queries.PAGE + 3
    before = (month - timedelta(days=31), month - timedelta(days=1))
    assert await house.database.read(lambda db: queries.talks(db, nurse.sight, days=before)) == []
