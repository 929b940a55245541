"""值班台 at the browser: marked by the director, six digits, five wrong ones, locked and still ringing with the place
alone; the complaint unit where the console names who is in charge; one line of privacy (F39, C16, P6+).
"""

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from care.states import Role
from care.triage import Triage
from services.emergencies.strip import Place
from services.staff import staff
from tests.console.browsers import ROUTE, Colleague, House, resident
from understanding.cascade import triage

PIN = "274916"


@pytest.fixture
async def station(house: House) -> AsyncIterator[ClientSession]:
    """A browser at which the director pressed the button."""
    home = house.home
    await home.staff(Role.DIRECTOR, "沈国平", "shen")
    await home.staff(Role.CARER, "周敏", "zhou")
    await home.staff(Role.NURSE, "唐雨", "tang")
    await home.rows("UPDATE staff SET pin = ? WHERE login IN ('zhou', 'tang')", staff.hashed_pin(PIN))
    async with house.browser("shen") as client:
        shen = Colleague(client, house)
        assert "还没有值班台" in await shen.get("/stations")
        assert (await shen.post("/stations", {"name": ""})).status == 422
        answer = await shen.post("/stations", {"name": "3 楼护士站"})
        assert answer.headers["HX-Redirect"] == "/console/station"
        yield client


async def comes(client: ClientSession, house: House, name: str, pin: str = PIN, to: str = "") -> tuple[str, str]:
    number = await house.home.one("SELECT id FROM staff WHERE name = ?", name)
    form = {"who": str(number), "pin": pin, "to": to}
    answer = await client.post("/console/station/in", data=form, headers=ROUTE)
    return str(answer.url.path), await answer.text()


async def test_f39_colleagues_switch_by_six_digits_and_every_act_carries_its_person(
    station: ClientSession, house: House
) -> None:
    answer = await station.get("/console/residents")
    assert answer.url.path == "/console/station", "the director is out: nobody goes on as her"
    page = await answer.text()
    assert "周敏" in page
    assert "沈国平" not in page, "she has no PIN"
    assert "王桂兰" not in page
    path, page = await comes(station, house, "周敏", to="/console/residents")
    assert path == "/console/residents"
    assert "data-lock" in page
    assert 'data-station="1"' in page
    assert (await comes(station, house, "唐雨"))[0] == "/console/today"
    page = await (await station.get("/console/today")).text()
    assert "唐雨" in page
    who = await house.home.rows(
        "SELECT s.name FROM audit a JOIN staff s ON a.actor = 'staff:' || s.id WHERE a.action = 'log_in'"
    )
    assert [name for (name,) in who] == ["沈国平", "周敏", "唐雨"]
    assert (await station.post("/console/station/lock", headers=ROUTE)).status == 204
    assert (await station.get("/console/today")).url.path == "/console/station"
    await comes(station, house, "唐雨")
    house.home.clock.on(minutes=3)
    assert (await station.get("/console/today")).url.path == "/console/station", "nobody was there"


async def test_f39_five_wrong_digits_lock_one_person_at_this_station_and_tell_the_lead(
    station: ClientSession, house: House
) -> None:
    for left in (4, 3, 2, 1):
        assert f"还可以试 {left} 次" in (await comes(station, house, "周敏", "111222"))[1]
    assert "15 分钟后再试" in (await comes(station, house, "周敏", "111222"))[1]
    assert "15 分钟后再试" in (await comes(station, house, "周敏"))[1]
    assert (await comes(station, house, "唐雨"))[0] == "/console/today"
    assert "先点自己的名字" in (await comes(station, house, "沈国平"))[1]
    locks = await house.home.database.read(lambda db: staff.locks(db, house.home.ids.home_id, house.home.clock()))
    assert [(lock.name, lock.address) for lock in locks] == [("周敏", "值班台 3 楼护士站")]


async def test_f39_a_locked_station_rings_with_the_place_and_says_nothing_else(
    station: ClientSession, house: House
) -> None:
    words = "我摔倒了起不来"
    heard = triage(words)
    assert isinstance(heard, Triage)
    house.board.places = {"elder3": Place("王桂兰", "3 楼 306 室 1 床", "306 室", bound=True)}
    house.board.ring("elder3", "key", heard, words, house.home.clock())
    page = await (await station.get("/console/station/alarms")).text()
    assert "306" in page
    for secret in ("王桂兰", words):
        assert secret not in page
    async with house.browser() as stranger:
        assert (await stranger.get("/console/station/alarms")).status == 404
        assert (await stranger.get("/console/station")).url.path == "/console/login"
        answer = await stranger.post("/console/station/in", data={"who": "1", "pin": PIN}, headers=ROUTE)
        assert answer.url.path == "/console/login"
        assert (await stranger.post("/console/station/lock", headers=ROUTE)).status == 404


async def test_f39_a_station_that_is_ended_is_a_browser_like_any_other(station: ClientSession, house: House) -> None:
    await comes(station, house, "唐雨")
    number = await house.home.one("SELECT id FROM station")
    async with house.browser("shen") as client:
        assert "3 楼护士站" in await Colleague(client, house).get("/stations")
        page = await (await Colleague(client, house).post(f"/stations/{number}/end")).text()
        assert "还没有值班台" in page
    assert (await station.get("/console/today")).url.path == "/console/login"


async def test_c16_the_unit_is_written_printed_and_named_where_complaints_are(house: House) -> None:
    director = await house.home.staff(Role.DIRECTOR, "沈国平", "shen")
    lead, desk = await house.home.staff(Role.SUPERVISOR, "何志远", "he"), await house.home.staff()
    await house.home.hears("我要投诉饭菜", "kin3")
    number = await house.home.one("SELECT number FROM complaint")
    await house.home.rows("UPDATE complaint SET stage = 2, feedback_at = 1")
    async with house.browser("shen") as client, house.browser("chen") as other:
        shen, chen = Colleague(client, house), Colleague(other, house)
        assert "还没定谁负责" in await shen.get("/complaints")
        assert "还没有定" in await chen.get("/unit/print")
        form = {
            "lead": str(lead.id),
            "deputy": str(desk.id),
            "members": str(director.id),
            "procedure": "一、当场登记。\n二、一小时内联系。",
            "drawn": await shen.drawn("/unit"),
        }
        assert "这是第 1 版" in await (await shen.post("/unit", form)).text()
        assert (await shen.post("/unit", form)).status == 409
        page = await chen.get("/unit")
        assert "一小时内联系" in page
        assert "存下这一版" not in page
        assert (await chen.post("/unit", form)).status == 403
        paper = await chen.get("/unit/print")
        for words in ("何志远", "陈晓雯", "一小时内联系", "第 1 版"):
            assert words in paper
        assert "负责人 何志远，不在时 陈晓雯" in await chen.get("/complaints")
        step = await shen.get(f"/complaints/{number}")
        assert re.search(rf'<option value="{lead.id}" selected>何志远', step), "she is offered as the owner first"


async def test_p6plus_one_line_of_privacy_stands_at_photos_evidence_forwarding_export_and_print(house: House) -> None:
    await house.home.staff(Role.DIRECTOR, "沈国平", "shen")
    await house.home.hears("我要投诉饭菜", "kin3")
    number = await house.home.one("SELECT number FROM complaint")
    await house.home.rows("UPDATE complaint SET stage = 2, feedback_at = 1")
    async with house.browser("shen") as client:
        shen = Colleague(client, house)
        case = await shen.get(f"/complaints/{number}")
        letter = await shen.get(f"/letters/{await resident(house)}")
        sheets = await shen.get("/imports")
    assert re.findall(r'data-privacy="(\w+)"', letter) == ["photo"]
    assert re.findall(r'data-privacy="(\w+)"', sheets) == ["export"]
    assert set(re.findall(r'data-privacy="(\w+)"', case)) == {"photo", "forward", "print"}
