"""`jiashu simulate` signs what the service believes: it plays with what is play alone, and keeps the secrets to itself
(fault S5).
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot import demo
from bot.practising import listens
from care.errors import DatabaseAway, Invalid
from scripts.stage import ROOT, free_port
from settings import Database, Http, Settings, Wechat, is_loopback
from storage import rehearsal
from tests.conftest import MakeHome

SECRETS = {"secret": "s3cretOfTheApp", "token": "tokenOfTheApp", "aes_key": "k" * 43}


def play(url: str, port: int = 8090) -> Settings:
    here = f"http://127.0.0.1:{port}"
    return Settings(
        http=Http("127.0.0.1", 8080, "http://127.0.0.1:8080"),
        wechat=Wechat(
            app_id="wxsim0000000000001",
            app_secret=SECRETS["secret"],
            token=SECRETS["token"],
            encoding_aes_key=SECRETS["aes_key"],
            api_base_url=here,
            authorize_url=f"{here}/connect/oauth2/authorize",
        ),
        database=Database(url),
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"http": Http("0.0.0.0")}, "http.host"),  # noqa: S104  (it must be refused)
        ({"http": Http(public_url="https://jiashu.example.cn")}, "http.public_url"),
        ({"wechat": {"api_base_url": "https://api.weixin.qq.com"}}, "wechat.api_base_url"),
        ({"wechat": {"authorize_url": "https://open.weixin.qq.com/connect/oauth2/authorize"}}, "wechat.authorize_url"),
        ({"wechat": {"app_id": "wx0123456789abcdef"}}, "wechat.app_id"),
    ],
)
def test_fault_s5_anything_but_loopback_and_an_account_of_play_is_refused(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    settings = play(f"sqlite:///{tmp_path / 'none.db'}")
    demo._require_play(settings, 8090)
    wechat = change.get("wechat")
    changed = replace(settings, wechat=replace(settings.wechat, **wechat)) if isinstance(wechat, dict) else None
    with pytest.raises(Invalid) as refused:
        demo._require_play(changed or replace(settings, **change), 8090)  # type: ignore[arg-type]
    assert told in refused.value.sentence
    assert refused.value.sentence.count("·") == 1, "what is right is not told"


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_fault_s5_a_database_with_one_real_follower_or_account_is_refused(
    make_home: MakeHome, engine: str
) -> None:
    home = await make_home()
    settings = play(home.settings.database.url)
    assert settings.database.is_file is (engine == "sqlite")

    async def refused() -> str:
        try:
            await asyncio.to_thread(demo._require_play, settings, 8090)
        except Invalid as error:
            return error.sentence
        return ""

    assert "wx0123456789abcdef" in await refused(), "the account of a real home"
    await home.rows("UPDATE wechat_account SET app_id = 'wxsim0000000000001'")
    assert await refused() == "", "nobody follows it yet"
    await home.hears("你好", "oSim_lijing_0000000000000001")
    assert await refused() == ""
    await home.hears("你好", "oSimXlijing_0000000000000001")
    assert "1 位真的微信用户" in await refused(), "an underscore is no joker"


def test_fault_s5_a_database_that_cannot_be_read_is_no_empty_one(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"not a database" * 100)
    with pytest.raises(DatabaseAway):
        demo._require_play(play(f"sqlite:///{tmp_path / 'broken.db'}"), 8090)
    (tmp_path / "empty.db").touch()
    assert rehearsal.real(f"sqlite:///{tmp_path / 'empty.db'}") == rehearsal.Real()


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8090", True),
        ("http://localhost/wechat", True),
        ("http://[::1]:8090", True),
        ("http://127.0.0.1:80@example.cn", False),
        ("http://example.cn/127.0.0.1", False),
        ("http://127.0.0.1.example.cn", False),
    ],
)
def test_fault_s5_loopback_is_the_host_and_nothing_that_looks_like_it(url: str, *, here: bool) -> None:
    assert is_loopback(url) is here


def test_fault_s5_an_app_id_of_the_demo_can_never_be_a_real_one(tmp_path: Path) -> None:
    made = demo.sample_settings(8080, 8090, tmp_path, {"name": "青禾", "phone": "1"})
    assert len(made.wechat.app_id) == 18
    assert set(made.wechat.app_id[2:]) - set("0123456789abcdef"), "a real one is hexadecimal"
    demo._require_play(made, 8090)


@contextlib.asynccontextmanager
async def simulator(tmp_path: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    port = free_port()
    child = await demo._start(play(f"sqlite:///{tmp_path / 'none.db'}", port), port, demo.SCENE, None)
    try:
        assert await listens(child, port)
        yield child, f"http://127.0.0.1:{port}"
    finally:
        await demo._end(child)


async def test_fault_s5_s10_no_secret_stands_in_the_list_of_processes(tmp_path: Path) -> None:
    async with simulator(tmp_path) as (child, here):
        told = Path(f"/proc/{child.pid}/cmdline").read_bytes().decode()
        assert "wxsim" in told
        assert not [name for name, value in SECRETS.items() if value in told]
        asked = {"grant_type": "client_credential", "appid": "wxsim0000000000001", "secret": SECRETS["secret"]}
        async with aiohttp.ClientSession() as http, http.post(f"{here}/cgi-bin/stable_token", json=asked) as answer:
            assert "access_token" in await answer.text(), "it knows them all the same"


async def test_fault_s5_a_page_of_another_site_presses_no_button_of_the_phone(tmp_path: Path) -> None:
    async with simulator(tmp_path) as (_, here), aiohttp.ClientSession() as http:
        body = {"openid": "oSim_lijing_0000000000000001", "text": "救命"}

        async def status(path: str = "/api/text", method: str = "POST", **headers: str) -> int:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            async with http.request(method, here + path, json=body, headers=names, allow_redirects=False) as answer:
                return answer.status

        assert await status() == 200, "a program of this machine"
        assert await status(Origin=here, Sec_Fetch_Site="same-origin") == 200, "its own page"
        for foreign in ("https://evil.example", "http://127.0.0.1:1", "null", ""):
            assert await status(Origin=foreign) == 403, foreign
        for site in ("cross-site", "same-site"):
            assert await status(Sec_Fetch_Site=site) == 403, site
        assert await status(Host="evil.example", Origin="http://evil.example") == 403, "a name that leads here"
        assert await status("/api/state", "GET", Host="evil.example") == 403
        link = "/open?openid=oSim_lijing_0000000000000001&url=http://127.0.0.1:1/"
        assert await status(link, "GET", Sec_Fetch_Site="cross-site") == 403
        assert await status(link, "GET", Sec_Fetch_Site="same-origin") == 302
        async with http.get(f"{here}/") as page:
            assert page.headers["X-Frame-Options"] == "DENY"
        async with http.get(f"{here}/api/state") as answer:
            chats = [phone["chat"] for phone in (await answer.json())["phones"]]
        assert sum(line["content"] == "救命" for chat in chats for line in chat) == 2, "what was refused did nothing"


@pytest.mark.parametrize(
    ("target", "told"),
    [("http://example.cn/127.0.0.1", "loopback only"), ("http://127.0.0.1:1/wechat", "SIMULATOR_SECRET")],
)
async def test_fault_s5_the_simulator_alone_refuses_a_target_elsewhere_and_a_start_without_secrets(
    target: str, told: str
) -> None:
    options = ["--app-id", "wxsim0000000000001", "--scene", str(demo.SCENE), "--target", target]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        *options,
        env={name: value for name, value in os.environ.items() if not name.startswith("SIMULATOR_")},
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await child.communicate()
    assert child.returncode == 2
    assert told in said.decode()
