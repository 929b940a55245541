"""The sender: a call that hangs holds its own place and nobody else's (L6)."""

import asyncio
import errno
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from bot import sender as sending_loop
from bot.sender import Sender
from services.outgoing import outbox, purposes, settling
from services.ports import Fate, NullPlatform, Outcome
from storage.store import Store
from tests.bot.waiting import until
from tests.conftest import HomeUnderTest

SENT: Final = Outcome(Fate.SENT, "")


class Hangs(NullPlatform):
    """A platform that answers nobody whose name begins with `slow` until it is let go."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.let_go = asyncio.Event()

    async def send_text(self, openid: str, text: str) -> Outcome:
        if openid.startswith("slow"):
            await self.let_go.wait()
        self.sent.append(f"{openid} {text}")
        return SENT


async def queued(home: HomeUnderTest, openid: str, text: str, queue: str = "notice") -> None:
    """A message for somebody who has just written."""
    await home.hears("你好", openid)
    person = await home.person(openid)

    def put(store: Store) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=home.ids.home_id,
            person_id=person,
            purpose=purposes.of("test"),
            dedup_key=f"{openid}:{text}",
            text=text,
            now=home.clock(),
            queue=queue,
        )

    await home.database.store(put)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_l6_a_call_that_hangs_delays_nobody_else_and_alarms_have_places_of_their_own(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending_loop, "AT_ONCE", 3)
    monkeypatch.setattr(sending_loop, "FOR_ALARMS", 1)
    platform = Hangs()
    sender = Sender(home.database, platform, home.clock)
    running = asyncio.create_task(sender.run())
    await queued(home, "slow1", "一")
    sender.wake()
    await until(lambda: sender._under_way)
    for openid in ("son", "daughter", "niece"):
        await queued(home, openid, "二")
    await queued(home, "slow1", "三")
    sender.wake()
    await until(lambda: len(platform.sent) == 3)
    assert sorted(platform.sent) == ["daughter 二", "niece 二", "son 二"]
    for openid in ("slow2", "slow3"):
        await queued(home, openid, "四")
    sender.wake()
    await until(lambda: len(sender._under_way) == 3)
    await queued(home, "uncle", "五")
    sender.wake()
    await queued(home, "aunt", "有警报", "alarm")
    sender.wake()
    await until(lambda: platform.sent[3:])
    await asyncio.sleep(0.1)
    assert platform.sent[3:] == ["aunt 有警报"], "every place is taken, but for alarms"
    platform.let_go.set()
    await until(lambda: len(platform.sent) == 9)
    assert platform.sent.index("slow1 一") < platform.sent.index("slow1 三"), "one person hears in order"
    sender.stop()
    await running
    assert await home.rows("SELECT state, count(*) FROM outbox GROUP BY state") == [("sent", 9)]


async def test_l6_what_is_under_way_is_finished_when_the_service_stops(home: HomeUnderTest) -> None:
    platform = Hangs()
    sender = Sender(home.database, platform, home.clock)
    running = asyncio.create_task(sender.run())
    await queued(home, "slow", "一")
    sender.wake()
    await until(lambda: sender._under_way)
    sender.stop()
    await asyncio.sleep(0.05)
    assert not running.done()
    platform.let_go.set()
    await running
    assert await home.one("SELECT state FROM outbox") == "sent"


async def test_l6_a_call_that_lives_is_not_taken_for_one_of_a_dead_process(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Hangs()
    sender = Sender(home.database, platform, home.clock)
    await queued(home, "slow", "一")
    await queued(home, "slow", "二")
    assert await sender.begin() == 1
    monkeypatch.setattr(sending_loop, "wall", lambda: datetime.now(UTC) + timedelta(seconds=31))
    monkeypatch.setattr(sending_loop, "EACH", 0.0)
    assert await sender.begin() == 0
    assert await home.rows("SELECT state FROM outbox ORDER BY id") == [("sending",), ("waiting",)]
    platform.let_go.set()
    await sender.finish()
    assert await sender.begin() == 1, "then the next one, in order"
    await sender.finish()
    assert platform.sent == ["slow 一", "slow 二"]


async def test_l6_dead_calls_are_looked_for_once_in_a_while_and_not_before_each_message(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    monkeypatch.setattr(settling, "abandoned", lambda *told, **_: looks.append(told))
    sender = Sender(home.database, Hangs(), home.clock)
    for _ in range(3):
        await sender.begin()
    assert len(looks) == 1


async def test_l6_a_call_that_outlives_its_lease_is_unknown(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending_loop, "LONGEST", 0.05)
    sender = Sender(home.database, Hangs(), home.clock)
    await queued(home, "slow", "一")
    assert await sender.begin() == 1
    await sender.finish()
    assert await home.one("SELECT state FROM outbox") == "unknown"


async def test_l6_what_was_sent_and_cannot_be_written_down_is_told_and_holds_no_place(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    platform = Hangs()
    sender = Sender(home.database, platform, home.clock)
    await queued(home, "son", "一")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(settling, "settle", full)
    assert await sender.begin() == 1
    await sender.finish()
    assert not sender._under_way
    assert "what was sent is not written down" in caplog.text
    assert await home.one("SELECT state FROM outbox") == "sending", "its lease ends, and a colleague is asked to look"
