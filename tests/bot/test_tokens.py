"""The access token: fetched once for all who wait, used until shortly before its end, renewed when it died early."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import tokens
from bot.tokens import TokenRefused, Tokens
from settings import Wechat


class Platform:
    """Gives one token after the other, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: dict[str, Any] | list[int] | str | None = None
        self.lasts: dict[str, Any] = {"expires_in": 7200}

    async def token(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        await asyncio.sleep(0.01)
        if isinstance(self.answer, str):
            return web.Response(text=self.answer)
        return web.json_response(self.answer or {"access_token": f"t{len(self.asked)}"} | self.lasts)

    @property
    def forced(self) -> list[bool]:
        return [one["force_refresh"] for one in self.asked]


@pytest.fixture
async def platform() -> AsyncIterator[tuple[Platform, Tokens]]:
    played, app = Platform(), web.Application()
    app.router.add_post("/cgi-bin/stable_token", played.token)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        base = str(server.make_url("")).rstrip("/")
        yield played, Tokens(Wechat(app_id="wx0123456789abcdef", app_secret="s", api_base_url=base), http)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the tokens alone: the loop keeps its own."""
    now = [5.0]

    class Time:
        @staticmethod
        def monotonic() -> float:
            return now[0]

    monkeypatch.setattr(tokens, "time", Time)
    return now


async def test_wechat_7_a_token_is_fetched_once_for_all_and_again_two_minutes_before_its_end(
    platform: tuple[Platform, Tokens], clock: list[float]
) -> None:
    played, used = platform
    assert set(await asyncio.gather(used.get(), used.get(), used.get())) == {"t1"}
    assert played.asked == [
        {"grant_type": "client_credential", "appid": "wx0123456789abcdef", "secret": "s", "force_refresh": False}
    ]
    clock[0] += 7200 - 120 - 0.5
    assert await used.get() == "t1"
    clock[0] += 0.5
    assert await used.get() == "t2"
    assert played.forced == [False, False]
    clock[0] += 7200
    played.lasts = {}
    assert await used.get() == "t3", "two hours, where the platform does not say"
    clock[0] += 7000
    assert await used.get() == "t3"
    clock[0] += 200
    played.lasts = {"expires_in": 60}
    assert await used.get() == "t4"
    clock[0] += 29
    assert await used.get() == "t4", "a short one is not asked for at each message"
    clock[0] += 1
    assert await used.get() == "t5"


async def test_wechat_7_a_token_that_died_early_is_forced_anew_but_not_again_within_half_a_minute(
    platform: tuple[Platform, Tokens], clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "jiashu")
    played, used = platform
    assert await used.get() == "t1"
    assert set(await asyncio.gather(used.renew("t1"), used.renew("t1"))) == {"t2"}
    assert played.forced == [False, True]
    assert await used.renew("t1") == "t2", "somebody else has renewed it"
    assert len(played.asked) == 2
    clock[0] += 30
    assert await used.renew("t2") == "t3"
    assert played.forced == [False, True, False]
    clock[0] += 0.1
    assert await used.renew("t3") == "t4"
    assert played.forced == [False, True, False, True]
    assert [record.__dict__["forced"] for record in caplog.records] == played.forced


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"errcode": 40164, "errmsg": "invalid ip"}, 40164),
        ({"errmsg": "?"}, -1),
        ([1], -1),
        ("<html>", -1),
    ],
)
async def test_wechat_7_what_is_no_token_is_told_with_its_code(
    platform: tuple[Platform, Tokens], answer: Any, code: int
) -> None:
    played, used = platform
    played.answer = answer
    with pytest.raises(TokenRefused) as told:
        await used.get()
    assert told.value.code == code
    played.answer = None
    assert await used.get() == "t2", "and it is asked for again"
