"""One-line faults at the edge of the house that no test had noticed (T)."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import upkeep
from bot.gateway import Gateway
from services.media import media
from services.ports import MediaGone
from settings import Database, Media, Wechat
from tests.conftest import HomeUnderTest

FILM = b"\x00\x00\x00\x18ftypmp42"


class Films:
    """A platform that names an address for each film, and another machine of the house."""

    def __init__(self) -> None:
        self.address = ""
        self.fetched: list[str] = []

    async def token(self, _: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 7200})

    async def get(self, _: web.Request) -> web.Response:
        return web.Response(body=json.dumps({"video_url": self.address}).encode(), content_type="application/json")

    async def film(self, request: web.Request) -> web.Response:
        self.fetched.append(request.path)
        return web.Response(body=FILM)


@pytest.fixture
async def films() -> AsyncIterator[tuple[Films, Gateway, str]]:
    played, app = Films(), web.Application()
    app.router.add_post("/cgi-bin/stable_token", played.token)
    app.router.add_get("/cgi-bin/media/get", played.get)
    app.router.add_get("/film", played.film)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        base = str(server.make_url("")).rstrip("/")
        yield played, Gateway(Wechat(app_id="wx0123456789abcdef", app_secret="s", api_base_url=base), http), base


async def test_fault_t_a_film_is_fetched_from_the_platform_alone(films: tuple[Films, Gateway, str]) -> None:
    played, gateway, base = films
    played.address = f"{base}/film"
    assert await gateway.fetch_media("m") == FILM
    elsewhere = base.replace("127.0.0.1", "localhost")
    for address in (f"{elsewhere}/film", f"{elsewhere}/film?x=.qq.com", "http://qq.com.example/film", "/film", ""):
        played.address = address
        with pytest.raises(MediaGone):
            await gateway.fetch_media("m")
    assert played.fetched == ["/film"], "nothing else was asked"


async def test_fault_t_a_half_written_file_is_written_anew_by_a_restore(home: HomeUnderTest, tmp_path: Path) -> None:
    old, new = tmp_path / "media", tmp_path / "media-back"
    media.write_file(old, home.database.sealer, 77, FILM * 1000)
    before = replace(home.settings, media=Media(path=old))
    await asyncio.to_thread(upkeep.backup, before, tmp_path / "home.backup", home.clock)
    half = media.file_of(new, 77)
    half.parent.mkdir(parents=True)
    half.write_bytes(media.file_of(old, 77).read_bytes()[:100])
    after = replace(home.settings, database=Database(f"sqlite:///{tmp_path}/back.db"), media=Media(path=new))
    assert await asyncio.to_thread(upkeep.restore, after, tmp_path / "home.backup", home.clock) == 0
    assert media.read_file(new, home.database.sealer, 77) == FILM * 1000
    assert [path.name for path in new.rglob("*.part")] == []
