"""The robot of the colleagues' group tells of alarms: place and level alone, and nobody is reached by it (F15)."""

from datetime import timedelta

import pytest

from care.errors import Conflict, Forbidden
from care.group_posts import PostEnd
from care.states import Role
from services.emergencies import alarms, group
from services.emergencies.group import Post
from services.ports import Posted
from tests.services.chains import Tower, tower
from tests.services.test_emergencies_chain import FALLEN

__all__ = ["tower"]
SENT = Posted(PostEnd.SENT)
OFTEN = Posted(PostEnd.REFUSED, "45009", "发得太多", 20.0)


@pytest.fixture
def grouped(tower: Tower) -> Tower:
    tower.home.house.robot = True
    return tower


async def posts(tower: Tower, answer: Posted = SENT) -> str:
    """What is posted now, and what the company says to it."""
    home, house = tower.home.ids.home_id, tower.home.house
    found: Post | None = await tower.write(lambda db, now: group.claim(db, house, home, now))
    if found is None:
        return ""
    await tower.write(lambda db, now: group.told(db, found.rows, answer, now))
    return found.text


async def goes(tower: Tower, login: str) -> None:
    """我去."""
    house, who = tower.home.house, tower.who[login]
    await tower.write(lambda db, now: alarms.go(db, house, who, "third", FALLEN, now))


async def test_f15_the_group_hears_the_place_and_the_level_and_no_name(grouped: Tower) -> None:
    await grouped.cries()
    await grouped.goes_on(1)
    said = await posts(grouped)
    assert "306 室 1 床，紧急" in said
    assert "【报警】" in said, "the word that 钉钉 and 飞书 let through"
    assert "王桂兰" not in said
    assert "摔" not in said
    assert await posts(grouped) == "", "once"


async def test_f15_what_the_leads_alone_may_know_is_told_to_no_group(grouped: Tower) -> None:
    await grouped.cries("护工周敏打我了")
    await grouped.goes_on(2)
    assert await grouped.home.one("SELECT count(*) FROM alarm WHERE audience = 'lead'") == 1
    assert "打" not in await posts(grouped)
    assert (
        await grouped.home.one(
            "SELECT count(*) FROM group_post p JOIN alarm a ON a.id = p.alarm_id WHERE a.audience <> 'floor'"
        )
        == 0
    )


async def test_f15_several_alarms_of_one_moment_are_one_post(grouped: Tower) -> None:
    await grouped.cries()
    await grouped.cries("救命", "second")
    await grouped.goes_on(1)
    said = await posts(grouped)
    assert "306 室 1 床" in said
    assert "201 室 2 床" in said


async def test_f15_where_somebody_goes_already_nothing_is_said(grouped: Tower) -> None:
    await grouped.cries()
    await grouped.goes_on(1)
    house, who = grouped.home.house, grouped.who["zhou"]
    await grouped.write(lambda db, now: alarms.go(db, house, who, "third", FALLEN, now))
    assert await posts(grouped) == ""
    assert await grouped.home.one("SELECT outcome FROM group_post") == "stopped"


async def test_f2_who_went_and_is_not_there_is_told_to_the_group(grouped: Tower) -> None:
    await grouped.cries()
    await grouped.goes_on(1)
    await posts(grouped)
    house, who = grouped.home.house, grouped.who["zhou"]
    await grouped.write(lambda db, now: alarms.go(db, house, who, "third", FALLEN, now))
    await grouped.goes_on(181)
    assert "去的人三分钟没到" in await posts(grouped)


async def test_f2_the_second_who_is_late_is_told_as_well(grouped: Tower) -> None:
    await grouped.cries()
    await grouped.goes_on(1)
    await posts(grouped)
    for login in ("zhou", "tang"):
        await goes(grouped, login)
        await grouped.goes_on(181)
        assert "去的人三分钟没到" in await posts(grouped), login


async def test_f15_an_alarm_that_was_said_to_be_over_and_is_not_is_told_again(grouped: Tower) -> None:
    house, who = grouped.home.house, grouped.who["zhou"]
    await grouped.cries()
    await grouped.goes_on(1)
    await grouped.write(lambda db, now: alarms.go(db, house, who, "third", FALLEN, now))
    assert await posts(grouped) == "", "she goes"
    await grouped.write(lambda db, now: alarms.arrive(db, who, "third", FALLEN, now))
    await grouped.goes_on(1)
    await grouped.write(lambda db, now: alarms.undo(db, who, "third", FALLEN, now))
    await grouped.goes_on(1)
    assert await grouped.home.one("SELECT count(*) FROM group_post WHERE reason = 'new'") == 2


async def test_f27_what_accuses_a_colleague_is_told_to_no_group(grouped: Tower) -> None:
    await grouped.cries("护工周敏打我了，我摔倒了")
    await grouped.goes_on(2)
    assert await grouped.home.one("SELECT count(*) FROM alarm WHERE audience = 'floor'") == 1, "the floor has the place"
    assert await posts(grouped) == "", "she is in the group as well"


async def test_f15_of_who_is_not_in_the_house_the_group_reads_no_state(grouped: Tower) -> None:
    await grouped.home.rows("UPDATE resident SET status = '住院' WHERE room = '306'")
    await grouped.cries()
    await grouped.goes_on(1)
    said = await posts(grouped)
    assert "住院" not in said
    assert said == "" or "请看电脑上的报警" in said


async def test_f15_what_is_too_long_for_one_post_is_two(grouped: Tower, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "BYTES", 60)
    await grouped.cries()
    await grouped.cries("救命", "second")
    await grouped.goes_on(1)
    said = [await posts(grouped), await posts(grouped), await posts(grouped)]
    assert ["306" in one for one in said] == [True, False, False]
    assert ["201" in one for one in said] == [False, True, False]


async def test_f1_nobody_counts_as_reached_by_the_group(grouped: Tower) -> None:
    await grouped.cries()
    await grouped.goes_on(1)
    await posts(grouped)
    assert (await grouped.receivers()).hears == "nobody"
    assert await grouped.goes_on(21) == ["wang"], "the ladder goes on as if nothing had been said"


async def test_f15_what_the_company_takes_later_is_posted_later_and_what_it_refuses_is_said(grouped: Tower) -> None:
    await grouped.cries()
    await grouped.goes_on(1)
    assert "306" in await posts(grouped, OFTEN)
    assert await posts(grouped) == ""
    grouped.home.clock.on(seconds=21)
    refused = Posted(PostEnd.REFUSED, "93000", "地址不对")
    assert "306" in await posts(grouped, refused)
    assert (await grouped.home.one("SELECT outcome || code || why FROM group_post")) == "refused93000地址不对"


async def test_f15_a_process_that_dies_over_a_post_leaves_it_to_the_next_one(grouped: Tower) -> None:
    await grouped.cries()
    await grouped.goes_on(1)
    home, house = grouped.home.ids.home_id, grouped.home.house
    assert await grouped.write(lambda db, now: group.claim(db, house, home, now)) is not None
    assert await posts(grouped) == "", "somebody has it"
    grouped.home.clock.on(seconds=21)
    assert "306" in await posts(grouped)


async def test_f15_an_old_post_is_no_news(grouped: Tower) -> None:
    await grouped.cries()
    await grouped.goes_on(1)
    grouped.home.clock.now += timedelta(minutes=11)
    assert await posts(grouped) == ""
    assert await grouped.home.one("SELECT outcome || why FROM group_post") == "unheard十分钟里没能发出去"


async def test_f15_a_lead_tries_the_group_and_nobody_else_does(grouped: Tower) -> None:
    house = grouped.home.house
    with pytest.raises(Forbidden):
        await grouped.write(lambda db, now: group.test(db, house, grouped.who["zhou"], now))
    await grouped.write(lambda db, now: group.test(db, house, grouped.who["he"], now))
    with pytest.raises(Conflict):
        await grouped.write(lambda db, now: group.test(db, house, grouped.who["he"], now))
    said = await posts(grouped)
    assert "试一下群机器人，没有事" in said
    assert "报警屏" not in said, "nobody shall run"
    assert grouped.who["he"].role is Role.SUPERVISOR


async def test_f15_without_a_robot_no_group_is_told(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    assert await tower.home.one("SELECT count(*) FROM group_post") == 0
