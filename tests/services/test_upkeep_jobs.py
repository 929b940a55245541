"""What the scheduler did last, for who keeps it running: a job that fails or stands still is seen before a letter is
missed (P7).
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from care.errors import NotFound
from care.states import Role
from console.app import build
from scheduler.ticker import Ticker
from services.emergencies.board import Board
from services.subject import Job, Running
from services.upkeep import jobs
from services.upkeep.jobs import Run
from settings import Media, Settings
from tests.conftest import HomeUnderTest


async def nothing(*_: object) -> None:
    """A job that goes well."""


def running(home: HomeUnderTest) -> Running:
    """What jobs of this home work with."""
    return Running(home.database, home.house, home.ids.home_id, Settings())


async def always() -> bool:
    return True


async def test_p7_a_job_that_fails_is_told_since_when_until_it_goes_well_again(home: HomeUnderTest) -> None:
    broken = True

    async def letters(*_: object) -> None:
        if broken:
            raise ConnectionError

    job = Job("letters", 5.0, letters, "到傍晚放行家书")
    ticker = Ticker([job], running(home), home.clock, always)
    first = home.clock()
    await ticker._tick(job)
    home.clock.on(minutes=5)
    await ticker._tick(job)
    _, run = ticker.runs["letters"]
    assert (run.failed, run.failing_since, run.began_at) == ("ConnectionError", first, home.clock())
    broken = False
    await ticker._tick(job)
    _, run = ticker.runs["letters"]
    assert (run.failed, run.failing_since) == (None, None)


async def test_p7_what_could_not_be_written_down_waits_for_the_next_time(home: HomeUnderTest) -> None:
    job = Job("head", 3600.0, nothing, "把审计链的末端写到文件")
    ticker = Ticker([job], running(home), home.clock, always)
    await ticker._tick(job)
    before = dict(ticker.runs)
    await ticker._tick(job)
    ticker.written(before)
    assert set(ticker.runs) == {"head"}, "it ran again while the earlier run was written down"
    ticker.written(dict(ticker.runs))
    assert ticker.runs == {}


async def test_a_process_that_does_not_lead_writes_down_only_what_it_did(home: HomeUnderTest) -> None:
    async def never() -> bool:
        return False

    mine, leads = (
        Job("strip", 5.0, nothing, "刷新紧急条", everywhere=True),
        Job("letters", 5.0, nothing, "到傍晚放行家书"),
    )
    ticker = Ticker([mine, leads], running(home), home.clock, never)
    for job in (mine, leads):
        await ticker._tick(job)
    assert set(ticker.runs) == {"strip"}


async def test_p7_the_administrator_sees_trouble_first_and_a_nurse_sees_no_such_page(home: HomeUnderTest) -> None:
    admin, nurse = await home.staff(Role.ADMIN, "顾一帆", "gu"), await home.staff(Role.NURSE, "唐雨", "tang")
    now = home.clock()
    known = {
        "letters": (
            Job("letters", 5.0, nothing, "到傍晚放行家书"),
            Run(now, 0.2, "ConnectionError", now - timedelta(hours=2)),
        ),
        "days": (Job("days", 300.0, nothing, "排好祝福"), Run(now - timedelta(hours=1), 1.5)),
        "strip": (Job("strip", 5.0, nothing, "刷新紧急条"), Run(now, 0.001)),
        "old": (Job("old", 5.0, nothing, "以前的"), Run(now - timedelta(days=8), 0.001)),
    }
    await home.database.store(lambda store: jobs.write_down(store, {}))
    await home.database.store(lambda store: jobs.write_down(store, known))
    assert await home.one("SELECT count(*) FROM job_run") == 4
    lines = await home.database.read(lambda db: jobs.shown(db, admin, now))
    assert [(line.row.name, line.row.failed, line.late) for line in lines] == [
        ("letters", "ConnectionError", False),
        ("days", None, True),
        ("strip", None, False),
    ]
    rhythm = {line.row.name: (line.row.every_ms, line.row.took_ms) for line in lines}
    assert rhythm == {"letters": (5000, 200), "days": (300_000, 1500), "strip": (5000, 1)}, "in milliseconds"
    known["letters"] = (known["letters"][0], Run(now, 0.2))
    await home.database.store(lambda store: jobs.write_down(store, known))
    lines = await home.database.read(lambda db: jobs.shown(db, admin, now))
    assert [line.row.name for line in lines if line.row.failed or line.late] == ["days"]
    assert lines[1].row.failing_since is None
    with pytest.raises(NotFound):
        await home.database.read(lambda db: jobs.shown(db, nurse, now))


async def test_p7_the_page_says_what_is_wrong_in_words(home: HomeUnderTest, tmp_path: Path) -> None:
    await home.staff(Role.ADMIN, "顾一帆", "gu")

    async def no_sound(_: bytes) -> bytes:
        return b""

    app = web.Application()
    app.add_subapp(
        "/console", build(home.database, home.house, Board(), Settings(media=Media(tmp_path)), home.clock, no_sound)
    )
    async with TestClient(TestServer(app), cookie_jar=CookieJar(unsafe=True)) as client:
        token = re.search(r'name="csrf" value="([^"]*)"', await (await client.get("/console/login")).text())
        form = {"login": "gu", "password": "long-enough", "csrf": token[1] if token else ""}
        await client.post("/console/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        assert "服务刚启动" in await (await client.get("/console/jobs")).text()
        now = home.clock()
        failing = (Job("letters", 5.0, nothing, "到傍晚放行家书"), Run(now, 0.2, "ConnectionError", now))
        fine = (Job("days", 300.0, nothing, "排好祝福"), Run(now, 1.5))
        await home.database.store(lambda store: jobs.write_down(store, {"letters": failing, "days": fine}))
        page = await (await client.get("/console/jobs/list")).text()
        for words in ("1 项不正常", "没做成", "ConnectionError", "每隔", "5 秒", "5 分钟", "0.2 秒", "正常"):
            assert words in page
