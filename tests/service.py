"""A whole service that runs in this process, on a SQLite file of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.main import Service
from settings import Database, Home, Media, Security, Settings, Wechat


@pytest.fixture
async def service(tmp_path: Path, migrated: Path) -> AsyncIterator[Service]:
    (tmp_path / "service.db").write_bytes(migrated.read_bytes())
    made = Service(
        Settings(
            wechat=Wechat(app_id="wx0123456789abcdef", app_secret="s", token="tok", encoding_aes_key="a" * 43),
            database=Database(f"sqlite:///{tmp_path / 'service.db'}"),
            security=Security(key_file=str(tmp_path / "service.keys")),
            media=Media(tmp_path / "media"),
            home=Home(name="青禾颐养院"),
            inbox_spool=str(tmp_path / "spool"),
        )
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
