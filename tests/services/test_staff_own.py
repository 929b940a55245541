"""What a colleague does with her own account: each act stands in the audit under her name, each ends what it says and
nothing else (F39, N3, P5).
"""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from care.errors import Invalid, NotFound
from care.states import Role
from services.staff import codes, own, pledge, sessions, staff
from services.staff.sessions import Session
from storage import tables
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.hints import Hints
from tests.services.test_staff_stations import logged_in, session

Acts = Callable[[Unit, Session], object]
SECRET = codes.new_secret()


async def does(home: HomeUnderTest, act: Callable[[Unit], object]) -> None:
    await home.database.write(act)


async def told(home: HomeUnderTest) -> list[tuple[str, str]]:
    """What is in the audit, with what more was said of it."""

    def ask(db: Unit) -> list[tuple[str, str]]:
        rows = db.scalars(select(tables.Audit).order_by(tables.Audit.id))
        return [(row.action, db.open(row, "detail") or "") for row in rows]

    return await home.database.read(ask)


async def test_p5_each_act_of_a_colleague_on_her_own_account_stands_in_the_audit(home: HomeUnderTest) -> None:
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    await home.rows("UPDATE staff SET totp_by = NULL WHERE login = 'tang' RETURNING id")
    mine, other = await logged_in(home, "tang"), await logged_in(home, "tang")
    await logged_in(home, "tang")
    now, totp = home.clock(), pyotp.TOTP(SECRET)
    recovery: list[str] = []
    acts: tuple[tuple[Acts, str, str], ...] = (
        (lambda db, me: own.set_pin(db, me, staff.hashed_pin("274916"), now), "set_pin", ""),
        (lambda db, me: own.set_pin(db, me, None, now), "set_pin", "取消"),
        (lambda db, me: own.end_one(db, me, other.id, now), "end_own_session", "1 处"),
        (lambda db, me: own.end_others(db, me, now), "end_own_session", "1 处"),
        (lambda db, me: own.change_password(db, me, staff.hashed("a good new one"), now), "own_password", ""),
        (lambda db, me: codes.put_off(db, me, now), "codes_put_off", ""),
        (lambda db, me: recovery.extend(codes.turn_on(db, me, SECRET, totp.at(now), now)), "codes_on", ""),
        (lambda db, me: codes.new_recovery(db, me, now), "codes_new", ""),
        (lambda db, me: codes.turn_off(db, me, now), "codes_off", ""),
        (lambda db, me: pledge.give(db, me.viewer.id, now), "pledge", pledge.PLEDGE),
        (lambda db, me: sessions.log_out(db, me.id, now), "log_out", ""),
    )
    for act, word, detail in acts:
        before = await told(home)
        await does(home, lambda db, act=act: act(db, mine))  # type: ignore[misc]
        assert (await told(home))[len(before) :] == [(word, detail)]
    who = await home.rows("SELECT DISTINCT actor, subject FROM audit WHERE action <> 'add_staff'")
    assert who == [(f"staff:{nurse.id}", f"staff:{nurse.id}")]
    assert len(recovery) == 10


async def test_n3_a_recovery_code_that_was_used_stands_beside_the_log_in(home: HomeUnderTest) -> None:
    await home.staff(Role.SUPERVISOR, "何志远", "he")
    first, shown, totp = await logged_in(home, "he"), list[str](), pyotp.TOTP(SECRET)
    now = home.clock()
    await does(home, lambda db: shown.extend(codes.turn_on(db, first, SECRET, totp.at(now), now)))
    waits = await logged_in(home, "he")
    before = len(await told(home))
    assert not await home.database.write(lambda db: codes.enter(db, waits, "000000", now))
    assert await home.database.write(lambda db: codes.enter(db, waits, f" {shown[3].upper()} ", now))
    assert (await told(home))[before:] == [("recovery_used", ""), ("log_in", "")]
    opened = await home.database.read(lambda db: sessions.again(db, waits.id, now))
    assert opened is not None
    assert (opened.owes, opened.proved_at) == (sessions.Owes.NOTHING, now)


async def test_n3_codes_are_put_off_once_for_seven_days_and_not_a_moment_longer(home: HomeUnderTest) -> None:
    await home.staff(Role.SUPERVISOR, "何志远", "he")
    await home.rows("UPDATE staff SET totp_by = NULL WHERE login = 'he' RETURNING id")
    found, begun = await logged_in(home, "he"), home.clock()
    assert found.owes is sessions.Owes.CODES
    for days in (0, 1, 6):
        home.clock.now = begun + timedelta(days=days)
        await does(home, lambda db: codes.put_off(db, found, home.clock()))
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'codes_put_off'") == 1
    home.clock.now = begun + sessions.PUT_OFF - timedelta(seconds=1)
    late = await logged_in(home, "he")
    assert (late.owes, late.codes_by) == (sessions.Owes.NOTHING, begun + timedelta(days=7))
    home.clock.on(seconds=1)
    with pytest.raises(Invalid, match="已经过了 7 天"):
        await does(home, lambda db: codes.put_off(db, found, home.clock()))
    assert (await logged_in(home, "he")).owes is sessions.Owes.CODES


async def test_f39_a_log_in_of_ones_own_that_ended_is_not_ended_again_and_nobody_elses_is(home: HomeUnderTest) -> None:
    await home.staff(Role.NURSE, "唐雨", "tang")
    await home.staff(Role.CARER, "周敏", "zhou")
    mine, other, hers = await logged_in(home, "tang"), await logged_in(home, "tang"), await logged_in(home, "zhou")
    hints = Hints(home)
    for _ in range(2):
        await does(home, lambda db: own.end_one(db, mine, other.id, home.clock()))
        assert f"session:{other.id}" in await hints.told(), "a page that still shows it hears it"
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'end_own_session'") == 1
    with pytest.raises(NotFound):
        await does(home, lambda db: own.end_one(db, mine, hers.id, home.clock()))
    seen = await home.database.read(lambda db: own.devices(db, mine, home.clock()))
    assert [(one.id, one.this) for one in seen] == [(mine.id, True)]
    assert await home.one("SELECT count(*) FROM staff_session WHERE ended_at IS NULL") == 2


@pytest.mark.parametrize(("seconds", "open_"), [(0, True), (599, True), (600, False)])
async def test_n3_what_opens_the_door_is_changed_within_ten_minutes_of_the_password(
    home: HomeUnderTest, seconds: int, open_: bool
) -> None:
    await home.staff(Role.NURSE, "唐雨", "tang")
    found = await logged_in(home, "tang")
    home.clock.on(seconds=seconds)
    assert own.proved(found, home.clock()) is open_
    if not open_:
        with pytest.raises(Invalid, match="再输一次密码"):
            own.need_proof(found, home.clock())
        await does(home, lambda db: own.prove(db, found, home.clock()))
        again = await home.database.read(lambda db: sessions.again(db, found.id, home.clock()))
        assert again is not None
        own.need_proof(again, home.clock())


@pytest.mark.parametrize(
    ("how", "why"),
    [("", ""), ("out", "out"), ("ended", "ended"), ("left", "put_out"), ("over", "over"), ("idle", "idle")],
)
async def test_n3_a_browser_is_told_why_its_log_in_goes_on_no_more(home: HomeUnderTest, how: str, why: str) -> None:
    await home.staff(Role.NURSE, "唐雨", "tang")
    who = await home.database.read(lambda db: staff.knock(db, "tang", "192.0.2.1", "", home.clock()))
    cookies = await home.database.write(lambda db: sessions.log_in(db, who, home.clock(), 12))
    found = await session(home, cookies.session)
    assert found is not None
    if how in {"out", "ended"}:
        await does(home, lambda db: sessions.log_out(db, found.id, home.clock(), how))
    if how == "left":
        await home.rows("UPDATE staff SET left_at = ? WHERE login = 'tang' RETURNING id", home.clock())
    home.clock.on(**{"over": {"hours": 12}, "idle": {"minutes": 30}}.get(how, {"minutes": 29}))
    token = cookies.session if how else "nobody's"
    assert await home.database.read(lambda db: sessions.why_ended(db, token, home.clock())) == why
    assert await session(home, token) is None
