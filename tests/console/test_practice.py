"""练习 in the console: who begins it and goes over, the band on every page, the phones behind the log-in (F54)."""

import asyncio
import errno
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from care.states import Role
from console import app as console
from console.context import BACKUP, PHONES
from services.emergencies.board import Board
from services.practice import practice
from simulator import guard
from simulator.codec import Keys
from simulator.phone import PhonePage
from simulator.pushes import Pusher
from simulator.world import World
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import Colleague, House
from tests.services.test_setup import BASE

BAND = "没有一句话会发到真的微信"
SCENE = Path(__file__).parents[2] / "bot" / "sample" / "practice.toml"
RESIDENTS = {"staff": [], "people": [], "residents": [["306", "1", "王桂兰", "女", "1944-10-14"]]}
FAMILY = "oSim_practice_family_000001"


@dataclass
class Stands:
    """A console, its phones, and whether a backup can be made."""

    house: House
    http: ClientSession
    full: bool = False

    async def backup(self) -> str:
        if self.full:
            raise OSError(errno.ENOSPC, "full")
        return "jiashu-1.backup"

    async def look(self) -> None:
        """As the job `house` does it."""
        home = self.house.home
        found, home.house.practice = await home.database.read(lambda db: practice.now(db, BASE, home.ids.home_id))
        home.house.public_url = found.http.public_url

    async def until_heard(self, world: World) -> None:
        """Somebody listens to the phones."""
        for _ in range(500):
            if world.listeners:
                return
            await asyncio.sleep(0.01)

    async def plays(self) -> World:
        """The simulator listens, and the home knows where."""
        home = self.house.home
        await self.look()
        stands = home.house.practice
        assert stands is not None
        world = World(Keys("wxsim1", "s", "t", "a" * 43, "plain"), SCENE, "http://127.0.0.1:9/wechat", home="青禾")
        app = web.Application(middlewares=[guard.only_here, guard.behind(stands.door)])
        PhonePage(world, Pusher(world, self.http), practice=True).routes(app.router)
        self.server = TestServer(app)
        await self.server.start_server()
        port = self.server.port
        assert port is not None
        await home.database.write(lambda db: practice.moved(db, home.ids.home_id, port))
        await self.look()
        return world


@pytest.fixture
async def stands(home: HomeUnderTest) -> AsyncIterator[Stands]:
    await home.database.write(lambda db: houses.furnish(db, home.ids, RESIDENTS, home.clock()))

    async def decode(data: bytes) -> bytes:
        return data

    settings = replace(BASE, media=home.settings.media)
    staffs = console.build(home.database, home.house, Board(), settings, home.clock, decode)
    app = web.Application()
    async with ClientSession() as http:
        server = TestServer(app)
        made = Stands(House(home, server, Board(), app), http)
        staffs[PHONES], staffs[BACKUP] = http, made.backup
        app.add_subapp("/console", staffs)
        await server.start_server()
        yield made
        if hasattr(made, "server"):
            await made.server.close()
        await server.close()


async def enters(stands: Stands, client: ClientSession) -> Colleague:
    return Colleague(client, stands.house)


async def test_f54_a_director_begins_others_are_told_who_does_and_every_page_says_that_it_is_practice(
    stands: Stands,
) -> None:
    home = stands.house.home
    await home.staff(Role.DIRECTOR, "沈国平", "shen")
    await home.staff(Role.DESK, "陈晓雯", "chen")
    await home.staff(Role.AUDITOR, "马文静", "ma")
    async with (
        stands.house.browser("shen") as at_boss,
        stands.house.browser("chen") as at_desk,
        stands.house.browser("ma") as at_auditor,
    ):
        boss, desk, auditor = [await enters(stands, one) for one in (at_boss, at_desk, at_auditor)]
        assert "由院长或管理员开始" in await desk.get("/practice")
        assert (await desk.post("/practice/begin")).status == 404
        await auditor.get("/practice", 404)
        assert "开始练习" in await boss.get("/practice")
        begun = await boss.post("/practice/begin")
        assert begun.headers["HX-Redirect"] == "/console/practice"
        await stands.look()
        for page in ("/today", "/residents", "/practice", "/setup/account", "/setup/drafts", "/me"):
            assert (await boss.get(page)).count(BAND) == 1, page
        assert "怎么练" not in await auditor.get("/practice/band")
        assert BAND in await auditor.get("/practice/band")
        assert "由院长来按" in await desk.get("/practice")
        assert (await desk.post("/practice/over", {"words": home.house.home.name})).status == 404
        assert "真的公众号还没接" in await (await boss.post("/setup/menu/push")).text()
        async with at_boss.get("/console/practice/nothing") as missing:
            assert BAND in await missing.text(), "errors too"
    async with stands.house.browser() as stranger, stranger.get("/console/login") as door:
        assert BAND in await door.text(), "before the log-in too"


async def test_f54_the_phones_are_played_behind_the_log_in_and_by_nobody_else(stands: Stands) -> None:
    home = stands.house.home
    await home.staff(Role.DIRECTOR, "沈国平", "shen")
    await home.staff(Role.CARER, "周敏", "zhou", "3")
    await home.staff(Role.ADMIN, "顾一帆", "gu")
    async with (
        stands.house.browser("shen") as at_boss,
        stands.house.browser("zhou") as at_carer,
        stands.house.browser("gu") as at_admin,
    ):
        boss, carer, admin = [await enters(stands, one) for one in (at_boss, at_carer, at_admin)]
        await carer.get("/practice/phones/", 404)
        await boss.post("/practice/begin")
        await stands.look()
        assert "还没有起来" in await carer.get("/practice/phones/", 503)
        world = await stands.plays()
        page = await carer.get("/practice/phones/")
        assert (page.count(BAND), page.count('<meta name="csrf"')) == (1, 1)
        assert "模拟手机" in page
        assert "phone.js" in await carer.get("/practice/phones/")
        assert "EventSource" in await carer.get("/practice/phones/static/phone.js")
        assert '"家属甲"' in (await carer.get("/practice/phones/api/state")).encode().decode("unicode_escape")
        await admin.get("/practice/phones/", 404)
        async with at_carer.post("/console/practice/phones/api/text", json={"openid": FAMILY, "text": "在"}) as answer:
            assert answer.status == 403, "without the secret of the session"
        secret = re.search(r'<meta name="csrf" content="([^"]+)"', page)
        assert secret
        token = {"Content-Type": "application/json", "X-CSRF": secret[1]}
        act, words = "/console/practice/phones/api/text", f'{{"openid": "{FAMILY}", "text": "在吗"}}'
        async with at_carer.post(act, data=words, headers=token) as answer:
            assert answer.status == 200
        assert [line["content"] for line in world.phones[FAMILY].chat] == ["在吗"]
        async with at_carer.post(act, data=io.BytesIO(b"x" * (13 * 1024 * 1024)), headers=token) as answer:
            assert (answer.status, "文件太大" in await answer.text()) == (413, True)
        link = {"openid": FAMILY, "url": f"{home.house.public_url}/p/letters/5"}
        door = "/console/practice/phones/open"
        async with at_carer.get(door, params=link, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "/p/letters/5")
            assert answer.cookies["jiashu_phone"]["path"] == "/console/practice/phones"
        foreign = {"Sec-Fetch-Site": "cross-site"}
        async with at_carer.get(door, params=link, headers=foreign, allow_redirects=False) as answer:
            assert answer.status == 404
        async with stands.http.get(f"http://127.0.0.1:{stands.server.port}/api/state") as answer:
            assert answer.status == 403, "past the console nobody gets in"
        async with at_carer.get("/console/practice/phones/api/events") as stream:
            await stands.until_heard(world)
            world.tell("state")
            assert b"state" in await stream.content.readuntil(b"\r\n\r\n")


async def test_f54_without_a_backup_nobody_goes_over_and_the_backup_is_named(stands: Stands) -> None:
    home = stands.house.home
    await home.staff(Role.DIRECTOR, "沈国平", "shen")
    async with stands.house.browser("shen") as client:
        boss, name = await enters(stands, client), home.house.home.name
        await boss.post("/practice/begin")
        await stands.look()
        stands.full = True
        refused = await boss.post("/practice/over", {"words": name})
        assert (refused.status, "没有做成（磁盘满了" in await refused.text()) == (503, True)
        assert await home.one("SELECT count(*) FROM practice WHERE closing_at IS NULL") == 1
        stands.full = False
        assert "jiashu-1.backup" in await (await boss.post("/practice/over", {"words": name})).text()
        assert await home.one("SELECT backup FROM practice") == "jiashu-1.backup"
        await stands.look()
        assert "正在转正式" in await boss.get("/practice")
        assert (await boss.post("/practice/over", {"words": name})).status == 409
        await boss.get("/practice/phones/", 404)
        home.house.practice = None
        async with client.get("/console/practice/stands") as over:
            assert over.headers["HX-Redirect"] == "/console/practice", "the page is drawn anew, without the band"
