"""登录, and who is locked out: locks by place and name, the way in for the director, and who is told (fault S2)."""

import re
from datetime import timedelta

import pytest

from care.errors import NotFound
from care.states import Role
from services.access import Viewer
from services.staff import staff
from tests.console.browsers import ROUTE
from tests.console.front import HERS, HOUSE, RIGHT, Front, front, looked_at, quick

__all__ = ["front", "looked_at", "quick"]


async def test_fault_s2_40_wrong_tries_for_many_names_lock_nobody_else_at_that_address(front: Front) -> None:
    assert [(await front.tries(f"guess{number}"))[0] for number in range(40)] == [401] * 40
    for _ in range(4):
        assert (await front.tries("shen"))[0] == 401
    assert await front.enters("tang")
    assert await front.enters("shen")
    assert await front.locks() == []


async def test_fault_s2_30_addresses_that_try_her_name_do_not_keep_the_director_out(front: Front) -> None:
    for number in range(30):
        for _ in range(2):
            assert (await front.tries("shen", at=f"192.0.2.{number + 1}"))[0] == 401
    assert await front.enters("shen", HERS)
    for number in range(3):
        told = [(await front.tries("shen", at=f"192.0.2.{number + 1}"))[0] for _ in range(4)]
        assert told == [401, 401, 429, 429], "each of them is locked by itself"
    assert await front.enters("shen", HERS)


async def test_fault_s2_five_wrong_from_her_own_address_lock_that_pair_alone(front: Front) -> None:
    device = await front.device("shen")
    told = [await front.tries("shen") for _ in range(6)]
    assert [status for status, _ in told] == [401] * 4 + [429] * 2
    assert [left for _, page in told for left in re.findall(r"还可以试 (\d) 次", page)] == ["4", "3", "2", "1"]
    assert "请 15 分钟后再试" in told[4][1]
    assert "别的同事不受影响" in told[4][1]
    assert "别的同事不受影响" not in told[3][1]
    assert (await front.tries("shen", RIGHT))[0] == 429, "the right password does not open a locked pair"
    assert await front.enters("tang"), "a colleague in the same house"
    assert await front.enters("shen", HERS), "another address"
    assert await front.enters("shen", device=device), "her own browser in the same house"


async def test_fault_s2_the_cookie_of_a_browser_is_worth_nothing_for_others(front: Front) -> None:
    mine, hers = await front.device("tang"), await front.device("shen")
    whose, nonce, mac = hers.split(".")
    for _ in range(5):
        await front.tries("shen")
    forged = (
        mine,
        f"{whose}.{mine.split('.', 1)[1]}",
        f"{whose}.{nonce}x.{mac}",
        f"{whose}.{nonce}.{'0' * 64}",
        f"{whose}.{nonce}",
        whose,
        "..",
        f"{whose}.{nonce}.é",
        f"{front.nurse.id}.{nonce}.{mac}",
        f"{whose}.{nonce}.{mac}.x",
    )
    for cookie in forged:
        assert (await front.tries("shen", RIGHT, device=cookie))[0] == 429, cookie
    assert await front.enters("shen", device=hers)


async def test_fault_s2_her_own_browser_is_locked_by_itself(front: Front) -> None:
    """A cookie that was stolen gives five tries, not more."""
    device = await front.device("shen")
    assert [(await front.tries("shen", device=device))[0] for _ in range(6)] == [401] * 4 + [429] * 2
    assert (await front.tries("shen", RIGHT, HERS, device))[0] == 429, "wherever it is carried"
    assert await front.enters("shen")


async def test_fault_s2_the_cookie_lasts_and_no_script_reads_it(front: Front) -> None:
    form, headers = {"login": "shen", "password": RIGHT}, ROUTE
    async with front.http.post(
        front.server.make_url("/console/login"), data=form, headers=headers, allow_redirects=False
    ) as answer:
        session, device = (answer.cookies[name] for name in ("jiashu", "jiashu_device"))
    for cookie, age in ((session, 12 * 3600), (device, 90 * 86_400)):
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], int(cookie["max-age"])) == (
            True,
            "Lax",
            "/console",
            age,
        )
        assert not cookie["secure"], "as the session's: public_url is not https"
    assert str(front.director.id) == device.value.split(".")[0]
    async with front.http.post(
        front.server.make_url("/console/login"),
        data=form,
        headers=headers | {"Cookie": f"jiashu_device={device.value}"},
        allow_redirects=False,
    ) as again:
        assert again.cookies["jiashu_device"].value == device.value, "the same browser stays the same"


async def test_fault_s2_a_lock_ends_after_15_minutes_and_old_tries_are_forgotten(front: Front) -> None:
    for _ in range(5):
        await front.tries("shen")
    front.home.clock.on(minutes=14, seconds=30)
    told = await front.tries("shen", RIGHT)
    assert told[0] == 429
    assert "请 1 分钟后再试" in told[1]
    front.home.clock.on(seconds=30)
    status, page = await front.tries("shen")
    assert (status, "还可以试 4 次" in page) == (401, True)
    front.home.clock.on(minutes=16)
    assert "还可以试 4 次" in (await front.tries("shen"))[1]
    assert await front.enters("shen")
    assert await front.home.one("SELECT count(*) FROM login_throttle") == 0, "a success forgets the tries"
    await front.tries("nobody")
    front.home.clock.on(hours=25)
    await front.tries("shen")
    assert await front.home.one("SELECT count(*) FROM login_throttle") == 1, "a day later nothing is left of a name"


async def test_fault_s2_names_of_nobody_are_answered_alike(front: Front, looked_at: list[str]) -> None:
    pages = {name: [await front.tries(name) for _ in range(6)] for name in ("shen", "nobody")}
    assert len(looked_at) == 10
    told = [[(status, page.replace(name, "")) for status, page in seen] for name, seen in pages.items()]
    assert told[0] == told[1]
    assert [lock.name for lock in await front.locks()] == ["沈国平"]
    assert await front.audited("log_in_locked") == [("machine", f"staff:{front.director.id}")]


async def test_fault_s2_a_lock_is_told_to_the_lead_who_may_unlock(front: Front) -> None:
    home, hints = front.home, set[str]()
    home.database.listen(hints.update)
    for _ in range(5):
        await front.tries("tang")
    (lock,) = await front.locks()
    assert (lock.name, lock.address, lock.locked_at, lock.until) == (
        "唐雨",
        HOUSE,
        home.clock(),
        home.clock() + timedelta(minutes=15),
    )
    assert await front.audited("log_in_locked") == [("machine", f"staff:{front.nurse.id}")]
    assert {"alarms", "locks"} <= hints
    lead = await home.staff(Role.SUPERVISOR, "周敏", "zhou")
    keeper = await home.staff(Role.ADMIN, "管理", "admin")
    others = [await home.staff(role, f"别的{role}", role) for role in (Role.CARER, Role.DESK, Role.AUDITOR)]
    elsewhere = Viewer(lead.id, home.ids.home_id + 1, "别家", Role.DIRECTOR)
    assert [staff.sees_locks(one) for one in (front.director, lead, keeper, front.nurse, *others)] == [True] * 3 + [
        False
    ] * 4
    for stranger in (front.nurse, *others, elsewhere):
        for act in (staff.unlock, staff.took_note):
            with pytest.raises(NotFound):
                await home.database.write(
                    lambda db, a=act, s=stranger: a(db, s, lock.id, home.clock())  # type: ignore[misc]
                )
    assert (await front.tries("tang", RIGHT))[0] == 429
    await home.database.write(lambda db: staff.unlock(db, lead, lock.id, home.clock()))
    assert await front.locks() == []
    assert await front.enters("tang")
    assert await front.audited("unlock") == [(f"staff:{lead.id}", f"staff:{front.nurse.id}")]
    with pytest.raises(NotFound):
        await home.database.write(lambda db: staff.unlock(db, keeper, lock.id, home.clock()))


async def test_fault_s2_who_took_note_is_kept_and_the_lock_goes_on(front: Front) -> None:
    home = front.home
    for _ in range(5):
        await front.tries("tang")
    (lock,) = await front.locks()
    keeper = await home.staff(Role.ADMIN, "管理", "admin")
    for viewer in (front.director, keeper):
        await home.database.write(
            lambda db, v=viewer: staff.took_note(db, v, lock.id, home.clock())  # type: ignore[misc]
        )
    assert await front.locks() == []
    assert await home.one("SELECT seen_by FROM login_throttle WHERE id = ?", lock.id) == front.director.id
    assert await front.audited("take_note") == [(f"staff:{front.director.id}", f"staff:{front.nurse.id}")]
    assert (await front.tries("tang", RIGHT))[0] == 429
    home.clock.on(minutes=15)
    for _ in range(5):
        await front.tries("tang")
    assert [again.locked_at for again in await front.locks()] == [home.clock()], "locked again is told again"
    home.clock.on(hours=24)
    assert await front.locks() == [], "told for a day"


async def test_fault_s2_the_newest_20_locks_are_told(front: Front) -> None:
    for number in range(22):
        for _ in range(5):
            await front.tries("shen", at=f"192.0.2.{number}")
        front.home.clock.on(seconds=10)
    assert [lock.address for lock in await front.locks()] == [f"192.0.2.{number}" for number in range(21, 1, -1)]
