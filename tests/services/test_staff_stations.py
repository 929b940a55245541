"""Stations, codes and the complaint unit, on both engines: who came last is there; a code is good once, also twice at
once; a director stays, whoever presses (F39, C16, N3).
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest

from care.errors import Changed, Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.staff import codes, colleagues, own, sessions, staff, stations, unit
from services.staff.forms import SetUnit
from services.staff.sessions import Session
from storage.tables.staff import Station
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.hints import Hints

PLACE = ("192.0.2.1", "Chrome")


async def at_station(home: HomeUnderTest, director: Viewer, *people: Viewer) -> tuple[Station, list[str]]:
    """A station, and a session there for each, one after the other."""
    row, token = await home.database.write(lambda db: stations.mark(db, director, " 3 楼 护士站 ", home.clock()))
    kept, tokens = staff.hashed_pin("274916"), list[str]()
    for who in people:
        await home.rows("UPDATE staff SET pin = ? WHERE id = ?", kept, who.id)
        tokens.append(
            await home.database.write(
                lambda db, who=who: stations.come(db, row, who.id, home.clock(), 12, PLACE)  # type: ignore[misc]
            )
        )
    found = await home.database.read(lambda db: stations.at(db, token))
    assert found is not None
    assert found.id == row.id
    return row, tokens


async def session(home: HomeUnderTest, token: str) -> Session | None:
    return await home.database.read(lambda db: sessions.session(db, token, home.clock()))


async def test_f39_who_comes_to_a_station_puts_out_who_was_there_and_it_locks_after_two_minutes(
    home: HomeUnderTest,
) -> None:
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    zhou, tang = await home.staff(Role.CARER, "周敏", "zhou"), await home.staff(Role.NURSE, "唐雨", "tang")
    row, (first, second) = await at_station(home, director, zhou, tang)
    assert await session(home, first) is None
    found = await session(home, second)
    assert found is not None
    assert (found.viewer.name, found.station_id, found.proved_at) == ("唐雨", row.id, None)
    home.clock.on(seconds=100)
    await home.database.write(lambda db: sessions.touch(db, found.id, home.clock()))
    home.clock.on(seconds=120)
    assert await session(home, second) is not None
    home.clock.on(seconds=30)
    assert await session(home, second) is None, "two minutes, and what a page needs to tell of an act"


@pytest.mark.parametrize("how", ["come", "lock", "end"])
async def test_fault_t_f39_the_open_pages_of_who_is_put_out_of_a_station_hear_it_at_once(
    home: HomeUnderTest, how: str
) -> None:
    director, zhou = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.CARER, "周敏", "zhou")
    row, (token,) = await at_station(home, director, zhou)
    there, hints = await session(home, token), Hints(home)
    assert there is not None
    acts: dict[str, Callable[[Unit], object]] = {
        "come": lambda db: stations.come(db, row, zhou.id, home.clock(), 12, PLACE),
        "lock": lambda db: stations.lock(db, row, home.clock()),
        "end": lambda db: stations.end(db, director, row.id, home.clock()),
    }
    await home.database.write(acts[how])
    assert await session(home, token) is None
    assert f"session:{there.id}" in await hints.told()


async def test_f39_only_a_director_marks_and_ends_a_station(home: HomeUnderTest) -> None:
    director, lead = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.SUPERVISOR, "何", "he")
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    row, (token,) = await at_station(home, director, nurse)

    def mark(by: Viewer, name: str) -> Any:
        return home.database.write(lambda db: stations.mark(db, by, name, home.clock()) and None)

    def end(by: Viewer) -> Any:
        return home.database.write(lambda db: stations.end(db, by, row.id, home.clock()))

    for name, why in (("", "放在哪里"), ("长" * 30, "太长"), ("3 楼 护士站", "已经有一台")):
        with pytest.raises(Invalid, match=why):
            await mark(director, name)
    for who, error in ((lead, Forbidden), (nurse, NotFound)):
        with pytest.raises(error):
            await end(who)
        with pytest.raises(Forbidden):
            await mark(who, "前台")
    for _ in range(2):
        await end(director)
    assert await session(home, token) is None
    with pytest.raises(NotFound):
        await home.database.write(lambda db: stations.come(db, row, nurse.id, home.clock(), 12, PLACE))


async def test_f30_who_is_put_out_is_out_at_the_station_as_well(home: HomeUnderTest) -> None:
    director, nurse = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.NURSE, "唐雨", "tang")
    row, (token,) = await at_station(home, director, nurse)
    await home.database.write(lambda db: colleagues.put_out(db, director, nurse.id, home.clock()) and None)
    assert await session(home, token) is None
    with pytest.raises(NotFound):
        await home.database.write(lambda db: stations.come(db, row, nurse.id, home.clock(), 12, PLACE))


async def logged_in(home: HomeUnderTest, login: str) -> Session:
    who = await home.database.read(lambda db: staff.knock(db, login, PLACE[0], "", home.clock()))
    cookies = await home.database.write(lambda db: sessions.log_in(db, who, home.clock(), 12))
    found = await session(home, cookies.session)
    assert found is not None
    return found


async def test_n3_of_two_tries_at_once_with_one_code_one_is_right(home: HomeUnderTest) -> None:
    await home.staff(Role.SUPERVISOR, "何志远", "he")
    first, secret = await logged_in(home, "he"), codes.new_secret()
    totp = pyotp.TOTP(secret)
    shown = await home.database.write(lambda db: codes.turn_on(db, first, secret, totp.at(home.clock()), home.clock()))
    home.clock.on(minutes=1)
    waits = await logged_in(home, "he")
    assert waits.owes is sessions.Owes.CODE

    def enter(text: str) -> Any:
        return home.database.write(lambda db: codes.enter(db, waits, text, home.clock()))

    for text in (totp.at(home.clock()), shown[0]):
        assert sorted(await asyncio.gather(*(enter(text) for _ in range(4)))) == [False, False, False, True]
    assert await home.database.read(lambda db: codes.left(db, first.viewer.id)) == 9
    home.clock.on(minutes=5)
    assert not await enter(totp.at(home.clock() - timedelta(minutes=2))), "an old code is old"
    with pytest.raises(Invalid, match="必须有验证码"):
        await home.database.write(lambda db: codes.turn_off(db, first, home.clock()))
    with pytest.raises(Invalid, match="放得太久"):
        await home.database.write(lambda db: codes.turn_on(db, first, "x", "123456", home.clock()) and None)


async def test_n3_only_another_director_takes_codes_away(home: HomeUnderTest) -> None:
    director, admin = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.ADMIN, "顾", "gu")
    lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    found, secret = await logged_in(home, "he"), codes.new_secret()
    now = home.clock()
    await home.database.write(lambda db: codes.turn_on(db, found, secret, pyotp.TOTP(secret).at(now), now) and None)

    def reset(by: Viewer, staff_id: int) -> Any:
        return home.database.write(lambda db: codes.reset(db, by, staff_id, now) and None)

    for who, whom in ((admin, lead.id), (director, director.id)):
        with pytest.raises(Invalid, match="另一位院长"):
            await reset(who, whom)
    await reset(director, lead.id)
    assert await home.one("SELECT totp IS NULL FROM staff WHERE id = ?", lead.id)
    assert await home.one("SELECT count(*) FROM recovery_code") == 0
    assert (await logged_in(home, "he")).owes is sessions.Owes.CODES
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'codes_reset'") == 1


async def test_f30_two_directors_who_put_each_other_out_leave_one(home: HomeUnderTest) -> None:
    first, second = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.DIRECTOR, "林", "lin")

    def out(by: Viewer, whom: Viewer) -> Any:
        return home.database.write(lambda db: colleagues.put_out(db, by, whom.id, home.clock()) and None)

    told = await asyncio.gather(out(first, second), out(second, first), return_exceptions=True)
    assert sum(isinstance(one, Invalid) for one in told) == 1
    assert await home.one("SELECT count(*) FROM staff WHERE role = 'director' AND left_at IS NULL") == 1


async def test_c16_the_unit_has_people_a_procedure_and_versions(home: HomeUnderTest) -> None:
    director, lead = (
        await home.staff(Role.DIRECTOR, "沈国平", "shen"),
        await home.staff(Role.SUPERVISOR, "何志远", "he"),
    )
    desk, carer = await home.staff(), await home.staff(Role.CARER, "周敏", "zhou")

    def set_unit(form: SetUnit, by: Viewer = director) -> Any:
        return home.database.write(lambda db: unit.set_unit(db, by, form, home.clock()))

    def charge(db: Unit) -> tuple[str, str]:
        found = unit.in_charge(db, home.ids.home_id)
        return found.name, found.deputy

    assert await home.database.read(charge) == ("", "")
    words = unit.draft(home.house.figures, home.house.home.name)
    assert "60 分钟" in words
    assert "24 小时内给结果" in words
    assert "15 分钟内打电话" in words
    good = SetUnit(lead=lead.id, deputy=desk.id, members=frozenset({carer.id, desk.id}), procedure=words)
    with pytest.raises(Forbidden):
        await set_unit(good, lead)
    for form, why in (
        (SetUnit(lead=0, procedure=words), "选一位负责人"),
        (SetUnit(lead=carer.id, procedure=words), "看不到投诉"),
        (SetUnit(lead=lead.id, deputy=lead.id, procedure=words), "另一位"),
        (SetUnit(lead=lead.id, procedure=" "), "怎么受理"),
        (SetUnit(lead=lead.id, procedure="长" * 7000), "太长"),
        (SetUnit(lead=999, procedure=words), "在职"),
    ):
        with pytest.raises(Invalid, match=why):
            await set_unit(form)
    drawn = await home.database.read(lambda db: unit.revision_of(unit.latest(db, home.ids.home_id)))
    assert await set_unit(good) == 1
    with pytest.raises(Changed, match="沈国平"):
        await set_unit(SetUnit(lead=lead.id, procedure="别的", drawn=drawn))
    assert await home.database.read(charge) == ("何志远", "陈晓雯")
    await home.database.write(lambda db: colleagues.put_out(db, director, lead.id, home.clock()) and None)
    assert await home.database.read(charge) == ("陈晓雯", ""), "the deputy is in charge"
    group = await home.database.read(lambda db: unit.look(db, desk))
    assert group is not None
    assert (group.gone, group.charge, [one.name for one in group.members]) == (("何志远",), "陈晓雯", ["周敏"])
    with pytest.raises(NotFound):
        await home.database.read(lambda db: unit.look(db, carer))
    assert await set_unit(SetUnit(lead=director.id, procedure="新的办法")) == 2
    assert await home.one("SELECT count(*) FROM complaint_unit") == 2, "the old version stays"


def test_n3_a_pin_is_six_digits_that_nobody_guesses_first() -> None:
    assert own.pin(" 274916 ") == own.pin("２７４９１６") == "274916"
    for text in ("", "12345", "1234567", "abcdef", "000000", "123456", "987654", "121212"):
        with pytest.raises(Invalid):
            own.pin(text)


def test_n3_a_code_is_good_as_a_chinese_keyboard_writes_it() -> None:
    secret, now = codes.new_secret(), datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
    code = pyotp.TOTP(secret).at(now)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    assert codes.fitting(secret, f" {wide[:3]}\u3000{wide[3:]}", now) == codes.fitting(secret, code, now) > 0
