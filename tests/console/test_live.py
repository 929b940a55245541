"""Live hints: an open page hears what changed, by name and without content, and is let go when the house closes."""

import asyncio
import contextlib
import html
import re

import pytest

from care.errors import Busy
from console import live
from services.emergencies.board import Board
from tests.console.browsers import Desk


async def test_what_changed_between_a_page_and_its_stream_is_asked_for_once(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    person = await home.person()
    page = await (await at_desk.client.get(f"/console/chats/{person}")).text()
    address = re.search(r'sse-connect="([^"]+)"', page)
    assert address
    url = html.unescape(address[1])
    await home.hears("第二句")
    for since, missed in (
        (url, True),
        (re.sub(r"since=\w+", "since=another", url), True),
        (url.split("&since")[0], False),
    ):
        stream = await at_desk.client.get(since)
        seen = await stream.content.readuntil(b"\r\n\r\n")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                while f"event: person-{person}".encode() not in seen:
                    seen += await stream.content.readuntil(b"\r\n\r\n")
        stream.close()
        assert (f"event: person-{person}".encode() in seen) == missed, since
    again = re.search(r'sse-connect="([^"]+)"', await (await at_desk.client.get(f"/console/chats/{person}")).text())
    assert again
    stream = await at_desk.client.get(html.unescape(again[1]))
    await stream.content.readuntil(b"\r\n\r\n")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await stream.content.readuntil(b"\r\n\r\n")
    stream.close()


async def test_live_hints_reach_the_open_page_as_names_without_content(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    person = await home.person()
    stream = await at_desk.client.get(f"/console/live?topics=inbox,person:{person}")
    assert b"event: alarms" in await stream.content.readuntil(b"\r\n\r\n")
    await home.hears("第二句悄悄话")
    seen = b""
    async with asyncio.timeout(5):
        while b"person-" not in seen or b"inbox" not in seen:
            seen += await stream.content.readuntil(b"\r\n\r\n")
    assert f"event: person-{person}".encode() in seen
    assert "悄悄话".encode() not in seen
    stream.close()
    for topics in ("person:1", "case:1", "secret"):
        assert (await at_desk.client.get(f"/console/live?topics={topics}")).status == 404


async def test_a_closing_house_lets_the_open_pages_go(at_desk: Desk) -> None:
    stream = await at_desk.client.get("/console/live?topics=inbox")
    await stream.content.readuntil(b"\r\n\r\n")
    started = asyncio.get_running_loop().time()
    await at_desk.client.server.close()
    assert asyncio.get_running_loop().time() - started < 3


async def test_fault_s7_a_stream_ends_when_its_session_is_logged_out(at_desk: Desk) -> None:
    stream = await at_desk.client.get("/console/live?topics=inbox")
    await stream.content.readuntil(b"\r\n\r\n")
    assert (await at_desk.post("/logout")).status == 200
    async with asyncio.timeout(4):
        assert b"session" not in await stream.content.read(), "it ends, and names nothing"


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE staff_session SET expires_at = created_at RETURNING id",
        "UPDATE staff SET left_at = created_at RETURNING id",
        "UPDATE staff_session SET ended_at = created_at RETURNING id",
    ],
)
async def test_fault_s7_a_stream_ends_within_seconds_when_its_session_is_over(
    at_desk: Desk, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT", 0.1)
    stream = await at_desk.client.get("/console/live?topics=inbox")
    await stream.content.readuntil(b"\r\n\r\n")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await stream.content.read()
    again = await at_desk.client.get("/console/live?topics=inbox")
    await again.content.readuntil(b"\r\n\r\n")
    await at_desk.home.rows(end)
    async with asyncio.timeout(4):
        await again.content.read()


async def test_fault_s7_a_silent_database_ends_no_stream(at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT", 0.05)
    stream = await at_desk.client.get("/console/live?topics=inbox")
    await stream.content.readuntil(b"\r\n\r\n")

    async def away(_: object) -> None:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr(at_desk.home.database, "read", away)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await stream.content.read()
    stream.close()


async def test_while_a_past_is_played_the_pages_are_told_together_and_the_strip_says_how_far_it_is(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "GATHERS", 0.2)
    at_desk.board.playing = "正在补上样板机构前两周的事：第 3 天，共 14 天。"
    stream = await at_desk.client.get("/console/live?topics=inbox")
    strip = await stream.content.readuntil(b"\r\n\r\n")
    assert "第 3 天，共 14 天" in strip.decode()
    for nth in range(4):
        await at_desk.home.hears(f"第 {nth} 句", f"kin{nth}")
    seen = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while True:
                seen += await stream.content.readuntil(b"\r\n\r\n")
    assert seen.count(b"event: inbox") == 1
    stream.close()


async def test_a_page_that_was_read_too_long_ago_is_told_everything(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "TOLD", 3)
    pages = live.Live(at_desk.home.database, Board(), at_desk.home.clock)
    wanted = frozenset({"inbox", "cases"})
    begun = f"{pages._life}.{pages._count}"
    pages.tell({"inbox"})
    pages.tell({"tasks"})
    assert pages._missed(wanted, begun) == ["inbox"]
    pages.tell({"tasks"})
    assert pages._missed(wanted, begun) == ["inbox"]
    assert pages._missed(wanted, f"{pages._life}.{pages._count}") == []
    pages.tell({"tasks"})
    assert pages._missed(wanted, begun) == ["cases", "inbox"], "nobody knows any more what changed first"
