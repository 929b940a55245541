"""Live hints: an open page hears what changed, by name and without content, and is let go when the house closes."""

import asyncio
import contextlib
import html
import re

import pytest

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
