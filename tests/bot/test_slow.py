"""Half a request holds no connection for ever; streams, uploads over a weak line and idle browsers live on (S9)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.main import Service
from bot.serving import running
from bot.slow import Limits, Slow
from settings import Http
from tests.bot.logged import actions
from tests.service import service

__all__ = ["service"]

HEAD = b"POST /form HTTP/1.1\r\nHost: jiashu\r\nContent-Length: 4096\r\n"
Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
def limits() -> Limits:
    return Limits(head=0.5, body=0.5, pace=2000, heads=20, look=0.05)


@pytest.fixture
async def port(limits: Limits) -> AsyncIterator[int]:
    """A real server that takes a form and has a stream of events."""
    slow = Slow(limits)

    async def form(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(40):
            await asyncio.sleep(0.05)
            await response.write(b".")
        return response

    app = web.Application(middlewares=[slow.watch])
    app.router.add_post("/form", form)
    app.router.add_get("/live", stream)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    watch = asyncio.create_task(slow.run(runner))
    yield runner.addresses[0][1]
    watch.cancel()
    await runner.cleanup()


async def opened(port: int, sent: bytes) -> Pipe:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    return reader, writer


async def left(reader: asyncio.StreamReader) -> bytes:
    """What comes until the connection ends; raises TimeoutError when it does not."""
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionResetError):
            return await reader.read()
    return b""


async def test_fault_s9_900_half_sent_heads_are_ended(port: int) -> None:
    halves = [await opened(port, HEAD if number % 2 else b"") for number in range(900)]
    assert await asyncio.gather(*(left(reader) for reader, _ in halves)) == [b""] * 900
    reader, writer = await opened(port, HEAD.replace(b"4096", b"2") + b"Connection: close\r\n\r\nok")
    assert (await left(reader)).endswith(b"2")
    for _, each in (*halves, (reader, writer)):
        each.close()


async def test_fault_s9_more_than_so_many_that_wait_do_not_wait_for_their_time(port: int, limits: Limits) -> None:
    halves = [await opened(port, HEAD) for _ in range(limits.heads + 30)]
    first = [asyncio.create_task(left(reader)) for reader, _ in halves[:30]]
    async with asyncio.timeout(5):
        await asyncio.gather(*first)
    still = halves[-1]
    still[1].write(b"Connection: close\r\n\r\n" + bytes(4096))
    assert (await left(still[0])).endswith(b"4096"), "who came last is served"
    for _, writer in halves:
        writer.close()


async def test_fault_s9_a_body_that_does_not_come_and_one_that_trickles_are_ended(port: int) -> None:
    silent, trickle = await opened(port, HEAD + b"\r\n"), await opened(port, HEAD + b"\r\n")

    async def drip() -> None:
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                trickle[1].write(b"x")
                await trickle[1].drain()
                await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    assert await left(silent[0]) == b""
    assert await left(trickle[0]) == b""
    dripping.cancel()
    for _, writer in (silent, trickle):
        writer.close()


async def test_fault_s9_an_upload_over_a_weak_line_a_stream_and_an_idle_browser_live_on(port: int) -> None:
    phone = await opened(port, HEAD + b"Connection: close\r\n\r\n")
    browser = await opened(port, HEAD.replace(b"4096", b"2") + b"\r\nok")
    page = await opened(port, b"GET /live HTTP/1.1\r\nHost: jiashu\r\nConnection: close\r\n\r\n")
    for _ in range(16):  # four times as slow as the whole may take, and faster than the pace
        phone[1].write(bytes(256))
        await phone[1].drain()
        await asyncio.sleep(0.08)
    assert (await left(phone[0])).endswith(b"4096")
    assert (await left(page[0])).count(b".") >= 40
    browser[1].write(HEAD.replace(b"4096", b"3") + b"Connection: close\r\n\r\nyes")
    assert (await left(browser[0])).endswith(b"3"), "between two requests nobody is hurried"
    for _, writer in (phone, browser, page):
        writer.close()


async def test_fault_s9_the_service_watches_its_own_connections(
    service: Service, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.stop()
    monkeypatch.setattr("bot.main.slow.Limits", lambda: Limits(head=0.2, look=0.05))
    settings = replace(service.settings, http=Http(port=unused_tcp_port))
    async with running(settings):
        half = await opened(unused_tcp_port, HEAD)
        whole = await opened(unused_tcp_port, b"GET /healthz HTTP/1.1\r\nHost: jiashu\r\nConnection: close\r\n\r\n")
        assert (await left(whole[0])).endswith(b"ok")
        assert await left(half[0]) == b""
        for _, writer in (half, whole):
            writer.close()
    await service.start()


class Connection:
    """A connection, or the request on it, as far as the watch looks at it."""

    def __init__(self, came: int = 0, *, whole: bool = False) -> None:
        self.protocol = self.content = self
        self.total_bytes, self.path, self.ended, self._whole = came, "/form", False, whole

    def is_eof(self) -> bool:
        return self._whole

    def force_close(self) -> None:
        self.ended = True


@pytest.fixture
def watch(limits: Limits, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, list[float]]:
    """A watch, and the clock that it looks at."""
    clock = [100.0]
    monkeypatch.setattr("bot.slow.time.monotonic", lambda: clock[0])
    return Slow(limits), clock


def test_fault_s9_a_head_has_its_time_to_the_end_and_whoever_has_gone_is_forgotten(
    watch: tuple[Any, list[float]], limits: Limits, caplog: pytest.LogCaptureFixture
) -> None:
    slow, clock = watch
    waiting, asks = Connection(), Connection()
    slow.asked(asks)
    slow._end_heads([waiting, asks])
    clock[0] += limits.head
    slow._end_heads([waiting, asks])
    assert not waiting.ended
    assert actions(caplog) == []
    clock[0] += 0.01
    slow._end_heads([waiting, asks])
    assert (waiting.ended, asks.ended) == (True, False)
    assert [record.__dict__["count"] for record in caplog.records] == [1], "and the log says so"
    slow._end_heads([])
    assert (slow._asked, slow._since) == (set(), {}), "a year of connections leaves nothing in memory"
    many = [Connection() for _ in range(limits.heads + 1)]
    slow._end_heads(many[1:])
    assert not any(one.ended for one in many)
    slow._end_heads(many)
    assert [one.ended for one in many] == [True] + [False] * limits.heads


def test_fault_s9_a_body_is_ended_only_when_it_is_late_unfinished_and_slower_than_the_pace(
    watch: tuple[Any, list[float]], limits: Limits, caplog: pytest.LogCaptureFixture
) -> None:
    slow, clock = watch
    just = int(limits.pace)
    bodies = {
        "slow": Connection(just - 1),
        "just in time": Connection(just),
        "whole": Connection(0, whole=True),
    }
    slow._bodies = {number: (one, clock[0]) for number, one in enumerate(bodies.values())}
    for later, ended in ((limits.body, []), (1.0, ["slow"])):
        clock[0] += later
        slow._end_bodies()
        assert [name for name, one in bodies.items() if one.ended] == ended
        assert actions(caplog) == ["slow"] * len(ended)


async def test_fault_s9_whole_pushes_go_past_the_watch_and_a_worker_takes_none(
    service: Service, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.stop()
    watched: list[str] = []

    @web.middleware
    async def watch(_: Slow, request: web.Request, handler: Any) -> web.StreamResponse:
        watched.append(request.path)
        return await handler(request)  # type: ignore[no-any-return]

    monkeypatch.setattr(Slow, "watch", watch)
    settings = replace(service.settings, http=Http(port=unused_tcp_port))
    for role, status in (("all", 403), ("worker", 404)):
        async with running(settings, role=role) as served, aiohttp.ClientSession() as http:
            base = f"http://127.0.0.1:{unused_tcp_port}"
            async with http.post(f"{base}/wechat?signature=x", data=b"<xml/>") as answer:
                assert answer.status == status
            assert bool(served.slow._asked) is (role == "all"), "and their line is none that never asked"
            async with http.get(f"{base}/healthz") as answer:
                assert answer.status == 200
    assert watched == ["/healthz", "/wechat", "/healthz"]
    await service.start()
