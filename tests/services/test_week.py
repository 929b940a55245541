"""The notice board says what is true today, and never what has run out; free beds are counted and confirmed (A8)."""

from datetime import UTC, datetime, timedelta

import pytest

from care.errors import Changed, Invalid
from care.states import Role
from conversations.flows import knowledge as enquiry
from services.access import Viewer
from services.knowledge import knowledge, shelves
from services.knowledge.forms import FillBlank
from services.residents import admission, beds
from services.residents.admission import Admit
from services.residents.beds import LayOut
from services.week import activities, prices, said, today, vacancies
from services.week.forms import (
    CancelActivity,
    CheckBeds,
    SetRooms,
)
from storage.queries import week as queries
from tests.conftest import HomeUnderTest
from tests.services.boards import MONDAY, SUNDAY, adds, desk, does, lead, learned, price, says, writes_menu
from understanding.cascade import Decision

__all__ = ["desk", "lead"]


async def test_a8_the_menu_is_told_today_and_never_after_midnight_of_the_home(
    home: HomeUnderTest, desk: Viewer
) -> None:
    await writes_menu(home, desk, lunch="红烧鱼、青菜", snack="苹果")
    assert "午餐：红烧鱼、青菜；加餐：苹果" in await says(home, "今天吃什么")
    home.clock.now = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
    kept = await learned(home)
    assert "红烧鱼" in await says(home, "今天吃什么", "late", kept)
    home.clock.on(seconds=1)
    answer = await says(home, "今天吃什么", "later", kept)
    assert "红烧鱼" not in answer, "the process has not learned of the new day yet"
    assert "帮您问同事" in answer
    assert "帮您问同事" in await says(home, "今天吃什么", "son")
    assert await home.one("SELECT count(*) FROM promise") == 2


async def test_a8_what_could_be_chosen_after_midnight_is_not_offered_before_it(
    home: HomeUnderTest, desk: Viewer
) -> None:
    """An offer stands for a quarter of an hour, with the answers as they were when it was made."""
    assert enquiry.flow.idle == shelves.OFFERED
    await writes_menu(home, desk, lunch="红烧鱼", snack="苹果")
    snapshot = (await learned(home)).snapshot
    midnight, told = datetime(2026, 11, 22, 16, tzinfo=UTC), list[str | None]()
    for minutes in (60, 10):
        asked = shelves.ask(snapshot, "吃些什么东西啊", midnight - timedelta(minutes=minutes), Decision("faq"))
        assert asked is not None
        assert not asked.sure
        told.append(asked.options[0].answer)
    assert "红烧鱼" in (told[0] or "")
    assert told[1] is None


async def test_a8_a_menu_with_a_blank_that_nobody_filled_asks_a_colleague(home: HomeUnderTest, desk: Viewer) -> None:
    await writes_menu(home, desk, lunch="红烧鱼")
    assert "帮您问同事" in await says(home, "今天吃什么")
    await does(home, lambda db, now: knowledge.fill(db, desk, FillBlank(name="加餐", value="下午有点心"), now))
    assert "一日三餐，下午有点心" in await says(home, "今天吃什么", "son")
    with pytest.raises(Invalid, match="由「本周与价目」里的表来填"):
        await does(home, lambda db, now: knowledge.fill(db, desk, FillBlank(name="本周菜单", value="鱼"), now))


async def test_a8_what_was_typed_by_hand_is_not_said_in_place_of_a_table_that_has_run_out(
    home: HomeUnderTest, desk: Viewer
) -> None:
    await does(home, lambda db, now: knowledge.fill(db, desk, FillBlank(name="本周活动", value="周三合唱"), now))
    assert "周三合唱" in await says(home, "有什么活动")
    await adds(home, desk, SUNDAY, "做操")
    assert "做操（大厅）" in await says(home, "有什么活动", "son")
    home.clock.on(days=8)
    assert "帮您问同事" in await says(home, "有什么活动", "aunt")


async def test_a8_a_cancelled_activity_is_said_as_cancelled_at_once_and_again_when_it_takes_place(
    home: HomeUnderTest, desk: Viewer
) -> None:
    number = await adds(home, desk, MONDAY, "合唱")
    before = await home.database.read(lambda db: shelves.edition(db, home.ids.home_id))
    home.clock.on(seconds=1)
    off = CancelActivity(activity=number, cancelled=True, why="老师请假")
    await does(home, lambda db, now: activities.cancel(db, desk, off, now))
    assert await home.database.read(lambda db: shelves.edition(db, home.ids.home_id)) != before
    assert "明天（11月23日 周一）15:00 合唱取消了（老师请假）" in await says(home, "明天有什么活动")
    await does(home, lambda db, now: activities.cancel(db, desk, CancelActivity(activity=number), now))
    assert "15:00 合唱（大厅）" in await says(home, "明天有什么活动", "son")


async def test_a8_free_beds_are_counted_and_told_only_while_somebody_has_compared_them(
    home: HomeUnderTest, lead: Viewer
) -> None:
    with pytest.raises(Invalid, match="还没有床位"):
        await does(home, lambda db, now: vacancies.check(db, lead, CheckBeds(days=3), now))
    await does(home, lambda db, now: beds.lay_out(db, lead, LayOut(floors="3", rooms=3, beds=2), now))
    await does(home, lambda db, now: vacancies.set_rooms(db, lead, SetRooms(rooms="301", kind="失智双人间"), now))
    assert "帮您问同事" in await says(home, "现在有空床吗")
    with pytest.raises(Invalid, match="几天内"):
        await does(home, lambda db, now: vacancies.check(db, lead, CheckBeds(days=30), now))
    await does(home, lambda db, now: vacancies.check(db, lead, CheckBeds(days=3), now))
    assert "双人间 4 张，失智双人间 2 张（11月22日核对）" in await says(home, "现在有空床吗", "son")
    before = await home.database.read(lambda db: shelves.edition(db, home.ids.home_id))
    await does(home, lambda db, now: admission.admit(db, lead, Admit(name="王桂兰", room="302", bed="1"), now))
    assert await home.database.read(lambda db: shelves.edition(db, home.ids.home_id)) != before
    assert "双人间 3 张" in await says(home, "现在有空床吗", "aunt")
    home.clock.on(days=3)
    assert "帮您问同事" in await says(home, "现在有空床吗", "uncle")


async def test_a8_a_bed_that_was_given_since_the_list_was_drawn_is_said_before_it_is_confirmed(
    home: HomeUnderTest, lead: Viewer
) -> None:
    await does(home, lambda db, now: beds.lay_out(db, lead, LayOut(floors="3", rooms=1, beds=2), now))
    drawn = vacancies.count_revision(await home.database.read(lambda db: queries.rooms(db, home.ids.home_id)))
    await does(home, lambda db, now: admission.admit(db, lead, Admit(name="王桂兰", room="301", bed="1"), now))
    with pytest.raises(Changed, match="动过床位"):
        await does(home, lambda db, now: vacancies.check(db, lead, CheckBeds(days=1, drawn=drawn), now))


@pytest.mark.parametrize(
    ("rooms", "says_"), [("", "请写哪些房间"), ("301-999999", "没有「301-999999」"), ("909", "没有「909」")]
)
async def test_a8_rooms_that_are_not_there_are_said(home: HomeUnderTest, lead: Viewer, rooms: str, says_: str) -> None:
    await does(home, lambda db, now: beds.lay_out(db, lead, LayOut(floors="3", rooms=2, beds=1), now))
    with pytest.raises(Invalid, match=says_):
        await does(home, lambda db, now: vacancies.set_rooms(db, lead, SetRooms(rooms=rooms, kind="套间"), now))
    with pytest.raises(Invalid, match="房型最多"):
        await does(home, lambda db, now: vacancies.set_rooms(db, lead, SetRooms(rooms="301", kind="长" * 13), now))
    await does(home, lambda db, now: vacancies.set_rooms(db, lead, SetRooms(rooms="301～302", kind="套间"), now))
    await does(home, lambda db, now: vacancies.set_rooms(db, lead, SetRooms(rooms="301", kind="大套间"), now))
    await does(home, lambda db, now: vacancies.set_rooms(db, lead, SetRooms(rooms="302 室"), now))
    found = await home.database.read(lambda db: queries.rooms(db, home.ids.home_id))
    assert [(room.room, room.kind, room.told) for room in found] == [("301", "大套间", True), ("302", "单人间", False)]


async def test_a8_a_price_is_said_from_its_day_to_its_last_one(home: HomeUnderTest, lead: Viewer) -> None:
    begins = SUNDAY + timedelta(days=2)
    for form in (price("双人间", "2200"), price("双人间", "2400", valid_from=begins, valid_until=begins)):
        await does(home, lambda db, now, f=form: prices.put(db, lead, f, now))  # type: ignore[misc]
    assert "每月 2,200 元" in await says(home, "夫妻住双人间多少钱")
    home.clock.on(days=2)
    assert "每月 2,400 元" in await says(home, "夫妻住双人间多少钱", "son")
    assert (await learned(home)).one("faq-38").ends == begins
    home.clock.on(days=1)
    assert "每月 2,200 元" in await says(home, "夫妻住双人间多少钱", "aunt"), (
        "the older one is true until the end of the year"
    )
    home.clock.on(days=60)
    assert "帮您问同事" in await says(home, "夫妻住双人间多少钱", "uncle")


async def test_a8_today_tells_who_can_mend_it_what_has_run_out(home: HomeUnderTest, lead: Viewer, desk: Viewer) -> None:
    async def told(who: Viewer) -> list[str]:
        found = await home.database.read(lambda db: today.lines(db, who, home.clock()))
        return [line.tag for line in found]

    assert await told(lead) == [], "a home that has begun none of the tables is not asked for them"
    await writes_menu(home, desk, lunch="鱼")
    await adds(home, desk, SUNDAY, "做操")
    await does(home, lambda db, now: beds.lay_out(db, lead, LayOut(floors="3", rooms=1, beds=2), now))
    await does(home, lambda db, now: vacancies.check(db, desk, CheckBeds(days=1), now))
    for item in ("餐费", "押金", "护理费", "床位费", "陪诊"):
        form = price(item, "90", valid_until=SUNDAY)
        await does(home, lambda db, now, f=form: prices.put(db, lead, f, now))  # type: ignore[misc]
    assert await told(lead) == []
    home.clock.on(days=7)
    assert await told(lead) == ["菜单", "活动", "空床", "价目"]
    assert await told(desk) == ["菜单", "活动", "空床"]
    assert await told(await home.staff(Role.CARER, "周敏", "zhou")) == []


async def test_a8_of_many_prices_that_ran_out_four_are_named_and_the_others_counted(
    home: HomeUnderTest, lead: Viewer
) -> None:
    async def told() -> str:
        found = await home.database.read(lambda db: today.lines(db, lead, home.clock()))
        return found[-1].title.removesuffix("没有有效的价格")

    for item in ("押金", "理发", "停车", "陪诊", "轮椅"):
        form = price(item, "90", valid_until=SUNDAY)
        await does(home, lambda db, now, f=form: prices.put(db, lead, f, now))  # type: ignore[misc]
    home.clock.on(days=1)
    named, _, counted = (await told()).partition("等 ")
    assert (named.count("、"), counted) == (3, "6 项"), "what the items ask is one more than the items"
    for item in ("轮椅", "理发"):
        form = price(item, "95", valid_from=SUNDAY.replace(day=23))
        await does(home, lambda db, now, f=form: prices.put(db, lead, f, now))  # type: ignore[misc]
    assert "等" not in await told()
    assert len((await told()).split("、")) == 4


async def test_a8_the_lines_for_a_letter_are_of_the_floor_and_tell_nothing_cancelled(
    home: HomeUnderTest, desk: Viewer
) -> None:
    await writes_menu(home, desk, lunch="红烧鱼", dinner="面条")
    await writes_menu(home, desk, "软食", lunch="鱼羹")
    await adds(home, desk, SUNDAY, "做操", begins="9:00")
    await adds(home, desk, SUNDAY, "书画", "2 楼")
    off = CancelActivity(activity=await adds(home, desk, SUNDAY, "合唱"), cancelled=True)
    await does(home, lambda db, now: activities.cancel(db, desk, off, now))

    async def lines(floor: str) -> tuple[str, ...]:
        return await home.database.read(lambda db: said.lines(db, home.ids.home_id, SUNDAY, floor))

    assert await lines("3") == ("午餐：红烧鱼", "晚餐：面条", "9:00 做操（大厅）")
    assert await lines("2") == (*await lines("3"), "15:00 书画（大厅，2 楼）")
