"""Lists stand in the order in which people count, and what is on is on for a floor or for all of the house (N3, L6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from care.states import Launch
from storage.queries import launch, roster
from storage.queries.complaints_urgent import Urgent
from storage.queries.launch import Launched
from storage.queries.residents_beds import BedLine, _number
from tests import houses
from tests.conftest import HomeUnderTest

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def test_n3_what_is_on_for_the_house_is_on_for_each_floor_since_the_first_of_both() -> None:
    on = Launched({("letters", ""): LATER, ("letters", "3"): NOW, ("surveys", "2"): NOW})
    assert on.since(Launch.LETTERS, "3") == NOW
    assert on.since(Launch.LETTERS, "2") == LATER
    assert on.since(Launch.SURVEYS, "3") is None
    assert [on.holds(Launch.SURVEYS, floor) for floor in ("2", "3")] == [True, False]


async def test_n3_floors_are_counted_as_people_do_and_who_moved_out_lives_on_none(home: HomeUnderTest) -> None:
    people = [["1001", "1", "甲一", "女", ""], ["201", "1", "乙二", "男", ""], ["201", "2", "丙三", "男", ""]]
    people += [["B01", "1", "丁四", "男", ""], ["301", "1", "戊五", "女", ""]]
    scene = {"staff": [], "people": [], "residents": people}
    await home.database.write(lambda db: houses.furnish(db, home.ids, scene, home.clock()))
    await home.rows("UPDATE resident SET status = '退住' WHERE room = '301' RETURNING id")
    ours = home.ids.home_id
    assert await home.database.read(lambda db: launch.floors(db, ours)) == [("2", 2), ("B", 1), ("10", 1)]
    assert await home.database.read(lambda db: roster.floors(db, ours)) == ["2", "3", "10", "B"]

    async def live(*floors: str) -> int:
        return await home.database.read(lambda db: roster.residents_on(db, ours, floors))

    assert [await live(), await live("2"), await live("2", "10"), await live("3")] == [4, 2, 3, 0]


@pytest.mark.parametrize(
    ("taken_by", "due_at", "rings"),
    [("", LATER, True), ("", NOW, True), ("陈晓雯", LATER, False), ("陈晓雯", NOW, True)],
)
def test_c10_a_grave_complaint_rings_until_somebody_takes_it_and_again_when_it_is_late(
    taken_by: str, due_at: datetime, rings: bool
) -> None:
    row: Any = None
    assert Urgent(row, due_at, taken_by, None).rings(NOW) is rings


def test_n3_beds_are_counted_2_before_10_and_a_closed_or_a_taken_one_is_not_free() -> None:
    assert sorted(["10", "A", "2", "1", "B"], key=_number) == ["1", "2", "10", "A", "B"]
    bed = ("东", "3", "306", "1")
    lines = [
        BedLine(1, *bed, closed, who, "", "", "")
        for closed, who in ((False, None), (True, None), (False, 7), (True, 7))
    ]
    assert [line.free for line in lines] == [True, False, False, False]
    assert lines[0].place == "东306-1"
