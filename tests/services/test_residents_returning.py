"""回院交接: who is back from hospital is gone through before a machine speaks again (F7, R1)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.errors import Decided, Forbidden, Invalid
from care.returns import BACK
from care.states import Role
from services.access import Viewer
from services.families import reach
from services.residents import checklist, residents, returning, today
from services.residents.checklist import Item, Tick
from services.residents.forms import SetStatus
from services.residents.returning import SignBack
from storage import tables
from storage.queries import families
from storage.tables.residents import ResidentEvent
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.evenings import house, resident

__all__ = ["house"]


async def becomes(home: HomeUnderTest, who: Viewer, status: str) -> None:
    number, form = await resident(home), SetStatus(status=status)
    await home.database.write(lambda db: residents.set_status(db, who, number, form, home.clock()))


async def open_items(home: HomeUnderTest) -> list[Item]:
    number = await resident(home)
    return [
        item
        for item in await home.database.read(lambda db: returning.items(db, db.get_one(tables.Resident, number)))
        if item.done_at is None
    ]


async def ticks(home: HomeUnderTest, who: Viewer, item: str, done: bool = True) -> None:
    number, form = await resident(home), Tick(item=item, done=done)
    await home.database.write(lambda db: checklist.tick(db, who, number, form, home.clock()))


async def signs(home: HomeUnderTest, who: Viewer, note: str = "") -> None:
    number = await resident(home)
    await home.database.write(lambda db: returning.sign(db, who, number, SignBack(note=note), home.clock()))


async def greeted(home: HomeUnderTest) -> str:
    elder, number = await home.person("grandma"), await resident(home)
    who = await home.database.read(lambda db: families.one(db, elder, number))
    assert who
    return reach.must_not(who, "birthday")


async def test_f7_who_is_back_from_hospital_is_not_greeted_before_a_nurse_has_signed(house: HomeUnderTest) -> None:
    nurse = await house.staff(Role.NURSE, "何苗", "he", "3")
    assert await open_items(house) == []
    await becomes(house, nurse, "住院")
    assert await open_items(house) == []
    house.clock.on(days=6)
    await becomes(house, nurse, "在住")
    assert len(await open_items(house)) == len(BACK)
    assert await greeted(house) == "刚出院，回院交接还没签"
    (line,) = await house.database.read(lambda db: today.lines(db, nurse, house.clock()))
    assert (line.look, line.title) == ("bad", "306-1 王桂兰出院回来了")
    with pytest.raises(Invalid, match="还有 7 项"):
        await signs(house, nurse)
    for item in BACK:
        await ticks(house, nurse, item)
    await signs(house, nurse)
    assert await greeted(house) == ""
    assert await house.database.read(lambda db: today.lines(db, nurse, house.clock())) == []
    with pytest.raises(Decided):
        await signs(house, nurse)
    with pytest.raises(Invalid, match="已经签过"):
        await ticks(house, nurse, "back_skin", done=False)


async def test_f7_what_is_open_when_somebody_signs_stands_in_the_timeline(house: HomeUnderTest) -> None:
    nurse, desk = await house.staff(Role.NURSE, "何苗", "he", "3"), await house.staff(Role.DESK, "陈姐", "chen")
    await becomes(house, nurse, "住院")
    await becomes(house, nurse, "在住")
    await ticks(house, desk, "back_note")
    await ticks(house, desk, "back_note", done=False)
    with pytest.raises(Forbidden):
        await signs(house, desk)
    await signs(house, nurse, "夜里回来，皮肤明早看")
    number = await resident(house)

    def told(db: Unit) -> list[str]:
        rows = db.scalars(select(ResidentEvent).where(ResidentEvent.resident_id == number))
        return [db.words(row, "body") for row in rows]

    rows = await house.database.read(told)
    assert any("回院交接签过，夜里回来，皮肤明早看；还差：" in row for row in rows)


async def test_f7_a_second_stay_asks_everything_again_and_leave_asks_nothing(house: HomeUnderTest) -> None:
    nurse = await house.staff(Role.NURSE, "何苗", "he", "3")
    for _ in range(2):
        await becomes(house, nurse, "住院")
        await becomes(house, nurse, "在住")
        assert len(await open_items(house)) == len(BACK)
        await ticks(house, nurse, "back_skin")
        await becomes(house, nurse, "住院")
        assert await open_items(house) == []
        house.clock.now += timedelta(days=1)
    await becomes(house, nurse, "在住")
    await signs(house, nurse, "都看过")
    await becomes(house, nurse, "请假")
    await becomes(house, nurse, "在住")
    assert await open_items(house) == []
