"""Figures of pages: nothing in a new house, and only what is ours (F26, M1)."""

from datetime import timedelta

from care.states import Role
from services.surveys import surveys
from storage.queries import surveys as queries
from storage.queries import talks_doubts
from storage.queries.talks_doubts import Counted
from storage.types import micros, new_id
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE


async def test_f26_where_nobody_was_asked_every_figure_is_nothing(home: HomeUnderTest) -> None:
    now = home.clock()
    found = await home.database.read(
        lambda db: talks_doubts.counted(db, home.ids.home_id, now - timedelta(days=7), now)
    )
    assert found == Counted(*[0] * 11)


async def test_m1_who_can_be_asked_are_relatives_with_a_phone_and_nobody_has_answered_yet(home: HomeUnderTest) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    lead = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    await home.database.write(lambda db: surveys.begin(db, home.house, lead, home.clock()))

    async def counted() -> tuple[int, int]:
        def look(db: Unit) -> tuple[int, int]:
            campaigns = queries.all_of(db, home.ids.home_id)
            found = queries.result(db, campaigns, campaigns[0])
            return found.asked, found.answered

        return await home.database.read(look)

    assert await counted() == (4, 0)
    niece = await home.person("afraid")
    await home.rows("DELETE FROM kinship WHERE person_id = ? RETURNING id", niece)
    assert await counted() == (3, 0)


async def test_f26_what_was_asked_is_counted_from_a_moment_up_to_another(home: HomeUnderTest) -> None:
    await home.hears("头昏")
    person, inbox = (await home.rows("SELECT person_id, id FROM inbox"))[0]
    now, ours = home.clock(), home.ids.home_id
    doubts = [("asked", None)] * 2 + [("asked", "yes"), ("asked", "no"), ("shown", None), ("looked", None)]
    for course, how in doubts:
        await home.rows(
            "INSERT INTO doubt (id, home_id, person_id, inbox_id, course, kind, at, ended_how) "
            "VALUES (?, ?, ?, ?, ?, '跌倒受伤', ?, ?) RETURNING id",
            *(new_id(), ours, person, inbox, course, micros(now), how),
        )
    later = now + timedelta(microseconds=1)
    counted = Counted(4, 1, 1, 0, 0, 0, 2, 0, 1, 1, 0)
    for since, until, found in ((now, later, counted), (now, now, None), (later, later + timedelta(days=1), None)):
        told = await home.database.read(
            lambda db, begins=since, ends=until: talks_doubts.counted(db, ours, begins, ends)  # type: ignore[misc]
        )
        assert told == (found or Counted(*[0] * 11))
    marks = await home.database.read(lambda db: talks_doubts.marks(db, [inbox]))
    assert marks == {inbox: talks_doubts.SHOWN["looked"]}, "the last word about it"
    assert await home.database.read(lambda db: talks_doubts.marks(db, [])) == {}
