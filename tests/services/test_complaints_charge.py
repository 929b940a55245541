"""Who is in charge of a new complaint is told at once; at night one tap says that somebody has seen it (C3, F41)."""

from datetime import timedelta

import pytest

from care.errors import Decided, Invalid, NotFound
from care.states import Role
from care.workdays import Desk
from services.access import Viewer
from services.complaints import charge, handing, night, today
from services.staff import wechat
from storage import tables
from storage.store import Store
from tests.conftest import HomeUnderTest
from tests.services.talks_read import MORNING, NIGHT
from tests.services.test_talks_hours import OFFICE


async def bound(home: HomeUnderTest, by: Viewer, who: Viewer, phone: str) -> None:
    """Her own WeChat."""
    code = await home.database.write(lambda db: wechat.code_for(db, by, who.id, home.clock())[0])
    assert "绑好了" in await home.hears(code, phone)


async def complained(home: HomeUnderTest, words: str = "我要投诉，饭菜太凉了", phone: str = "daughter") -> int:
    await home.hears(words, phone)
    return int(await home.one("SELECT max(id) FROM complaint"))


async def tells(home: HomeUnderTest) -> None:
    for case in await home.database.read(lambda db: charge.to_tell(db, home.house, home.ids.home_id, home.clock())):
        await home.database.write(
            lambda db, c=case: charge.tell(db, home.house, [c], home.clock())  # type: ignore[misc]
        )


async def sees(home: HomeUnderTest, who: Viewer, case: int) -> None:
    await home.database.write(lambda db: night.see(db, home.house, who, case, home.clock()))


async def titles(home: HomeUnderTest, who: Viewer) -> list[str]:
    return [line.title for line in await home.database.read(lambda db: today.lines(db, who, home.clock()))]


async def test_c3_a_lead_is_told_within_a_minute_by_her_own_wechat_and_once(home: HomeUnderTest) -> None:
    home.clock.now = MORNING
    lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    desk, director = await home.staff(), await home.staff(Role.DIRECTOR, "沈国平", "shen")
    await bound(home, director, lead, "her-own")
    case = await complained(home)
    await tells(home)
    sent = dict(await home.send_all())
    assert sent["her-own"].startswith("投诉 C")
    assert "饭菜" not in sent["her-own"], "nothing of what was said goes out"
    assert (await titles(home, lead)) == [await home.one("SELECT number || '（' || level || ' 级）' FROM complaint")]
    assert await titles(home, desk) == await titles(home, director) == []
    await tells(home)
    assert await home.send_all() == []
    assert await home.rows("SELECT told_id, night_until FROM complaint WHERE id = ?", case) == [(lead.id, None)]


async def test_c3_c14_who_is_accused_is_not_told_and_the_next_one_is(home: HomeUnderTest) -> None:
    home.clock.now = MORNING
    await home.staff(Role.SUPERVISOR, "何志远", "he")
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    case = await complained(home, "我要投诉何志远，他骂我妈")
    await tells(home)
    assert await home.one("SELECT told_id FROM complaint WHERE id = ?", case) == director.id
    assert len(await titles(home, director)) == 1


async def test_f41_at_night_one_tap_stops_the_clock_and_begins_that_of_the_morning(home: HomeUnderTest) -> None:
    home.house.desk, home.clock.now = OFFICE, NIGHT
    lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    nurse, other = await home.staff(Role.NURSE, "唐雨", "tang"), await home.staff(Role.CARER, "周敏", "zhou")
    case = await complained(home)
    assert await titles(home, nurse) == []
    await tells(home)
    assert await titles(home, nurse) == ["1 件投诉在等人看一眼"]
    await home.send_all()
    await sees(home, nurse, case)
    (words,) = [text for _, text in await home.send_all()]
    assert words.startswith("我是值班的唐雨，您反映的事我看到了。09:30 前，何志远打电话给您。")
    kept = await home.rows("SELECT kind, kept_how FROM promise ORDER BY kind")
    assert kept == [("call", None), ("first_feedback", "message"), ("result", None)]
    with pytest.raises(Decided, match="唐雨"):
        await sees(home, other, case)
    assert await titles(home, other) == []
    assert lead.id


async def test_f41_what_is_grave_or_about_her_or_of_the_day_is_not_for_one_tap(home: HomeUnderTest) -> None:
    home.house.desk, home.clock.now = OFFICE, NIGHT
    await home.staff(Role.SUPERVISOR, "何志远", "he")
    accused, nurse = await home.staff(Role.NURSE, "周敏", "zhou"), await home.staff(Role.NURSE, "唐雨", "tang")
    about = await complained(home, "我要投诉周敏，她不给我妈水喝")
    await tells(home)
    with pytest.raises(NotFound):
        await sees(home, accused, about)
    assert await titles(home, accused) == []
    grave = await home.one("SELECT level FROM complaint WHERE id = ?", about) <= 2
    assert grave is (len(await titles(home, nurse)) == 0), "what is grave is no matter of one tap"
    await home.rows("UPDATE complaint SET night_until = 1, level = 3, category = '膳食'")
    with pytest.raises(Invalid, match="客服上班了"):
        await sees(home, nurse, about)
    for stranger in (about + 1, 7):
        with pytest.raises(NotFound):
            await sees(home, nurse, stranger)


async def at_night(home: HomeUnderTest, words: str = "我要投诉，饭菜太凉了") -> tuple[Viewer, Viewer, int]:
    """A lead, the nurse on duty, and a complaint that came while nobody was at the desk."""
    home.house.desk, home.clock.now = OFFICE, NIGHT
    lead, nurse = await home.staff(Role.SUPERVISOR, "何志远", "he"), await home.staff(Role.NURSE, "唐雨", "tang")
    case = await complained(home, words)
    await tells(home)
    return lead, nurse, case


async def test_f41_a_complaint_that_has_become_grave_wants_a_call_also_when_the_tap_was_before(
    home: HomeUnderTest,
) -> None:
    _, nurse, case = await at_night(home)
    await sees(home, nurse, case)
    await home.rows("UPDATE complaint SET level = 1 WHERE id = ?", case)
    await home.send_all()
    assert await home.rows("SELECT kept_at FROM promise WHERE kind = 'first_feedback'") == [(None,)]


async def test_f41_a_tap_answers_no_question_that_she_may_not_read(home: HomeUnderTest) -> None:
    home.house.desk, home.clock.now = OFFICE, NIGHT
    await home.hears("我妈今天体温是多少")
    await home.hears("给我妈换个房间行吗")
    asked = await home.one("SELECT count(*) FROM promise WHERE kind = 'reply'")
    _, nurse, case = await at_night(home)
    await sees(home, nurse, case)
    await home.send_all()
    open_ = await home.one("SELECT count(*) FROM promise WHERE kind = 'reply' AND kept_at IS NULL")
    assert open_ == asked
    assert await home.one("SELECT feedback_by FROM complaint") == nurse.id


async def test_f41_nothing_is_tapped_to_a_family_in_mourning(home: HomeUnderTest) -> None:
    _, nurse, case = await at_night(home)
    person, now = await home.person(), home.clock()
    stop = {"home_id": home.ids.home_id, "person_id": person, "kind": "hush", "set_at": now, "set_by": 1}

    def hush(store: Store) -> None:
        store.lock_persons(person)
        store.insert(tables.Stop, **stop)

    await home.database.store(hush)
    assert await titles(home, nurse) == []
    with pytest.raises(Invalid, match="丧事或在静默中"):
        await sees(home, nurse, case)


async def test_f41_a_weekend_is_no_night_and_the_desk_that_closes_is(home: HomeUnderTest) -> None:
    home.house.desk = Desk(dict.fromkeys("12345", ((510, 1050),)))
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    await home.staff(Role.SUPERVISOR, "何志远", "he")
    home.clock.now = MORNING - timedelta(days=1)
    while home.clock().weekday() != 5:
        home.clock.on(days=1)
    await complained(home)
    await tells(home)
    assert await titles(home, nurse) == [], "from Saturday to Monday somebody in charge calls"
    home.clock.on(days=2, hours=8)  # Monday, shortly before the desk closes
    await home.hears("我要投诉，床单没有换", "another")
    await tells(home)
    assert await titles(home, nurse) == []
    home.clock.on(hours=3)
    await tells(home)
    assert len(await titles(home, nurse)) == 1, "nobody answered, and the desk has closed"


async def test_c3_who_left_or_is_accused_meanwhile_is_not_named_and_the_next_one_is_told(home: HomeUnderTest) -> None:
    lead, nurse, case = await at_night(home)
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    await home.rows("UPDATE staff SET left_at = 1 WHERE id = ?", lead.id)
    await sees(home, nurse, case)
    (words,) = [text for _, text in await home.send_all()]
    assert "何志远" not in words
    assert "负责的同事打电话给您" in words
    again = await complained(home, "我要投诉，床单没有换", "another")
    await home.rows("UPDATE complaint SET told_id = ?, told_at = 1 WHERE id = ?", lead.id, again)
    await tells(home)
    assert await home.one("SELECT told_id FROM complaint WHERE id = ?", again) == director.id


async def test_c3_f30_whoever_gets_a_case_is_told_and_the_one_before_has_no_line_of_it(home: HomeUnderTest) -> None:
    home.clock.now = MORNING
    lead, other = await home.staff(Role.SUPERVISOR, "何志远", "he"), await home.staff(Role.SUPERVISOR, "孙立", "sun")
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    await bound(home, director, other, "her-own")
    case = await complained(home)
    await tells(home)
    assert len(await titles(home, lead)) == 1
    home.clock.on(days=2)
    await home.hears("你好", "her-own")
    await home.send_all()
    await home.database.write(lambda db: handing.hand_over(db, director, case, other.id, home.clock()))
    assert await titles(home, lead) == []
    await tells(home)
    told = [text for who, text in await home.send_all() if who == "her-own"]
    assert len(told) == 1
    assert "现在由您负责" in told[0]
    assert "刚登记" not in told[0]
    assert len(await titles(home, other)) == 1
