"""A complaint that did not come by WeChat has the clocks of any other (F17, C3)."""

from datetime import timedelta

import pytest

from care.errors import Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.complaints import by_phone
from services.complaints.forms import TakeDown
from tests import houses
from tests.conftest import HomeUnderTest

KIN = [{"of": "王桂兰", "relation": "女儿", "primary": True, "scopes": "daily"}]
SCENE = {
    "staff": [],
    "people": [
        {"kind": "elder", "name": "王桂兰", "openid": "elder", "room": "306", "bed": "1"},
        {"kind": "family", "name": "李静", "openid": "daughter", "kin": KIN},
    ],
}


@pytest.fixture
async def desk(home: HomeUnderTest) -> Viewer:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return await home.staff(Role.DESK, "陈晓雯", "chen")


async def daughter(home: HomeUnderTest) -> int:
    return int(await home.one("SELECT person_id FROM follower WHERE openid LIKE 'daughter%'"))


async def takes_down(home: HomeUnderTest, who: Viewer, person: int, **said: str) -> int | None:
    form, house, now = TakeDown(**{"way": "phone", "words": "饭菜又是凉的"} | said), home.house, home.clock()
    found: int | None = await home.database.write(lambda db: by_phone.take_down(db, house, who, person, form, now))
    return found


async def test_f17_what_was_said_by_telephone_has_its_hour_and_its_day(home: HomeUnderTest, desk: Viewer) -> None:
    case = await takes_down(home, desk, await daughter(home))
    rows = await home.rows("SELECT kind, due_at - made_at FROM promise WHERE case_id = ? ORDER BY due_at", case)
    assert [kind for kind, _ in rows] == ["first_feedback", "result"]
    lines = await home.rows("SELECT kind, staff_id, inbox_id FROM case_record WHERE case_id = ? ORDER BY id", case)
    assert [kind for kind, *_ in lines] == ["story", "note"], "the words, and who wrote them down"
    assert lines[1][1] == desk.id
    assert lines[0][2] is None, "no message came"
    acts = await home.rows("SELECT actor, action FROM audit WHERE subject = ? ORDER BY id", f"case:{case}")
    assert (f"staff:{desk.id}", "take_down") in [tuple(row) for row in acts]


async def test_f17_the_clock_runs_from_the_time_that_is_written(home: HomeUnderTest, desk: Viewer) -> None:
    zone = home.house.home.zone
    then = home.clock().astimezone(zone) - timedelta(minutes=30)
    case = await takes_down(home, desk, await daughter(home), at=f"{then:%H:%M}")
    (row,) = await home.rows("SELECT said_at, opened_at FROM complaint WHERE id = ?", case)
    assert 29 * 60 <= (row[1] - row[0]) / 1_000_000 <= 31 * 60


async def test_f9_what_is_told_again_within_the_hour_joins_the_case(home: HomeUnderTest, desk: Viewer) -> None:
    person = await daughter(home)
    first = await takes_down(home, desk, person)
    assert await takes_down(home, desk, person, words="还有，洗衣服也弄丢了", way="desk") == first
    assert await home.one("SELECT count(*) FROM complaint") == 1


async def test_f17_who_is_accused_in_it_is_marked(home: HomeUnderTest, desk: Viewer) -> None:
    accused = await home.staff(Role.CARER, "周敏", "zhou", "3")
    case = await takes_down(home, desk, await daughter(home), words="护工周敏骂我妈妈")
    found = await home.rows("SELECT staff_id FROM accused WHERE case_id = ?", case)
    assert [row[0] for row in found] == [accused.id]


async def test_f17_who_is_accused_in_what_she_takes_down_sees_it_no_more(home: HomeUnderTest, desk: Viewer) -> None:
    assert await takes_down(home, desk, await daughter(home), words="客服陈晓雯骂人，态度恶劣") is None
    assert await home.one("SELECT count(*) FROM complaint") == 1, "it is kept, for others"


async def test_f17_nothing_said_and_no_way_are_told(home: HomeUnderTest, desk: Viewer) -> None:
    person = await daughter(home)
    for said in ({"words": "  "}, {"way": "fax"}, {"at": "25:00"}, {"words": "长" * 2001}):
        with pytest.raises(Invalid):
            await takes_down(home, desk, person, **said)
    assert await home.one("SELECT count(*) FROM complaint") == 0


async def test_f17_only_who_handles_complaints_takes_one_down(home: HomeUnderTest, desk: Viewer) -> None:
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    with pytest.raises((Forbidden, NotFound)):
        await takes_down(home, nurse, await daughter(home))
    with pytest.raises(NotFound):
        await takes_down(home, desk, 1)
