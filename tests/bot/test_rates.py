"""How fast the platform is asked, by all processes together."""

import asyncio

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
