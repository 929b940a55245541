"""A whole service that runs in this process, on a SQLite file of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.main import Service
from settings import Database, Home, Media, Security, Settings, Wechat


def made(tmp_path: Path, migrated: Path) -> Service:
    """A service on an empty database, not started."""
    (tmp_path / "service.db").write_bytes(migrated.read_bytes())
    return Service(
        Settings(
            wechat=Wechat(app_id="wx0123456789abcdef", app_secret="s", token="tok", encoding_aes_key="a" * 43),
            database=Database(f"sqlite:///{tmp_path / 'service.db'}"),
            security=Security(key_file=str(tmp_path / "service.keys")),
            media=Media(tmp_path / "media"),
            home=Home(name="青禾颐养院"),
            inbox_spool=str(tmp_path / "spool"),
        )
    )


@pytest.fixture
async def service(tmp_path: Path, migrated: Path) -> AsyncIterator[Service]:
    running = made(tmp_path, migrated)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()
