"""The sample home beside its stand-in platform: furnished before anybody looks, its past played while they look."""

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from bot.main import Service
from bot.sample import fortnight as played
from bot.sample import home as homes
from bot.sample.home import Home
from bot.sample.play import Play
from services.install import Installed
from services.subject import Running
from settings import Settings
from storage.database import Database

log = logging.getLogger("jiashu.sample")
MARKER: Final = ".jiashu-demo"
"""In the folder of a demo: it may be cleared, and what is needed to go on with it."""
CHATS: Final = "phones.json"
KIND: Final = "SELECT p.kind FROM follower f JOIN person p ON p.id = f.person_id WHERE f.openid = ?"
NOTES: Final = {"family": "家属", "elder": "老人", "guest": "没绑定"}
LEFT: Final = "SELECT session_left FROM follower WHERE openid = ?"


@dataclass(slots=True)
class Sample:
    """One start of the demo."""

    scene: Mapping[str, Any]
    data: Path
    settings: Settings
    fortnight: bool = True
    _home: Home | None = field(default=None, init=False)
    _now: datetime | None = field(default=None, init=False)

    async def furnish(self, database: Database, ids: Installed, now: datetime) -> None:
        """The people move in, so long ago that a fortnight goes between."""
        began = played.begins(now, self.settings) if self.fortnight else now - homes.BEFORE - timedelta(hours=2)
        self._home, self._now = await homes.furnish(database, ids, self.scene, now, began), now

    async def play(self, service: Service, phones: str) -> None:
        """The fortnight, then what the phones show of it; a demo whose data is kept shows what it showed."""
        if self._home is None or self._now is None:
            await self._shown(phones, await asyncio.to_thread(self._remembered))
        elif self.fortnight:
            try:
                await self._play(service, phones, self._home, self._now)
            finally:
                await service.release()
        self._may_go_on()

    async def _play(self, service: Service, phones: str, home: Home, now: datetime) -> None:
        begun = time.monotonic()
        running = Running(service.database, home.house, service.ids.home_id, self.settings)
        service.board.playing = _progress(0, played.DAYS)

        def told(day: int, days: int) -> None:
            service.board.playing = _progress(day, days)
            service.board.touch()
            _line(f"\r  {service.board.playing}", end="")

        fortnight = played.Fortnight(home, running, now, told)
        try:
            play = await fortnight.play()
        except Exception:
            log.exception("the fortnight was not played to its end", extra={"action": "sample"})
            _line("\n  前两周的事没有补完，别的都能用。\n")
            return
        chats = await self._chats(play)
        await asyncio.to_thread((self.data / CHATS).write_bytes, msgspec.json.encode(chats))
        await self._shown(phones, chats)
        _line(f"\r  前两周的事补好了，用了 {time.monotonic() - begun:.0f} 秒。{' ' * 20}\n\n")

    async def _chats(self, play: Play) -> list[dict[str, Any]]:
        """Each phone of the fortnight with its chat, and what the platform may still send to it."""
        names = {openid: name for name, openid in play.phones.items()}
        found = []
        for openid, chat in play.played.phones.chats.items():
            heard = play.played.phones.heard.get(openid)
            left = {"heard": heard.timestamp(), "left": await play.number(LEFT, openid)} if heard else {}
            kind = await play.word(KIND, openid)
            one = {"openid": openid, "name": names[openid], "kind": kind, "note": NOTES[kind], "chat": chat}
            found.append(one | left)
        return found

    def _remembered(self) -> list[dict[str, Any]]:
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode((self.data / CHATS).read_bytes(), type=list[dict[str, Any]])
        return []

    @staticmethod
    async def _shown(phones: str, chats: list[dict[str, Any]]) -> None:
        async with aiohttp.ClientSession() as http:
            for one in chats:
                async with http.post(f"{phones}/api/person", json=one) as answer:
                    await answer.read()

    def _may_go_on(self) -> None:
        """The next start may go on from here."""
        wechat = self.settings.wechat
        kept = {name: getattr(wechat, name) for name in ("app_id", "app_secret", "token", "encoding_aes_key")}
        path = self.data / MARKER
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(kept))


def _progress(day: int, days: int) -> str:
    return f"正在补上样板机构前两周的事：第 {day} 天，共 {days} 天。可以先看，先试着发消息。"


def _line(words: str, end: str = "") -> None:
    sys.stdout.write(words + end)
    sys.stdout.flush()
