"""登录, and who is locked out: the client's address, locks by place and name, the way in for the director (fault S2)."""

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar, web
from aiohttp.test_utils import BaseTestServer, TestServer, make_mocked_request
from argon2 import PasswordHasher
from multidict import CIMultiDict

from bot import config
from care.errors import ConfigError, NotFound
from console import app as console
from services.access import Role, Viewer
from services.emergencies.board import Board
from services.staff import staff
from services.talks.receive import receive_batch
from settings import Http, networks
from storage.database import Database
from storage.open import open_database
from tests.conftest import HomeUnderTest
from web import address

ROUTE = {"Sec-Fetch-Site": "same-origin"}
RIGHT, WRONG = "long-enough", "not this one"
HOUSE, HERS = "203.0.113.7", "198.51.100.20"
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same code with little memory: hundreds of passwords are looked at here."""
    monkeypatch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(staff, "_nobody_hash", "")


@dataclass
class Front:
    """A console behind a proxy, and two who work there; `at` is the address that the proxy tells."""

    home: HomeUnderTest
    director: Viewer
    nurse: Viewer
    server: BaseTestServer
    http: ClientSession

    async def tries(self, login: str, password: str = WRONG, at: str = HOUSE, device: str = "") -> tuple[int, str]:
        """One try from a browser that keeps nothing; the status and the page."""
        headers = (
            ROUTE | ({"X-Forwarded-For": at} if at else {}) | ({"Cookie": f"jiashu_device={device}"} if device else {})
        )
        url = self.server.make_url("/console/login")
        async with self.http.post(
            url, data={"login": login, "password": password}, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()

    async def enters(self, login: str, at: str = HOUSE, device: str = "") -> bool:
        return (await self.tries(login, RIGHT, at, device))[0] == 303

    async def device(self, login: str, at: str = HOUSE) -> str:
        """The device cookie of a browser on which somebody has logged in."""
        form, headers = {"login": login, "password": RIGHT}, ROUTE | {"X-Forwarded-For": at}
        async with self.http.post(
            self.server.make_url("/console/login"), data=form, headers=headers, allow_redirects=False
        ) as answer:
            assert answer.status == 303
            return answer.cookies["jiashu_device"].value

    async def locks(self) -> list[staff.Lock]:
        return await self.home.database.read(lambda db: staff.locks(db, self.home.ids.home_id, self.home.clock()))

    async def audited(self, action: str) -> list[tuple[Any, ...]]:
        return await self.home.rows("SELECT actor, subject FROM audit WHERE action = ? ORDER BY id", action)


@contextlib.asynccontextmanager
async def opened(home: HomeUnderTest, trusted: str = Http().trusted_proxies) -> AsyncIterator[Front]:
    director, nurse = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.NURSE, "唐雨", "tang")
    app, settings = web.Application(), replace(home.settings, http=Http(trusted_proxies=trusted))

    async def decode(data: bytes) -> bytes:
        return data

    app.add_subapp("/console", console.build(home.database, home.house, Board(), settings, home.clock, decode))
    async with TestServer(app) as server, ClientSession(cookie_jar=DummyCookieJar()) as http:
        yield Front(home, director, nurse, server, http)


@pytest.fixture
async def front(home: HomeUnderTest) -> AsyncIterator[Front]:
    async with opened(home) as made:
        yield made


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that argon2 has looked at, in order; fails when two are looked at in the same moment."""
    seen: list[str] = []
    whole, busy = staff.verify, threading.Lock()

    def verify(password_hash: str | None, password: str) -> bool:
        assert busy.acquire(blocking=False), "two at once"
        try:
            time.sleep(0.02)
            seen.append(password)
            return whole(password_hash, password)
        finally:
            busy.release()

    monkeypatch.setattr(staff, "verify", verify)
    return seen


@dataclass
class Gate:
    """argon2 that waits: `held` once a password is being looked at, until `go_on`."""

    held: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def close(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = staff.verify

        def verify(password_hash: str | None, password: str) -> bool:
            self.held.set()
            self.go_on.wait(10)
            return whole(password_hash, password)

        monkeypatch.setattr(staff, "verify", verify)


# -- nobody shuts out a house, or the director -----------------------------------------------------------------------


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


# -- many at once ----------------------------------------------------------------------------------------------------


async def test_fault_s2_of_20_tries_at_once_exactly_five_are_looked_at(front: Front, looked_at: list[str]) -> None:
    told = await asyncio.gather(*(front.tries("shen", f"guess {number}") for number in range(20)))
    assert sorted(status for status, _ in told) == [401] * 4 + [429] * 16
    assert len(looked_at) == 5
    assert len(await front.locks()) == 1
    assert len(await front.audited("log_in_locked")) == 1


async def test_fault_s2_a_second_click_is_let_in_as_well(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fifth try is right, and clicked three times while it is looked at."""
    for _ in range(4):
        await front.tries("shen")
    gate = Gate()
    gate.close(monkeypatch)
    first = asyncio.create_task(front.enters("shen"))
    await asyncio.to_thread(gate.held.wait, 10)
    again = [asyncio.create_task(front.enters("shen")) for _ in range(2)]
    await asyncio.sleep(0.1)
    gate.go_on.set()
    assert await asyncio.gather(first, *again) == [True] * 3


async def test_fault_s2_a_flood_from_one_address_holds_up_another_one_by_one_turn(
    front: Front, looked_at: list[str]
) -> None:
    flood = [asyncio.create_task(front.tries(f"guess{number}", "flood")) for number in range(20)]
    await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
    assert await front.enters("shen", HERS)
    assert looked_at.index(RIGHT) <= 5, "it did not wait for the twenty"
    await asyncio.gather(*flood)
    assert len(looked_at) == 21


async def test_fault_s2_who_is_locked_does_not_wait_for_a_turn(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        await front.tries("shen")
    gate = Gate()
    gate.close(monkeypatch)
    waiting = asyncio.create_task(front.tries("tang"))
    await asyncio.to_thread(gate.held.wait, 10)
    assert (await asyncio.wait_for(front.tries("shen"), 5))[0] == 429
    gate.go_on.set()
    assert (await waiting)[0] == 401


@pytest.fixture
async def second(home: HomeUnderTest) -> AsyncIterator[Database]:
    """The same database as another process sees it."""
    made = open_database(
        home.settings.database.url, home.database.sealer, lambda store, batch: receive_batch(store, home.house, batch)
    )
    await made.start()
    yield made
    assert made.checked_out == 0
    await made.close()


class TestTwoProcesses:
    """What holds between processes as well."""

    pytestmark = pytest.mark.postgres

    @pytest.fixture
    def engine(self) -> str:
        return "postgres"

    async def test_fault_s2_of_20_tries_at_two_processes_exactly_five_are_looked_at(
        self, home: HomeUnderTest, second: Database
    ) -> None:
        director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
        await home.database.write(lambda db: staff.count(db, staff.Knock("old", HOUSE, "", None, None), home.clock()))
        home.clock.on(hours=25)
        who = await second.read(lambda db: staff.knock(db, "shen", HOUSE, "", home.clock()))

        async def tries(place: Database) -> int | None:
            try:
                return await place.write(lambda db: staff.count(db, who, home.clock()))
            except staff.TooManyTries:
                return None

        left = await asyncio.gather(*(tries((home.database, second)[number % 2]) for number in range(20)))
        assert sorted(number for number in left if number is not None) == [0, 1, 2, 3, 4]
        await second.write(lambda db: staff.count(db, staff.Knock("new", HOUSE, "", None, None), home.clock()))
        assert await home.one("SELECT count(*) FROM login_throttle") == 2, "what is a day old has gone"
        told = await second.write(lambda db: staff.lock(db, who, home.clock()))
        assert isinstance(told, staff.TooManyTries)
        (lock,) = await home.database.read(lambda db: staff.locks(db, home.ids.home_id, home.clock()))
        assert (lock.name, lock.address) == ("沈国平", HOUSE)
        await second.write(lambda db: staff.took_note(db, director, lock.id, home.clock()))
        await home.database.write(lambda db: staff.unlock(db, director, lock.id, home.clock()))
        assert await home.database.write(lambda db: staff.count(db, who, home.clock())) == 4
        await second.write(lambda db: staff.log_in(db, who, home.clock(), 12))
        assert await home.one("SELECT count(*) FROM login_throttle") == 1


# -- a lock is told --------------------------------------------------------------------------------------------------


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


# -- from where a client comes ---------------------------------------------------------------------------------------


async def test_fault_s2_what_an_untrusted_client_forwards_is_ignored(home: HomeUnderTest) -> None:
    async with opened(home, trusted="192.0.2.1") as front:
        told = [(await front.tries("shen", at=f"198.51.100.{number}"))[0] for number in range(6)]
        assert told == [401] * 4 + [429] * 2, "a new address each time, forged"
        assert [lock.address for lock in await front.locks()] == ["127.0.0.1"]


async def test_fault_s2_what_the_trusted_proxy_forwards_is_used(front: Front) -> None:
    for forms in (
        ("203.0.113.9",) * 5,
        ("2001:db8:7::1", "2001:db8:7::2", "[2001:db8:7:0:ffff::9]:443", "2001:DB8:7::3", "[2001:db8:7::4]"),
    ):
        for form in forms:
            await front.tries("shen", at=form)
    assert [lock.address for lock in await front.locks()] == ["2001:db8:7::/64", "203.0.113.9"]
    assert await front.enters("shen", at="2001:db8:7:1::1"), "another line"


@pytest.mark.parametrize(
    ("peer", "forwarded", "counts"),
    [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", [" 203.0.113.9 "], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9:51234"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9, 10.1.2.3, ::1"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["garbage, 203.0.113.9"], "203.0.113.9"),
        ("10.9.9.9", ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("::1", ["2001:db8:7:8:9::1"], "2001:db8:7:8::/64"),
        ("::1", ["[2001:db8:7:8:9::1]:443"], "2001:db8:7:8::/64"),
        ("::1", ["fe80::1%eth0"], "fe80::/64"),
        ("2001:db8:7:8:9::1", ["203.0.113.9"], "2001:db8:7:8::/64"),
        ("203.0.113.4", ["203.0.113.9"], "203.0.113.4"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["127.0.0.1, 10.0.0.1"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, "], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9.1"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.999"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9:port"], "127.0.0.1"),
        ("127.0.0.1", ["[203.0.113.9"], "127.0.0.1"),
        ("127.0.0.1", ["<script>"], "127.0.0.1"),
        ("127.0.0.1", ["٢٠٣.0.113.9"], "127.0.0.1"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_fault_s2_the_address_that_counts(peer: str, forwarded: list[str], counts: str) -> None:
    request = make_mocked_request(
        "POST", "/console/login", CIMultiDict([("X-Forwarded-For", line) for line in forwarded])
    )
    assert address.client(request.clone(remote=peer), networks("127.0.0.1 ::1 10.0.0.0/8")) == counts


NEEDED = {
    "JIASHU_WECHAT__APP_ID": "wx0123456789abcdef",
    "JIASHU_WECHAT__APP_SECRET": "s",
    "JIASHU_WECHAT__TOKEN": "tok",
    "JIASHU_WECHAT__ENCODING_AES_KEY": "a" * 43,
}


@pytest.mark.parametrize(("text", "count"), [("127.0.0.1 ::1", 2), (" 10.0.0.0/8  fd00::/8 ", 2), ("", 0)])
def test_fault_s2_trusted_proxies_are_addresses_and_networks(text: str, count: int) -> None:
    assert len(config.load(None, NEEDED | {"JIASHU_HTTP__TRUSTED_PROXIES": text}).http.trusted) == count
    assert len(config.load(None, NEEDED).http.trusted) == 2


@pytest.mark.parametrize("text", ["nginx", "127.0.0.1,::1", "10.0.0.1/8", "0.0.0.0/0", "::/0", "['127.0.0.1']"])
def test_fault_s2_a_wrong_proxy_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="JIASHU_HTTP__TRUSTED_PROXIES：请写前面那台代理的地址或网段"):
        config.load(None, NEEDED | {"JIASHU_HTTP__TRUSTED_PROXIES": text})


def test_fault_s2_the_shipped_front_tells_the_address_and_throws_away_what_a_client_wrote() -> None:
    front = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    lines = [line.strip() for line in front.splitlines() if not line.strip().startswith("#")]
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in lines
    assert front.count("proxy_set_header X-Forwarded-For") == 1
    places = re.findall(r"location[^{]*\{([^}]*)\}", front)
    assert not any("proxy_set_header" in place for place in places), (
        "one header in a location drops all of the server's"
    )
