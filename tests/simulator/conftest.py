"""The platform's API on loopback, and what its phones show."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from simulator.api import Api
from simulator.codec import Keys
from simulator.phone import PhonePage
from simulator.pushes import Pusher
from simulator.world import World

ROOT = Path(__file__).parents[2]
APP_ID, SECRET = "wxsim0000000000001", "secret"
DAUGHTER, ELDER, STRANGER = (
    "oSim_lijing_0000000000000001",
    "oSim_wangguilan_00000000002",
    "oSim_luren_00000000000000003",
)


@dataclass
class Platform:
    """The platform: `call` is a client that checks nothing, `pushed` what it told the service."""

    world: World
    http: ClientSession
    base: str
    pushed: list[dict[str, Any]] = field(default_factory=list)
    token: str = ""

    async def raw(self, method: str, path: str, body: bytes | None = None, **query: str) -> tuple[int, str]:
        async with self.http.request(method, self.base + path, data=body, params=query) as answer:
            return answer.status, await answer.text()

    async def call(self, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
        """With a good token; POST when there is a body."""
        self.token = self.token or self.world.stable_token(force=False)[0]
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        status, text = await self.raw("GET" if body is None else "POST", path, data, access_token=self.token, **query)
        assert status == 200
        found: dict[str, Any] = json.loads(text)
        return found

    async def refused(self, path: str, body: dict[str, Any] | None = None, **query: str) -> int:
        """The errcode."""
        found = await self.call(path, body, **query)
        assert set(found) == {"errcode", "errmsg"}
        assert found["errmsg"] == "ok" or " rid: " in found["errmsg"]
        return int(found["errcode"])

    async def act(self, what: str, **fields: object) -> int:
        """Something happens on a phone; the HTTP status."""
        async with self.http.post(f"{self.base}/api/{what}", json=fields) as answer:
            return answer.status

    async def phone(self, openid: str) -> dict[str, Any]:
        """What one phone shows."""
        async with self.http.get(f"{self.base}/api/state") as answer:
            phones = (await answer.json())["phones"]
        return next(phone for phone in phones if phone["openid"] == openid)

    def last(self) -> dict[str, Any]:
        """The last bubble of any phone."""
        lines = [line for phone in self.world.phones.values() for line in phone.chat]
        return max(lines, key=lambda line: line["at"])


@pytest.fixture
async def platform(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    keys = Keys(APP_ID, SECRET, "tok", "a" * 43, "secure")
    world = World(keys, ROOT / "bot" / "sample" / "home.toml", "http://127.0.0.1:1/wechat")
    async with ClientSession() as http:
        pusher, pushed = Pusher(world, http), list[dict[str, Any]]()

        async def deliver(openid: str, kind: str, key: str, inner: bytes, what: str) -> None:
            pushed.append({"openid": openid, "kind": kind, "key": key, "inner": inner.decode(), "what": what})

        monkeypatch.setattr(pusher, "_deliver", deliver)
        app = web.Application(client_max_size=12 * 1024 * 1024)
        PhonePage(world, pusher).routes(app.router)
        Api(world).routes(app.router)
        async with TestServer(app) as server:
            yield Platform(world, http, str(server.make_url("")).rstrip("/"), pushed)
