"""Settings without a restart: what a director sets holds from now on, for everybody, with its history (N3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from care import occasions as calendar
from care.choices import Choices
from care.errors import Changed, Invalid, NotFound
from care.severity import Level
from care.sla import first_feedback_due
from care.states import Role
from conversations.effects import say
from services.access import Viewer
from services.complaints import complaints
from services.complaints.forms import Inquire
from services.greetings import occasions
from services.letters.letters import release_at
from services.setup import changes, choices, clocks, settings
from services.setup.forms import (
    ResetPhrase,
    SetCategories,
    SetClocks,
    SetDepartments,
    SetFestivals,
    SetLetterHour,
    SetPhrase,
)
from settings import Settings
from settings.keys import KEYS
from tests.conftest import HomeUnderTest
from tests.services.story import Story

BASE = Settings(open=frozenset(f"home.{key}" for key in KEYS["home"]))
USUAL = {
    "first_feedback_minutes": "60",
    "serious_feedback_minutes": "15",
    "result_hours": "24",
    "approval_hours": "4",
    "reply_minutes": "60",
}


@pytest.fixture
async def director(home: HomeUnderTest) -> Viewer:
    return await home.staff(Role.DIRECTOR, "沈国平", "shen")


async def set_clocks(home: HomeUnderTest, who: Viewer, base: Settings = BASE, **values: str) -> None:
    form = SetClocks(**(USUAL | values))
    await home.database.write(lambda db: clocks.set_clocks(db, who, base, form, home.clock()))


async def now(home: HomeUnderTest) -> Settings:
    return await home.database.read(lambda db: settings.now(db, BASE, home.ids.home_id))


async def chosen(home: HomeUnderTest) -> Choices:
    """As a process reads it again, and works with it from then on."""
    home.house.choices = await home.database.read(lambda db: choices.of(settings.stored(db, home.ids.home_id)))
    return home.house.choices


async def drawn(home: HomeUnderTest, key: str) -> str:
    return await home.database.read(lambda db: changes.revision_of(db, home.ids.home_id, [key]))


async def test_n3_c4_a_shorter_clock_needs_no_reason_and_rules_what_begins_afterwards(
    home: HomeUnderTest, director: Viewer
) -> None:
    first = await home.hears("饭菜太咸了，我要投诉")
    promised = await home.one("SELECT due_at FROM promise WHERE kind = 'first_feedback'")
    await set_clocks(home, director, first_feedback_minutes="30")
    home.house.use(await now(home))
    assert await home.one("SELECT due_at FROM promise WHERE kind = 'first_feedback'") == promised, "a word is a word"
    second = await home.hears("地太滑了，我要投诉", "son")
    assert "前会有专人联系您" in first
    assert f"{(home.clock() + timedelta(minutes=30)).astimezone(home.house.home.zone):%H:%M} 前" in second
    assert first_feedback_due(home.clock(), Level.S3, home.house.figures) == home.clock() + timedelta(minutes=30)


async def test_n3_c9_a_longer_clock_than_the_home_s_word_needs_a_reason_that_stands_in_the_audit(
    home: HomeUnderTest, director: Viewer
) -> None:
    with pytest.raises(Invalid, match="请写为什么"):
        await set_clocks(home, director, result_hours="48")
    await set_clocks(home, director, result_hours="48", reason="年底装修")
    assert (await now(home)).home.result_hours == 48
    assert await home.rows("SELECT action FROM audit WHERE action = 'lengthen_clock'") == [("lengthen_clock",)]
    kept = await home.database.read(lambda db: settings.stored(db, home.ids.home_id))
    assert kept[clocks.WHY] == "年底装修"
    await set_clocks(home, director, result_hours="36")
    assert len(await home.rows("SELECT 1 FROM audit WHERE action = 'lengthen_clock'")) == 1, "shorter again is free"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"first_feedback_minutes": "soon"}, "投诉先回话：请写 1 到 1440 之间的整数。"),
        ({"result_hours": "0"}, "投诉给结果：请写 1 到 720"),
        ({"first_feedback_minutes": "10"}, "不能比平常的投诉还慢"),
        ({"first_feedback_minutes": "180", "result_hours": "2", "reason": "装修"}, "不能比给结果还晚"),
        ({"approval_hours": "30"}, "在给结果之前批下来"),
        ({"result_hours": "25", "reason": "长" * 121}, "最多写 120 个字"),
    ],
)
async def test_n3_clocks_that_contradict_each_other_are_refused_with_the_sentence(
    home: HomeUnderTest, director: Viewer, values: dict[str, str], told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        await set_clocks(home, director, BASE, **values)


async def test_n3_what_the_file_fixes_stays_whatever_the_form_says(home: HomeUnderTest, director: Viewer) -> None:
    fixed = replace(BASE, open=BASE.open - {"home.result_hours", "home.letter_time"})
    await set_clocks(home, director, fixed, result_hours="3", reply_minutes="45")
    found = await home.database.read(lambda db: settings.now(db, fixed, home.ids.home_id))
    assert (found.home.result_hours, found.home.reply_minutes) == (24, 45)
    with pytest.raises(Invalid, match="配置文件定着"):
        await home.database.write(
            lambda db: clocks.set_letter_hour(db, director, fixed, SetLetterHour(letter_time="18:00"), home.clock())
        )


async def test_n3_an_earlier_hour_of_letters_holds_today_and_a_later_one_from_tomorrow(
    home: HomeUnderTest, director: Viewer
) -> None:
    async def at(hour: str) -> list[str]:
        form = SetLetterHour(letter_time=hour)
        await home.database.write(lambda db: clocks.set_letter_hour(db, director, BASE, form, home.clock()))
        found = (await now(home)).home
        today = home.clock().astimezone(found.zone).date()
        return [f"{release_at(found, today + timedelta(days=ahead)):%H:%M}" for ahead in (0, 1)]

    assert await at("18：30") == ["17:30", "18:30"], "families were told 17:30 today"
    assert await at("9:00") == ["09:00", "09:00"]
    home.clock.on(days=1)
    assert await at("19:00") == ["09:00", "19:00"]
    home.clock.on(days=1)
    found = (await now(home)).home
    assert f"{release_at(found, home.clock().astimezone(found.zone).date()):%H:%M}" == "19:00"
    with pytest.raises(Invalid, match="家书几点发"):
        await at("25:00")


async def test_n3_own_words_are_in_the_next_answer_and_ours_come_back(home: HomeUnderTest, director: Viewer) -> None:
    async def write(text: str) -> None:
        form = SetPhrase(text=text)
        await home.database.write(lambda db: choices.set_phrase(db, director, "desk.thanks", form, home.clock()))
        await chosen(home)

    assert await home.hears("谢谢") == "不客气，应该的。"
    await write("别客气，有事再说。")
    assert await home.hears("谢谢", "son") == "别客气，有事再说。"
    await write("不客气，您忙。")
    await home.database.write(lambda db: choices.reset_phrase(db, director, "desk.thanks", ResetPhrase(), home.clock()))
    await chosen(home)
    assert await home.hears("谢谢", "niece") == "不客气，应该的。"
    former = await home.database.read(lambda db: choices.history(db, director, "desk.thanks"))
    assert [one.words for one in former] == ["", "不客气，您忙。", "别客气，有事再说。"]
    assert {one.who for one in former} == {"沈国平"}
    await write("不客气，应该的。")
    assert "desk.thanks" not in home.house.choices.phrases, "ours, written by hand, are ours"


async def test_n3_two_directors_at_one_sentence_the_second_reads_who_was_first(
    home: HomeUnderTest, director: Viewer
) -> None:
    other, seen = await home.staff(Role.ADMIN, "李工", "li"), await drawn(home, "phrase.desk.thanks")

    async def write(who: Viewer, text: str, seen: str) -> None:
        form = SetPhrase(text=text, drawn=seen)
        await home.database.write(lambda db: choices.set_phrase(db, who, "desk.thanks", form, home.clock()))

    await write(other, "别客气。", seen)
    with pytest.raises(Changed, match="李工刚刚改过这句话") as late:
        await write(director, "不用谢。", seen)
    await write(director, "不用谢。", late.value.revision)
    assert (await chosen(home)).phrases == {"desk.thanks": "不用谢。"}
    with pytest.raises(Changed):
        await home.database.write(
            lambda db: choices.reset_phrase(db, other, "desk.thanks", ResetPhrase(drawn=seen), home.clock())
        )


async def test_n3_words_that_a_later_release_refuses_are_left_out_and_hold_up_no_message(
    home: HomeUnderTest, director: Viewer
) -> None:
    values = {"phrase.desk.promise": "没有空", "phrase.gone.for_good": "早就没有了", "phrase.desk.thanks": "别客气。"}
    await home.database.write(lambda db: settings.put(db, director, values, home.clock()))
    assert (await chosen(home)).phrases == {"desk.thanks": "别客气。"}
    assert "前一定答复" in await home.hears("楼下那棵树叫什么名字来着")


async def test_c5_c7_departments_and_categories_of_the_home_are_what_a_complaint_can_have(
    home: HomeUnderTest,
) -> None:
    story = await Story(home).begin()
    director, when = story.director, home.clock()
    await home.database.write(
        lambda db: choices.set_departments(db, director, SetDepartments(names="洗衣房\n厨房"), when)
    )
    await home.database.write(lambda db: choices.set_categories(db, director, SetCategories(names="洗衣"), when))
    await chosen(home)
    with pytest.raises(Invalid, match="性质"):
        await story.assess(category="班车")
    await story.assess(category="洗衣")
    await story.do(
        lambda db: complaints.inquire(db, story.lead, story.complaint, Inquire(finding="洗错了一件"), home.clock())
    )
    with pytest.raises(Invalid, match="责任部门"):
        await story.plan(department="膳食部")
    await story.plan(department="洗衣房")
    assert await home.one("SELECT category FROM complaint") == "洗衣"


async def test_h1_a_festival_that_is_switched_on_is_planned_and_one_that_is_switched_off_is_not_said(
    home: HomeUnderTest, director: Viewer
) -> None:
    assert occasions.GREETED.keys() == set(calendar.BY_ID) - calendar.BY_HAND

    async def choose(*names: str) -> Choices:
        form = SetFestivals(festivals=frozenset(names))
        await home.database.write(lambda db: choices.set_festivals(db, director, form, home.clock()))
        return await chosen(home)

    assert (await choose("winter-solstice")).festivals == {"winter-solstice"}
    assert (await choose()).festivals == frozenset(), "a home may greet on no day"
    elder = home.house.words([say("occasion.winter_solstice_elder", called="王奶奶")], home.clock(), elder=True)
    assert elder == "王奶奶，冬至安康。天冷了，多穿一点。"


async def test_n3_p2_who_has_no_such_page_sets_nothing(home: HomeUnderTest) -> None:
    desk, when = await home.staff(Role.SUPERVISOR, "何志远", "he"), datetime.now(UTC)
    for work in (
        lambda db: choices.set_phrase(db, desk, "desk.thanks", SetPhrase(text="别客气。"), when),
        lambda db: choices.set_festivals(db, desk, SetFestivals(festivals=frozenset()), when),
        lambda db: clocks.set_clocks(db, desk, BASE, SetClocks(**USUAL), when),
        lambda db: choices.history(db, desk, "desk.thanks"),
    ):
        with pytest.raises(NotFound):
            await home.database.write(work)
