"""A console over a home, and what its tests hold in their hands: browsers of colleagues, people of the house, files."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from services.access import Viewer
from services.emergencies.board import Board
from tests.conftest import HomeUnderTest

SCENE: dict[str, Any] = {
    "staff": [],
    "people": [
        {"openid": "elder3", "name": "王桂兰", "kind": "elder", "room": "306", "bed": "1"},
        {
            "openid": "kin3",
            "name": "李静",
            "kind": "family",
            "phone": "13800002107",
            "kin": [{"of": "王桂兰", "relation": "女儿"}],
        },
        {"openid": "elder2", "name": "何秀英", "kind": "elder", "room": "201", "bed": "2"},
        {"openid": "kin2", "name": "何平", "kind": "family", "kin": [{"of": "何秀英", "relation": "儿子"}]},
        {
            "openid": "angry",
            "name": "赵磊",
            "kind": "family",
            "phone": "13800003108",
            "kin": [{"of": "王桂兰", "relation": "外孙"}],
        },
        {"openid": "afraid", "name": "孙玉", "kind": "family", "kin": [{"of": "王桂兰", "relation": "侄女"}]},
    ],
}


@dataclass
class House:
    """A console over a home, and browsers of its staff."""

    home: HomeUnderTest
    server: TestServer
    board: Board
    app: web.Application
    viewers: dict[str, Viewer] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def browser(self, login: str = "") -> AsyncIterator[ClientSession]:
        """Logged in, or a stranger."""
        async with ClientSession(self.server.make_url("/"), cookie_jar=CookieJar(unsafe=True)) as client:
            if login:
                page = await (await client.get("/console/login")).text()
                token = re.search(r'name="csrf" value="([^"]*)"', page)
                form = {"login": login, "password": "long-enough", "csrf": token[1] if token else ""}
                answer = await client.post("/console/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})
                assert answer.status == 200
            yield client


PNG = b"\x89PNG\r\n\x1a\n a flower of paper" + bytes(range(256)) * 8192  # 2 MiB, as a phone takes them


class Colleague:
    """A browser of one colleague."""

    def __init__(self, client: ClientSession, home: House) -> None:
        self.client, self.house, self.headers = client, home, {"HX-Request": "true"}

    async def get(self, path: str, status: int = 200) -> str:
        """The page; where its template goes on in a new line there is a blank, as a browser shows it."""
        async with self.client.get(f"/console{path}") as answer:
            assert answer.status == status, path
            return re.sub(r"\n\s+", " ", await answer.text())

    async def drawn(self, path: str, form: str = "") -> str:
        """The revision that the form of a page carries, the first one or that of an act."""
        act = rf'hx-post="/console{re.escape(path)}/{form}".*?' if form else ""
        found = re.search(rf'{act}name="drawn" value="(\w+)"', await self.get(path), re.DOTALL)
        assert found
        return found[1]

    async def post(self, path: str, data: Any = None) -> ClientResponse:
        if "X-CSRF" not in self.headers:
            found = re.search(r'"X-CSRF": "([^"]+)"', await self.get("/today"))
            assert found
            self.headers["X-CSRF"] = found[1]
        answer = await self.client.post(f"/console{path}", data=data, headers=self.headers)
        await answer.read()
        return answer


async def resident(house: House, room: str = "306") -> int:
    return int(await house.home.one("SELECT id FROM resident WHERE room = ?", room))


def files(folder: Path) -> list[Path]:
    return list(folder.rglob("*.sealed"))


ROUTE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Desk:
    home: HomeUnderTest
    client: "TestClient[Any, Any]"
    who: Viewer
    csrf: str = ""
    board: Board = field(default_factory=Board)

    async def logs_in(self) -> None:
        """In the morning, and whenever nobody touched the page for half an hour."""
        form = {"login": "chen", "password": "long-enough", "to": ""}
        page = await (await self.client.post("/console/login", data=form, headers=ROUTE)).text()
        found = re.search(r'"X-CSRF": "([^"]+)"', page)
        assert found, page[:500]
        self.csrf = found[1]

    async def get(self, path: str) -> str:
        answer = await self.client.get(f"/console{path}")
        assert answer.status == 200, path
        return await answer.text()

    async def post(self, path: str, **fields: str) -> ClientResponse:
        return await self.client.post(
            f"/console{path}", data=fields, headers={"X-CSRF": self.csrf, "HX-Request": "true"}
        )
