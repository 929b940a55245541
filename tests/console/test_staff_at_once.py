"""Many try to log in at once: exactly five are looked at, one after the other, in one process and in two (fault S2)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from care.states import Role
from services.staff import sessions, staff
from services.talks.receive import receive_batch
from storage.database import Database
from storage.open import open_database
from tests.conftest import HomeUnderTest
from tests.console.front import HERS, HOUSE, RIGHT, Front, Gate, front, looked_at, quick

__all__ = ["front", "looked_at", "quick"]


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
        await second.write(lambda db: sessions.log_in(db, who, home.clock(), 12))
        assert await home.one("SELECT count(*) FROM login_throttle") == 1
