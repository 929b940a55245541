"""Nightly accusations: the same by the same elder within a week joins the matter, somebody who is not meant looks in
each time, the director is rung for the first and for what is new (F28).
"""

import pytest

from care.errors import NotFound
from services.talks import looking
from services.tasks.forms import ActOnTask
from storage.queries import emergencies, talks_doubts
from storage.queries import tasks as task_queries
from tests.services.floors import House, house
from tests.services.heard import RINGS, SHOWN, says, unweighted

__all__ = ["house", "unweighted"]
pytestmark = pytest.mark.usefixtures("unweighted")
NOTED = "您说的，我记下了。"


async def accuses(house: House, words: str = "周敏打我") -> str:
    said = await says(house.home, words, RINGS, kind="abuse")
    await house.look()
    return said


async def known(house: House, words: str = "周敏打我") -> None:
    """Said once, and the director was there."""
    await accuses(house, words)
    (strip,) = house.strips("shen")
    await house.does("shen", "go", strip)
    house.home.clock.on(minutes=1)
    await house.does("shen", "arrived", house.strips("shen")[0])


async def test_f28_the_same_again_rings_nobody_above_and_somebody_who_is_not_meant_looks_in(house: House) -> None:
    home = house.home
    await known(house)
    for night in (1, 2):
        home.clock.on(hours=20)
        assert await accuses(house) == NOTED, "she hears what she heard the first time"
        assert house.strips("shen") == []
        assert await home.one("SELECT again FROM alarm") == night, "the count stands on the alarm"
    rows = await home.rows("SELECT role, floor, source, talk_of IS NOT NULL FROM task ORDER BY id")
    assert [(role, floor, source) for role, floor, source, _ in rows] == [("nurse", "3", "look")] * 2, "each time"
    nurse, carer = house.staff["tang"], house.staff["zhou"]
    (line, _) = await home.database.read(lambda db: task_queries.open_ones(db, nurse.sight, "mine"))
    assert (line.words, line.resident) == ("请进去看一眼，人好不好", "306-1 王桂兰")
    assert await home.database.read(lambda db: task_queries.open_ones(db, carer.sight, "all")) == [], "not who is meant"
    assert await home.database.read(lambda db: talks_doubts.of_tasks(db, nurse.sight, [line.row.id])) == {}
    assert await home.one("SELECT count(*) FROM accused") == 3, "nothing is dropped"
    (past,), _, _ = await home.database.read(lambda db: emergencies.past(db, house.staff["shen"].sight))
    assert past.row.again == 2


async def test_f28_who_looked_in_rings_the_lead_again_and_only_from_such_a_task(house: House) -> None:
    home, nurse = house.home, house.staff["tang"]
    await known(house)
    home.clock.on(hours=20)
    await accuses(house)
    await says(home, "腿不得劲", SHOWN)
    look, other = [row[0] for row in await home.rows("SELECT id FROM task ORDER BY id")]
    with pytest.raises(NotFound):
        await home.database.write(lambda db: looking.calls_lead(db, nurse, other, ActOnTask(), home.clock()))
    assert await home.database.read(lambda db: talks_doubts.look_ins(db, [look, other])) == {look}
    await home.database.write(lambda db: looking.calls_lead(db, nurse, look, ActOnTask(), home.clock()))
    await house.look()
    (strip,) = house.strips("shen")
    assert (strip.level, strip.words) == (0, "周敏打我")
    assert house.strips("tang") == []
    assert await home.one("SELECT ended_how FROM task WHERE id = ?", look) == "done"


@pytest.mark.parametrize("words", ["周敏打我，流血了", "周敏偷我的存折", "林可打我", "周敏正在打我"])
async def test_f28_new_words_a_new_name_and_what_happens_now_ring_the_director(house: House, words: str) -> None:
    await known(house)
    house.home.clock.on(hours=20)
    await accuses(house, words)
    assert [strip.audience.value for strip in house.strips("shen") if strip.audience.value == "lead"] == ["lead"]
    assert await house.home.one("SELECT max(again) FROM alarm") == 0


async def test_f28_a_place_where_somebody_may_be_hurt_rings_the_floor_each_time_and_shows_the_place_alone(
    house: House,
) -> None:
    home = house.home
    await accuses(house, "周敏打我，疼")
    for strip in house.strips("shen"):
        await house.does("shen", "go", strip)
    home.clock.on(minutes=1)
    for strip in house.strips("shen"):
        await house.does("shen", "arrived", strip)
    home.clock.on(hours=20)
    await accuses(house, "周敏打我，疼")
    (floor,) = house.strips("tang")
    assert (floor.name, floor.cries, "306" in floor.place) == ("请马上去", (), True)
    assert [strip.audience.value for strip in house.strips("shen")] == ["floor"]
    assert await home.one("SELECT max(again) FROM alarm") == 1


async def test_f28_after_a_week_it_rings_as_the_first_did(house: House) -> None:
    await known(house)
    house.home.clock.on(days=7, minutes=1)
    await accuses(house)
    assert len(house.strips("shen")) == 1


async def test_f28_while_the_first_rings_a_repeat_joins_it(house: House) -> None:
    await accuses(house)
    house.home.clock.on(minutes=1)
    await accuses(house)
    (strip,) = house.strips("shen")
    assert strip.count == 2


async def test_f28_a_daughter_is_never_counted_she_is_heard(house: House) -> None:
    home = house.home
    for _ in range(2):
        await says(home, "周敏打我妈", RINGS, "niece", kind="abuse")
        await house.look()
        for strip in house.strips("shen"):
            await house.does("shen", "false", strip, "按错了")
        home.clock.on(hours=20)
    assert await home.one("SELECT count(*) FROM alarm WHERE audience = 'lead'") == 2


async def test_f28_where_the_nurses_may_be_meant_a_carer_looks_in(house: House) -> None:
    await known(house, "护士不给我吃饭")
    house.home.clock.on(hours=20)
    await accuses(house, "护士不给我吃饭")
    assert await house.home.rows("SELECT role FROM task") == [("carer",)]
