"""An account of the simulator's telephone company: it signs calls by code of its own, and takes the receipts."""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from simulator import guard
from simulator.api import Api
from simulator.codec import Keys
from simulator.phone import PhonePage
from simulator.pushes import Pusher
from simulator.telephone import Company
from simulator.telephone_gateway import Gateway, unless_called
from simulator.world import World
from tests.simulator.conftest import APP_ID, ROOT, SECRET

KEY, PROOF = "LTAIsimulated", "not-a-real-secret"
COLLEAGUE, OTHER = "13800000001", "13900000002"
WORDS = {"place": "二楼 203 床", "level": "红色急呼"}
TEXT = "二楼 203 床，红色急呼。去按 1，去不了按 2。"
DOOR = "the-key-of-practice"


@dataclass
class Receiver:
    """Who is told. `says` are its next answers that take nothing."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    pushes: list[list[dict[str, Any]]] = field(default_factory=list)
    says: list[tuple[int, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        batch = await request.json()
        self.pushes.append(batch)
        if self.says:
            status, said = self.says.pop(0)
            return web.Response(status=status, text=said)
        self.taken += batch
        return web.json_response({"code": 0, "msg": "成功"})


@dataclass
class Line:
    """The account's side: it calls as a service would, and hears what became of it."""

    company: Company
    receiver: Receiver
    http: ClientSession
    base: str

    async def call(
        self,
        number: str = COLLEAGUE,
        *,
        path: str = "/telephone/",
        uri: str = "/",
        proof: str = PROOF,
        headers: dict[str, str] | None = None,
        unsigned: dict[str, str] | None = None,
        after: str = "",
        form: str = "",
        **more: str | None,
    ) -> tuple[int, dict[str, str]]:
        """IvrCall; `more` changes a parameter, or takes it away, `after` stands in the address and is not signed."""
        asked = {
            "CalledNumber": number,
            "CalledShowNumber": "05718800101",
            "StartCode": "TTS_1234",
            "StartTtsParams": json.dumps(WORDS, ensure_ascii=False),
            "MenuKeyMap.1.Key": "1",
            "MenuKeyMap.2.Key": "2",
            "PlayTimes": "2",
            "Timeout": "4000",
            "OutId": "own-7",
        }
        query = {name: value for name, value in (asked | more).items() if value is not None}
        signed = {
            "host": self.base.removeprefix("http://"),
            "x-acs-action": "IvrCall",
            "x-acs-version": "2017-05-25",
            "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": hashlib.sha256(form.encode()).hexdigest(),
        } | (headers or {})
        names = sorted(signed)
        lines = "".join(f"{name}:{signed[name]}\n" for name in names)
        line = "&".join(f"{name}={quote(query[name], safe='')}" for name in sorted(query))
        whole = f"POST\n{uri}\n{line}\n{lines}\n{';'.join(names)}\n{signed['x-acs-content-sha256']}"
        text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(whole.encode()).hexdigest()}"
        proved = hmac.new(proof.encode(), text.encode(), hashlib.sha256).hexdigest()
        shown = f"ACS3-HMAC-SHA256 Credential={KEY},SignedHeaders={';'.join(names)},Signature={proved}"
        sent = signed | {"Authorization": shown, "Content-Type": "application/x-www-form-urlencoded"} | (unsigned or {})
        url = f"{self.base}{path}?{urlencode(query)}{after}"
        async with self.http.post(url, headers=sent, data=form or None) as answer:
            return answer.status, await answer.json()

    async def rung(self, number: str = COLLEAGUE) -> str:
        """The number of a call that was accepted."""
        status, answer = await self.call(number)
        assert (status, answer["Code"], answer["Message"]) == (200, "OK", "OK")
        assert set(answer) == {"RequestId", "Code", "Message", "CallId"}
        return answer["CallId"]

    async def act(self, what: str, **fields: object) -> int:
        """Something is pressed or set on the page; the HTTP status."""
        async with self.http.post(f"{self.base}/api/telephone/{what}", json=fields) as answer:
            return answer.status

    async def state(self) -> dict[str, Any]:
        async with self.http.get(f"{self.base}/api/telephone") as answer:
            found: dict[str, Any] = await answer.json()
        return found

    async def became(self, call_id: str, state: str) -> dict[str, Any]:
        """A call, once it is so far."""
        calls = self.company.calls
        await self.until(lambda: any(each.call_id == call_id and each.state == state for each in calls))
        return next(each.drawn() for each in calls if each.call_id == call_id)

    async def told(self, call_id: str) -> tuple[list[str], dict[str, Any]]:
        """The steps of a call, as they were told, and its record, once both are over."""

        def ones() -> list[dict[str, Any]]:
            return [each for each in self.receiver.taken if each["call_id"] == call_id]

        await self.until(lambda: any("callee" in each for each in ones()))
        await self.until(lambda: any(each["status_code"] == "200100" for each in ones()))
        steps = [each["status_code"] for each in ones() if "callee" not in each]
        return steps, next(each for each in ones() if "callee" in each)

    async def until(self, fits: Callable[[], bool]) -> None:
        """Wait for something, ten seconds at most."""
        async with asyncio.timeout(10):
            while True:
                if fits():
                    return
                await asyncio.sleep(0.01)


@dataclass
class Start:
    """How the company is started."""

    seconds: float = 0.02
    holds: float = 0.3
    door: bool = False


@pytest.fixture
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    start: Start = getattr(request, "param", Start())
    world = World(Keys(APP_ID, SECRET, "tok", "a" * 43, "plain"), ROOT / "bot" / "sample" / "home.toml", "http://x/")
    receiver, taker, app = Receiver(), web.Application(), web.Application(middlewares=[guard.only_here])
    taker.router.add_post("/telephone/a-secret", receiver.take)
    if start.door:
        app.middlewares.append(unless_called(guard.behind(DOOR)))
    async with ClientSession() as http, ClientSession() as ours, TestServer(taker) as told:
        receipts = str(told.make_url("/telephone/a-secret"))
        gateway = Gateway(world, KEY, PROOF)
        company = Company(world, ours, gateway, receipts=receipts, seconds=start.seconds, holds=start.holds)
        company.routes(app.router)
        PhonePage(world, Pusher(world, ours), company, practice=start.door).routes(app.router)
        Api(world).routes(app.router)
        async with TestServer(app, host="127.0.0.1") as server:
            yield Line(company, receiver, http, f"http://127.0.0.1:{server.port}")
        await company.close()
