"""The strip of alarms: who may see what of it, who may end it, what is said to whom (D7, S1, F27)."""

from datetime import timedelta

import pytest

from care import accusations as accusation
from care.errors import Invalid, NotFound
from care.states import Role
from care.triage import Audience
from services.emergencies import alarms
from services.emergencies.board import Board
from storage.queries import emergencies as past
from tests.conftest import HomeUnderTest
from tests.services.floors import House, house
from understanding.cascade import triage

__all__ = ["house"]


async def test_f27_an_accusation_with_an_injury_gives_the_floor_the_place_and_the_lead_the_words(house: House) -> None:
    await house.cries("三楼护工打我妈，头流血了", "niece")
    (seen,) = house.strips("tang")
    assert (seen.name, seen.place, seen.said, seen.kind, seen.person_id) == ("请马上去", "306 室", [], "", None), (
        "the place, nothing else"
    )
    assert [strip.place for strip in house.strips("lin")] == ["306 室"], "the next floor goes"
    assert house.strips("zhou") == [], "whom it means is not rung while somebody else is there"
    words = {cry.words for strip in house.strips("he") for cry in strip.said}
    assert "三楼护工打我妈，头流血了" in words
    assert {strip.audience for strip in house.strips("he")} == {Audience.FLOOR, Audience.LEAD}


async def test_f27_who_is_meant_alone_in_the_house_still_hears_of_the_place(home: HomeUnderTest) -> None:
    zhou = await home.staff(Role.CARER, "周敏", "zhou", "3")
    alone = House(home, {"zhou": zhou}, Board())
    await alone.cries("周敏打我，我起不来了")
    (seen,) = alone.strips("zhou")
    assert (seen.name, seen.said) == ("请马上去", []), "a life comes before a suspicion; of the words she reads nothing"


async def test_f27_a_plain_cry_later_is_a_place_for_who_is_meant_and_whole_for_the_others(house: House) -> None:
    await house.cries("小周昨天掐我胳膊")
    assert house.strips("zhou") == []
    await house.cries("我摔倒了起不来")
    (hers,) = house.strips("zhou")
    assert (hers.name, hers.place, hers.person_id) == ("请马上去", "306 室 1 床", None)
    (nurses,) = house.strips("tang")
    assert (nurses.name, nurses.words) == ("王桂兰", "我摔倒了起不来")


async def test_fault_s1_a_lead_who_is_meant_neither_sees_nor_ends_it(house: House) -> None:
    await house.cries("何志远打我")
    assert house.strips("he") == []
    (seen,) = house.strips("shen")
    with pytest.raises(NotFound):
        house.board.go(house.staff["he"], seen.ref, house.home.clock())


async def test_f27_who_goes_and_is_named_afterwards_does_not_go_any_more(house: House) -> None:
    await house.cries("我摔倒了")
    await house.does("zhou", "go", house.strips("zhou")[0])
    heard = accusation.read("是周敏推我的", house.home.house.names, hurt=True)
    rung = accusation.heard(triage("我摔倒了，是周敏推我的"), heard)
    house.board.ring("grandma", "k2", rung, "我摔倒了，是周敏推我的", house.home.clock(), heard)
    assert [strip.going for strip in house.strips("tang")] == [""], "it rings again for the others"
    assert house.strips("zhou") == []


async def test_fault_d7_only_who_goes_says_arrived_others_give_a_reason_and_all_see_it(house: House) -> None:
    clock = house.home.clock
    await house.cries("我摔倒了")
    (alarm,) = house.strips("tang")
    with pytest.raises(Invalid, match="请先点「我去」"):
        await house.does("lin", "arrived", alarm)
    clock.on(seconds=12)
    await house.does("tang", "go", alarm)
    with pytest.raises(Invalid, match="过几秒再点"):
        await house.does("lin", "arrived", alarm, "我也到了")
    clock.on(seconds=20)
    with pytest.raises(Invalid, match="唐雨 去了"):
        await house.does("lin", "arrived", alarm)
    await house.does("lin", "arrived", alarm, "她请我登记")
    assert house.strips("tang") == []
    (ended,) = house.board.ended_for(house.staff["tang"], clock())
    assert (ended.by, ended.how, ended.why, ended.at - ended.alarm.raised_at) == (
        "林可",
        "arrived",
        "她请我登记",
        timedelta(seconds=32),
    )
    (row,), total, more = await house.home.database.read(lambda db: past.past(db, house.staff["tang"].sight))
    assert (total, more) == (1, 0)
    assert (row.going, row.went_after, row.arrived, row.ended_after, row.how, row.why) == (
        "唐雨",
        12,
        "林可",
        32,
        "已到",
        "她请我登记",
    )


async def test_fault_d7_a_false_alarm_has_a_reason_and_is_taken_back_within_minutes(house: House) -> None:
    clock = house.home.clock
    await house.cries("救命")
    (alarm,) = house.strips("tang")
    with pytest.raises(Invalid, match="误报要选一个理由"):
        await house.does("tang", "false", alarm, "")
    await house.does("tang", "false", alarm, "按错了")
    assert house.strips("lin") == []
    clock.on(minutes=2)
    await house.does("lin", "undo", alarm)
    assert [strip.words for strip in house.strips("tang")] == ["救命"], "it rings again for everybody"
    assert await house.home.rows("SELECT arrived_at, ended_how, going_by FROM alarm") == [(None, None, None)]
    await house.does("tang", "false", house.strips("tang")[0], "按错了")
    clock.on(minutes=11)
    with pytest.raises(Invalid, match="过了十分钟"):
        house.board.undo(house.staff["lin"], alarm.ref, clock())
    actions = [
        row[0] for row in await house.home.rows("SELECT action FROM audit WHERE subject LIKE 'alarm:%' ORDER BY id")
    ]
    assert actions == ["alarm", "false", "undone", "false"]


async def test_fault_d7_what_is_taken_back_after_a_later_cry_leaves_one_alarm(house: House) -> None:
    await house.cries("救命")
    (alarm,) = house.strips("tang")
    await house.does("tang", "false", alarm, "按错了")
    house.home.clock.on(minutes=1)
    await house.cries("快来人")
    await house.home.database.write(
        lambda db: alarms.undo(db, house.staff["lin"], "grandma", Audience.FLOOR, house.home.clock())
    )
    assert await house.home.one("SELECT count(*) FROM alarm WHERE arrived_at IS NULL") == 1
    assert len(house.strips("tang")) == 1


async def test_fault_t_words_that_came_by_the_board_and_by_the_database_are_shown_once(house: House) -> None:
    home, words = house.home, "我摔倒了"
    house.board.ring("grandma", "k1", triage(words), words, home.clock())
    await house.cries(words)
    (seen,) = house.strips("tang")
    assert [cry.words for cry in seen.said] == [words]
    home.clock.on(seconds=2)
    house.board.ring("grandma", "k2", triage("快来人"), "快来人", home.clock())
    await house.look()
    (seen,) = house.strips("tang")
    assert [cry.words for cry in seen.said] == ["快来人", words], "what is not committed yet stays beside it"
    assert seen.latest_at == home.clock()


async def test_fault_t_what_is_taken_back_is_what_the_database_has_and_waits_for_no_commit(house: House) -> None:
    """It was ended from memory, before its message was in the database."""
    home, tang, words = house.home, house.staff["tang"], "我摔倒了"
    house.board.ring("grandma", "k1", triage(words), words, home.clock())
    (alarm,) = house.strips("tang")
    house.board.dismiss(tang, alarm.ref, home.clock(), "按错了")
    await house.cries(words)
    house.board.committed("grandma", "k1")
    now = home.clock()
    await home.database.write(lambda db: alarms.end(db, tang, "grandma", Audience.FLOOR, "false", "按错了", now))
    await house.look()
    home.clock.on(minutes=1)
    await house.does("lin", "undo", alarm)
    (seen,) = house.strips("tang")
    assert (seen.uncommitted, seen.count) == (frozenset(), 1)
    await house.does("tang", "false", seen, "按错了")
    assert house.strips("tang") == [], "it ends like any other"


async def test_fault_t_a_cry_after_an_end_that_is_not_written_down_yet_stands_alone(house: House) -> None:
    home = house.home
    await house.cries("我摔倒了")
    (alarm,) = house.strips("tang")
    house.board.dismiss(house.staff["tang"], alarm.ref, home.clock.on(minutes=1), "按错了")
    house.board.ring("grandma", "k2", triage("快来人"), "快来人", home.clock.on(seconds=20))
    await house.look()
    (seen,) = house.strips("tang")
    assert ([cry.words for cry in seen.said], seen.count) == (["快来人"], 1), "what was answered is not asked again"


async def test_fault_d7_a_process_that_starts_anew_still_knows_who_went(house: House) -> None:
    await house.cries("我摔倒了")
    await house.does("tang", "go", house.strips("tang")[0])
    house.board = Board()
    await house.look()
    (alarm,) = house.strips("tang")
    assert (alarm.going, alarm.going_id) == ("唐雨", house.staff["tang"].id)
    house.home.clock.on(seconds=30)
    await house.does("tang", "arrived", alarm)
    house.board = Board()
    await house.look()
    assert [one.by for one in house.board.ended_for(house.staff["lin"], house.home.clock())] == ["唐雨"]
