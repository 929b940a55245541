"""The words around what was found, as the list of hits shows them (P2)."""

import pytest

from care.states import Role
from services.access import Viewer
from storage.queries import search as queries
from storage.queries.search import AROUND, snippet
from storage.types import micros
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE

BEFORE, BEHIND = "前" * (AROUND // 2), "后" * AROUND


@pytest.mark.parametrize(
    ("words", "wanted", "shown"),
    [
        ("助听器没电了", "助听器", "助听器没电了"),
        (f"{BEFORE}助听器{BEHIND}", "助听器", f"{BEFORE}助听器{BEHIND}"),
        (f"早{BEFORE}助听器{BEHIND}晚", "助听器", f"…{BEFORE}助听器{BEHIND}…"),
        (f"早{BEFORE}助听器{BEHIND}", "助听器", f"…{BEFORE}助听器{BEHIND}"),
        (f"{BEFORE}助听器{BEHIND}晚", "助听器", f"{BEFORE}助听器{BEHIND}…"),
        ("换\n 了  AB 两节", "ab 两节", "换 了 AB 两节"),
        ("字" * 60, "没有", "字" * (2 + AROUND) + "…"),
    ],
)
def test_p2_a_hit_shows_the_words_around_it_and_that_there_are_more(words: str, wanted: str, shown: str) -> None:
    assert snippet(words, wanted) == shown


async def test_p2_a_complaint_is_found_by_its_number_or_by_a_line_and_says_whether_it_is_open(
    home: HomeUnderTest,
) -> None:
    await home.hears("我要投诉，饭菜总是凉的")
    desk = await home.staff()
    number = await home.one("SELECT number FROM complaint")
    lines = [row for (row,) in await home.rows("SELECT id FROM case_record")]

    async def found(candidates: list[int], asked: str, wanted: str) -> list[tuple[str, bool, bool]]:
        hits = await home.database.read(lambda db: queries.cases(db, desk.sight, candidates, asked, wanted))
        return [(hit.number, hit.open, "饭菜" in hit.snippet) for hit in hits]

    assert await found(lines, "", "饭菜") == [(number, True, True)]
    assert await found(lines, "", "热水") == [], "a hash alone proves nothing"
    assert await found([], number, "热水") == [(number, True, False)]
    assert await found(lines, number, "饭菜") == [(number, True, True)], "once"
    assert await found([], "C1", "饭菜") == []
    await home.rows("UPDATE complaint SET closed_at = ? RETURNING id", micros(home.clock()))
    assert await found(lines, "", "饭菜") == [(number, False, True)]


async def test_p2_elders_come_first_then_the_others_by_name_and_a_room_leads_to_who_lives_there(
    home: HomeUnderTest,
) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    nurse: Viewer = await home.staff(Role.NURSE, "唐雨", "tang")
    everybody = [row for (row,) in await home.rows("SELECT id FROM person")]

    async def names(wanted: str, candidates: list[int]) -> list[str]:
        hits = await home.database.read(lambda db: queries.people(db, nurse.sight, candidates, wanted))
        return [hit.who.name for hit in hits]

    assert await names("", everybody) == ["何秀英", "王桂兰", "何平", "孙玉", "李静", "赵磊"]
    assert await names("2107", everybody) == ["李静"]
    assert await names("138", everybody) == [], "a number is found by its end"
    assert await names("王桂兰", []) == []

    async def lives(room: str, bed: str = "") -> int:
        return len(await home.database.read(lambda db: queries.in_room(db, nurse.sight, room, bed)))

    assert [await lives("306"), await lives("306", "1"), await lives("306", "2"), await lives("999")] == [1, 1, 0, 0]
    await home.rows("UPDATE resident SET status = '退住' WHERE room = '306' RETURNING id")
    assert await lives("306") == 0
