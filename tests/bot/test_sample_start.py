"""The start of `make demo`: the house opens at once, its past is played behind it, and once."""

import asyncio
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import demo
from bot.main import Service
from bot.sample import fortnight
from bot.sample.demo import MARKER, Sample
from care.states import Launch
from tests.service import made

SCENE = tomllib.loads(demo.SCENE.read_text(encoding="utf-8")) | {"residents": [], "blanks": {}}
SCENE["people"] = [one for one in SCENE["people"] if one["name"] in {"王桂兰", "李静"}]
BOOK: dict[str, Any] = {
    "staff": [],
    "kin": [],
    "known": {},
    "letters": {},
    "weeks": {},
    "doctors": [],
    "acts": [
        {"at": "-3 09:15", "do": "hear", "who": "李静", "says": "能开发票吗，公司要报销"},
        {"at": "-3 09:25", "do": "answer", "by": "chen", "to": "李静", "says": "可以的，每月 5 号开。"},
        {"at": "now -30", "do": "hear", "who": "李静", "says": "谢谢"},
        {"at": "now -20", "do": "move", "place": "306-1", "by": "tang", "to": "999-1"},
    ],
}


@pytest.fixture
async def phones() -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    shown: list[dict[str, Any]] = []

    async def person(request: web.Request) -> web.Response:
        shown.append(await request.json())
        return web.json_response({})

    app = web.Application()
    app.router.add_post("/api/person", person)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/"), shown
    await server.close()


def sample_of(service: Service, folder: Path, *, plays: bool = True) -> Sample:
    return Sample(SCENE, folder, service.settings, fortnight=plays)


async def test_the_past_is_played_while_nothing_leaves_and_only_once(
    tmp_path: Path,
    migrated: Path,
    phones: tuple[str, list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(fortnight, "book", lambda: BOOK)
    service, (address, shown) = made(tmp_path, migrated), phones
    service.plays_past, sample = True, sample_of(service, tmp_path)
    await service.start(sample.furnish)
    try:
        assert await service._leads() is False
        told: list[str] = []
        service.board.listen(lambda: told.append(service.board.playing))
        await sample.play(service, address)
        assert any("第 14 天，共 14 天" in words for words in told)
        assert (service.plays_past, service.board.playing) == (False, "")
        assert await service._leads() is True
        daughter = next(one for one in shown if one["name"] == "李静")
        first, *_, thanks, answer = daughter["chat"]
        assert (first["side"], first["kind"], first["content"]) == ("line", "follow", "你关注了公众号")
        assert [(one["side"], one["content"]) for one in (thanks, answer)] == [
            ("me", "谢谢"),
            ("home", "不客气，应该的。"),
        ]
        assert (daughter["kind"], daughter["left"]) == ("family", 5)
        rows = await service.database.store(lambda store: store.rows("SELECT state FROM outbox WHERE staff_id > 0"))
        assert rows == [("sent",)]
        assert "前两周的事补好了" in capsys.readouterr().out
    finally:
        await service.stop()
    kept = demo._kept(tmp_path)
    assert kept is not None
    assert kept["token"] == "tok"
    assert (tmp_path / MARKER).stat().st_mode & 0o777 == 0o600
    again = Service(service.settings)
    after, before = sample_of(again, tmp_path), len(shown)
    await again.start(after.furnish)
    try:
        await after.play(again, address)
        assert len(shown) == 2 * before, "the phones show what they showed"
        count = await again.database.store(lambda store: store.rows("SELECT count(*) FROM outbox WHERE staff_id > 0"))
        assert count == [(1,)], "nothing is played twice"
    finally:
        await again.stop()


async def test_without_a_fortnight_only_the_people_are_there_and_the_house_is_not_held(
    tmp_path: Path, migrated: Path, phones: tuple[str, list[dict[str, Any]]]
) -> None:
    service, (address, shown) = made(tmp_path, migrated), phones
    sample = sample_of(service, tmp_path, plays=False)
    await service.start(sample.furnish)
    try:
        await asyncio.wait_for(sample.play(service, address), 5)
        ties = await service.database.store(lambda store: store.rows("SELECT scopes FROM kinship"))
        assert ties == [("daily health billing photos emergency",)]
        elder = "SELECT r.room, f.binding FROM follower f JOIN resident r ON r.person_id = f.person_id"
        assert await service.database.store(lambda store: store.rows(elder)) == [("306", "own")]
        on = "SELECT launched, floor, count(*) FROM launch WHERE ended_at IS NULL GROUP BY launched, floor"
        assert sorted(await service.database.store(lambda store: store.rows(on))) == sorted(
            (purpose.value, "", 1) for purpose in Launch
        ), "what the machine may say is switched on"
        sure = "SELECT phone_is, proof, verdict FROM application ORDER BY phone_is"
        assert await service.database.store(lambda store: store.rows(sure)) == [
            ("elder", "card", "confirmed"),
            ("family", "card", "confirmed"),
        ]
        waits = "SELECT count(*) FROM outbox WHERE state <> 'sent'"
        assert await service.database.store(lambda store: store.rows(waits)) == [(0,)], "all that was said has left"
        asked = "SELECT count(*) FROM staff WHERE first_password OR pledged_at IS NULL"
        assert await service.database.store(lambda store: store.rows(asked)) == [(0,)], "nobody is led anywhere"
    finally:
        await service.stop()
    assert shown == []


def test_a_folder_that_no_demo_finished_is_not_gone_on_with(tmp_path: Path) -> None:
    assert demo._kept(tmp_path) is None
    (tmp_path / MARKER).touch()
    assert demo._kept(tmp_path) is None
