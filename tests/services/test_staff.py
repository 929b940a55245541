"""Sessions of colleagues begin, live and end; wrong passwords lock; who is taken on needs a
name and a long password.
"""

from datetime import timedelta

import pytest

from care.errors import Invalid
from care.states import Role
from services.staff.sessions import log_in, log_out, session
from services.staff.staff import (
    Knock,
    TooManyTries,
    WrongPassword,
    count,
    find,
    hashed,
    knock,
    lock,
    verify,
)
from tests.conftest import HomeUnderTest


async def test_p2_a_session_begins_lives_and_ends(home: HomeUnderTest) -> None:
    who = await home.staff()
    found = await home.database.read(lambda db: find(db, "陈晓雯"))
    assert found is not None
    assert found[0] == who.id
    assert verify(found[1], "long-enough")
    assert not verify(found[1], "wrong")
    assert not verify(None, "anything")
    at_door = await home.database.read(lambda db: knock(db, "chen", "192.0.2.1", "", home.clock()))
    assert (at_door.staff_id, at_door.password) == found
    token = (await home.database.write(lambda db: log_in(db, at_door, home.clock(), 12))).session
    now = home.clock()
    alive = await home.database.read(lambda db: session(db, token, now))
    assert alive is not None
    assert alive.viewer == who
    assert await home.database.read(lambda db: session(db, token, now + timedelta(hours=13))) is None
    assert await home.database.read(lambda db: session(db, "guess", now)) is None
    await home.database.write(lambda db: log_out(db, alive.id, now))
    assert await home.database.read(lambda db: session(db, token, now)) is None


async def test_p2_five_wrong_passwords_lock_for_15_minutes(home: HomeUnderTest) -> None:
    who = Knock("chen", "192.0.2.1", "", None, None)
    assert [await home.database.write(lambda db: count(db, who, home.clock())) for _ in range(5)] == [4, 3, 2, 1, 0]
    assert isinstance(await home.database.write(lambda db: lock(db, who, home.clock())), TooManyTries)
    with pytest.raises(TooManyTries, match="15 分钟"):
        await home.database.read(lambda db: knock(db, "chen", "192.0.2.1", "", home.clock()))
    with pytest.raises(TooManyTries, match="15 分钟"):
        await home.database.write(lambda db: count(db, who, home.clock()))
    home.clock.on(minutes=16)
    await home.database.read(lambda db: knock(db, "chen", "192.0.2.1", "", home.clock()))
    assert await home.database.write(lambda db: count(db, who, home.clock())) == 4


async def test_p2_what_was_opened_meanwhile_is_not_locked(home: HomeUnderTest) -> None:
    """A right password came, or somebody unlocked, while the last try was looked at."""
    who = Knock("chen", "192.0.2.1", "", None, None)
    told = await home.database.write(lambda db: lock(db, who, home.clock()))
    assert isinstance(told, WrongPassword)
    with pytest.raises(ValueError, match="nobody"):
        await home.database.write(lambda db: log_in(db, who, home.clock(), 12))


def test_p2_a_password_of_eight_signs_is_long_enough_and_one_of_seven_is_not() -> None:
    assert hashed("12345678").startswith("$argon2id$")
    assert hashed("x" * 256).startswith("$argon2id$")
    for wrong in ("1234567", "x" * 257):
        with pytest.raises(Invalid, match="密码"):
            hashed(wrong)


async def test_staff_need_a_name_a_long_password_and_their_own_login(home: HomeUnderTest) -> None:
    from services.staff.staff import add

    await home.staff()
    for login, name, password in (("chen", "另一位", "long-enough"), ("", "x", "long-enough"), ("x", "x", "short")):
        with pytest.raises(Invalid):
            await home.database.write(
                lambda db, a=login, b=name, c=password: add(  # type: ignore[misc]
                    db, home.ids.home_id, a, b, Role.NURSE, c, home.clock()
                )
            )
