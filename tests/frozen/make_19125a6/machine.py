"""The machine on which the story is played: its clock, keys, settings, databases and spool."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from services.board import Board
from services.receive import receive_batch

from bot.inbound import Account, Inbound
from services import install
from services.house import House
from settings import Database, Home, Http, Media, Security, Settings, Wechat
from simulator.codec import message
from speech import recordings
from storage import seal
from storage.database import open_database
from storage.spool import Kept, Spool
from tests.conftest import Moves

from .facts import APP_ID, ENDS, MACHINE, T
from .house import learns
from .play import Play


@contextmanager
def machine_time() -> Iterator[None]:
    """The clock from which ids are made, years ago and a millisecond later at each look."""
    ticks = [int(MACHINE.timestamp() * 1e9)]

    def later() -> int:
        ticks[0] += 1_000_000
        return ticks[0]

    with patch("storage.types.time", SimpleNamespace(time_ns=later)):
        yield


def key_file(path: Path, current: str) -> None:
    """Keys that anybody can read here: they seal this sample and nothing else."""
    known = {
        name: base64.b64encode(hashlib.sha256(f"jiashu frozen sample {name}".encode()).digest()).decode()
        for name in ("k1", "k2", "audit")
    }
    audit = known.pop("audit")
    path.write_text(json.dumps({"current": current, "keys": known, "audit": audit}, indent=1) + "\n")


def settings_of(folder: Path, url: str) -> Settings:
    """The settings of the tests, with pages, so that links are in the letters."""
    return Settings(
        http=Http(public_url="https://jiashu.example"),
        wechat=Wechat(app_id=APP_ID, app_secret="s", token="tok", encoding_aes_key="a" * 43),
        database=Database(url),
        security=Security(key_file=str(folder / "jiashu.keys")),
        media=Media(folder / "media"),
        home=Home(name="青禾颐养院", phone="0571-8800-0101"),
    )


@asynccontextmanager
async def opened(kind: type[T], settings: Settings, clock: Moves, *, pages: bool) -> Any:
    """A home on a database, open while the block runs."""
    house = (
        House(settings.home, public_url=settings.http.public_url, recorded=frozenset(recordings.load()))
        if pages
        else House(settings.home)
    )
    found: list[Any] = []
    sealer = seal.load(settings.key_file, may_create=False)
    database = open_database(
        settings.database.url, sealer, lambda store, batch: receive_batch(store, found[0].house, batch)
    )
    await database.start()
    try:
        ids = await database.write(lambda db: install.install(db, settings, clock()))
        found.append(kind(database, house, clock, ids, settings))  # type: ignore[call-arg]
        yield found[0]
    finally:
        await database.close()


@asynccontextmanager
async def playing(settings: Settings, clock: Moves) -> Any:
    """A play with the door of the platform."""
    async with opened(Play, settings, clock, pages=True) as play:
        spool = Spool(settings.spool, play.database.sealer)
        play.inbound = Inbound(play.database, Account(play.ids.account_id, play.ids.home_id), clock, Board(), spool)
        await learns(play)
        yield play
        spool.close()


async def spooled(settings: Settings, folder: Path) -> dict[str, str]:
    """A push that waits in the spool, as it lies on the disk; gives what it says."""
    raw = message(
        {
            "ToUserName": "gh_frozen",
            "FromUserName": "spooled",
            "CreateTime": int(ENDS.timestamp()),
            "MsgType": "text",
            "Content": "谢谢",
            "MsgId": 9,
        }
    ).encode()
    spool = Spool(folder, seal.load(settings.key_file, may_create=False))
    await spool.keep(Kept(raw, ENDS))
    spool.close()
    (file,) = spool.files()
    file.rename(folder / "waiting.spool")
    return {"raw": raw.decode(), "arrived_at": ENDS.isoformat()}
