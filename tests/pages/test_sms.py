"""What an SMS opens: the last digits of the number, the words once, no log-in (F15)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from pages import app as pages
from settings import Http, Media
from tests.conftest import HomeUnderTest
from tests.services.replies import reply
from tests.services.texts import LI, NUMBER, Texts, furnished


@pytest.fixture
async def texts(home: HomeUnderTest) -> Texts:
    """李静 was told by an SMS."""
    found, who = await furnished(home), await home.staff()
    await home.hears("你好", LI)
    home.clock.on(hours=49)
    await reply(home, who, "管子换好了\n明天再看一次", "a", LI)
    await found.leave()
    return found


@pytest.fixture
async def address(texts: Texts, tmp_path: Path) -> AsyncIterator[str]:
    async def identify(_: str) -> str:
        raise AssertionError

    async def ask(*_: str) -> str:
        raise AssertionError

    home = texts.home
    settings = replace(home.settings, http=Http(public_url="http://home.example.cn"), media=Media(tmp_path))
    app = web.Application()
    app.add_subapp("/p", pages.build(home.database, home.house, settings, home.clock, identify, ask))
    async with TestServer(app) as running:
        yield str(running.make_url(f"/p/s/{texts.sent[-1][2]['code']}"))


async def test_f15_the_words_open_once_for_who_knows_the_number(texts: Texts, address: str) -> None:
    async with ClientSession() as browser:
        async with browser.get(address) as answer:
            page = await answer.text()
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
            assert answer.headers["Referrer-Policy"]
        assert "后四位" in page
        assert "管子" not in page, "whoever has the address alone reads nothing"
        async with browser.post(address, data={"digits": "1234"}) as answer:
            assert "不对" in await answer.text()
        async with browser.post(address, data={"digits": f" {NUMBER[-4:]} "}) as answer:
            page = await answer.text()
        assert "管子换好了" in page
        assert "明天再看一次" in page
        for method in ("GET", "POST"):
            async with browser.request(method, address, data={"digits": NUMBER[-4:]}) as answer:
                page = await answer.text()
                assert (answer.status, "打不开了" in page, "管子" in page) == (200, True, False)
    assert await texts.home.one("SELECT proof FROM outbox") == "opened"


async def test_f15_fullwidth_digits_are_digits_and_nobody_guesses(address: str) -> None:
    async with ClientSession() as browser:
        async with browser.post(address, data={"digits": "２１０７"}) as answer:
            assert "管子换好了" in await answer.text()
        other = address[:-10] + "a" * 10
        async with browser.get(other) as answer:
            assert "打不开了" in await answer.text()
        for strange in ("/short", "/" + "a" * 11, "/..%2f..%2fx"):
            async with browser.get(address[:-11] + strange, allow_redirects=False) as answer:
                assert answer.status == 404, strange
