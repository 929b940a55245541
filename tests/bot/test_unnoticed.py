"""One-line faults at the edge of the house that no test had noticed (T)."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import upkeep
from bot.envelopes import Account
from bot.fetcher import Fetcher
from bot.gateway import Gateway
from bot.inbound import Inbound
from bot.looks import Looks
from bot.main import Service
from bot.sender import Sender
from care.states import Role
from services.emergencies.board import Board
from services.media import media
from services.ports import MediaGone
from services.residents import residents
from services.residents.forms import Hush
from services.staff import staff
from services.subject import Running
from services.upkeep import stoplist
from settings import Database, Media, Wechat
from storage.spool import Spool
from tests import houses
from tests.conftest import HomeUnderTest
from tests.service import made, service

__all__ = ["service"]
WORD = "a-word-for-prometheus"
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
    left = [tmp_path / f"back.db{end}" for end in ("-wal", "-shm")]
    for of_an_older_file in left:
        of_an_older_file.write_bytes(b"left behind")
    assert await asyncio.to_thread(upkeep.restore, after, tmp_path / "home.backup", home.clock) == 0
    assert media.read_file(new, home.database.sealer, 77) == FILM * 1000
    assert [path.name for path in new.rglob("*.part")] == []
    assert [path for path in left if path.exists()] == [], "they would be read as the newest pages of the new file"


async def test_fault_t_who_must_hear_no_machine_is_written_down_outside_the_database_at_once(
    home: HomeUnderTest, tmp_path: Path
) -> None:
    scene = {
        "staff": [],
        "people": [{"openid": "g", "name": "王桂兰", "kind": "elder", "room": "306", "bed": "1"}],
        "residents": [],
    }
    await home.database.write(lambda db: houses.furnish(db, home.ids, scene, home.clock()))
    resident, nurse = int(await home.one("SELECT id FROM resident")), await home.staff(Role.NURSE, "唐雨", "tang")
    await home.database.write(lambda db: residents.hush(db, nurse, resident, Hush(on=True), home.clock()))
    spool, board = Spool(tmp_path / "spool", home.database.sealer), Board()
    inbound = Inbound(
        home.database, Account(home.ids.account_id, home.ids.home_id), home.clock, board, spool, home.house
    )
    looks = Looks(
        Running(home.database, home.house, home.ids.home_id, home.settings), board, inbound, home.clock, home.house.use
    )
    looks.hear(frozenset({"residents"}))
    await asyncio.gather(*looks._tasks)
    stopped = stoplist.read(home.settings.stop_list, home.database.sealer)
    assert [entry.person_id for entry in stopped] == [await home.person("g")]
    spool.close()
    await inbound.close()


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> dict[type, asyncio.Event]:
    """Whether the sender and the fetcher have looked; nobody wakes them once a second."""
    seen = {Sender: asyncio.Event(), Fetcher: asyncio.Event()}

    async def looked(self: Sender | Fetcher) -> int:
        seen[type(self)].set()
        return 0

    async def asleep(_: Service) -> None:
        """No look once a second."""

    for kind in seen:
        monkeypatch.setattr(kind, "begin" if kind is Sender else "round", looked)
    monkeypatch.setattr(Service, "_wake_up", asleep)
    return seen


async def test_fault_t_what_waits_is_looked_at_when_the_service_starts_and_when_something_came(
    rounds: dict[type, asyncio.Event], service: Service
) -> None:
    async with asyncio.timeout(20):
        for look in rounds.values():
            await look.wait()
        for kind, hint in ((Sender, "outbox"), (Fetcher, "media")):
            rounds[kind].clear()
            await service.database.store(lambda store, hint=hint: store.hint(hint))  # type: ignore[misc]
            await rounds[kind].wait()


async def test_fault_t_what_waits_is_looked_at_once_a_second_though_no_hint_came(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for worker in (service.sender, service.fetcher):
        looked = asyncio.Event()
        monkeypatch.setattr(worker, "wake", looked.set)
        async with asyncio.timeout(20):
            await looked.wait()


async def test_fault_t_what_is_just_leaving_when_the_service_stops_is_written_down_first(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = asyncio.Event(), list[int]()

    async def slowly(_: Sender) -> int:
        begun.set()
        await asyncio.sleep(0.2)
        ended.append(1)
        return 0

    monkeypatch.setattr(Sender, "begin", slowly)
    running = made(tmp_path, migrated)
    await running.start()
    home = running.ids.home_id
    await running.database.write(
        lambda db: staff.add(db, home, "chen", "陈晓雯", Role.DESK, "long-enough", running.clock())
    )
    gone: list[str] = []

    class Redis:
        async def aclose(self) -> None:
            gone.append("redis")

    running.rates._client = Redis()  # type: ignore[assignment]
    async with asyncio.timeout(20):
        await begun.wait()
        done = len(ended)
        await running.stop()
    assert len(ended) > done
    assert (gone, running.http.closed) == (["redis"], True), "no connection is left open"
    with closing(sqlite3.connect(running.settings.database.path)) as opened:
        assert opened.execute("SELECT count(*) FROM audit WHERE position IS NULL").fetchone() == (0,)
        assert opened.execute("SELECT count(*) > 0 FROM audit").fetchone() == (1,), "and linked into the chain"


async def test_fault_t_the_bare_address_leads_to_the_console_and_figures_are_for_who_knows_the_word(
    service: Service,
) -> None:
    async def asked(path: str, *, word: str = "") -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {word}"} if word else {}
        async with client.get(path, headers=headers, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", "")

    async with TestClient(TestServer(service.application())) as client:
        assert await asked("/") == (302, "/console/")
        assert [await asked(path) for path in ("/healthz", "/readyz")] == [(200, "")] * 2
        assert [(await asked(path))[0] for path in ("/metrics", "/wechat", "/elsewhere")] == [404, 403, 404]
        service.metrics._token = WORD
        assert [(await asked("/metrics", word=word))[0] for word in ("", f"{WORD}x", WORD)] == [403, 403, 200]
        service._beat -= 60
        assert (await asked("/readyz"))[0] == 503, "nothing was committed for a minute"
    service.role = "worker"
    async with TestClient(TestServer(service.application())) as client:
        assert (await asked("/healthz"))[0] == 200
        assert (await asked("/metrics", word=WORD))[0] == 200
        assert [(await asked(path))[0] for path in ("/wechat", "/", "/console/", "/p/")] == [404] * 4
