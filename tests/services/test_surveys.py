"""The monthly questionnaire: by page and by chat, once each, apart from who answered, nothing under five (M1, M2,
M4).
"""

import asyncio
from functools import partial

import pytest

from care.errors import Conflict, Invalid, NotFound
from care.states import Role
from services.families import narrowing
from services.families.forms import RemoveRelative
from services.surveys import rounds, surveys
from storage import tables
from storage.queries import surveys as queries
from storage.queries import talks
from storage.store import Store
from tests.conftest import HomeUnderTest
from tests.services.evenings import house, resident
from tests.services.hints import Hints

__all__ = ["house"]


async def begun(home: HomeUnderTest) -> int:
    lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    await home.database.write(lambda db: surveys.begin(db, home.house, lead, home.clock()))
    return int(await home.one("SELECT id FROM campaign"))


async def result(home: HomeUnderTest) -> queries.Result:
    def work(db: object) -> queries.Result:
        rows = queries.all_of(db, home.ids.home_id)  # type: ignore[arg-type]
        return queries.result(db, rows, rows[0])  # type: ignore[arg-type]

    return await home.database.read(work)


async def test_m1_who_may_be_asked_is_asked_once_and_the_others_find_it_by_a_word(house: HomeUnderTest) -> None:
    for openid in ("daughter", "cousin", "grandma"):
        await house.hears("你好", openid)
    assert "没有要填的" in await house.hears("问卷", "daughter")
    await begun(house)
    assert [(who, "十一" in words or "11月" in words) for who, words in await house.send_all()] == [("daughter", True)]
    lead = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    with pytest.raises(Conflict):
        await house.database.write(lambda db: surveys.begin(db, house.house, lead, house.clock()))
    desk = await house.staff()
    with pytest.raises(NotFound):
        await house.database.write(lambda db: surveys.begin(db, house.house, desk, house.clock()))
    assert "没有要填的" in await house.hears("问卷", "grandma")
    elder, kin = await house.person("grandma"), await house.person("daughter")
    for nobody in (elder, elder + kin):
        with pytest.raises(NotFound):
            await house.database.read(lambda db, who=nobody: surveys.open_for(db, who))  # type: ignore[misc]
    assert (await house.database.read(lambda db: surveys.open_for(db, kin))).period == "2026-11"


async def rounds_of(house: HomeUnderTest) -> list[str]:
    """Whom the running questionnaire reaches now, by phone."""
    due = await house.database.read(lambda db: rounds.due(db, house.ids.home_id, house.clock()))
    for one in due:
        asked = partial(rounds.say_to, house=house.house, person_id=one.person_id, now=house.clock())
        await house.database.write(asked)
    left = await house.send_all()
    assert len(left) == len(due)
    return [f"{who} {'again' if '还没有您的一份' in words else 'first'}" for who, words in left]


async def test_m1_who_could_not_be_told_is_told_later_and_who_has_not_answered_is_reminded_once(
    house: HomeUnderTest,
) -> None:
    house.clock.now = house.clock.now.replace(hour=2)
    await house.hears("你好", "daughter")
    await begun(house)
    assert [who for who, _ in await house.send_all()] == ["daughter"]
    assert await rounds_of(house) == []
    await house.hears("你好", "niece")
    assert await rounds_of(house) == ["niece first"], "her window was shut on the first day"
    house.clock.on(days=5)
    assert await rounds_of(house) == [], "nobody is reached whose window is shut"
    await house.hears("你好", "daughter")
    await house.hears("你好", "niece")
    person = await house.person("niece")
    await house.database.write(lambda db: surveys.keep(db, person, {"attitude": 5}, ""))
    assert await rounds_of(house) == ["daughter again"], "who has answered is not reminded"
    house.clock.on(days=6)
    await house.hears("你好", "daughter")
    assert await rounds_of(house) == [], "once is enough"
    house.clock.on(days=4)
    await house.hears("你好", "cousin")
    assert await rounds_of(house) == [], "after two weeks nobody is told of it any more"


async def test_m1_a_questionnaire_that_could_not_leave_is_told_once_more_and_then_reminded(
    house: HomeUnderTest,
) -> None:
    house.clock.now = house.clock.now.replace(hour=2)
    await house.hears("你好", "daughter")
    await begun(house)
    await house.rows("UPDATE outbox SET state = 'cancelled' WHERE purpose = 'survey'")
    await house.hears("你好", "daughter")
    assert await rounds_of(house) == ["daughter first"]
    assert await rounds_of(house) == []
    house.clock.on(days=5, hours=1)
    await house.hears("你好", "daughter")
    assert await rounds_of(house) == ["daughter again"]
    house.clock.on(days=6)
    await house.hears("你好", "daughter")
    assert await rounds_of(house) == []


def test_fault_t_an_invitation_has_a_link_only_where_a_page_can_be_opened() -> None:
    assert '<a href="https://jia.example/p/survey">' in surveys.link("https://jia.example/")
    assert "<a" not in surveys.link("")
    for address in ("https://jia.example", ""):
        assert "「问卷」" in surveys.link(address), "the chat asks in both"


async def test_m2_the_chat_asks_one_by_one_pauses_and_goes_on(house: HomeUnderTest) -> None:
    await begun(house)
    desk, person = await house.staff(), await house.person("niece")
    assert "1/7 服务态度" in await house.hears("问卷", "niece")
    assert "1 到 5" in await house.hears("挺好的吧", "niece")
    assert "2/7" in await house.hears("5", "niece")
    assert "不急" in await house.hears("稍后", "niece")
    assert "3/7" in await house.hears("很满意", "niece")
    for _ in range(3):
        await house.hears("不清楚", "niece")
    assert "7/7 总的来说" in await house.hears("跳过", "niece")
    assert "最想改进" in await house.hears("2", "niece")
    assert "愿意的话回「人工」" in await house.hears("晚饭早一点", "niece")
    assert await house.rows("SELECT item, score FROM mark ORDER BY item") == [
        ("attitude", 5),
        ("overall", 2),
        ("quality", 5),
    ]
    assert "已经答过" in await house.hears("问卷", "niece")
    thread = await house.database.read(
        lambda db: [row.text or row.event for row in talks.thread(db, desk.sight, person).bubbles]
    )
    assert "晚饭早一点" not in str(thread)
    assert "［问卷的回答］" in str(thread)
    assert await house.one("SELECT count(*) FROM participation") == 1
    assert all("person_id" not in table.__table__.columns for table in (tables.Mark, tables.Wish))


async def test_m4_a_page_sheet_counts_once_and_nothing_is_told_under_five(house: HomeUnderTest) -> None:
    number = await begun(house)
    person = await house.person("daughter")
    for marks, wish, error in (
        ({}, "", Invalid),
        ({"attitude": 9}, " ", Invalid),
        ({"overall": 5}, "好" * 301, Invalid),
    ):
        with pytest.raises(error):
            await house.database.write(lambda db, m=marks, w=wish: surveys.keep(db, person, m, w))  # type: ignore[misc]
    await house.database.write(
        lambda db: surveys.keep(db, person, {"attitude": 1, "overall": 3, "price": 5}, "多陪老人说说话")
    )
    with pytest.raises(surveys.Answered):
        await house.database.write(lambda db: surveys.keep(db, person, {"overall": 5}, ""))
    found = await result(house)
    assert (found.answered, [score.score for score in found.scores], found.wishes) == (1, [None] * 7, [])
    for _ in range(4):
        kin = await house.database.store(lambda store: _relative(store, house))
        await house.database.write(lambda db, k=kin: surveys.keep(db, k, {"overall": 5}, ""))  # type: ignore[misc]
    found = await result(house)
    scores = {score.item.id: (score.n, score.score) for score in found.scores}
    assert scores["overall"] == (5, 92.0)
    assert scores["attitude"] == (1, None)
    assert found.wishes == ["多陪老人说说话"]
    assert found.trend == [("2026-11", 92.0)]
    lead = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    await house.database.write(lambda db: surveys.end(db, lead, number, house.clock()))
    with pytest.raises(Conflict):
        await house.database.write(lambda db: surveys.end(db, lead, number, house.clock()))
    with pytest.raises(NotFound):
        await house.database.write(lambda db: surveys.keep(db, person, {"overall": 5}, ""))
    assert "没有要填的" in await house.hears("问卷", "niece")


def _relative(store: Store, home: HomeUnderTest) -> int:
    number = store.insert(tables.Person, home_id=home.ids.home_id, kind="family", created_at=home.clock())
    elder = store.row("SELECT id FROM resident ORDER BY id LIMIT 1")
    assert elder is not None
    tie = {"home_id": home.ids.home_id, "person_id": number, "resident_id": elder[0], "created_at": home.clock()}
    store.insert(tables.Kinship, **tie, is_primary=False, scopes="daily", position=0, frequency="daily")
    return number


async def test_m2_half_a_sheet_is_none_and_a_complaint_in_it_is_a_complaint(house: HomeUnderTest) -> None:
    await begun(house)
    await house.hears("问卷", "niece")
    await house.hears("1", "niece")
    assert "编号" in await house.hears("你们把我妈摔了，我要投诉", "niece")
    assert await house.one("SELECT count(*) FROM mark") == 0


async def test_m2_a_question_in_between_is_answered_and_the_questionnaire_waits(house: HomeUnderTest) -> None:
    await begun(house)
    await house.hears("问卷", "daughter")
    await house.hears("5", "daughter")
    await house.hears("稍后", "daughter")
    assert "1 到 5" not in await house.hears("我妈中午吃的什么呀", "daughter")
    assert await house.one("SELECT count(*) FROM promise WHERE kind = 'reply'") == 1, "nobody's question is swallowed"
    assert "投诉" not in await house.hears("进展", "daughter")
    assert "2/7" in await house.hears("问卷", "daughter"), "the question that was open is asked again"
    assert "1 到 5" in await house.hears("还行吧", "daughter")
    assert "3/7" in await house.hears("4", "daughter")


async def _told(home: HomeUnderTest) -> set[str]:
    return {who for who, words in await home.send_all() if "问卷" in words}


async def test_fault_c6_only_who_complains_is_left_in_peace_and_nobody_is_forgotten(house: HomeUnderTest) -> None:
    for openid in ("daughter", "niece"):
        await house.hears("你好", openid)
    await house.hears("护工打我妈，我要投诉", "daughter")
    await house.send_all()
    await begun(house)
    assert await _told(house) == {"niece"}, "a sister's complaint is not hers"
    house.clock.on(minutes=20)
    assert "1/7" in await house.hears("问卷", "daughter"), "who asks for it gets it, whatever is open"
    await house.hears("稍后", "daughter")

    async def afterwards() -> set[str]:
        left = await house.database.read(lambda db: surveys.left_out(db, house.ids.home_id, house.clock()))
        for person in left:
            await house.database.write(
                lambda db, p=person: surveys.invite(db, house.house, p, house.clock())  # type: ignore[misc]
            )
        return await _told(house)

    assert await afterwards() == set()
    await house.rows("UPDATE complaint SET closed_at = ?", int(house.clock().timestamp() * 1_000_000))
    assert await afterwards() == set(), "not on the very day"
    house.clock.on(days=1, hours=3)
    await house.hears("在吗", "daughter")
    await house.send_all()
    await house.rows("UPDATE follower SET following = ? WHERE openid = 'daughter'", False)
    assert await afterwards() == set(), "that others may be told says nothing of her"
    await house.rows("UPDATE follower SET following = ? WHERE openid = 'daughter'", True)
    assert await afterwards() == {"daughter"}
    assert await afterwards() == set(), "once"


async def test_fault_t_who_began_and_who_ended_a_questionnaire_stays_known_and_pages_hear_of_it(
    house: HomeUnderTest,
) -> None:
    number = await begun(house)
    lead = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    hints = Hints(house)
    await house.database.write(lambda db: surveys.end(db, lead, number, house.clock()))
    rows = await house.rows("SELECT actor, action FROM audit WHERE subject = ? ORDER BY id", f"campaign:{number}")
    starter = await house.one("SELECT id FROM staff WHERE login = 'he'")
    assert rows == [(f"staff:{starter}", "begin_survey"), (f"staff:{lead.id}", "end_survey")]
    assert "surveys" in await hints.told()
    assert "没有要填的" in await house.hears("问卷", "niece")
    with pytest.raises(Conflict):
        await house.database.write(lambda db: surveys.end(db, lead, number, house.clock()))


async def test_f13_l5_who_was_removed_answers_no_questionnaire_more(house: HomeUnderTest) -> None:
    await begun(house)
    desk, number, person = await house.staff(), await resident(house), await house.person("niece")
    assert "1/7" in await house.hears("问卷", "niece")
    gone = RemoveRelative(asked_by="elder", why="她不想")
    await house.database.write(lambda db: narrowing.remove(db, house.house, desk, number, person, gone, house.clock()))
    with pytest.raises(NotFound):
        await house.database.write(lambda db: surveys.keep(db, person, {"overall": 1}, ""))
    for mark in "555555":
        await house.hears(mark, "niece")
    assert "最想改进" in await house.hears("5", "niece"), "the talk goes on as it was"
    assert "没有要填的" in await house.hears("没有", "niece")
    assert "没有要填的" in await house.hears("问卷", "niece")
    assert await house.one("SELECT count(*) FROM mark") == 0


async def test_m4_two_taps_on_one_sheet_are_one_answer_and_the_second_is_told(house: HomeUnderTest) -> None:
    await begun(house)
    person = await house.person("daughter")
    keeps = (house.database.write(lambda db: surveys.keep(db, person, {"overall": 5}, "")) for _ in range(4))
    ended = await asyncio.gather(*keeps, return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["Answered"] * 3 + ["NoneType"]
