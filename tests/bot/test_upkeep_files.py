"""Backups that grew old go, files come back where they belong, and the line of progress is calm (P7)."""

import asyncio
import io
import os
from pathlib import Path

import pytest

from bot import upkeep
from storage.archive import Kept
from tests.conftest import HomeUnderTest


async def test_p7_a_backup_of_the_folder_stays_for_fourteen_days_and_the_newest_for_ever(
    home: HomeUnderTest,
) -> None:
    await home.hears("你们好")
    await home.database.close()
    now, folder = home.clock(), home.settings.backups
    folder.mkdir(parents=True, exist_ok=True)
    kept = upkeep.KEPT.total_seconds()
    ages = {"jiashu-1.backup": kept + 1, "jiashu-2.backup": kept, "jiashu-3.backup": 0.0, "other.backup": 9 * kept}
    ages["jiashu-9.backup"] = 9 * kept
    for name, age in ages.items():
        (folder / name).touch()
        os.utime(folder / name, (now.timestamp() - age,) * 2)
    assert await asyncio.to_thread(upkeep.backup, home.settings, None, home.clock) == 0
    left = {file.name for file in folder.iterdir()}
    assert set(ages) - left == {"jiashu-1.backup"}
    assert len(left - set(ages)) == 1
    elsewhere = folder.parent / "elsewhere.backup"
    os.utime(folder / "jiashu-2.backup", (0, 0))
    assert await asyncio.to_thread(upkeep.backup, home.settings, elsewhere, home.clock) == 0
    assert elsewhere.exists()
    assert (folder / "jiashu-2.backup").exists(), "a file of its own lets nothing go"


def test_p7_a_file_of_a_backup_comes_into_the_folder_of_media_and_never_beside_it(tmp_path: Path) -> None:
    media = tmp_path / "media"
    upkeep._bring_file(media, Kept("ab/one.seal", b"first"))
    upkeep._bring_file(media, Kept("../beside", b"never"))
    assert (media / "ab" / "one.seal").read_bytes() == b"first"
    assert not (tmp_path / "beside").exists()
    upkeep._bring_file(media, Kept("ab/one.seal", b"FIRST"))
    assert (media / "ab" / "one.seal").read_bytes() == b"first", "what is there already stays as it is"
    upkeep._bring_file(media, Kept("ab/one.seal", b"whole"[:4]))
    assert (media / "ab" / "one.seal").read_bytes() == b"whol", "half a file is brought anew"
    assert [file.name for file in (media / "ab").iterdir()] == ["one.seal"]


def test_p7_progress_is_one_line_of_a_terminal_that_changes_ten_times_a_second_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown, now = Terminal(), [0.1]
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr("bot.upkeep.time.monotonic", lambda: now[0])
    step = upkeep.progress("写")
    for at, rows in ((0.1, 1), (50.0, 2), (50.05, 3), (50.2, 4)):
        now[0] = at
        step("letter", rows)
    upkeep._done()
    assert shown.getvalue() == "\r写 letter：2 行\x1b[K\r写 letter：4 行\x1b[K\r\x1b[K"
    silent = io.StringIO()
    monkeypatch.setattr("sys.stderr", silent)
    upkeep.progress("写")("letter", 1)
    upkeep._done()
    assert silent.getvalue() == "", "a file of a timer has no line that changes"
