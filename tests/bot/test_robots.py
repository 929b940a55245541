"""The robot of a group: what each company is asked, what its answers mean, and the pace of posts (F15)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot import config
from bot.poster import Poster
from bot.robots import Group, meaning, of
from bot.way import Way
from care.errors import ConfigError
from care.group_posts import PostEnd
from services.ports import NoRobot, Posted
from settings import Robot
from simulator.codec import Keys
from simulator.groups import CODES, Groups
from simulator.world import World
from tests.conftest import HomeUnderTest
from tests.services.chains import Tower, tower

__all__ = ["tower"]
SCENE = Path("bot/sample/home.toml")
TOKEN, SECRET = "t0ken", "SECret"


@pytest.fixture
async def groups() -> AsyncIterator[tuple[Groups, str]]:
    """The three companies of the simulator, and where they are."""
    world = World(Keys("wx1", "s", "t", "", "plain"), SCENE, "http://127.0.0.1:1/wechat")
    played, app = Groups(world, TOKEN, SECRET), web.Application()
    played.routes(app.router)
    async with TestServer(app) as server:
        yield played, str(server.make_url("/")).rstrip("/")


def robot(kind: str, base: str, secret: str = "", token: str = TOKEN) -> Robot:
    name = "access_token" if kind == "dingtalk" else "key"
    return Robot(kind, f"{base}/robot/{kind}?{name}={token}", secret)


@pytest.mark.parametrize("kind", CODES)
async def test_f15_each_company_takes_a_post_signed_or_not(kind: str, groups: tuple[Groups, str]) -> None:
    played, base = groups
    async with aiohttp.ClientSession() as http:
        assert await Group(robot(kind, base), http).post("【报警】306 室") == Posted(PostEnd.SENT)
        assert (await Group(robot(kind, base, SECRET), http).post("第二条")).outcome is PostEnd.SENT
    assert [one["text"] for one in played.posts] == ["【报警】306 室", "第二条"]


@pytest.mark.parametrize("kind", CODES)
async def test_f15_a_refusal_with_http_200_is_a_refusal(kind: str, groups: tuple[Groups, str]) -> None:
    played, base = groups
    async with aiohttp.ClientSession() as http:
        wrong = await Group(robot(kind, base, token="another"), http).post("报警")
        assert wrong.outcome is PostEnd.REFUSED
        assert "核对 [robot] url" in wrong.why
        played.refuses = "often"
        often = await Group(robot(kind, base), http).post("报警")
        assert (often.outcome, often.again > 0) == (PostEnd.REFUSED, True)
    assert not played.posts


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
async def test_f15_a_wrong_secret_says_what_to_look_at(kind: str, groups: tuple[Groups, str]) -> None:
    _, base = groups
    async with aiohttp.ClientSession() as http:
        found = await Group(robot(kind, base, "wrong"), http).post("报警")
    assert "安全设置" in found.why


@pytest.mark.parametrize(
    ("kind", "status", "body", "outcome", "code"),
    [
        ("wecom", 200, b'{"errcode":0,"errmsg":"ok"}', PostEnd.SENT, ""),
        ("wecom", 200, b'{"errcode":12345}', PostEnd.REFUSED, "12345"),
        ("wecom", 200, b"<html>", PostEnd.UNHEARD, "no-answer"),
        ("wecom", 404, b"", PostEnd.REFUSED, "http-404"),
        ("wecom", 302, b"", PostEnd.REFUSED, "http-302"),
        ("wecom", 502, b"", PostEnd.UNHEARD, "no-answer"),
        ("wecom", 200, b'{"errcode":"0"}', PostEnd.UNHEARD, "no-answer"),
        ("wecom", 200, b'{"errcode":true}', PostEnd.UNHEARD, "no-answer"),
        ("feishu", 200, b'{"StatusCode":0,"StatusMessage":"success"}', PostEnd.SENT, ""),
        ("feishu", 400, b'{"code":19021}', PostEnd.REFUSED, "19021"),
        ("feishu", 200, b"[" * 100_000, PostEnd.UNHEARD, "no-answer"),
    ],
)
def test_f15_the_code_alone_says_what_became_of_a_post(
    kind: str, status: int, body: bytes, outcome: PostEnd, code: str
) -> None:
    found = meaning(kind, status, body)
    assert (found.outcome, found.code) == (outcome, code)
    assert bool(found.why) is (outcome is not PostEnd.SENT)


async def test_f15_a_company_that_hangs_or_is_not_there_takes_five_seconds_at_most(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    app = web.Application()
    app.router.add_post("/robot/wecom", hang)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        hung = Group(robot("wecom", str(server.make_url("/")).rstrip("/")), http, within=0.2)
        assert (await hung.post("报警")).code == "no-answer"
        gone = await Group(robot("wecom", f"http://127.0.0.1:{unused_port()}"), http).post("报警")
    assert gone.code == "no-connection"
    assert TOKEN not in caplog.text, "the address is a secret"


async def test_f54_in_practice_nothing_is_posted_outside(home: HomeUnderTest) -> None:
    home.house.practice = object()  # type: ignore[assignment]
    async with aiohttp.ClientSession(middlewares=(Way(home.house).check,)) as http:
        found = await Group(Robot("wecom", "https://robots.invalid/send?key=k"), http).post("报警")
    assert found.code == "practice"


async def test_f15_without_a_kind_there_is_no_robot() -> None:
    async with aiohttp.ClientSession() as http:
        none = of(Robot(), http)
        assert isinstance(none, NoRobot)
        assert (await none.post("报警")).outcome is PostEnd.REFUSED


@dataclass
class Slow:
    """A robot that notes what it posts."""

    connected: bool = True
    said: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)

    async def post(self, text: str) -> Posted:
        self.said.append(text)
        self.at.append(time.monotonic())
        return Posted(PostEnd.SENT)


async def test_f15_the_poster_posts_what_waits_and_keeps_its_pace(tower: Tower) -> None:
    home, slow = tower.home, Slow()
    home.house.robot = True
    poster = Poster(home.database, slow, home.house, home.ids.home_id, home.clock, pace=0.3)
    assert not await poster.round(), "nothing waits"
    await tower.cries()
    await tower.goes_on(1)
    assert await poster.round()
    await tower.cries("救命", "second")
    await tower.goes_on(1)
    assert await poster.round()
    assert slow.at[1] - slow.at[0] >= 0.29
    assert [said.count("室") for said in slow.said] == [1, 1]
    assert json.dumps(slow.said, ensure_ascii=False).count("王桂兰") == 0
    assert not await poster.round()


def test_f15_a_robot_without_its_address_stops_the_start() -> None:
    with pytest.raises(ConfigError, match=r"robot\.url"):
        config.load(None, {"JIASHU_ROBOT__KIND": "wecom"})
    with pytest.raises(ConfigError, match="https"):
        config.load(None, {"JIASHU_ROBOT__KIND": "wecom", "JIASHU_ROBOT__URL": "http://robots.example/x"})
