"""Practice beside the service: the scene, the way out that is shut, pushes that waited in the spool (F54)."""

import asyncio
import os
import time
import tomllib
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot import practising, pushes, way
from bot.envelopes import Account
from bot.main import Service
from bot.practising import SCENE, Simulation
from conversations.events import Text
from services.house import House, Practising
from services.practice import exercises
from services.practice.practice import OPENID
from services.setup import menu
from settings import Home, Wechat
from storage.spool import Kept
from tests.service import service

__all__ = ["service"]
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PUSH = """<xml><ToUserName>gh</ToUserName><FromUserName>{}</FromUserName><CreateTime>1795000000</CreateTime>
<MsgType>text</MsgType><Content>我摔倒了</Content><MsgId>1</MsgId></xml>"""


def test_f54_the_phones_of_practice_have_our_menu_and_the_page_knows_each() -> None:
    scene = tomllib.loads(SCENE.read_text(encoding="utf-8"))

    def plain(buttons: list[dict[str, object]], below: str) -> list[object]:
        return [
            (one["name"], plain(one[below], below) if below in one else one["key"])  # type: ignore[arg-type]
            for one in buttons
        ]

    for name, ours in (("menu", menu.FAMILY), ("elder_menu", menu.ELDER)):
        assert plain(scene[name], "below") == plain(list(ours), "sub_button")
    assert {one["openid"].removeprefix(OPENID): one["name"] for one in scene["people"]} == exercises.PHONES


async def test_f54_in_practice_nothing_is_asked_of_anybody_outside() -> None:
    house = House(Home())
    async with aiohttp.ClientSession(middlewares=(way.Way(house).check,)) as http:
        house.practice = Practising(1, 1, "", START, closing=False)
        for url in ("https://api.weixin.qq.com/cgi-bin/token", "http://192.0.2.1/", "http://127.0.0.1.example.cn/"):
            with pytest.raises(way.LeavesTheHouse):
                await http.get(url)
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get("http://127.0.0.1:9/")
        house.practice = Practising(1, 1, "", START, closing=True)
        with pytest.raises(way.LeavesTheHouse):
            await http.get("http://192.0.2.1/")


def test_f54_an_account_of_play_never_has_the_real_platform() -> None:
    here = "http://127.0.0.1:8090"
    assert way.own(Wechat(app_id="wxsim0000000000001")) == Wechat()
    assert way.own(Wechat(app_id="wxsim0000000000001", api_base_url=here)).api_base_url == here
    assert way.own(Wechat(app_id="wx0123456789abcdef")).app_id == "wx0123456789abcdef"


async def test_f54_what_waited_in_the_spool_is_taken_by_its_own_kind_of_account_alone(service: Service) -> None:
    ours, ids = service.inbound, service.ids
    practised = pushes.read(PUSH.format(f"{OPENID}family_000001").encode(), START)
    real = pushes.read(PUSH.format("o-real").encode(), START)
    assert isinstance(practised.event, Text)
    for practises in (False, True):
        account = Account(ids.account_id, ids.home_id, practises)
        assert (account.takes(practised), account.takes(real)) == (practises, not practises)
    for push in (practised, real):
        await service.spool.keep(Kept(push.raw, START))
    while await ours.drain():
        pass
    assert service.spool.files() == []
    found = await service.database.store(lambda store: store.rows("SELECT openid FROM follower"))
    assert found == [("o-real",)]


async def test_f54_one_process_of_a_host_runs_the_simulator_and_another_takes_over_when_it_ends(
    service: Service,
) -> None:
    first, second = (Simulation(service.running, serves=True) for _ in range(2))
    assert (first._alone(), second._alone(), first._alone()) == (True, False, True)
    await first.end()
    assert second._alone()
    await second.end()
    await Simulation(service.running, serves=False).look()
    assert service.house.practice is None, "without practice nothing is started"


@pytest.mark.parametrize("url", ["https://api.weixin.qq.com/cgi-bin/token", "http://127.0.0.1:8090/"])
async def test_f54_without_practice_every_call_leaves_and_in_practice_those_to_this_machine_alone(url: str) -> None:
    house, asked = House(Home()), list[object]()

    answer: Any = object()

    async def answers(request: object) -> Any:
        asked.append(request)
        return answer

    request: Any = SimpleNamespace(url=URL(url))
    handler: Any = answers
    assert await way.Way(house).check(request, handler) is answer
    house.practice = Practising(1, 1, "", START, closing=False)
    if request.url.host == "127.0.0.1":
        assert await way.Way(house).check(request, handler) is answer
        assert asked == [request] * 2
    else:
        with pytest.raises(way.LeavesTheHouse):
            await way.Way(house).check(request, handler)
        assert asked == [request]


async def test_f54_the_lock_of_the_simulator_is_nobody_elses_and_is_let_go(service: Service) -> None:
    stage = Simulation(service.running, serves=True)
    assert stage._alone()
    lock = service.settings.key_file.with_name(practising.LOCK)
    assert lock.stat().st_mode & 0o777 == 0o600
    held = stage._lock
    await stage.end()
    await stage.end()
    assert stage._lock == -1
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(held)


async def test_f54_a_simulator_is_there_when_it_listens_and_one_that_died_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not await practising.listens(None, practising.free_port())
    dead: Any = SimpleNamespace(returncode=1)
    lives: Any = SimpleNamespace(returncode=None)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await practising.listens(lives, port)
    assert not await practising.listens(dead, port)
    server.close()
    await server.wait_closed()
    monkeypatch.setattr(practising, "BEGINS", 0.3)
    begun = time.monotonic()
    assert not await practising.listens(lives, port), "it does not come up"
    assert 0.2 < time.monotonic() - begun < 5
