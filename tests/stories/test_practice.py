"""The weeks before approval, played with the real process: practice begins in the console, phones are played through
it, the service is killed and goes on, the director goes over, and the real account works without a restart (F54).
"""

import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from scripts.stage import AES_KEY, APP_ID, SECRET, TOKEN, Stage, stage
from tests.stories.test_every_page import DAUGHTER

pytestmark = pytest.mark.slow
FAMILY = "oSim_practice_family_000001"
PHONES = "practice/phones"
OURS = re.compile(r"JIASHU_WECHAT__(APP_ID|APP_SECRET|TOKEN|ENCODING_AES_KEY)")
SAID = "inbox outbox follower conversation promise alarm complaint application invitation letter plan media launch"


@dataclass
class Director:
    """A session of the director."""

    used: Stage
    csrf: str = ""

    async def enter(self) -> None:
        form = {"login": "shen", "password": "stage-password", "to": "/console/today"}
        async with self.used.http.post(f"{self.used.url}/console/login", data=form) as answer:
            found = re.search(r'"X-CSRF": "([^"]+)"', await answer.text())
        assert found
        self.csrf = found[1]

    async def see(self, page: str, **more: Any) -> tuple[int, str]:
        async with self.used.http.get(f"{self.used.url}/console/{page}", **more) as answer:
            return answer.status, await answer.text()

    async def press(self, page: str, form: dict[str, str]) -> tuple[int, str]:
        headers = {"X-CSRF": self.csrf, "HX-Request": "true"}
        async with self.used.http.post(f"{self.used.url}/console/{page}", data=form, headers=headers) as answer:
            return answer.status, await answer.text()

    async def act(self, what: str, **fields: object) -> int:
        """Something happens on a phone of practice."""
        address, headers = f"{self.used.url}/console/{PHONES}/api/{what}", {"X-CSRF": self.csrf}
        async with self.used.http.post(address, json=fields, headers=headers) as answer:
            return answer.status

    async def shown(self, openid: str) -> str:
        """What a phone of practice shows."""
        async with self.used.http.get(f"{self.used.url}/console/{PHONES}/api/state") as answer:
            if answer.status != 200:
                return ""
            phones = (await answer.json())["phones"]
        return "\n".join(line["content"] for phone in phones if phone["openid"] == openid for line in phone["chat"])

    async def plays(self) -> bool:
        return (await self.see(f"{PHONES}/api/state"))[0] == 200


@pytest.fixture
async def used() -> AsyncIterator[Stage]:
    """A service without an account, and a platform that nobody has told of it."""
    async with stage(service=False) as built:
        whole = built.settings
        built.settings = lambda more: {  # type: ignore[method-assign]
            name: value for name, value in whole(more).items() if not OURS.fullmatch(name)
        }
        await built.hire("shen", "沈国平", "director")
        await built.start_service()
        yield built


async def test_f54_a_home_practises_is_killed_goes_on_goes_over_and_answers_the_first_real_message(used: Stage) -> None:
    boss = Director(used)
    await boss.enter()
    assert (await boss.press("setup/beds", {"floors": "3", "rooms": "6", "beds": "2"}))[0] == 200
    moved_in = {"name": "王桂兰", "sex": "女", "room": "306", "bed": "1", "status": "在住", "allergy": "none"}
    assert (await boss.press("residents/new", moved_in))[0] == 204
    assert (await boss.press("practice/begin", {}))[0] == 200
    await used.until(boss.plays, "the phones did not come up")
    for page in ("today", "practice", "setup/account", "setup/drafts", "residents"):
        assert "没有一句话会发到真的微信" in (await boss.see(page))[1], page
    assert (await boss.see(f"{PHONES}/"))[1].count("没有一句话会发到真的微信") == 1

    assert await boss.act("text", openid=FAMILY, text="你好") == 200
    await used.until(lambda: _has(boss, "我是机器人"), "no answer of the machine")
    assert await boss.act("fault", name="drop", on=True) == 404, "phones alone"
    link = {"openid": FAMILY, "url": f"http://127.0.0.1:{used.port}/p/letters"}
    async with used.http.get(f"{used.url}/console/{PHONES}/open", params=link) as answer:
        assert (answer.status, answer.url.path) == (200, "/p/letters"), "the platform's log-in leads back to the page"
        assert "没有一句话会发到真的微信" in await answer.text()
    ((port, began),) = used.rows("SELECT port, began_at FROM practice")
    async with used.http.get(f"http://127.0.0.1:{port}/api/state") as answer:
        assert answer.status == 403, "who is only on this machine reads no phone"

    await used.stop(used.service, signal.SIGKILL)
    await used.until(lambda: _silent(used, port), "a simulator was left behind")
    await used.start_service()
    await used.until(boss.plays, "the phones did not come up again")
    assert used.rows("SELECT began_at FROM practice") == [(began,)]
    assert await boss.act("text", openid=FAMILY, text="喂喂") == 200
    await used.until(lambda: len(used.rows("SELECT 1 FROM inbox WHERE kind = 'text'")) == 2, "not received")
    assert used.journal() == [], "not a word went to the platform"

    status, words = await boss.press("practice/over", {"words": "别处"})
    assert (status, "请在框里写院名" in words) == (422, True)
    assert (await boss.press("practice/over", {"words": "青禾颐养院"}))[0] == 200
    await used.until(lambda: used.rows("SELECT 1 FROM practice WHERE ended_at IS NOT NULL"), "it was not emptied")
    assert len(list((used.folder / "backups").glob("jiashu-*.backup"))) == 1
    assert "已经转正式" in (await boss.see("practice"))[1]
    assert [name for name in SAID.split() if used.rows(f"SELECT 1 FROM {name}")] == []
    assert used.rows("SELECT count(*) FROM resident") == [(1,)]
    assert used.rows("SELECT count(*) FROM person") == [(1,)]
    assert used.rows("SELECT key FROM wechat_account") == [("",)]
    await used.until(lambda: _silent(used, used.rows("SELECT port FROM practice")[0][0]), "the simulator runs on")

    keys = {"app_id": APP_ID, "app_secret": SECRET, "token": TOKEN, "encoding_aes_key": AES_KEY}
    assert (await boss.press("setup/account", keys))[0] == 200
    assert "练习中" not in (await boss.see("today"))[1]
    await used.until(lambda: _answered(used), "the real account did not answer")
    assert used.rows("SELECT count(*) FROM follower") == [(1,)]
    assert (await boss.press("practice/begin", {}))[0] == 422
    log = (used.folder / "service.log").read_text(encoding="utf-8")
    assert "Traceback" not in log


async def _has(boss: Director, words: str) -> bool:
    return words in await boss.shown(FAMILY)


async def _silent(used: Stage, port: int) -> bool:
    try:
        async with used.http.get(f"http://127.0.0.1:{port}/"):
            return False
    except aiohttp.ClientError:
        return True


async def _answered(used: Stage) -> bool:
    """A real relative writes until somebody answers: the keys are a second old at most."""
    await used.act("text", openid=DAUGHTER, text="你好")
    return any("我是机器人" in line for line in await used.chat(DAUGHTER))
