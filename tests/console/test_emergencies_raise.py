"""紧急 in the console: two taps, also while the database is away; the call-out list without a log-in (F9, E4)."""

import asyncio
import re

import pytest

from care.errors import Busy, Forbidden
from care.states import Role
from services.emergencies.raising import KINDS
from services.incidents import callout
from services.staff import stations
from tests.console.browsers import Colleague, Desk, House

FORM = {"place": "306 室 王桂兰", "kind": "噎呛", "words": "脸发紫"}


async def token(desk: Desk) -> str:
    page = await (await desk.client.get("/console/alarms/raise")).text()
    assert all(kind in page for kind in KINDS)
    found = re.search(r'name="token" value="([0-9a-f]{32})"', page)
    assert found is not None
    return found[1]


async def test_f9_a_colleague_calls_the_others_and_every_page_shows_it(at_desk: Desk) -> None:
    assert "紧急叫人" in await (await at_desk.client.get("/console/today")).text(), "the button stands on every page"
    form = FORM | {"token": await token(at_desk)}
    said = await (await at_desk.post("/alarms/raise", **form)).text()
    assert "已经在叫人" in said
    assert "再叫一次" in said
    for _ in range(40):
        if await at_desk.home.one("SELECT count(*) FROM alarm_press"):
            break
        await asyncio.sleep(0.05)
    strip = await (await at_desk.client.get("/console/alarms")).text()
    assert all(words in strip for words in ("王桂兰", "在那里叫人", "脸发紫", "等人应"))
    assert "看来信" not in strip, "nobody wrote: there is no letter to look at"
    again = await at_desk.post("/alarms/raise", **form)
    assert again.status == 200
    await asyncio.sleep(0.2)
    assert await at_desk.home.one("SELECT count(*) FROM alarm_press") == 1, "the same form twice is one press"


async def test_f9_it_rings_without_the_database(at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    form = FORM | {"token": await token(at_desk)}

    async def gone(*_: object) -> None:
        raise Busy

    monkeypatch.setattr(at_desk.home.database, "read", gone)
    monkeypatch.setattr(at_desk.home.database, "write", gone)
    assert (await at_desk.post("/alarms/raise", **form)).status == 200
    (strip,) = at_desk.board.seen_by(at_desk.who)
    assert (strip.where.name, strip.words, bool(strip.uncommitted)) == ("306 室 王桂兰", "脸发紫", True)
    assert "什么事" in await (await at_desk.client.get("/console/alarms/raise")).text()
    monkeypatch.undo()
    for _ in range(60):
        if await at_desk.home.one("SELECT count(*) FROM alarm_press"):
            break
        await asyncio.sleep(0.05)
    assert await at_desk.home.one("SELECT count(*) FROM alarm") == 1, "written down as soon as the database takes it"


@pytest.mark.parametrize(
    ("wrong", "says"), [({"place": "长" * 41}, "最多 40"), ({"kind": "午饭"}, "什么事"), ({"token": "old"}, "刷新再按")]
)
async def test_f9_what_is_missing_is_said_and_nothing_rings(at_desk: Desk, wrong: dict[str, str], says: str) -> None:
    answer = await at_desk.post("/alarms/raise", **FORM | {"token": "a" * 32} | wrong)
    assert answer.status == 422
    assert says in await answer.text()
    assert at_desk.board.seen_by(at_desk.who) == []


async def test_e4_the_duty_phone_opens_its_list_without_a_log_in(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    shen = colleagues["shen"]
    made = await (await shen.post("/incidents/callout/make")).text()
    assert "<svg" in made, "a picture to scan with the duty phone"
    who = await house.home.staff(Role.DIRECTOR, "院长", "other")
    found = await house.home.database.read(lambda db: callout.current(db, who))
    key = found[0] if found else ""
    async with house.browser() as phone:
        listed = await phone.get(f"/console/callout?k={key}")
        text = await listed.text()
        assert (listed.status, 'href="tel:120"' in text, "先做什么" in text) == (200, True, True)
        assert listed.headers["Cache-Control"] == "no-store"
        for wrong in ("", "?k=", "?k=abc", f"?k={key}x"):
            assert (await phone.get(f"/console/callout{wrong}")).status == 404
    assert (await colleagues["zhou"].post("/incidents/callout/make")).status == 404


async def test_f1_a_station_that_visitors_see_is_marked_by_the_director(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    shen = colleagues["shen"]
    await shen.post("/stations", {"name": "前台", "visitors": "1"})
    number = await house.home.one("SELECT id FROM station")
    director = await house.home.staff(Role.DIRECTOR, "院长", "other")
    await house.home.database.write(
        lambda db: stations.who_sees(db, director, number, house.home.clock(), visitors=False)
    )
    assert not await house.home.one("SELECT visitors FROM station")
    lead = await house.home.staff(Role.SUPERVISOR, "何志远", "he2")
    with pytest.raises(Forbidden):
        await house.home.database.write(
            lambda db: stations.who_sees(db, lead, number, house.home.clock(), visitors=True)
        )
