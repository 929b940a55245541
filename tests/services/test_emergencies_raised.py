"""紧急 by a colleague: she is with somebody and needs the others (F9)."""

import pytest

from care.errors import Forbidden, Invalid
from care.states import CallOutcome, Role
from care.triage import Audience
from services.access import Viewer
from services.emergencies import alarms, chain, raising, ringing
from services.emergencies.board import Board
from services.emergencies.forms import Raise
from services.emergencies.raising import Press
from services.emergencies.strip import RAISED
from services.incidents import incidents
from services.incidents.forms import Begin
from storage.queries import emergencies as queries
from tests.conftest import HomeUnderTest
from tests.services.chains import Tower, tower

__all__ = ["tower"]


def form(place: str = "306 室 王桂兰", kind: str = "噎呛", words: str = "", token: str = "a" * 32) -> Raise:
    return Raise(token=token, place=place, kind=kind, words=words)


async def presses(tower: Tower, who: Viewer, board: Board, wanted: Raise) -> str:
    """The button; what the page does with it. The source of the strip."""
    press: Press = await tower.home.database.read(lambda db: raising.checked(db, who, wanted))
    source = board.call_for_help(raising.strip(who, press, tower.home.clock()))
    number = raising.number_of(source)
    await tower.write(lambda db, now: raising.write(db, who, number, press, now))
    return source


async def strips(tower: Tower, board: Board) -> None:
    """What the look of the process does: the board takes the rows over."""
    home, now = tower.home.ids.home_id, tower.home.clock()
    rows = await tower.home.database.read(lambda db: ringing.open_alarms(db, home, now))
    board.take_over(rows)


async def test_f9_it_rings_the_others_at_once_and_never_who_is_there_herself(tower: Tower) -> None:
    zhou, board = tower.who["zhou"], Board()
    await tower.takes_over("zhou")
    await tower.goes_on()
    await presses(tower, zhou, board, form())
    assert await tower.goes_on() == ["tang"], "her own screen does not count as somebody who could come: nobody waits"
    assert tower.said == {"place": "306 室", "level": "紧急"}, "a telephone says no name"
    assert await tower.goes_on(21) == ["wang"]
    assert "zhou" not in await tower.goes_on(200)
    alarm = await tower.alarm()
    assert (alarm.name, alarm.kind, alarm.words) == ("王桂兰", "噎呛", "快来人")
    assert alarm.place == "306 室 · 周敏在那里叫人"


async def test_f9_the_key_of_a_telephone_says_who_comes_and_nobody_is_written_to(tower: Tower) -> None:
    tower.does["tang"] = CallOutcome.GO
    await presses(tower, tower.who["zhou"], Board(), form("二楼活动室", "火情"))
    await tower.goes_on()
    alarm = await tower.alarm()
    assert (alarm.going, alarm.name, alarm.person_id) == ("唐雨", "二楼活动室", None)
    assert await tower.home.one("SELECT count(*) FROM outbox") == 0, "no phone of a family or an elder hears of it"
    assert await tower.goes_on(100) == [], "somebody goes: the ladder waits for her"
    assert await tower.goes_on(85) == ["he"], "she is not there after three minutes: one level up"


async def test_f9_a_second_press_joins_it_and_the_same_form_twice_is_one(tower: Tower) -> None:
    zhou, wang, board = tower.who["zhou"], tower.who["wang"], Board()
    first = await presses(tower, zhou, board, form(words="叫不醒"))
    assert await presses(tower, zhou, board, form(words="叫不醒")) == first, "a form that was sent twice"
    assert (await tower.alarm()).count == 1
    await strips(tower, board)
    tower.home.clock.on(seconds=9)
    assert await presses(tower, wang, board, form(words="还要氧气袋", token="b" * 32)) == first
    await strips(tower, board)
    (strip,) = board.seen_by(tower.who["tang"])
    assert not strip.uncommitted, "both are in the database"
    assert (strip.count, [cry.words for cry in strip.cries]) == (2, ["叫不醒", "还要氧气袋"])
    assert strip.latest_at == tower.home.clock(), "it rings again"


async def test_f9_who_comes_is_there_and_the_end_can_be_taken_back(tower: Tower) -> None:
    tang, board, home = tower.who["tang"], Board(), tower.home
    source = await presses(tower, tower.who["zhou"], board, form())
    await strips(tower, board)
    await tower.write(lambda db, now: alarms.go(db, home.house, tang, source, Audience.FLOOR, now))
    home.clock.on(seconds=40)
    await tower.write(lambda db, now: alarms.arrive(db, tang, source, Audience.FLOOR, now))
    assert await home.database.read(lambda db: ringing.open_alarms(db, home.ids.home_id, home.clock())) == []
    past, total, _ = await home.database.read(lambda db: queries.past(db, tang.sight))
    assert (total, past[0].place, past[0].going) == (1, "306 室 王桂兰", "唐雨")
    await tower.write(lambda db, now: alarms.undo(db, tang, source, Audience.FLOOR, now))
    assert (await tower.alarm()).going == ""
    await tower.write(lambda db, now: chain.cannot_come(db, tang, source, Audience.FLOOR, now))
    assert ("唐雨", "key_cannot") in await tower.told()


async def test_f9_an_elder_s_own_cry_stays_apart_and_hears_who_comes(tower: Tower) -> None:
    await presses(tower, tower.who["zhou"], Board(), form())
    await tower.cries("我摔倒了")
    home, now = tower.home.ids.home_id, tower.home.clock()
    rows = await tower.home.database.read(lambda db: ringing.open_alarms(db, home, now))
    assert sorted(row.raised_by != 0 for row in rows) == [False, True], "two strips: two calls for two people"
    await tower.cries("没事了")
    raised = next(row for row in rows if row.raised_by)
    assert await tower.home.one(f"SELECT calmed_id FROM alarm WHERE id = {raised.number}") is None


async def test_f9_its_plan_begins_with_the_place_and_a_form_without_one_is_refused(tower: Tower) -> None:
    wang = tower.who["wang"]
    source = await presses(tower, wang, Board(), form("二楼配餐间", "燃气"))
    begun = Begin(alarm=raising.number_of(source), plan="gas")
    row = await tower.write(lambda db, now: incidents.begin(db, wang, begun, now))
    assert (row.plan, row.place) == ("gas", "二楼配餐间")
    for wrong in (form(place="长" * 41), form(kind="午饭"), form(token="x"), form(words="长" * 121)):
        with pytest.raises(Invalid):
            raising.checked(None, wang, wrong)
    with pytest.raises(Forbidden):
        raising.checked(None, Viewer(1, wang.home_id, "审计", Role.AUDITOR), form())


@pytest.mark.parametrize(
    ("place", "name", "floor"),
    [
        ("306 室 王桂兰", "王桂兰", "3"),
        ("王桂兰这里", "王桂兰", "3"),
        ("王桂兰在一楼花园", "王桂兰", ""),
        ("二楼活动室王桂兰", "王桂兰", "2"),
        ("306", "", "3"),
        ("201 卫生间", "", "2"),
        ("大门口", "", ""),
        ("999", "", ""),
    ],
)
async def test_f9_a_room_or_a_name_says_whose_floor_it_is(tower: Tower, place: str, name: str, floor: str) -> None:
    press = await tower.home.database.read(lambda db: raising.checked(db, tower.who["zhou"], form(place)))
    assert ((press.resident or (0, ""))[1], press.floor) == (name, floor)


async def test_f9_without_a_database_every_screen_shows_it_and_the_row_comes_later(home: HomeUnderTest) -> None:
    zhou, board = await home.staff(Role.CARER, "周敏", "zhou", "3"), Board()
    press = raising.checked(None, zhou, form("306"))
    source = board.call_for_help(raising.strip(zhou, press, home.clock()))
    assert source.startswith(RAISED)
    (strip,) = board.seen_by(zhou)
    assert strip.uncommitted
    assert board.go(Viewer(99, home.ids.home_id, "唐雨", Role.NURSE), strip.ref, home.clock()).going == "唐雨"

    await home.database.write(lambda db: raising.write(db, zhou, press.number, press, home.clock()))
    assert await home.one("SELECT count(*) FROM alarm_press") == 1


async def test_f1_a_screen_that_visitors_see_shows_the_place_alone(tower: Tower) -> None:
    board, tang = Board(), tower.who["tang"]
    await presses(tower, tower.who["zhou"], board, form(words="脸发紫"))
    await strips(tower, board)
    desk = Viewer(tang.id, tang.home_id, tang.name, tang.role, visitors=True)
    (strip,) = board.seen_by(desk)
    assert (strip.where.name, strip.where.place, strip.cries, strip.kind) == ("请马上去", "306 室", (), "")


@pytest.mark.parametrize(
    ("place", "resident", "said"),
    [
        ("王桂兰在一楼花园", ("王桂兰", "306 室 1 床"), "一楼 花园"),
        ("306 室 王桂兰 卫生间", ("王桂兰", "306 室 1 床"), "306 室 卫生间"),
        ("王桂兰", ("王桂兰", "306 室 1 床"), "306 室 1 床"),
        ("王桂兰", ("", ""), ""),
        ("洗衣房李阿姨", ("", ""), "洗衣房"),
        ("二楼活动室有人心梗", ("", ""), "二楼 活动室"),
        ("10 楼活动室", ("", ""), "10楼 活动室"),
        ("东门 120 米", ("", ""), "东门"),
        ("东楼306 室 王桂兰", ("", ""), "东楼 306 室"),
        (raising.NOWHERE, ("", ""), ""),
    ],
)
def test_f15_what_a_telephone_says_are_known_places_and_never_a_name_or_an_illness(
    place: str, resident: tuple[str, str], said: str
) -> None:
    assert raising.where("周敏", place, resident, frozenset()).rooms == said


async def test_f27_words_that_accuse_a_colleague_are_for_the_lead_and_never_ring_her(tower: Tower) -> None:
    wang, zhou, board = tower.who["wang"], tower.who["zhou"], Board()
    board.names = tower.home.house.names
    await presses(tower, wang, board, form("306", "侵害", "周敏在打她"))
    rung = await tower.goes_on(120)
    assert "zhou" not in rung
    assert "wang" not in rung, "she calls the others"
    await strips(tower, board)
    for who in (board.seen_by(tower.who["tang"]), board.seen_by(zhou)):
        assert all("打她" not in cry.words for strip in who for cry in strip.cries), "the floor gets the place"
    assert any("打她" in cry.words for strip in board.seen_by(tower.who["he"]) for cry in strip.cries)


async def test_f9_a_press_that_another_process_has_written_leaves_no_second_strip(tower: Tower) -> None:
    zhou, here, there = tower.who["zhou"], Board(), Board()
    wanted = form()
    press: Press = await tower.home.database.read(lambda db: raising.checked(db, zhou, wanted))
    there.call_for_help(raising.strip(zhou, press, tower.home.clock()))  # the answer was lost on the way
    await presses(tower, zhou, here, wanted)
    await strips(tower, there)
    assert len(there.seen_by(zhou)) == 1


async def test_f9_who_calls_the_others_does_not_go_herself(tower: Tower) -> None:
    zhou, board = tower.who["zhou"], Board()
    source = await presses(tower, zhou, board, form())
    (strip,) = board.seen_by(zhou)
    with pytest.raises(Invalid, match="等别人应"):
        board.go(zhou, strip.ref, tower.home.clock())
    await tower.write(lambda db, now: alarms.go(db, tower.home.house, zhou, source, Audience.FLOOR, now))
    assert (await tower.alarm()).going == ""
    desk = Viewer(zhou.id, zhou.home_id, zhou.name, zhou.role, visitors=True)
    assert zhou.id in board.seen_by(desk)[0].callers, "nor on a screen that visitors see"


@pytest.mark.parametrize("again", ["306", "306室", "306 室 王桂兰"])
async def test_f9_one_place_in_other_words_is_one_alarm(tower: Tower, again: str) -> None:
    board = Board()
    first = await presses(tower, tower.who["zhou"], board, form("306 室"))
    assert await presses(tower, tower.who["wang"], board, form(again, token="b" * 32)) == first
    assert {"zhou", "wang"} & set(await tower.goes_on(60)) == set(), "both are there"


async def test_f9_a_damaged_name_holds_up_no_alarm(tower: Tower) -> None:
    await tower.home.rows("UPDATE person SET name = ? WHERE kind = 'elder'", b"damaged")
    press: Press = await tower.home.database.read(lambda db: raising.checked(db, tower.who["zhou"], form("306")))
    assert (press.resident, press.floor) == (None, "3")
