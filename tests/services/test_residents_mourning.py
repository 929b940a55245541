"""After a death: what people forget is a list, the days are for leads alone, and 静默 is asked about (F11, L2)."""

from datetime import date, datetime, timedelta
from functools import partial

import pytest

from care import mourning
from care.errors import Invalid
from care.states import Role
from services.access import Viewer
from services.residents import checklist, residents, today
from services.residents.checklist import Tick
from services.residents.forms import Hush, SetStatus
from storage import tables
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE


@pytest.mark.parametrize(
    ("today_", "named"),
    [
        (date(2026, 11, 23), []),
        (date(2026, 11, 27), [("头七", date(2026, 11, 28))]),
        (date(2026, 11, 28), [("头七", date(2026, 11, 28))]),
        (date(2026, 11, 29), []),
        (date(2027, 1, 9), [("七七", date(2027, 1, 9))]),
        (date(2027, 3, 1), [("百日", date(2027, 3, 1))]),
        (date(2027, 11, 22), [("周年", date(2027, 11, 22))]),
        (date(2029, 11, 21), [("3 周年", date(2029, 11, 22))]),
    ],
)
def test_f11_the_seventh_day_counts_from_the_day_of_the_death(today_: date, named: list[tuple[str, date]]) -> None:
    assert mourning.days(date(2026, 11, 22), today_) == named
    assert mourning.days(date(2028, 2, 29), date(2029, 2, 28)) == [("周年", date(2029, 2, 28))]


async def lines(home: HomeUnderTest, who: Viewer) -> list[str]:
    return [one.title for one in await home.database.read(lambda db: today.lines(db, who, home.clock()))]


async def test_f11_a_lead_is_asked_after_twelve_hours_and_told_of_the_days_and_nobody_else(
    home: HomeUnderTest,
) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    director, nurse = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.NURSE, "唐雨", "tang")
    elder = await home.one("SELECT id FROM resident WHERE room = '306'")
    await home.database.write(lambda db: residents.hush(db, nurse, elder, Hush(on=True), home.clock()))
    assert await lines(home, director) == []
    home.clock.on(hours=12)
    assert await lines(home, director) == ["306-1 王桂兰静默 12 小时了"]
    assert await lines(home, nurse) == []
    form = SetStatus(status="去世", name="王桂兰")
    await home.database.write(lambda db: residents.set_status(db, director, elder, form, home.clock()))
    home.clock.now = datetime.combine(home.clock().date() + timedelta(days=6), home.clock().timetz())
    assert "今天是王桂兰的头七" in await lines(home, director)
    assert await home.one("SELECT count(*) FROM outbox") == 0, "no machine says anything"


async def test_f11_what_people_forget_is_ticked_by_name_and_beside_the_list_of_the_admission(
    home: HomeUnderTest,
) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    elder = await home.one("SELECT id FROM resident WHERE room = '306'")
    early = Tick(item="after_meals", done=True)
    with pytest.raises(Invalid, match="没有这些事要办"):
        await home.database.write(
            partial(checklist.tick, viewer=nurse, resident_id=elder, form=early, now=home.clock())
        )
    await home.database.write(lambda db: residents.hush(db, nurse, elder, Hush(on=True), home.clock()))
    for _ in range(2):
        form = Tick(item="after_meals", done=True)
        await home.database.write(partial(checklist.tick, viewer=nurse, resident_id=elder, form=form, now=home.clock()))
    found = await home.database.read(lambda db: checklist.after(db, db.get_one(tables.Resident, elder)))
    assert [(one.key, one.done_by) for one in found if one.done_at] == [("after_meals", "唐雨")]
    assert len(found) == len(mourning.AFTER)
    assert all(one.done_at is None for one in await home.database.read(lambda db: checklist.items(db, elder)))
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'tick_after'") == 2
    await home.database.write(lambda db: residents.hush(db, nurse, elder, Hush(on=False), home.clock()))
    home.clock.on(days=400)
    await home.database.write(lambda db: residents.hush(db, nurse, elder, Hush(on=True), home.clock()))
    again = await home.database.read(lambda db: checklist.after(db, db.get_one(tables.Resident, elder)))
    assert [one.key for one in again if one.done_at] == [], "what was done for a 静默 long ago is not done now"
