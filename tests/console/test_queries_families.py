"""Consents that are a year old, who is not bound yet, who may be the second one of a phone (F3, F47, F48)."""

from datetime import timedelta

import pytest

from care.states import Role
from services.access import Viewer
from services.families import binding, relatives, ties
from services.families.forms import AddRelative, RecordConsent
from storage.queries import families_consents, families_day, families_phones
from storage.tables import Resident
from storage.types import micros
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE
from tests.services.couples import Couple, couple, furnished, resident

__all__ = ["couple", "furnished"]


@pytest.fixture
async def desk(home: HomeUnderTest) -> Viewer:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return await home.staff()


@pytest.mark.parametrize(("age", "due"), [(timedelta(days=365), True), (timedelta(days=365, seconds=-1), False)])
@pytest.mark.parametrize(("left", "soon"), [(30, True), (31, False), (None, False)])
async def test_f47_a_consent_is_looked_through_after_a_year_and_warns_thirty_days_before_its_end(
    home: HomeUnderTest, desk: Viewer, age: timedelta, due: bool, left: int | None, soon: bool
) -> None:
    now, today = home.clock(), home.clock().date()
    ends = None if left is None else str(today + timedelta(days=left))
    number, kin = int(await home.one("SELECT id FROM resident WHERE room = '306'")), await home.person("kin3")
    form = RecordConsent(scopes=frozenset({"photos"}), way="paper")
    await home.database.write(lambda db: ties.agree(db, desk, number, kin, form, now))
    await home.rows("UPDATE consent SET recorded_at = ?, ends_on = ? RETURNING id", micros(now - age), ends)
    found = await home.database.read(lambda db: families_consents.running(db, desk.sight, now, today))
    assert [(one.due, one.soon, one.proved) for one in found] == [(due, soon, False)]
    counted = await home.database.read(lambda db: families_consents.counts(db, desk.sight, now, today))
    assert counted == (due, soon)
    assert (found[0].by, found[0].looked_by) == ("陈晓雯", "")
    await home.rows("UPDATE consent SET looked_at = ?, looked_by = ? RETURNING id", micros(now), desk.id)
    again = await home.database.read(lambda db: families_consents.running(db, desk.sight, now, today, "3"))
    assert [(one.due, one.floor, one.looked_by) for one in again] == [(False, "3", "陈晓雯")]
    assert (await home.database.read(lambda db: families_consents.counts(db, desk.sight, now, today)))[0] == 0


async def test_f48_who_has_no_wechat_yet_is_listed_bed_by_bed_as_they_are_called(
    home: HomeUnderTest, desk: Viewer
) -> None:
    async def adds(room: str, name: str) -> int:
        number = int(await home.one("SELECT id FROM resident WHERE room = ?", room))
        form = AddRelative(name=name, relation="儿子", scopes=("daily",))
        row = await home.database.write(lambda db: relatives.add(db, desk, number, form, home.clock()))
        return int(row.id)

    first, second, other = await adds("306", "李明"), await adds("306", "李强"), await adds("201", "何安")
    wang = int(await home.one("SELECT id FROM resident WHERE room = '306'"))
    he = int(await home.one("SELECT id FROM resident WHERE room = '201'"))

    async def unbound(floor: str) -> list[tuple[int, int]]:
        return await home.database.read(lambda db: families_day.unbound(db, desk.sight, floor))

    assert await unbound("3") == [(wang, first), (wang, second)]
    assert await unbound("2") == [(he, other)]
    assert await home.database.read(lambda db: families_day.floors(db, desk.sight)) == ["2", "3"]
    elder = int(await home.one("SELECT person_id FROM resident WHERE id = ?", wang))
    said = [
        await home.database.read(lambda db, one=one: families_day.who(db, wang, one))  # type: ignore[misc]
        for one in (first, elder, other)
    ]
    assert said == ["儿子 李明", "王桂兰", "何安"]
    family = await home.database.read(lambda db: families_day.family(db, wang))
    assert (family[0], family[-2:]) == (elder, [first, second])


async def test_f3_whose_phone_it_is_is_said_of_both_and_of_nobody_else(couple: Couple) -> None:
    home, now = couple.home, couple.home.clock()
    zhao = (await resident(home, "1", "307"))[1]

    async def said(person: int) -> str:
        return await home.database.read(lambda db: families_phones.said_on(db, person))

    assert [await said(one) for one in (couple.wang, couple.li, zhao)] == ["两人共用：王秀英、李建国"] * 2 + [""]
    place = int(await home.one("SELECT place_id FROM common_phone"))
    assert await said(place) == "两人共用：王秀英、李建国"

    await home.rows("UPDATE common_phone SET one_id = NULL, two_id = NULL, room = '306', floor = '3' RETURNING id")
    assert await said(place) == "房间里的设备"
    assert await said(couple.wang) == ""
    here = await home.database.read(
        lambda db: families_phones.of_resident(db, db.get_one(Resident, couple.number), now)
    )
    assert [(one.kind, one.speaks) for one in here] == [("room", "")]


async def test_f3_the_second_one_of_a_phone_is_chosen_from_the_same_room_first(furnished: HomeUnderTest) -> None:
    desk = await furnished.staff()
    wang, zhao = (await resident(furnished, "1"))[0], (await resident(furnished, "1", "307"))[0]
    for number, names in ((wang, ["306-2 李建国", "307-1 赵德厚"]), (zhao, ["306-1 王秀英", "306-2 李建国"])):
        found = await furnished.database.read(
            lambda db, n=number: families_phones.others(db, db.get_one(Resident, n), desk.sight)  # type: ignore[misc]
        )
        assert [name for _, name in found] == names
    await furnished.rows("UPDATE resident SET room = '307', bed = '2' WHERE id = ? RETURNING id", wang)
    found = await furnished.database.read(lambda db: families_phones.others(db, db.get_one(Resident, wang), desk.sight))
    assert [name for _, name in found] == ["307-1 赵德厚", "306-2 李建国"]


async def test_f48_a_code_that_was_worth_nothing_is_told_with_whose_sheet_it_was(
    home: HomeUnderTest, desk: Viewer
) -> None:
    carer = await home.staff(Role.CARER, "周敏", "zhou", "3")
    for room, phone in (("306", "one"), ("201", "two")):
        number = int(await home.one("SELECT id FROM resident WHERE room = ?", room))
        now = home.clock()
        code, _ = await home.database.write(
            lambda db, one=number, at=now: binding.invite(db, desk, one, at)  # type: ignore[misc]
        )
        await home.rows("UPDATE invitation SET revoked_at = made_at RETURNING id")
        home.clock.on(minutes=1)
        await home.hears(code, phone)

    async def told(who: Viewer, minutes: int = 10) -> list[str]:
        since = home.clock() - timedelta(minutes=minutes)
        return [one.elder for one in await home.database.read(lambda db: families_day.refused(db, who.sight, since))]

    assert await told(desk) == ["何秀英", "王桂兰"], "the latest first"
    assert await told(carer) == ["王桂兰"]
    assert await told(desk, 0) == ["何秀英"], "of this very minute"
