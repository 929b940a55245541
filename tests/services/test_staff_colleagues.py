"""Colleagues are taken on, changed, put out and taken back; nobody raises herself, a director stays (N3, F30)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from care.errors import Changed, Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.staff import colleagues, sessions, staff
from services.staff.access import access_colleague
from services.staff.forms import AddColleague, EditColleague
from tests.conftest import HomeUnderTest

ZHOU = AddColleague(name=" 周 敏 ", login="zhoumin", role="护士", floors="2-3、5楼", phone="13800001234")


@dataclass
class Crew:
    """A director, an administrator and a supervisor."""

    home: HomeUnderTest
    director: Viewer
    admin: Viewer
    lead: Viewer

    async def add(self, form: AddColleague = ZHOU, by: Viewer | None = None) -> tuple[int, str]:
        now = self.home.clock()
        row, password = await self.home.database.write(lambda db: colleagues.add(db, by or self.director, form, now))
        return row.id, password

    async def edits(self, staff_id: int, form: EditColleague, by: Viewer | None = None) -> None:
        now = self.home.clock()
        await self.home.database.write(
            lambda db: colleagues.edit(db, by or self.director, staff_id, form, now) and None
        )

    async def does(self, act: Callable[..., Any], staff_id: int, by: Viewer | None = None) -> None:
        now = self.home.clock()
        await self.home.database.write(lambda db: act(db, by or self.director, staff_id, now) and None)

    async def logs_in(self, login: str, password: str) -> str:
        who = await self.home.database.read(lambda db: staff.knock(db, login, "192.0.2.1", "", self.home.clock()))
        assert staff.verify(who.password, password)
        found = await self.home.database.write(lambda db: sessions.log_in(db, who, self.home.clock(), 12, "Chrome"))
        return found.session

    async def session(self, token: str) -> sessions.Session | None:
        return await self.home.database.read(lambda db: sessions.session(db, token, self.home.clock()))


@pytest.fixture
async def crew(home: HomeUnderTest) -> Crew:
    return Crew(
        home,
        await home.staff(Role.DIRECTOR, "沈国平", "shen"),
        await home.staff(Role.ADMIN, "谢玲", "xie"),
        await home.staff(Role.SUPERVISOR, "何志远", "he"),
    )


async def test_n3_a_colleague_is_added_with_a_first_password_that_she_must_change(crew: Crew) -> None:
    number, password = await crew.add()
    row = (await crew.home.rows("SELECT name, role, floors, phone, first_password FROM staff WHERE id = ?", number))[0]
    assert row[:3] == ("周 敏", "nurse", "2 3 5")
    assert b"13800001234" not in bytes(row[3]), "the phone is sealed"
    assert row[4]
    assert len(password) == 14
    assert not staff.verify((await crew.home.one("SELECT password FROM staff WHERE id = ?", number)), "guess")
    found = await crew.session(await crew.logs_in("zhoumin", password))
    assert found is not None
    assert found.owes is sessions.Owes.PASSWORD
    assert found.viewer.floors == {"2", "3", "5"}


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (AddColleague(name="", login="x1", role="nurse"), "姓名"),
        (AddColleague(name="周敏", login="x y", role="nurse"), "登录名"),
        (AddColleague(name="周敏", login="shen", role="nurse"), "已经有人用了（沈国平）"),
        (AddColleague(name="周敏", login="沈国平", role="nurse"), "会混"),
        (AddColleague(name="shen", login="other", role="nurse"), "会混"),
        (AddColleague(name="周敏", login="zhou", role="boss"), "请选岗位"),
        (AddColleague(name="周敏", login="zhou", role="nurse", floors="5-2"), "楼层"),
        (AddColleague(name="周敏", login="zhou", role="nurse", phone="123"), "电话"),
        (AddColleague(name="周敏" * 20, login="zhou", role="nurse"), "太长"),
        (AddColleague(name="周敏", login="zhou", role="nurse", floors=" ".join(map(str, range(40)))), "太多"),
    ],
)
async def test_n3_what_cannot_be_added_is_told_in_a_sentence(crew: Crew, form: AddColleague, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        await crew.add(form)
    assert await crew.home.one("SELECT count(*) FROM staff") == 3


async def test_p5_only_director_and_administrator_change_and_only_a_director_makes_directors(crew: Crew) -> None:
    with pytest.raises(Forbidden):
        await crew.add(by=crew.lead)
    desk = await crew.home.staff(Role.DESK, "陈晓雯", "chen")
    with pytest.raises(Forbidden):
        await crew.add(by=desk)
    with pytest.raises(Invalid, match="院长只能由院长来加"):
        await crew.add(AddColleague(name="林", login="lin", role="院长"), crew.admin)
    with pytest.raises(Invalid, match="院长只能由院长来加"):
        await crew.edits(desk.id, EditColleague(name="陈晓雯", role="院长"), crew.admin)
    with pytest.raises(Invalid, match="自己的岗位"):
        await crew.edits(crew.admin.id, EditColleague(name="谢玲", role="supervisor"), crew.admin)
    with pytest.raises(Invalid, match="自己管哪层"):
        await crew.edits(crew.admin.id, EditColleague(name="谢玲", role="admin", floors="3"), crew.admin)
    for act in (colleagues.reset_password, colleagues.put_out):
        with pytest.raises(Invalid, match="要另一位院长"):
            await crew.does(act, crew.director.id, crew.admin)
    for form in (
        EditColleague(name="沈国平", role="director", floors="9"),
        EditColleague(name="林晓", role="director"),
    ):
        with pytest.raises(Invalid, match="要另一位院长"):
            await crew.edits(crew.director.id, form, crew.admin)


async def test_n3_role_floors_and_phone_change_and_who_was_first_is_told(crew: Crew) -> None:
    number, password = await crew.add()
    token = await crew.logs_in("zhoumin", password)
    drawn = await crew.home.database.read(lambda db: colleagues.revision_of(access_colleague(db, crew.lead, number)))
    await crew.edits(number, EditColleague(name="周敏", role="supervisor", floors="全院", drawn=drawn))
    found = await crew.session(token)
    assert found is not None
    assert (found.viewer.role, found.viewer.name, found.viewer.floors) == (Role.SUPERVISOR, "周敏", frozenset())
    with pytest.raises(Changed, match="有同事"):
        await crew.edits(number, EditColleague(name="周敏", role="carer", drawn=drawn))
    assert await crew.home.one("SELECT phone IS NOT NULL FROM staff WHERE id = ?", number), "an empty field keeps it"
    await crew.edits(number, EditColleague(name="周敏", role="supervisor", no_phone=True))
    assert await crew.home.one("SELECT phone IS NULL FROM staff WHERE id = ?", number)


async def test_n3_nobody_is_renamed_to_what_another_logs_in_with(crew: Crew) -> None:
    number, _ = await crew.add()
    with pytest.raises(Invalid, match="会混"):
        await crew.edits(number, EditColleague(name="xie", role="carer"))
    assert await crew.home.one("SELECT name FROM staff WHERE id = ?", number) == "周 敏"
    await crew.edits(number, EditColleague(name="周小敏", role="carer"))
    assert await crew.home.one("SELECT name FROM staff WHERE id = ?", number) == "周小敏"


async def test_f30_put_out_needs_nothing_and_ends_everything_at_once(crew: Crew) -> None:
    number, password = await crew.add()
    token = await crew.logs_in("zhoumin", password)
    found = await crew.session(token)
    assert found is not None
    told: list[frozenset[str]] = []
    crew.home.database.listen(lambda hints: told.append(frozenset(hints)))
    await crew.home.database.write(lambda db: colleagues.put_out(db, crew.director, number, crew.home.clock()) and None)
    assert await crew.session(token) is None
    assert any(f"session:{found.id}" in hints for hints in told), "her open page hears it"
    assert await crew.home.database.read(lambda db: staff.find(db, "zhoumin")) is None
    assert await crew.home.database.read(lambda db: sessions.why_ended(db, token, crew.home.clock())) == "put_out"
    crew.home.clock.on(hours=23)
    await crew.home.database.write(lambda db: colleagues.take_back(db, crew.admin, number, crew.home.clock()) and None)
    await crew.logs_in("zhoumin", password)
    assert await crew.session(token) is None, "what ended stays ended"
    await crew.home.database.write(lambda db: colleagues.put_out(db, crew.director, number, crew.home.clock()) and None)
    crew.home.clock.on(hours=25)
    with pytest.raises(Invalid, match="超过一天"):
        await crew.home.database.write(
            lambda db: colleagues.take_back(db, crew.director, number, crew.home.clock()) and None
        )
    with pytest.raises(Invalid, match="停用了"):
        await crew.edits(number, EditColleague(name="周敏", role="carer"))


async def test_f30_the_last_director_and_oneself_stay(crew: Crew) -> None:
    with pytest.raises(Invalid, match="不能停用自己"):
        await crew.home.database.write(
            lambda db: colleagues.put_out(db, crew.director, crew.director.id, crew.home.clock()) and None
        )
    second = await crew.home.staff(Role.DIRECTOR, "林院长", "lin")
    await crew.home.database.write(
        lambda db: colleagues.put_out(db, second, crew.director.id, crew.home.clock()) and None
    )
    with pytest.raises(Invalid, match="唯一的院长"):
        await crew.home.database.write(
            lambda db: colleagues.leave(db, access_colleague(db, second, second.id, lock=True), crew.home.clock())
        )


@pytest.mark.parametrize("act", [colleagues.reset_password, colleagues.put_out])
async def test_f30_who_typed_the_old_password_a_moment_before_is_not_in_a_moment_after(
    crew: Crew, act: Callable[..., Any]
) -> None:
    number, password = await crew.add()
    now = crew.home.clock()
    who = await crew.home.database.read(lambda db: staff.knock(db, "zhoumin", "192.0.2.1", "", now))
    assert staff.verify(who.password, password)
    await crew.does(act, number)
    with pytest.raises(sessions.JustChanged):
        await crew.home.database.write(lambda db: sessions.log_in(db, who, now, 12))
    assert await crew.home.one("SELECT count(*) FROM staff_session") == 0


async def test_n3_a_reset_ends_log_ins_and_known_browsers_and_gives_another_first_password(crew: Crew) -> None:
    number, password = await crew.add()
    who = await crew.home.database.read(lambda db: staff.knock(db, "zhoumin", "192.0.2.1", "", crew.home.clock()))
    cookies = await crew.home.database.write(lambda db: sessions.log_in(db, who, crew.home.clock(), 12))
    assert await crew.home.database.read(lambda db: staff.device(db, cookies.device, number))
    now = crew.home.clock()
    _, again = await crew.home.database.write(lambda db: colleagues.reset_password(db, crew.director, number, now))
    assert again != password
    assert await crew.session(cookies.session) is None
    assert not await crew.home.database.read(lambda db: staff.device(db, cookies.device, number))
    token = await crew.logs_in("zhoumin", again)
    await crew.home.database.write(lambda db: colleagues.log_out_everywhere(db, crew.director, number, now) and None)
    assert await crew.session(token) is None
    with pytest.raises(Invalid, match="我的账号"):
        await crew.home.database.write(
            lambda db: colleagues.reset_password(db, crew.director, crew.director.id, now) and None
        )
    with pytest.raises(NotFound):
        await crew.home.database.write(lambda db: colleagues.reset_password(db, crew.director, 999, now) and None)
