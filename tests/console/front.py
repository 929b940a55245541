"""A console behind a proxy, tried from many addresses: `Front`, its fixtures, and an argon2 that can be watched."""

import contextlib
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest
from aiohttp import ClientSession, DummyCookieJar, web
from aiohttp.test_utils import BaseTestServer, TestServer
from argon2 import PasswordHasher

from care.states import Role
from console import app as console
from services.access import Viewer
from services.emergencies.board import Board
from services.staff import staff
from settings import Http
from tests.conftest import HomeUnderTest
from tests.console.browsers import ROUTE

RIGHT, WRONG = "long-enough", "not this one"
HOUSE, HERS = "203.0.113.7", "198.51.100.20"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same code with little memory: hundreds of passwords are looked at here."""
    monkeypatch.setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(staff, "_nobody", cache(staff._nobody.__wrapped__))


@dataclass
class Front:
    """A console behind a proxy, and two who work there; `at` is the address that the proxy tells."""

    home: HomeUnderTest
    director: Viewer
    nurse: Viewer
    server: BaseTestServer
    http: ClientSession

    async def tries(self, login: str, password: str = WRONG, at: str = HOUSE, device: str = "") -> tuple[int, str]:
        """One try from a browser that keeps nothing; the status and the page."""
        headers = (
            ROUTE | ({"X-Forwarded-For": at} if at else {}) | ({"Cookie": f"jiashu_device={device}"} if device else {})
        )
        url = self.server.make_url("/console/login")
        async with self.http.post(
            url, data={"login": login, "password": password}, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()

    async def enters(self, login: str, at: str = HOUSE, device: str = "") -> bool:
        return (await self.tries(login, RIGHT, at, device))[0] == 303

    async def device(self, login: str, at: str = HOUSE) -> str:
        """The device cookie of a browser on which somebody has logged in."""
        form, headers = {"login": login, "password": RIGHT}, ROUTE | {"X-Forwarded-For": at}
        async with self.http.post(
            self.server.make_url("/console/login"), data=form, headers=headers, allow_redirects=False
        ) as answer:
            assert answer.status == 303
            return answer.cookies["jiashu_device"].value

    async def locks(self) -> list[staff.Lock]:
        return await self.home.database.read(lambda db: staff.locks(db, self.home.ids.home_id, self.home.clock()))

    async def audited(self, action: str) -> list[tuple[Any, ...]]:
        return await self.home.rows("SELECT actor, subject FROM audit WHERE action = ? ORDER BY id", action)


@contextlib.asynccontextmanager
async def opened(home: HomeUnderTest, trusted: str = Http().trusted_proxies) -> AsyncIterator[Front]:
    director, nurse = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.NURSE, "唐雨", "tang")
    app, settings = web.Application(), replace(home.settings, http=Http(trusted_proxies=trusted))

    async def decode(data: bytes) -> bytes:
        return data

    app.add_subapp("/console", console.build(home.database, home.house, Board(), settings, home.clock, decode))
    async with TestServer(app) as server, ClientSession(cookie_jar=DummyCookieJar()) as http:
        yield Front(home, director, nurse, server, http)


@pytest.fixture
async def front(home: HomeUnderTest) -> AsyncIterator[Front]:
    async with opened(home) as made:
        yield made


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that argon2 has looked at, in order; fails when two are looked at in the same moment."""
    seen: list[str] = []
    whole, busy = staff.verify, threading.Lock()

    def verify(password_hash: str | None, password: str) -> bool:
        assert busy.acquire(blocking=False), "two at once"
        try:
            time.sleep(0.02)
            seen.append(password)
            return whole(password_hash, password)
        finally:
            busy.release()

    monkeypatch.setattr(staff, "verify", verify)
    return seen


@dataclass
class Gate:
    """argon2 that waits: `held` once a password is being looked at, until `go_on`."""

    held: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def close(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = staff.verify

        def verify(password_hash: str | None, password: str) -> bool:
            self.held.set()
            self.go_on.wait(10)
            return whole(password_hash, password)

        monkeypatch.setattr(staff, "verify", verify)
