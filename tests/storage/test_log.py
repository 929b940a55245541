"""The log of the SQLite file (WAL) stays small: a backup holds no snapshot while it packs, and what grew is given back
(I9).
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot import upkeep
from care.errors import NoRoom
from storage import archive, sqlite_file
from storage.store import Store
from tests.conftest import HomeUnderTest, MakeHome

SMALL = 1 << 20


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "CHECKPOINT", "wal_autocheckpoint=100")
    monkeypatch.setattr(sqlite_file, "LOG", f"journal_size_limit={SMALL}")


def log_of(home: HomeUnderTest) -> int:
    return Path(f"{home.file}-wal").stat().st_size


async def much(home: HomeUnderTest, times: int = 20) -> None:
    def work(store: Store) -> None:
        for number in range(200):
            store.audit(home.ids.home_id, home.clock(), "machine", "log_in", f"staff:{number}", "x" * 1000)

    for _ in range(times):
        await home.database.store(work)


async def test_fault_i9_a_log_that_grew_while_somebody_read_is_given_back(make_home: MakeHome) -> None:
    home: HomeUnderTest = await make_home()
    with closing(sqlite3.connect(home.file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM audit").fetchone()
        await much(home)
        assert log_of(home) > 4 * SMALL
    await much(home, 3)
    assert log_of(home) <= SMALL


async def test_fault_i9_a_backup_lets_the_log_be_written_back_while_it_packs(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home: HomeUnderTest = await make_home()
    await much(home, 1)
    loop, sizes = asyncio.get_running_loop(), list[int]()

    def progress(what: str) -> Callable[[str, int], None]:
        def step(table: str, _rows: int) -> None:
            if what == "写" and table == "audit":
                asyncio.run_coroutine_threadsafe(much(home), loop).result()
                sizes.append(log_of(home))

        return step

    monkeypatch.setattr(upkeep, "progress", progress)
    before = await home.one("SELECT count(*) FROM audit")
    file = home.settings.backups / "one.backup"
    assert await asyncio.to_thread(upkeep.backup, home.settings, file, home.clock) == 0
    assert sizes
    assert max(sizes) <= 2 * SMALL
    assert await home.one("SELECT count(*) FROM audit") == before + 4000 * len(sizes)
    _, end = archive.check(file, home.database.sealer)
    assert end.rows["audit"] == before, "one snapshot, from before the writing"
    assert [one.name for one in home.settings.backups.iterdir()] == ["one.backup"], "nothing is left of the copy"


async def test_fault_i9_a_disk_without_room_for_the_copy_is_a_sentence(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home: HomeUnderTest = await make_home()
    monkeypatch.setattr(archive, "disk_usage", lambda _: type("Usage", (), {"free": 0}))
    with pytest.raises(NoRoom, match="先抄一份数据库"):
        await asyncio.to_thread(upkeep.backup, home.settings, None, home.clock)
