"""What a process keeps in memory follows what other processes change, at once and at an interval."""

import asyncio
from pathlib import Path

import pytest

from bot import looks
from bot.looks import Looks
from bot.main import Service
from services.subject import subjects
from tests.service import made, service

__all__ = ["service"]


async def test_fault_t_what_lives_in_the_memory_of_a_process_is_looked_at_in_each(service: Service) -> None:
    """On PostgreSQL one process leads; the others must learn of a new colleague and a confirmed restore as well."""
    led = {job.name for job in service.jobs() if not job.everywhere}
    of_subjects = {job.name for subject in subjects() for job in subject.jobs}
    menus = {"menus"}  # asks the platform, and what it asked for stands in the database
    assert led == of_subjects - {"looks"} | menus, "who has looked is kept in memory until it is written"
    assert {job.name for job in service.looks.jobs()} & led == set()


@pytest.fixture
def looked(service: Service, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was looked at; nobody looks by himself."""
    seen: list[str] = []
    for name in ("alarms", "knowledge", "staff", "epochs"):

        async def look(name: str = name) -> None:
            seen.append(name)

        monkeypatch.setattr(service.looks, name, look)
    monkeypatch.setattr(service.ticker, "start", lambda: None)
    return seen


async def test_fault_t_a_change_is_looked_at_where_it_matters_and_nowhere_else(
    service: Service, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    used = service.looks

    async def heard(*hints: str) -> list[str]:
        looked.clear()
        used.hear(frozenset(hints))
        await asyncio.gather(*used._tasks)
        await asyncio.sleep(0)
        assert used._tasks == set(), "a look that is over is forgotten"
        return sorted(set(looked))

    await asyncio.sleep(0)
    assert await heard("outbox") == []
    for hint in ("alarms", "knowledge", "staff", "epochs"):
        assert await heard(hint, "person:7") == [hint]
    assert await heard("residents") == ["knowledge"], "who moves in or out changes the free beds that are told"
    assert await heard("accused", "person:7") == [], "it has no strip"
    monkeypatch.setattr(service.board, "concerns", lambda hints: "person:7" in hints)
    assert await heard("accused", "person:7") == ["alarms"]
    assert await heard("person:7") == []
    monkeypatch.setattr(service.board, "concerns", lambda _: False)
    async with used._looking:
        assert await heard("accused", "person:8") == ["alarms"], "the look that runs may have read before it"


async def test_fault_t_a_restore_that_is_confirmed_elsewhere_is_told_once_to_the_open_pages(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bool] = []
    monkeypatch.setattr(service.board, "touch", lambda: told.append(bool(service.board.closed)))
    await service.looks.epochs()
    assert told == []
    service.board.closed = ("gone",)  # type: ignore[assignment]
    await service.looks.epochs()
    await service.looks.epochs()
    assert told == [False]


async def test_fault_t_a_process_that_only_takes_messages_sends_and_fetches_nothing(
    tmp_path: Path, migrated: Path
) -> None:
    web = made(tmp_path, migrated)
    web.role = "web"
    await web.start()
    try:
        assert web._tasks == []
        ticks = {job.args[0].name for job in web.ticker._scheduler.get_jobs() if job.args}
        assert ticks == {job.name for job in web.jobs() if job.everywhere}
    finally:
        await web.stop()


async def test_fault_s3_after_a_look_at_the_alarms_there_is_a_rest_four_times_as_long(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, slept = [10.0], list[float]()

    class Time:
        @staticmethod
        def monotonic() -> float:
            return now[0]

    async def take_over(_: Looks) -> None:
        now[0] += 0.5

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    service.ticker._scheduler.pause()
    monkeypatch.setattr(looks, "time", Time)
    monkeypatch.setattr(Looks, "_take_over", take_over)
    monkeypatch.setattr("bot.looks.asyncio.sleep", sleep)
    service.looks._rests_until = 0.0
    await service.looks.alarms()
    await service.looks.alarms()
    assert [seconds for seconds in slept if seconds in {-10.0, 2.0}] == [-10.0, 2.0]
