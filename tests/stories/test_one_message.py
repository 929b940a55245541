"""`docs/one-message.md` is true: one complaint and its answer are traced, and files and functions are compared with the
page, in order.
"""

import asyncio
import re
import sys
import threading
from types import FrameType
from typing import Any

import aiohttp
import pytest

from bot.serving import running
from care.states import Role
from scheduler.ticker import Ticker
from scripts.stage import AES_KEY, APP_ID, ROOT, SECRET, TOKEN, free_port, platform_environment
from services.access import Viewer
from services.staff import staff
from services.subject import Job
from services.talks import answering
from settings import Database, Home, Http, Media, Settings, Wechat
from simulator.codec import Keys, message
from storage import migrate
from tests.conftest import SETTLED

HOUSE = (
    "bot",
    "care",
    "console",
    "conversations",
    "scheduler",
    "services",
    "settings",
    "speech",
    "storage",
    "understanding",
    "web",
)
PAGE = ROOT / "docs" / "one-message.md"
QUIET = {"settings/clock.py", "scheduler/ticker.py", "storage/looked.py", "bot/fetcher.py", "bot/logs.py"}
"""What runs beside every message all the time: the clock, the ticker, the fetcher, the log."""


ROUND = "bot/sender.py:begin"
POLL = "services/outgoing/sending.py:claim"
DUE = "services/outgoing/outbox.py:advance"
"""The sender asks every second. A poll belongs to the walk once there is something to send, and its round began before
it, however long ago: a round that waits for its turn at the database is neither counted early nor late.
"""


def listed() -> list[str]:
    """`file.py` `function` pairs of the page, in order."""
    text = PAGE.read_text(encoding="utf-8")
    return [
        f"{file}:{function}"
        for file, function in re.findall(r"^\| \d+ \| `([\w/]+\.py)` \| `(\w+)` \|", text, re.MULTILINE)
    ]


class Trace:
    """The first call of each function of the house, in order, over all threads."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.on = self.resting = False
        """Whether calls are kept; whether the jobs of the house rest, which are no part of the walk."""

    def __call__(self, frame: FrameType, what: str, _: Any) -> None:
        if not self.on or what != "call":
            return
        path = frame.f_code.co_filename
        if not path.startswith(str(ROOT)):
            return
        file = path[len(str(ROOT)) + 1 :]
        entry = f"{file}:{frame.f_code.co_name}"
        if entry == ROUND or (entry == POLL and DUE not in self.seen):
            return
        if entry == POLL and ROUND not in self.seen:
            self.seen.append(ROUND)
        if file.split("/", 1)[0] in HOUSE and entry not in self.seen:
            self.seen.append(entry)


async def test_the_page_walks_through_one_message_as_it_happens(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = Trace()
    tick = Ticker._tick

    async def rest(ticker: Ticker, job: Job) -> None:
        if not trace.resting:
            await tick(ticker, job)

    monkeypatch.setattr(Ticker, "_tick", rest)
    threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        await _one_message(tmp_path, trace)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    page = listed()
    assert len(page) > 20, "the page lists its steps as table rows"
    order = [entry for entry in trace.seen if entry in page]
    assert order == page
    files = {entry.split(":")[0] for entry in trace.seen} - QUIET
    named = set(re.findall(r"`([\w/]+\.py)`", PAGE.read_text(encoding="utf-8")))
    assert files - named == set(), "files that the message passes and the page does not name"


async def _one_message(tmp_path: Any, trace: Trace) -> None:
    port, phone = free_port(), free_port()
    path = tmp_path / "jiashu.db"
    await asyncio.to_thread(migrate.upgrade, path)
    settings = Settings(
        http=Http(port=port),
        home=Home(name="青禾颐养院"),
        database=Database(f"sqlite:///{path}"),
        media=Media(tmp_path / "media"),
        wechat=Wechat(
            app_id=APP_ID,
            app_secret=SECRET,
            token=TOKEN,
            encoding_aes_key=AES_KEY,
            api_base_url=f"http://127.0.0.1:{phone}",
        ),
    )
    platform = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        "--port",
        str(phone),
        "--target",
        f"http://127.0.0.1:{port}/wechat",
        "--app-id",
        APP_ID,
        "--scene",
        "bot/sample/home.toml",
        env=platform_environment(),
        cwd=ROOT,
    )
    keys = Keys(APP_ID, SECRET, TOKEN, AES_KEY, "secure")
    openid = "oSim_lijing_0000000000000001"
    try:
        async with running(settings) as service, aiohttp.ClientSession() as http:
            for _ in range(100):
                try:
                    async with http.get(f"http://127.0.0.1:{phone}/api/state"):
                        break
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)
            home = (await service.database.store(lambda store: store.rows("SELECT id FROM home")))[0][0]
            who = await service.database.write(
                lambda db: (
                    staff.add(db, home, "chen", "陈晓雯", Role.DESK, "long-enough", service.clock(), "", SETTLED).id
                )
            )
            viewer = Viewer(who, home, "陈晓雯", Role.DESK)
            moment = int(service.clock().timestamp())
            inner = message(
                {
                    "ToUserName": "gh_1",
                    "FromUserName": openid,
                    "CreateTime": moment,
                    "MsgType": "text",
                    "Content": "我要投诉",
                    "MsgId": 1,
                }
            )
            query, body = keys.envelope(inner, openid, "gh_1", moment)
            trace.resting = True
            async with http.post(f"http://127.0.0.1:{phone}/api/text", json={"openid": openid, "text": "你好"}):
                await asyncio.sleep(0.5)
            trace.on = True
            async with http.post(f"http://127.0.0.1:{port}/wechat", params=query, data=body.encode()) as answer:
                assert "C" in (keys.reply(await answer.text()) or {"Content": ""})["Content"]
            person = (await service.database.store(lambda store: store.rows("SELECT person_id FROM complaint")))[0][0]
            await service.database.write(
                lambda db: answering.answer(db, viewer, person, "我是陈晓雯", "k", service.clock())
            )
            for _ in range(100):
                await asyncio.sleep(0.05)
                if await service.database.store(lambda store: store.rows("SELECT 1 FROM outbox WHERE state = 'sent'")):
                    break
            else:
                pytest.fail("the answer did not leave")
            trace.on = False
    finally:
        platform.terminate()
        await platform.wait()


if __name__ == "__main__":
    import pathlib
    import tempfile

    found = Trace()
    threading.setprofile(found)
    sys.setprofile(found)
    asyncio.run(_one_message(pathlib.Path(tempfile.mkdtemp()), found))
    sys.setprofile(None)
    print("\n".join(found.seen))
