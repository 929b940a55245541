"""A disk that is full is told as long as it lasts: by the alert, by /readyz, by the strip, and once in the log (I7).

`python -m benchmarks.full_disk` plays it on a disk that is really full; here SQLite itself refuses the next page.
"""

import asyncio
import logging
import time
from typing import Any

import pytest

from bot import webhook
from bot.main import Service
from bot.pushes import Push
from care.errors import Busy
from console.live import AWAY_SHOWN
from conversations import events
from services.upkeep import pulse
from settings.clock import wall
from storage import sqlite
from storage.store import Store
from tests.bot.test_inbound_away import Line, line
from tests.conftest import HomeUnderTest, put
from tests.service import service

__all__ = ["line", "service"]
BOTH = pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@BOTH
async def test_fault_i7_a_transaction_that_wrote_nothing_proves_nothing(home: HomeUnderTest) -> None:
    began = home.database.away_since = time.monotonic() - 60
    await home.database.store(lambda store: store.row("SELECT 1"))
    await home.database.write(lambda db: db.store.row("SELECT 1"))
    await home.database.leads()
    assert home.database.away_since == began, "the alert goes on"
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, wall()))
    assert home.database.away_since is None
    home.database.away_since = began
    await home.staff()
    assert home.database.away_since is None


@BOTH
async def test_fault_i7_a_beat_without_a_row_is_no_beat(home: HomeUnderTest) -> None:
    async def beats() -> bool:
        return await home.database.store(lambda store: pulse.beat(store, home.ids.home_id, wall()))

    assert not await beats()
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, wall()))
    assert await beats()


async def test_fault_i7_a_full_disk_is_told_everywhere_until_there_is_room(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.3)
    database = service.database
    logging.getLogger("jiashu").setLevel(logging.INFO)

    def room(pages: int) -> Any:
        return database.store(lambda store: put(store, f"PRAGMA max_page_count = {pages}"))

    def much(store: Store) -> None:
        for number in range(400):
            store.audit(service.ids.home_id, wall(), "machine", "log_in", f"staff:{number}", "x" * 400)

    await room(1)  # SQLite takes it as: not one page more
    with pytest.raises(Busy):
        await database.store(much)
    push = Push("gh", "daughter", "m:1:daughter", "text", events.Text("我要投诉" + "没人来" * 6000), b"<xml/>", wall())
    coming = service.inbound.take(push)
    for _ in range(100):
        await asyncio.sleep(0.05)
        if database.away_since is not None and database._put_back:  # type: ignore[attr-defined]
            break
    since = database.away_since
    assert since is not None
    assert database.disk_full
    await service._heartbeat()
    assert database.away_since == since, "a beat that finds room is no proof while a message waits"
    await asyncio.sleep(AWAY_SHOWN + 0.1)
    await service._watch()
    assert service._was_away
    await room(1_000_000)
    await coming
    ended: list[object] = [database.away_since, database.disk_full]
    assert ended == [None, False]
    told = [record.__dict__["action"] for record in caplog.records if record.name == "jiashu.database"]
    assert told == ["away", "back"], "one line for each change"


async def test_fault_i7_refused_pushes_are_one_line_in_the_log_and_one_when_it_is_over(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.spool.folder.write_text("a file where the folder should be")
    holder = line.hold()
    for number in (5, 6, 7):
        assert await line.push("有空床吗", f"guest{number}", number=number) in {
            "ServerDisconnectedError",
            "ClientOSError",
        }
    holder.execute("ROLLBACK")
    assert "前" in await line.push("有空床吗", "guest5", number=5)
    line.hook.taken_again()
    line.hook.taken_again()
    told = [record for record in caplog.records if record.name == webhook.log.name]
    assert [record.__dict__["action"] for record in told] == ["no_answer", "answered_again"]
    assert told[1].__dict__["refused"] == 3
    assert "File exists" in told[0].__dict__["error"] or "Not a directory" in told[0].__dict__["error"]
