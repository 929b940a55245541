"""How fast the platform is asked, by all processes together."""

import asyncio
from typing import Self

import pytest

from bot.rates import LATER, Rates
from tests.bot.logged import actions


@pytest.mark.parametrize("shared", [True, False])
async def test_r1_processes_share_a_rate_and_the_rest_after_too_often(
    shared: bool, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("redis_url") if shared else "unix:///nobody/listens"
    api = f"/send-{shared}"
    one, two = Rates(url, a_second=4), Rates(url, a_second=4)
    for _ in range(20):  # within one second of the server's clock
        found = [await rates.delay(api) for rates in (one, two) for _ in range(4)]
        if found.count(0.0) <= 4 or not shared:
            break
        await asyncio.sleep(0.3)
    assert found.count(0.0) == (4 if shared else 8)  # without Redis each counts for itself
    assert set(found) == ({0.0, LATER} if shared else {0.0})
    await one.refused(api, 30)
    assert await one.delay(api) > 25
    assert (await two.delay(api) > 25) is shared
    assert await two.delay("/another") == 0.0
    for rates in (one, two):
        await rates.close()


async def test_r1_a_process_alone_counts_each_second_and_rests_as_long_as_the_platform_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [100.2]
    monkeypatch.setattr("bot.rates.time.monotonic", lambda: now[0])
    rates = Rates("", a_second=3)
    assert [await rates.delay("/send") for _ in range(5)] == [0.0, 0.0, 0.0, LATER, LATER]
    assert await rates.delay("/upload") == 0.0
    now[0] = 101.1
    assert [await rates.delay("/send") for _ in range(4)] == [0.0, 0.0, 0.0, LATER]
    await rates.refused("/send", 60.0)
    assert (await rates.delay("/send"), await rates.delay("/upload")) == (60.0, 0.0)
    assert actions(caplog) == ["rate"]
    now[0] += 59.0
    assert 0.5 < await rates.delay("/send") <= 1.0
    now[0] += 1.0
    assert await rates.delay("/send") == 0.0, "then it is asked again"


class Shared:
    """A Redis that holds two figures."""

    def __init__(self) -> None:
        self.paused, self.count, self.closed = -2, 0, False
        self.told: list[object] = []

    async def time(self) -> tuple[int, int]:
        return 1_800_000_000, 7

    def pipeline(self, *, transaction: bool) -> Self:
        assert not transaction, "one round, and nobody is held up"
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is left open."""

    def pttl(self, name: str) -> None:
        self.told.append(name)

    incr = pttl

    def expire(self, name: str, seconds: int) -> None:
        assert seconds > 1, "it must outlive its second"
        self.told.append(name)

    async def execute(self) -> tuple[int, int, int]:
        self.count += 1
        return self.paused, self.count, 1

    async def set(self, name: str, _: bytes, px: int) -> None:
        self.told.append((name, px))

    async def aclose(self) -> None:
        self.closed = True


async def test_r1_processes_count_together_and_rest_together() -> None:
    rates, shared = Rates("", a_second=2), Shared()
    rates._client = shared  # type: ignore[assignment]
    assert [await rates.delay("/send") for _ in range(3)] == [0.0, 0.0, LATER]
    second = "jiashu:rate:/send:1800000000"
    assert shared.told[:3] == ["jiashu:pause:/send", second, second]
    shared.count, shared.paused = 0, 1500
    assert await rates.delay("/send") == 1.5
    shared.paused = 0
    assert await rates.delay("/send") == 0.0
    await rates.refused("/send", 60.0)
    assert shared.told[-1] == ("jiashu:pause:/send", 60_000)
    await rates.close()
    assert shared.closed
