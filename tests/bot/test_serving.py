"""A service that cannot start ends, and says why: it never hangs with its database open (I8)."""

import threading
from pathlib import Path

import pytest

from bot.main import Service
from bot.serving import running
from care.errors import Invalid
from settings import Database, Media, Security, Settings, Wechat


async def test_fault_i8_what_fails_at_the_start_is_told_and_everything_that_was_open_is_closed(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: Service) -> None:
        raise Invalid(why="这里坏了。")

    (tmp_path / "one.db").write_bytes(migrated.read_bytes())
    settings = Settings(
        wechat=Wechat(app_id="wx0123456789abcdef", app_secret="s", token="tok", encoding_aes_key="a" * 43),
        database=Database(f"sqlite:///{tmp_path / 'one.db'}"),
        security=Security(key_file=str(tmp_path / "one.keys")),
        media=Media(tmp_path / "media"),
        inbox_spool=str(tmp_path / "spool"),
    )
    before = set(threading.enumerate())
    monkeypatch.setattr("bot.looks.Looks.all", broken)
    with pytest.raises(Invalid, match="这里坏了"):
        async with running(settings):
            raise AssertionError
    assert [one.name for one in threading.enumerate() if one not in before and one.name == "writer"] == []
    monkeypatch.undo()
    again = Service(settings)
    await again.start()  # nothing holds the file any more
    await again.stop()
