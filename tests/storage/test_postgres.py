"""Two processes on one PostgreSQL: nobody is met twice, nothing is stepped twice, nobody waits for each other for ever,
one leads.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.util import await_only

from bot.fanout import Fanout
from care.errors import Busy
from care.states import Role
from conversations.events import Image, Text
from scripts import servers
from services.media import media
from services.outgoing import outbox, purposes, sending, settling
from services.talks.receive import receive_batch
from storage import migrate, postgres, tables
from storage.database import Database
from storage.open import open_database
from storage.store import Store
from tests.conftest import HomeUnderTest

pytestmark = pytest.mark.postgres


@pytest.fixture
def engine() -> str:
    return "postgres"


@pytest.fixture
async def other(home: HomeUnderTest) -> AsyncIterator[Database]:
    """The same database as a second process sees it."""
    second = open_database(
        home.settings.database.url, home.database.sealer, lambda store, batch: receive_batch(store, home.house, batch)
    )
    await second.start()
    yield second
    assert second.checked_out == 0
    await second.close()


async def test_a_redelivery_at_another_process_while_the_first_is_handled_gets_the_same_answer(
    home: HomeUnderTest, other: Database
) -> None:
    for number in range(10):
        envelope = home.envelope(Text(f"我要投诉，第{number}件"), f"p{number}", key=f"m:{number}")
        first, again = await asyncio.gather(home.database.receive(envelope), other.receive(envelope))
        assert first.answer == again.answer
        assert {first.repeat, again.repeat} == {True, False}
    assert await home.one("SELECT count(*) FROM complaint") == 10
    assert await home.one("SELECT count(*) FROM person") == 10, "nobody is met twice"


async def test_quick_messages_of_one_person_at_two_processes_join_one_case(
    home: HomeUnderTest, other: Database
) -> None:
    await home.hears("我要投诉")
    places = [home.database, other]
    await asyncio.gather(*(places[n % 2].receive(home.envelope(Text(f"第{n}句"))) for n in range(20)))
    assert await home.one("SELECT count(*) FROM complaint") == 1
    assert await home.one("SELECT count(*) FROM case_record WHERE kind = 'story'") == 21


async def test_numbers_of_a_day_are_given_once_whoever_asks(home: HomeUnderTest, other: Database) -> None:
    places = [home.database, other]
    await asyncio.gather(*(places[n % 2].receive(home.envelope(Text("我要投诉"), f"p{n}")) for n in range(30)))
    numbers = [row[0] for row in await home.rows("SELECT number FROM complaint ORDER BY number")]
    assert numbers == [f"C261122-{n:02d}" for n in range(1, 31)]


async def _queue(home: HomeUnderTest, count: int) -> None:
    """Words of a colleague for so many people."""
    who = await home.staff(Role.DESK)
    for n in range(count):
        await home.hears("你好", f"p{n}")
        person = await home.person(f"p{n}")

        def say(store: Store, person: int = person, n: int = n) -> None:
            store.lock_persons(person)
            outbox.enqueue(
                store,
                home_id=home.ids.home_id,
                person_id=person,
                purpose=purposes.of("answer"),
                dedup_key=f"t:{n}",
                text="好",
                now=home.clock(),
                staff_id=who.id,
            )

        await home.database.store(say)


async def test_each_row_is_claimed_by_one_sender(home: HomeUnderTest, other: Database) -> None:
    await _queue(home, 30)
    claims: list[int] = []

    async def works(database: Database) -> None:
        while got := await database.store(lambda store: sending.claim(store, home.clock(), home.clock(), 4)):
            claims.extend(one.id for one in got)
            await asyncio.sleep(0)

    await asyncio.gather(works(home.database), works(other))
    await works(other)
    assert len(claims) == len(set(claims)) == 30
    await other.store(lambda store: settling.abandoned(store, home.clock(), home.clock(), all_of_them=True))
    assert await home.one("SELECT count(*) FROM outbox WHERE state = 'sending'") == 30, (
        "another process may be sending them"
    )


async def test_rows_that_another_sender_is_about_to_take_are_left_to_it_without_waiting(
    home: HomeUnderTest, other: Database
) -> None:
    await _queue(home, 10)
    taken, go_on = asyncio.Event(), asyncio.Event()

    def slowly(store: Store) -> list[int]:
        claims = sending.claim(store, home.clock(), home.clock(), 2)
        taken.set()
        await_only(go_on.wait())
        return [one.id for one in claims]

    first = asyncio.create_task(home.database.store(slowly))
    await taken.wait()
    second = await asyncio.wait_for(other.store(lambda store: sending.claim(store, home.clock(), home.clock(), 4)), 1)
    go_on.set()
    assert len(await first) == 2
    assert len(second) == 4, "the first has looked at six people, of whom it serves two"
    assert {one.id for one in second}.isdisjoint(await first)


async def test_a_file_is_fetched_by_one_process(home: HomeUnderTest, other: Database) -> None:
    for n in range(6):
        await home.database.receive(home.envelope(Image(f"m{n}"), f"p{n}"))
    one, two = await asyncio.gather(
        home.database.store(lambda store: media.wanted(store, home.clock())),
        other.store(lambda store: media.wanted(store, home.clock())),
    )
    assert sorted(want.media_id for want in [*one, *two]) == [f"m{n}" for n in range(6)]


async def test_one_process_leads_and_another_takes_over_when_it_ends(home: HomeUnderTest, other: Database) -> None:
    assert [await home.database.leads(), await other.leads(), await home.database.leads()] == [True, False, True]
    second = open_database(home.settings.database.url, home.database.sealer, lambda _s, _b: [])
    await second.start()
    assert not await second.leads()
    await home.database.store(
        lambda store: store.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
            "application_name = 'jiashu'"
        )
    )
    await home.database._doing.drop()  # type: ignore[attr-defined]
    found = [await other.leads(), await second.leads()]
    assert found.count(True) == 1
    await second.close()


async def test_two_who_lock_the_same_people_the_other_way_round_both_come_through_and_never_wait_for_each_other(
    home: HomeUnderTest, other: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for openid in ("a", "b"):
        await home.hears("你好", openid)
    people = [await home.person("a"), await home.person("b")]

    def works(first: int, then: int) -> Callable[[Store], None]:
        def work(store: Store) -> None:
            store.lock_persons(first)
            store.rows("SELECT pg_sleep(0.1)")
            store.lock_persons(then)
            store.update(tables.Person, then, person=then, timezone="Asia/Shanghai")

        return work

    with caplog.at_level("INFO", "jiashu.database"):
        await asyncio.gather(home.database.store(works(*people)), other.store(works(*reversed(people))))
    again = [record.__dict__["error"] for record in caplog.records if record.__dict__.get("action") == "met"]
    assert set(again) == {"LockNotAvailableError"}, (
        "who would wait out of turn begins again at once: no deadlock is left to be found"
    )
    assert await home.rows("SELECT DISTINCT timezone FROM person") == [("Asia/Shanghai",)]


async def _holds(database: Database, person: int, taken: asyncio.Event, seconds: float) -> None:
    """Another process works for somebody, for so long."""

    def work(store: Store) -> None:
        store.lock_persons(person)
        taken.set()
        store.rows("SELECT pg_sleep(?)", seconds)

    await database.store(work)


async def test_locks_that_a_savepoint_gave_back_may_be_waited_for_again(home: HomeUnderTest, other: Database) -> None:
    for openid in ("a", "b"):
        await home.hears("你好", openid)
    first, second = await home.person("a"), await home.person("b")
    taken, tries = asyncio.Event(), list[int]()

    def work(store: Store) -> None:
        tries.append(1)
        store.lock_persons(first)
        with suppress(KeyError), store.savepoint():
            store.lock_persons(second)
            raise KeyError
        store.rows("SELECT 1")  # words go with what comes next: now it is undone
        holding = asyncio.ensure_future(_holds(other, second, taken, 0.3))
        await_only(taken.wait())
        store.lock_persons(second)
        await_only(holding)

    await asyncio.wait_for(home.database.store(work), 20)
    assert len(tries) == 1, "it is the next in order: whoever holds it is waited for"


async def test_f9_a_message_whose_person_is_held_for_seconds_by_another_process_is_no_bad_message(
    home: HomeUnderTest, other: Database
) -> None:
    for openid in ("a", "b"):
        await home.hears("你好", openid)
    taken = asyncio.Event()
    holding = asyncio.create_task(_holds(other, await home.person("a"), taken, 2.4))
    await taken.wait()
    heard = await asyncio.gather(home.hears("我要投诉，没人来", "a"), home.hears("我要投诉，饭凉了", "b"))
    await holding
    assert all("编号" in words for words in heard), heard
    assert await home.one("SELECT count(*) FROM complaint") == 2
    assert await home.one("SELECT count(*) FROM inbox WHERE set_aside IS NOT NULL") == 0


async def test_f9_a_form_whose_person_stays_held_through_all_tries_is_told_to_try_again(
    home: HomeUnderTest, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "TRIES", 1)
    await home.hears("你好", "a")
    person, taken = await home.person("a"), asyncio.Event()
    holding = asyncio.create_task(_holds(other, person, taken, 2.0))
    await taken.wait()
    with pytest.raises(Busy) as refused:
        await home.database.store(lambda store: store.lock_persons(person))
    await holding
    assert "lock timeout" in str(refused.value.__cause__)
    assert home.database.away_since is None, "the database is there"


async def test_pages_cannot_write_on_a_reading_connection(home: HomeUnderTest) -> None:
    with pytest.raises(Busy) as refused:
        await home.database.read(lambda db: db.execute(text("DELETE FROM person")))
    assert "read-only" in str(refused.value.__cause__)


async def test_what_one_process_changed_the_other_hears_by_redis_or_by_looking(
    home: HomeUnderTest, other: Database, redis_url: str
) -> None:
    for url, expected in ((redis_url, {"inbox"}), ("", {"*"}), ("redis://127.0.0.1:1", {"*"})):
        heard: list[frozenset[str]] = []
        talks, listens = Fanout(home.database, url), Fanout(other, url)
        other.listen(heard.append)
        tasks = [asyncio.create_task(one.run()) for one in (talks, listens)]
        for _ in range(100):
            if url != redis_url or (talks.heard_by_redis and listens.heard_by_redis):
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        heard.clear()
        await home.hears("你好")
        for _ in range(60):
            if any(expected <= hints for hints in heard):
                break
            await asyncio.sleep(0.05)
        assert any(expected <= hints for hints in heard), url
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.slow
def test_migrations_go_up_and_down_and_up_on_both_engines(postgres_server: servers.Postgres, tmp_path: Any) -> None:
    for where in (postgres_server.create("updown"), tmp_path / "updown.db"):
        migrate.upgrade(where)
        assert migrate.current(where) == migrate.head()
        migrate.downgrade(where, "base")
        assert migrate.current(where) is None
        migrate.upgrade(where)
        assert migrate.current(where) == migrate.head()
        assert not migrate.has_rows(where)


async def test_f4_a_server_that_stops_answering_loses_nothing_and_comes_back_without_a_hand(
    home: HomeUnderTest, postgres_server: servers.Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.hears("你好")
    monkeypatch.setattr(postgres, "PATIENCE", 0.5)
    children = [
        int(pid)
        for pid in postgres_server.ask("SELECT pid FROM pg_stat_activity WHERE application_name = 'jiashu'").split()
    ]
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    waiting = home.database.receive(home.envelope(Text("我要投诉"), "son"))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    for pid in children:
        os.kill(pid, signal.SIGCONT)
    receipt = await asyncio.wait_for(waiting, 20)
    assert "编号" in receipt.answer.text
    postgres_server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jiashu'")
    assert "编号" in await home.hears("我要投诉", "niece"), "a connection that was cut is opened again"
    assert await home.one("SELECT count(*) FROM complaint") == 2


async def test_f4_a_server_that_is_gone_is_busy_for_pages_and_waits_for_arrivals(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "PATIENCE", 0.3)
    nowhere = open_database("postgresql://jiashu@/x?host=/nonexistent", home.database.sealer, lambda _s, _b: [])
    await nowhere.start()
    with pytest.raises(Busy):
        await nowhere.store(lambda store: store.rows("SELECT 1"))
    with pytest.raises(Busy):
        await nowhere.read(lambda _db: None)
    assert nowhere.away_since is not None
    assert not await nowhere.leads()
    waiting = nowhere.receive(home.envelope(Text("你好")))
    await asyncio.sleep(0.2)
    await nowhere.close()
    with pytest.raises(Busy):
        await waiting
