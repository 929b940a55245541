"""A colleague's own WeChat is no talk of the house: the lead sees it where she has accused somebody (F39, S1)."""

from sqlalchemy import select

from care.states import Role
from services.access import Viewer
from storage import tables
from storage.types import micros, new_id
from tests.conftest import HomeUnderTest


async def test_f39_the_talk_of_a_colleague_is_seen_by_the_lead_once_she_has_accused_somebody(
    home: HomeUnderTest,
) -> None:
    lead, desk = await home.staff(Role.SUPERVISOR, "何志远", "he"), await home.staff()
    other = await home.staff(Role.CARER, "周敏", "zhou", "3")
    await home.hears("今天很忙", "hers")
    person, now = await home.person("hers"), micros(home.clock())

    async def seen(who: Viewer) -> bool:
        found = await home.database.read(
            lambda db: db.scalars(select(tables.Person.id).where(who.sight.person(tables.Person.id))).all()
        )
        return person in found

    assert [await seen(one) for one in (lead, desk)] == [True, True], "a guest like any other"
    await home.rows("UPDATE person SET kind = 'staff' WHERE id = ? RETURNING id", person)
    assert [await seen(one) for one in (lead, desk)] == [False, False]
    await home.rows(
        "INSERT INTO accused (id, home_id, person_id, staff_id, role, floor, reach, state, named_at) "
        "VALUES (?, ?, ?, ?, '', '', 'lead', 'suspected', ?) RETURNING id",
        *(new_id(), home.ids.home_id, person, other.id, now),
    )
    assert [await seen(one) for one in (lead, desk, other)] == [True, False, False]
