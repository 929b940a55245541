"""A house with a console, colleagues who are logged in, and one who sits at the desk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from care.states import Role
from console import app as console
from services.emergencies.board import Board
from settings import Media, Settings
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE, Colleague, Desk, House


@pytest.fixture
async def house(home: HomeUnderTest, tmp_path: Path) -> AsyncIterator[House]:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    board = Board()

    async def decode(data: bytes) -> bytes:
        return data

    app = web.Application()
    app.add_subapp(
        "/console", console.build(home.database, home.house, board, Settings(media=Media(tmp_path)), home.clock, decode)
    )
    server = TestServer(app)
    await server.start_server()
    yield House(home, server, board, app)
    await server.close()


@pytest.fixture
async def colleagues(house: House) -> AsyncIterator[dict[str, Colleague]]:
    roles = {
        "zhou": (Role.CARER, "周敏", "3"),
        "tang": (Role.NURSE, "唐雨", ""),
        "chen": (Role.DESK, "陈晓雯", ""),
        "shen": (Role.DIRECTOR, "沈国平", ""),
    }
    for login, (role, name, floors) in roles.items():
        await house.home.staff(role, name, login, floors)
    import contextlib

    async with contextlib.AsyncExitStack() as stack:
        yield {login: Colleague(await stack.enter_async_context(house.browser(login)), house) for login in roles}


@pytest.fixture
async def at_desk(home: HomeUnderTest) -> AsyncIterator[Desk]:
    from aiohttp import web

    async def decode(data: bytes) -> bytes:
        if data == b"#!AMR\nbroken":
            raise ValueError
        return b"ID3" + data

    outer, board = web.Application(), Board()
    outer.add_subapp("/console", console.build(home.database, home.house, board, home.settings, home.clock, decode))
    async with TestClient(TestServer(outer)) as client:
        who = await home.staff()
        used = Desk(home, client, who, board=board)
        await used.logs_in()
        yield used
