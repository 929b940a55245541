"""A home as the first start leaves it, made once a run: half of what a home costs a test, and the same each time."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services import install
from settings import Database, Home, Media, Security, Settings, Wechat
from storage import seal
from storage.open import open_database


def settings_of(folder: Path, name: str, url: str) -> Settings:
    """A home whose files lie in that folder."""
    return Settings(
        wechat=Wechat(app_id="wx0123456789abcdef", app_secret="s", token="tok", encoding_aes_key="a" * 43),
        database=Database(url),
        security=Security(key_file=str(keys_of(folder, name))),
        media=Media(folder / "media"),
        home=Home(name="青禾颐养院", phone="0571-8800-0101"),
    )


def keys_of(folder: Path, name: str) -> Path:
    """The key file of the database of that name."""
    return folder / f"{Path(name).stem}.keys"


@dataclass(frozen=True)
class Installed:
    """A database of SQLite with its keys, and the ids in it."""

    file: bytes
    keys: bytes
    ids: install.Installed

    def put(self, folder: Path, name: str) -> None:
        """The files of a home that nobody has used."""
        (folder / name).write_bytes(self.file)
        keys = keys_of(folder, name)
        keys.touch(0o600)
        keys.write_bytes(self.keys)


def install_once(folder: Path, empty: bytes, now: datetime) -> Installed:
    """A home in a database that is `empty` but for its schema."""
    file = folder / "home.db"
    file.write_bytes(empty)
    settings = settings_of(folder, file.name, f"sqlite:///{file}")

    async def work() -> install.Installed:
        database = open_database(settings.database.url, seal.load(settings.key_file, may_create=True), lambda *_: [])
        await database.start()
        ids = await database.write(lambda db: install.install(db, settings, now))
        await database.close()
        return ids

    ids = asyncio.run(work())
    return Installed(file.read_bytes(), keys_of(folder, file.name).read_bytes(), ids)
