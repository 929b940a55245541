"""到期: what runs out is seen thirty days before by who can do something about it (A6)."""

from datetime import date, timedelta
from typing import Any

import pytest

from care.errors import Changed, Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.expiries import expiries, today
from services.expiries.forms import KeepDate, RenewDate
from services.residents import contracts
from storage.queries import expiries as queries
from storage.tables.expiries import HomeDate
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE

TODAY = date(2026, 11, 22)


async def keeps(home: HomeUnderTest, who: Viewer, name: str, day: date | None) -> None:
    form = KeepDate(name=name, day=day)
    await home.database.write(lambda db: expiries.keep(db, home.house, who, form, home.clock()))


async def renews(home: HomeUnderTest, who: Viewer, number: int, **form: Any) -> None:
    asked = RenewDate(**form)
    await home.database.write(lambda db: expiries.renew(db, home.house, who, number, asked, home.clock()))


async def lines(home: HomeUnderTest, who: Viewer) -> list[tuple[str, str]]:
    found = await home.database.read(lambda db: today.lines(db, who, home.clock()))
    return [(one.look, f"{one.title}。{one.text}") for one in found]


async def test_a6_a_date_of_the_house_is_told_thirty_days_before_to_who_can_renew_it(home: HomeUnderTest) -> None:
    director, admin = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.ADMIN, "管理", "guan")
    desk = await home.staff()
    await keeps(home, admin, "公众号认证", TODAY + timedelta(days=31))
    assert await lines(home, director) == []
    home.clock.on(days=1)
    told = [("line", "1 样东西快到期。先看：公众号认证，12月23日")]
    assert await lines(home, director) == await lines(home, admin) == told
    assert await lines(home, desk) == [], "the desk renews no account"
    home.clock.on(days=31)
    assert (await lines(home, director))[0][0] == "bad"
    number = await home.one("SELECT id FROM home_date")
    await renews(home, director, number, day=date(2027, 12, 23))
    assert await lines(home, director) == []
    with pytest.raises(Changed, match="沈国平刚刚改到了 2027-12-23"):
        await renews(home, admin, number, day=None, drawn="older")
    await renews(home, admin, number, day=None)
    assert await home.database.read(lambda db: queries.dates(db, admin.sight)) == []
    assert await home.one("SELECT count(*) FROM home_date") == 1, "what was kept stays readable"


@pytest.mark.parametrize(
    ("name", "day", "why"),
    [
        (" ", TODAY, "请写是什么到期"),
        ("长" * 31, TODAY, "30 个字以内"),
        ("域名", None, "请选哪一天到期"),
        ("域名", date(2126, 11, 22), "请看一眼年份"),
        ("域名", date(2020, 1, 1), "请看一眼年份"),
    ],
)
async def test_a6_what_cannot_be_a_date_is_said(home: HomeUnderTest, name: str, day: date | None, why: str) -> None:
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    with pytest.raises(Invalid, match=why):
        await keeps(home, director, name, day)


async def test_a6_only_leads_and_the_administrator_keep_the_dates(home: HomeUnderTest) -> None:
    desk, nurse = await home.staff(), await home.staff(Role.NURSE, "唐雨", "tang")
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    with pytest.raises(Forbidden):
        await keeps(home, desk, "域名", TODAY)
    with pytest.raises(NotFound):
        await keeps(home, nurse, "域名", TODAY)
    await keeps(home, director, "域名", TODAY)
    number = await home.one("SELECT id FROM home_date")
    with pytest.raises(Forbidden):
        await renews(home, desk, number, day=TODAY)
    with pytest.raises(NotFound):
        await renews(home, director, number + 1, day=TODAY)

    def many(db: Any) -> None:
        for n in range(expiries.MOST):
            db.add(HomeDate(id=n + 1, home_id=home.ids.home_id, name="x", day=TODAY, set_by=1, set_at=home.clock()))

    await home.database.write(many)
    with pytest.raises(Invalid, match="已经记了 100 条"):
        await keeps(home, director, "域名", TODAY)


async def test_a6_a_contract_is_told_when_the_next_one_is_to_be_talked_about(home: HomeUnderTest) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    director, nurse = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.NURSE, "唐雨", "tang")
    elder = await home.one("SELECT id FROM resident WHERE room = '306'")
    form = contracts.AddContract(
        content="照料",
        fee="每月 5000",
        begins_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        explained="退费",
        explained_by="沈国平",
        confirmed_by="李静",
        confirmed_on=date(2026, 1, 1),
    )
    await home.database.write(lambda db: contracts.add(db, director, elder, form, home.clock()))
    assert [text for _, text in await lines(home, director)] == ["1 样东西快到期。先看：306-1 王桂兰的合同，12月31日"]
    assert await lines(home, nurse) == [], "who does not handle contracts is not told of them"
    await home.rows("UPDATE resident SET status = '去世' WHERE id = ?", elder)
    assert await lines(home, director) == [], "nobody talks of renewing with a family in mourning"
