"""Ring, ask, show: who is asked, what silence does, what a colleague is shown, what 「没事了」 does not end (F26)."""

from datetime import timedelta
from typing import Any

import pytest

from conversations import events
from services.talks import doubts, keeping, today
from storage.queries import talks, talks_doubts
from storage.queries import tasks as task_queries
from tests.conftest import HomeUnderTest
from tests.services.floors import House, house
from tests.services.heard import ASKED, FAR, RINGS, SHOWN, SURE, says, unweighted
from understanding import exact

__all__ = ["house", "unweighted"]
pytestmark = pytest.mark.usefixtures("unweighted")
QUESTION = "您现在要人过去吗？\n要就说「要」，不要就说「不要」。"
OTHERS_QUESTION = "老人现在要人马上过去看吗？\n要就回「要」，不用就回「不要」。危及生命请同时打 120。"
CALLED = "已经在叫人。急就按铃。"


async def passes(home: HomeUnderTest, **length: float) -> int:
    """Time goes by, and the job of silence has its turn."""
    now = home.clock.on(**length)
    return await home.database.store(lambda store: doubts.act_on_silence(store, home.house, now))


async def promised(home: HomeUnderTest) -> int:
    return int(await home.one("SELECT count(*) FROM promise"))


async def tasks(home: HomeUnderTest) -> list[tuple[Any, ...]]:
    return await home.rows("SELECT role, floor, (due_at - made_at) / 60000000 FROM task ORDER BY id")


async def test_f26_an_elder_is_asked_once_and_a_minute_of_silence_rings_with_the_first_words(house: House) -> None:
    home = house.home
    assert await says(home, "头昏沉沉的", ASKED, intent="askback") == QUESTION
    await house.look()
    assert house.strips("tang") == []
    assert await passes(home, seconds=59) == 0
    assert await passes(home, seconds=1) == 1
    await house.look()
    (strip,) = house.strips("tang")
    assert (strip.level, strip.kind, strip.words, strip.place) == (1, "脑", "头昏沉沉的", "306 室 1 床")
    assert await home.send_all() == [("grandma", CALLED)]
    assert await passes(home, minutes=5) == 0, "once"
    assert await home.one("SELECT ended_how FROM doubt") == "silence"


@pytest.mark.parametrize("words", ["要", "要的。", "嗯", "1"])
async def test_f26_yes_rings_at_once_with_what_she_said_first(house: House, words: str) -> None:
    await says(house.home, "心里不得劲", ASKED, intent="askback")
    assert await says(house.home, words, intent="closing") == CALLED
    await house.look()
    (strip,) = house.strips("tang")
    assert (strip.level, strip.words, strip.count) == (1, "心里不得劲", 1)
    assert await passes(house.home, minutes=2) == 0


async def test_f26_no_is_noted_and_a_colleague_is_shown_it(house: House) -> None:
    home = house.home
    before = await promised(home)
    await says(home, "有点没劲", ASKED, intent="askback")
    assert await says(home, "不要", intent="closing") == "好。不舒服就叫人。"
    await house.look()
    assert house.strips("tang") == []
    assert await tasks(home) == [("nurse", "3", 5)]
    assert await promised(home) == before, "nobody is promised a time beside it"
    assert await passes(home, minutes=2) == 0


async def test_f26_a_new_danger_rings_as_what_it_is_and_the_first_words_stand_beside_it(house: House) -> None:
    await says(house.home, "头有点昏", ASKED, intent="askback")
    house.home.clock.on(seconds=20)
    assert await says(house.home, "我喘不上气", RINGS, kind="breath") == "已经在叫人。您别动，别怕。"
    await house.look()
    (strip,) = house.strips("tang")
    assert (strip.level, strip.count) == (0, 2)
    assert {cry.words for cry in strip.said} == {"头有点昏", "我喘不上气"}


async def test_f26_several_such_messages_are_asked_once_and_the_next_rings(house: House) -> None:
    home = house.home
    assert await says(home, "有点难受", ASKED, intent="askback") == QUESTION
    assert await says(home, "还是没劲", ASKED, intent="askback") == CALLED
    assert await home.one("SELECT count(*) FROM doubt") == 1
    assert await home.one("SELECT count(*) FROM alarm WHERE level = 1") == 1


async def test_f26_after_a_no_the_next_within_ten_minutes_rings_and_later_it_is_asked_again(house: House) -> None:
    home = house.home
    await says(home, "有点昏", ASKED, intent="askback")
    await says(home, "不用")
    home.clock.on(minutes=11)
    assert await says(home, "又有点昏", ASKED, intent="askback") == QUESTION
    await says(home, "不用")
    home.clock.on(minutes=9)
    assert await says(home, "还是昏", ASKED, intent="askback") == CALLED


async def test_f26_other_words_are_no_silence_they_have_their_end_and_a_colleague_looks(house: House) -> None:
    home = house.home
    await says(home, "有点没劲", ASKED, intent="askback")
    assert await says(home, "我闺女几点来呀") == "记下了，有人会来问您。急就按床头铃。"
    assert await passes(home, minutes=2) == 0
    assert [row[0] for row in await tasks(home)] == ["nurse"]


async def test_f26_a_voice_without_words_is_no_no(house: House) -> None:
    await says(house.home, "头昏", ASKED, intent="askback")
    assert await says(house.home, "", event=events.Voice("m")) == CALLED


async def test_f26_the_bell_of_the_menu_answers_the_question(house: House) -> None:
    await says(house.home, "头昏", ASKED, intent="askback")
    assert await says(house.home, "", event=events.Click("NURSE")) == CALLED
    await house.look()
    (strip,) = house.strips("tang")
    assert (strip.level, strip.count, strip.words) == (1, 1, "头昏")
    assert await passes(house.home, minutes=2) == 0


async def test_f26_the_question_is_heard_where_it_is_recorded(house: House) -> None:
    home = house.home
    home.house.recorded = frozenset({"您现在要人过去吗？"})
    await says(home, "头昏", ASKED, intent="askback")
    assert await home.rows("SELECT purpose FROM outbox") == [("spoken",)]


async def test_f26_an_open_questionnaire_is_not_lost_and_goes_on_afterwards(house: House) -> None:
    home = house.home
    await home.hears("我要投诉", "niece")
    before = await home.rows("SELECT flow, state FROM conversation WHERE flow IS NOT NULL")
    assert OTHERS_QUESTION in await says(home, "我妈说她现在头昏得厉害", SURE, "niece")
    assert await says(home, "不要", openid="niece") == "好，记下了。同事也会看到您的话。急事请打 0571-8800-0101。"
    assert await home.rows("SELECT flow, state FROM conversation WHERE flow IS NOT NULL") == before
    records = await home.one("SELECT count(*) FROM case_record")
    await says(home, "就是昨天晚上的事", openid="niece")
    assert await home.one("SELECT count(*) FROM case_record") == records + 1, "it is the story that she tells"


async def test_f26_a_relative_is_asked_only_where_the_words_surely_tell_of_now(house: House) -> None:
    home = house.home
    assert OTHERS_QUESTION not in await says(home, "我妈最近总头昏", ASKED, "niece", intent="other")
    assert await tasks(home) == [("nurse", "3", 5)], "shown, and she hears nothing of it"
    assert await says(home, "我妈刚说头昏站不住", SURE, "niece", intent="askback") == OTHERS_QUESTION
    assert await passes(home, minutes=4) == 0
    assert await passes(home, minutes=1) == 1
    await house.look()
    assert house.strips("tang") == [], "nobody runs to the bed"
    kept = await home.rows("SELECT person_id, (due_at - made_at) / 60000000 FROM promise WHERE kind = 'call'")
    assert kept == [(await home.person("niece"), 15)]
    assert [words for openid, words in await home.send_all() if openid == "niece"] == [
        "没等到您回话，同事会打电话给您。急事请打 0571-8800-0101。"
    ]


async def test_f26_a_relatives_yes_rings_with_the_place(house: House) -> None:
    await says(house.home, "我妈刚说头昏站不住", SURE, "niece", intent="askback")
    assert "已经叫人去看" in await says(house.home, "要", openid="niece")
    await house.look()
    (strip,) = house.strips("tang")
    assert (strip.words, "306" in strip.place) == ("我妈刚说头昏站不住", True)


async def test_f26_a_strangers_silence_is_a_look_of_the_desk_since_nobody_has_a_number(house: House) -> None:
    home = house.home
    before = await promised(home)
    assert await says(home, "我爸现在喘得很", SURE, "stranger", intent="askback") == OTHERS_QUESTION
    await passes(home, minutes=5)
    assert await tasks(home) == [("desk", "", 5)]
    assert await promised(home) == before


@pytest.mark.parametrize(("hour", "minutes"), [(10, 5), (23, 15)])
async def test_f26_a_colleague_is_shown_what_may_matter_and_the_person_hears_nothing_of_it(
    house: House, hour: int, minutes: int
) -> None:
    home = house.home
    zone = home.house.home.zone
    home.clock.now = home.clock.now.astimezone(zone).replace(hour=hour) + timedelta(days=1)
    plain = await says(home, "昨天没睡好", FAR)
    assert await says(home, "腿昨天起就不得劲", SHOWN) == plain, "its ordinary end"
    home.clock.on(minutes=30)
    await says(home, "夜里也不踏实", SHOWN)
    assert await tasks(home) == [("nurse", "3", minutes)], "further ones join"
    home.clock.on(hours=2)
    await says(home, "还是不得劲", SHOWN)
    assert len(await tasks(home)) == 2


async def test_f26_it_is_marked_on_the_task_on_today_and_in_the_talk(house: House) -> None:
    home, nurse = house.home, house.staff["tang"]
    await says(home, "腿不得劲", SHOWN)
    await says(home, "饭也吃不下", SHOWN)
    grandma = await home.person("grandma")

    def look(db: Any) -> Any:
        (line,) = task_queries.open_ones(db, nurse.sight, "mine")
        shown = talks_doubts.of_tasks(db, nurse.sight, [line.row.id])[line.row.id]
        thread = talks.thread(db, nurse.sight, grandma)
        return line, [one.words for one in shown], thread, today.lines(db, nurse, home.clock())

    line, words, thread, (todo,) = await home.database.read(look)
    assert (line.resident, line.words, line.talk_id, line.maker) == ("306-1 王桂兰", "请看一眼来信", grandma, "机器人")
    assert words == ["腿不得劲", "饭也吃不下"]
    assert [one.doubt for one in thread.bubbles if one.doubt] == ["可能要紧，请同事看一眼"] * 2
    assert (todo.tag, todo.title) == ("请看一眼", "有 1 件等您看一眼")
    assert "306-1 王桂兰" in todo.text
    for seconds, text in ((-1, "先看：306-1 王桂兰"), (0, "1 件过了时间，先看：306-1 王桂兰")):
        now = line.row.due_at + timedelta(seconds=seconds)
        (todo,) = await home.database.read(lambda db, now=now: today.lines(db, nurse, now))  # type: ignore[misc]
        assert todo.text.startswith(text)
    carer = house.staff["zhou"]
    assert await home.database.read(lambda db: today.lines(db, carer, home.clock())) == []


async def test_f26_words_that_may_accuse_are_shown_to_the_lead_and_read_by_nobody_else(house: House) -> None:
    home = house.home
    await says(home, "她对我不太好", ASKED, kind="abuse", intent="askback")
    await says(home, "周敏说话太凶", SHOWN, openid="niece")
    assert [row[0] for row in await tasks(home)] == ["supervisor", "supervisor"]
    numbers = [row[0] for row in await home.rows("SELECT id FROM task ORDER BY id")]

    def read(who: str) -> Any:
        return home.database.read(lambda db: talks_doubts.of_tasks(db, house.staff[who].sight, numbers))

    assert (await read("he"))[numbers[1]][0].words == "周敏说话太凶"
    assert (await read("tang"))[numbers[1]][0].words == "话里可能说到同事，只给主管看"


async def test_f27_words_for_the_lead_alone_do_not_hide_that_somebody_may_be_unwell(house: House) -> None:
    home = house.home
    for _ in range(2):
        await says(home, "小周骂我，我头昏得很", ASKED, intent="askback")
    rows = await home.rows("SELECT role, floor FROM task ORDER BY id")
    assert rows == [("supervisor", ""), ("nurse", "3")], "the words to the lead, the place to the bedside, once"
    number = await home.one("SELECT id FROM task WHERE role = 'nurse'")
    nurse = house.staff["tang"]
    assert await home.database.read(lambda db: talks_doubts.of_tasks(db, nurse.sight, [number])) == {}


async def test_f26_where_every_lead_is_meant_the_director_looks(house: House) -> None:
    await says(house.home, "何志远态度太差", SHOWN, openid="niece")
    assert [row[0] for row in await tasks(house.home)] == ["director"]


async def test_f26_an_elder_who_is_not_in_the_house_is_not_asked_about_an_empty_bed(house: House) -> None:
    await house.home.rows("UPDATE resident SET status = '住院'")
    assert "过去" not in await says(house.home, "头昏", ASKED)
    assert [row[0] for row in await tasks(house.home)] == ["nurse"]


async def test_f26_who_waits_for_somebody_already_is_not_asked_whether_somebody_shall_come(house: House) -> None:
    home = house.home
    await says(home, "我摔了", RINGS, kind="fall")
    home.clock.on(minutes=1)
    assert "过去吗" not in await says(home, "头也昏", ASKED, intent="askback")
    home.clock.on(hours=13)
    assert QUESTION in await says(home, "头还昏", ASKED, intent="askback"), "what nobody ended is over"


async def test_f26_what_is_answered_to_a_questionnaire_is_shown_to_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "is_nameless", lambda *_: True)
    await says(house.home, "夜里没人管", SHOWN, "niece")
    assert await tasks(house.home) == []


async def test_f26_a_muted_stranger_and_a_colleague_are_not_asked(house: House) -> None:
    home = house.home
    await home.hears("你好", "stranger")
    await home.rows("UPDATE follower SET muted_until = ? WHERE openid = 'stranger'", home.clock() + timedelta(hours=1))
    await says(home, "喘得很", SURE, "stranger")
    person = await home.person("niece")
    await home.rows("UPDATE person SET kind = 'staff' WHERE id = ?", person)
    await says(home, "3楼有点闷", SURE, "niece")
    assert await home.one("SELECT count(*) FROM doubt") == 0


@pytest.mark.parametrize("words", ["没事了", "点错了", "发错了。"])
async def test_f26_taken_back_words_end_nothing_and_are_told_to_who_goes(house: House, words: str) -> None:
    home = house.home
    await says(home, "我摔了", RINGS, kind="fall")
    home.clock.on(minutes=2)
    assert await says(home, words, intent="closing") == "好，还是请人看看您。"
    await house.look()
    (strip,) = house.strips("tang")
    assert (strip.level, strip.count, strip.words) == (0, 1, "我摔了")
    assert (strip.calmed_at, strip.calmed) == (home.clock(), words)
    await says(home, "救命", RINGS, kind="cry")
    await house.look()
    assert house.strips("tang")[0].calmed_at is None, "she cries again"


async def test_f26_who_is_taken_at_their_word_by_whom(house: House) -> None:
    home = house.home
    await says(home, "我妈摔了", RINGS, "niece", kind="fall")
    assert await says(home, "看错了", openid="niece", intent="wrong") == "好，已经告诉同事您说没事了，还是会去看一眼。"
    await says(home, "救命", RINGS, "stranger", kind="cry")
    assert await says(home, "没事了", openid="stranger") == "好，已经告诉同事您说没事了。"
    await home.rows("UPDATE resident SET status = '住院'")
    await says(home, "我摔了", RINGS, kind="fall")
    assert await says(home, "没事了") == "好，我们还是会打个电话问问。"


async def test_f26_without_an_alarm_it_is_a_short_sentence_and_no_promise(house: House) -> None:
    before = await promised(house.home)
    assert await says(house.home, "发错了", openid="niece", intent="wrong") == "好的，没事就好。"
    assert await says(house.home, "刚才那条不是发给你们的", openid="niece", intent="wrong") == "好的，没事就好。"
    assert await promised(house.home) == before


async def test_fault_a4_taking_an_accusation_back_shows_nothing_on_a_screen_that_others_see(house: House) -> None:
    home = house.home
    await says(home, "周敏打我", RINGS, kind="abuse")
    assert await says(home, "没事了") == "我知道了。您歇着。"
    await house.look()
    assert house.strips("tang") == []
    (strip,) = house.strips("he")
    assert strip.calmed == "没事了"


async def test_f26_a_stranger_in_danger_elsewhere_hears_whom_to_call_there(house: House) -> None:
    said = await says(house.home, "我家着火了", RINGS, "stranger", kind="hazard")
    assert all(number in said for number in ("120", "110", "119", "12356"))
    assert "不在我们院里" in said
    await house.look()
    assert [strip.where.bound for strip in house.strips("tang")] == [False], "a colleague sees it"
    assert "12356" in await says(house.home, "我不想活了", RINGS, "other", kind="selfharm")


async def test_f26_what_was_asked_and_rung_by_silence_is_counted_from_the_database(house: House) -> None:
    home = house.home
    begins = home.clock()
    await says(home, "头昏", ASKED)
    await passes(home, minutes=1)
    await says(home, "我妈刚才不太对", SURE, "niece")
    await passes(home, minutes=5)
    await says(home, "我爸喘", SURE, "stranger")
    await says(home, "不用", openid="stranger")
    await says(home, "下周想去看看", SHOWN, "other")
    found = await home.database.read(
        lambda db: talks_doubts.counted(db, home.ids.home_id, begins, home.clock() + timedelta(seconds=1))
    )
    assert (found.asked, found.silence, found.rung_by_silence, found.no, found.shown) == (3, 2, 1, 1, 1)
    assert (found.yes, found.rang, found.other, found.open, found.looked, found.tasks) == (0, 0, 0, 0, 0, 2)


def test_f26_words_of_one_sign_are_data_that_a_nurse_may_read() -> None:
    assert (exact.answer("要！"), exact.answer("不用了。"), exact.answer("头昏")) == ("yes", "no", "")
    assert exact.takes_back("对不起，点错了")
    assert not exact.takes_back("没事，就是喘")
