"""Going live is an act, by floor and by purpose: until then nothing leaves by itself and nothing falls due (F29)."""

from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import func, select, text

from care.errors import Changed, Invalid, NotFound
from care.states import Launch, Role
from conversations import events
from services.access import Viewer
from services.launch import first_day, launch
from services.launch.forms import Switch
from services.surveys import surveys
from storage import tables
from storage.queries import launch as queries
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services import evenings
from tests.services.evenings import evening, releases, writes
from tests.services.test_greetings import everybody_writes, left, plans, release
from tests.services.test_greetings import house as greeted

__all__ = ["greeted"]
OVERDUE = 40


@pytest.fixture
async def quiet(greeted: HomeUnderTest) -> HomeUnderTest:
    """A home that was moved in and in which nobody has switched anything on; it is the morning of a birthday."""
    await greeted.database.write(lambda db: db.execute(text("DELETE FROM launch")))
    greeted.clock.now = datetime(2026, 11, 29, 23, 0, tzinfo=UTC)
    await everybody_writes(greeted)
    return greeted


async def turn(
    home: HomeUnderTest, who: Viewer, purpose: Launch, floor: str, *, on: bool = True, drawn: str | None = None
) -> None:
    form = Switch(purpose=purpose.value, floor=floor, on=on, seen=True, drawn=drawn)
    await home.database.write(lambda db: launch.switch(db, who, form, home.clock()))


def _reached(quiet: HomeUnderTest, lead: Viewer, floor: str, db: Unit) -> object:
    return first_day.reached(db, quiet.house, lead, "letters", floor, quiet.clock())


async def test_n3_forty_overdue_dates_of_an_import_send_nothing_and_plan_nothing(quiet: HomeUnderTest) -> None:
    for day in range(OVERDUE):
        quiet.clock.on(hours=1)
        assert await plans(quiet) == 0, day
        assert await release(quiet) == 0
    assert await quiet.one("SELECT count(*) FROM plan") == 0
    assert await left(quiet) == []


async def test_n3_a_floor_that_is_switched_on_gets_exactly_who_was_shown(quiet: HomeUnderTest) -> None:
    director = await quiet.staff(Role.DIRECTOR, "沈国平", "shen")
    shown = await quiet.database.read(
        lambda db: first_day.reached(db, quiet.house, director, "greetings", "3", quiet.clock())
    )
    assert [(one.name, one.what, one.why_not) for one in shown] == [("王桂兰", "11 月 30 日生日", "")]
    other = await quiet.database.read(
        lambda db: first_day.reached(db, quiet.house, director, "greetings", "2", quiet.clock())
    )
    assert list(other) == [], "she lives on another floor"
    await turn(quiet, director, Launch.GREETINGS, "3")
    await plans(quiet)
    quiet.clock.on(hours=2)
    assert await release(quiet) == 1
    assert [purpose for purpose, _ in await left(quiet)] == ["greeting_elder"]


async def test_n3_what_is_switched_off_in_between_is_not_said_and_says_why(quiet: HomeUnderTest) -> None:
    director = await quiet.staff(Role.DIRECTOR, "沈国平", "shen")
    await turn(quiet, director, Launch.GREETINGS, "")
    assert await plans(quiet) > 0
    await turn(quiet, director, Launch.GREETINGS, "", on=False)
    quiet.clock.on(hours=2)
    assert await release(quiet) == 0
    whys = await quiet.rows("SELECT DISTINCT why FROM plan WHERE state = 'skipped'")
    assert whys == [("这一层还没有启用",)]
    assert await left(quiet) == []


async def test_n3_letters_of_a_floor_open_from_the_day_on_which_it_was_switched_on(home: HomeUnderTest) -> None:
    from tests import houses

    await home.database.write(lambda db: houses.furnish(db, home.ids, evenings.SCENE, home.clock()))
    await home.database.write(lambda db: db.execute(text("DELETE FROM launch")))
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    await writes(home, director)
    assert await evening(home) == 0
    home.clock.on(days=1)
    await writes(home, director, sentence="下午在院子里晒太阳。")
    await turn(home, director, Launch.LETTERS, "3")
    assert await evening(home) == 1, "that of today; what was written before the switch stays closed"
    assert await releases(home) == 0
    opened = select(func.count()).where(tables.Letter.state == "released")
    assert await home.database.read(lambda db: db.scalar(opened)) == 1


async def test_f29_who_asks_for_letters_where_none_are_switched_on_is_promised_none(quiet: HomeUnderTest) -> None:
    director = await quiet.staff(Role.DIRECTOR, "沈国平", "shen")
    assert "家书还没有开始" in await quiet.hears(events.Click("LETTER"), "daughter")
    await turn(quiet, director, Launch.LETTERS, "3")
    assert "起可以看" in await quiet.hears(events.Click("LETTER"), "daughter")
    await turn(quiet, director, Launch.LETTERS, "3", on=False)
    await quiet.database.write(lambda db: db.execute(text("UPDATE follower SET binding = 'house'")))
    await quiet.database.write(lambda db: db.execute(text("DELETE FROM kinship")))
    assert "这是房间里的设备" in await quiet.hears(events.Click("LETTER"), "daughter")


async def test_n3_nobody_is_asked_before_the_questionnaire_is_switched_on(quiet: HomeUnderTest) -> None:
    director = await quiet.staff(Role.DIRECTOR, "沈国平", "shen")
    assert await quiet.database.write(lambda db: surveys.begin(db, quiet.house, director, quiet.clock())) == 0
    assert await quiet.one("SELECT count(*) FROM outbox WHERE purpose = 'survey'") == 0


async def test_n3_the_list_is_looked_at_before_the_switch_is_turned(quiet: HomeUnderTest) -> None:
    director = await quiet.staff(Role.DIRECTOR, "沈国平", "shen")
    form = Switch(purpose="letters", floor="3", on=True)
    with pytest.raises(Invalid, match="先看一眼"):
        await quiet.database.write(lambda db: launch.switch(db, director, form, quiet.clock()))
    with pytest.raises(Invalid, match="9 楼没有住着人"):
        await turn(quiet, director, Launch.LETTERS, "9")
    assert await quiet.one("SELECT count(*) FROM launch") == 0


async def test_n3_two_at_one_switch_are_told_and_a_nurse_finds_none(quiet: HomeUnderTest) -> None:
    director = await quiet.staff(Role.DIRECTOR, "沈国平", "shen")
    lead = await quiet.staff(Role.SUPERVISOR, "李静雯", "li")
    drawn = await quiet.database.read(lambda db: launch.revision_of(db, director.home_id, Launch.LETTERS.value, "3"))
    await turn(quiet, director, Launch.LETTERS, "3", drawn=drawn)
    with pytest.raises(Changed):
        await turn(quiet, lead, Launch.LETTERS, "3", on=False, drawn=drawn)
    await turn(quiet, lead, Launch.LETTERS, "3", drawn=drawn)  # both wanted the same
    nurse = await quiet.staff(Role.NURSE, "唐雨", "tang")
    with pytest.raises(NotFound):
        await turn(quiet, nurse, Launch.GREETINGS, "3")
    told = select(tables.Audit).where(tables.Audit.action.in_(("launch", "unlaunch")))
    lines = await quiet.database.read(lambda db: [db.open(row, "detail") for row in db.scalars(told)])
    assert lines == ["家书 3 楼"]


async def test_p2_a_lead_of_one_floor_turns_the_switches_of_that_floor_alone(quiet: HomeUnderTest) -> None:
    lead = await quiet.staff(Role.SUPERVISOR, "何志远", "he", "2")
    for floor, who in (("3", "3 楼不归您管"), ("", "全院不归您管")):
        with pytest.raises(Invalid, match=who):
            await turn(quiet, lead, Launch.LETTERS, floor)
        with pytest.raises(Invalid, match=who):
            await quiet.database.read(partial(_reached, quiet, lead, floor))
    await turn(quiet, lead, Launch.LETTERS, "2")
    assert await quiet.one("SELECT floor FROM launch") == "2"


async def test_n3_a_floor_that_has_become_empty_can_still_be_switched_off(quiet: HomeUnderTest) -> None:
    director = await quiet.staff(Role.DIRECTOR, "沈国平", "shen")
    await turn(quiet, director, Launch.LETTERS, "3")
    await quiet.rows("UPDATE resident SET status = '退住'")
    assert await quiet.database.read(lambda db: queries.floors(db, director.home_id)) == [("3", 0)]
    await turn(quiet, director, Launch.LETTERS, "3", on=False)
    assert await quiet.one("SELECT count(*) FROM launch WHERE ended_at IS NULL") == 0


async def test_n3_each_purpose_shows_its_own_first_day(quiet: HomeUnderTest) -> None:
    director = await quiet.staff(Role.DIRECTOR, "沈国平", "shen")

    async def shown(purpose: str) -> list[tuple[str, str]]:
        found = await quiet.database.read(
            lambda db: first_day.reached(db, quiet.house, director, purpose, "", quiet.clock())
        )
        return [(one.name, one.what) for one in found]

    assert [name for name, _ in await shown("letters")] == ["李静", "李明", "赵磊"]
    assert {what for _, what in await shown("letters")} == {"今晚 17:30 起的家书"}
    assert [name for name, _ in await shown("surveys")] == ["李静", "李明", "赵磊"]
    assert await shown("reminders") == []
    with pytest.raises(Invalid, match="要启用的事"):
        await shown("everything")
