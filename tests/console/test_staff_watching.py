"""A screen that nobody sits at and that hears alarms for a shift: it rings and can be answered, and opens nothing else
(F1, F39).
"""

import pytest
from aiohttp import ClientSession

from services.emergencies.strip import Place
from tests.console.browsers import ROUTE, Colleague, House
from tests.console.test_staff_stations import comes, station
from understanding.cascade import triage

__all__ = ["station"]
LIVE = {"HX-Request": "true"}


@pytest.fixture
async def nurse(station: ClientSession, house: House) -> Colleague:
    """唐雨 has taken over at the station and locked it."""
    await comes(station, house, "唐雨")
    tang = Colleague(station, house)
    assert (await tang.post("/duty/take", {"post": "0"})).status == 200
    assert (await tang.post("/duty/heard", {})).status == 200
    assert (await station.post("/console/station/lock", headers=ROUTE)).status == 204
    return tang


async def test_f1_a_veiled_screen_keeps_its_page_and_shows_nothing_new(nurse: Colleague, house: House) -> None:
    client = nurse.client
    assert "姓名或登录名" in await (await client.get("/console/login")).text(), "no circle: the log-in is shown"
    for path in ("/console/today", "/console/residents", "/console/alarms/past", "/console/duty"):
        assert (await client.get(path)).url.path == "/console/station", path
        answer = await client.get(path, headers=LIVE)
        assert (answer.status, await answer.text(), answer.headers.get("HX-Redirect")) == (204, "", None), path
    answer = await client.post("/console/duty/over", headers={**LIVE, **ROUTE})
    assert answer.headers["HX-Redirect"].startswith("/console/station"), "what is pressed by hand leads to the log-in"
    assert await house.home.one("SELECT count(*) FROM takeover WHERE ended_at IS NULL") == 1


async def test_f1_a_veiled_screen_says_that_it_sounds_and_who_comes_running_can_press(
    nurse: Colleague, house: House
) -> None:
    csrf = {"X-CSRF": str(await house.home.one("SELECT csrf FROM staff_session WHERE ended_at IS NULL")), **ROUTE}
    await house.home.rows("UPDATE takeover SET seen_at = NULL")
    assert (await nurse.client.post("/console/duty/pulse", headers=csrf)).status == 204
    assert await house.home.one("SELECT seen_at FROM takeover") is not None
    house.board.places = {"elder3": Place("王桂兰", "306 室 1 床", "306 室 1 床")}
    house.board.ring("elder3", "k", triage("我摔倒了"), "我摔倒了", house.home.clock())
    (alarm,) = house.board.waiting
    answer = await nurse.client.post(f"/console/alarms/{alarm.ref}/go", headers=csrf)
    assert answer.status == 200
    assert not house.board.waiting
    await comes(nurse.client, house, "唐雨")
    assert "接班中" in await nurse.get("/duty"), "she is back, and it went on"
