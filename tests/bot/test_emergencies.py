"""What a whole service does about many cries at once: the board is drawn again a few times, not once for each (S3)."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from bot.main import Service
from bot.pushes import Push
from care.states import Role
from conversations import events
from services.access import Viewer
from tests.service import made, service

__all__ = ["service"]
CRIES = 60


def cry(service: Service, number: int, words: str = "我摔倒了，快来人") -> Push:
    now = service.clock()
    return Push(
        to_user="gh",
        openid=f"oLooks{number:022d}",
        key=f"m:{number}:looks",
        kind="text",
        event=events.Text(words),
        raw=b"<xml/>",
        created_at=now.replace(microsecond=0),
    )


async def test_fault_s3_many_cries_at_once_are_drawn_by_a_few_looks_and_all_of_them_ring(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    takes_over = service.looks._take_over

    async def counted() -> None:
        nonlocal looks
        looks += 1
        await takes_over()

    monkeypatch.setattr(service.looks, "_take_over", counted)
    commits = [service.inbound.take(cry(service, number)) for number in range(CRIES)]
    for commit in commits:
        await commit
    nurse = Viewer(1, service.ids.home_id, "唐雨", Role.NURSE)
    async with asyncio.timeout(20):
        while len(service.board.seen_by(nurse)) < CRIES:  # noqa: ASYNC110  (the board is looked at as a page does)
            await asyncio.sleep(0.02)
    assert 1 <= looks <= CRIES / 4


async def drawn_again(so: Callable[[], bool]) -> None:
    """A look rests after the one before, and a busy machine rests longer."""
    for _ in range(200):
        if so():
            return
        await asyncio.sleep(0.05)


async def test_d9_a_strip_learns_whom_its_talk_accuses_when_that_is_said_later(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[frozenset[tuple[str, str]]] = []
    takes_over = service.looks._take_over

    async def seen() -> None:
        await takes_over()
        looks.append(frozenset[tuple[str, str]]().union(*(strip.roles for strip in service.board._open.values())))

    monkeypatch.setattr(service.looks, "_take_over", seen)

    async def hears(who: int, words: str, key: str) -> None:
        await service.inbound.take(msgspec.structs.replace(cry(service, who, words), key=f"m:{key}"))
        await asyncio.sleep(0.3)

    await hears(1, "三楼护工态度不好", "one")
    assert looks == [], "nothing rings: no board is drawn again"
    await hears(2, "我摔倒了", "two")
    await drawn_again(lambda: bool(looks))
    assert looks[-1:] == [frozenset()]
    await hears(1, "三楼护工态度还是不好", "three")
    drawn = len(looks)
    await hears(2, "三楼护工对我态度不好", "four")
    await drawn_again(lambda: looks[-1] != frozenset())
    assert len(looks) > drawn, "whose strip stands there"
    assert looks[-1] == {("carer", "3")}


async def test_fault_s3_a_look_that_is_cut_leaves_the_way_free_for_the_next(service: Service) -> None:
    async with service.looks._looking:
        cut = asyncio.create_task(service.looks.alarms())
        await asyncio.sleep(0)
        assert service.looks._waits
        cut.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cut
    assert not service.looks._waits
    await service.looks.alarms()


async def test_fault_t_what_rang_before_a_restart_rings_as_soon_as_the_service_has_started(
    tmp_path: Path, migrated: Path
) -> None:
    before = made(tmp_path, migrated)
    await before.start()
    await before.inbound.take(cry(before, 1))
    await before.stop()
    after = Service(before.settings)
    await after.start()
    try:
        assert len(after.board.seen_by(Viewer(1, after.ids.home_id, "唐雨", Role.NURSE))) == 1
    finally:
        await after.stop()
