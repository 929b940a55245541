"""Who is in charge of a new complaint is told at once; at night one tap says that somebody has seen it (C3, F41)."""

import pytest

from care.errors import Decided, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.complaints import charge, today
from services.staff import wechat
from tests.conftest import HomeUnderTest
from tests.services.talks_read import MORNING, NIGHT
from tests.services.test_talks_hours import OFFICE


async def bound(home: HomeUnderTest, by: Viewer, who: Viewer, phone: str) -> None:
    """Her own WeChat."""
    code = await home.database.write(lambda db: wechat.code_for(db, by, who.id, home.clock())[0])
    assert "绑好了" in await home.hears(code, phone)


async def complained(home: HomeUnderTest, words: str = "我要投诉，饭菜太凉了") -> int:
    await home.hears(words)
    return int(await home.one("SELECT max(id) FROM complaint"))


async def tells(home: HomeUnderTest) -> None:
    for case in await home.database.read(lambda db: charge.untold(db, home.ids.home_id, home.clock())):
        await home.database.write(lambda db, c=case: charge.tell(db, home.house, c, home.clock()))  # type: ignore[misc]


async def sees(home: HomeUnderTest, who: Viewer, case: int) -> None:
    await home.database.write(lambda db: charge.see(db, home.house, who, case, home.clock()))


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
    assert await titles(home, nurse) == ["1 件投诉在等，客服下班了"]
    await home.send_all()
    await sees(home, nurse, case)
    (words,) = [text for _, text in await home.send_all()]
    assert words.startswith("我是夜班唐雨，您反映的事我看到了。09:30 前，何志远打电话给您。")
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
    await home.rows("UPDATE complaint SET night_until = 1")
    with pytest.raises(Invalid, match="客服上班了"):
        await sees(home, nurse, about)
    for stranger in (about + 1, 7):
        with pytest.raises(NotFound):
            await sees(home, nurse, stranger)
