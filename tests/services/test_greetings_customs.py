"""Festivals that depend on who it is: planned for who was asked, and asked again when the hour comes (H1)."""

from datetime import date
from typing import Any

from care.choices import Choices
from care.states import Role
from services.residents import record
from services.residents.record import EditCustoms
from tests.conftest import HomeUnderTest
from tests.services.test_greetings import at_home, everybody_writes, house, plans, release, states

__all__ = ["house"]


async def test_h1_a_festival_that_is_not_theirs_is_not_said_and_what_is_said_later_holds(house: HomeUnderTest) -> None:
    house.house.choices = Choices(festivals=frozenset({"mothers-day", "qingming", "xiaonian-north", "xiaonian-south"}))
    house.clock.now = at_home(date(2027, 3, 20), 9)
    assert await plans(house) == 3, "of 清明 families alone are told"
    house.clock.now = at_home(date(2027, 5, 1), 9)
    assert await plans(house) == 0, "nobody is greeted on a mother's day who was not asked"
    resident = await house.one("SELECT r.id FROM resident r JOIN follower f USING (person_id) WHERE openid = 'grandma'")
    nurse = await house.staff(Role.NURSE, "唐雨", "tang")

    async def asks(**told: Any) -> None:
        form = EditCustoms(**told)
        await house.database.write(lambda db: record.edit(db, nurse, resident, "customs", form, house.clock()))

    await asks(parents="yes", xiaonian="south")
    assert await plans(house) == 4, "herself and her relatives"
    await asks(parents="no", xiaonian="south")
    house.clock.now = at_home(date(2027, 5, 9), 9)
    await everybody_writes(house)
    assert await release(house) == 0
    told = await states(house, "mothers-day")
    assert {told["grandma"], told["daughter"]} == {("skipped", "没问过要不要过")}
    house.clock.now = at_home(date(2028, 1, 10), 9)
    assert await plans(house) == 4
    planned = await house.rows("SELECT DISTINCT occasion, day FROM plan WHERE day > '2028-01-01'")
    assert [occasion for occasion, _ in planned] == ["xiaonian-south"]
