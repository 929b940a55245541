"""The strip of alarms in the console: shown and answered without the database, written down as soon as it can be
(E2).
"""

import asyncio

import pytest
from msgspec.structs import replace

from conversations import events
from services.emergencies import ringing
from services.emergencies.strip import Alarm
from tests.console.browsers import Desk
from tests.services.heard import RINGS, says, unweighted
from understanding.cascade import triage

__all__ = ["unweighted"]


async def rings(desk: Desk, words: str = "我摔倒了") -> Alarm:
    board, now = desk.board, desk.home.clock()
    board.ring("daughter", f"k:{words}", triage(words), words, now)
    return board.seen_by(desk.who)[0]


async def test_e2_the_strip_is_shown_and_answered_without_the_database(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = at_desk.home
    alarm = await rings(at_desk)
    stream = await at_desk.client.get("/console/live?topics=inbox")
    first = await stream.content.readuntil(b"\r\n\r\n")
    assert "我摔倒了" in first.decode()
    assert "未入库" in first.decode()

    def gone(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(home.database, "read", gone)
    answer = await at_desk.post(f"/alarms/{alarm.ref}/go")
    assert "陈晓雯</b>" in await answer.text()
    assert "陈晓雯" in (await stream.content.readuntil(b"\r\n\r\n")).decode()
    stream.close()
    assert (await at_desk.client.get("/console/chats")).status == 500
    assert (await at_desk.post(f"/alarms/{alarm.ref}/arrive")).status == 422, (
        "a tap right after the change was meant for what stood there"
    )
    at_desk.home.clock.on(seconds=6)
    await at_desk.post(f"/alarms/{alarm.ref}/arrive")
    assert at_desk.board.seen_by(at_desk.who) == []
    assert (await at_desk.post(f"/alarms/{alarm.ref}/arrive")).status == 404


async def test_e2_what_was_said_on_the_strip_is_written_down_as_soon_as_the_message_is_there(at_desk: Desk) -> None:
    home = at_desk.home
    alarm = await rings(at_desk)
    await at_desk.post(f"/alarms/{alarm.ref}/go")
    await home.database.receive(replace(home.envelope(events.Text("我摔倒了")), heard=triage("我摔倒了")))
    for _ in range(40):
        await asyncio.sleep(0.05)
        if await home.one("SELECT going_by FROM alarm"):
            break
    assert await home.one("SELECT going_by FROM alarm") == at_desk.who.id


@pytest.mark.usefixtures("unweighted")
async def test_f26_the_strip_tells_who_goes_that_it_was_taken_back_and_rings_on(at_desk: Desk) -> None:
    home = at_desk.home
    await says(home, "我妈摔了", RINGS, "daughter", kind="fall")
    await says(home, "没事了", openid="daughter")
    rows = await home.database.read(lambda db: ringing.open_alarms(db, home.ids.home_id, home.clock()))
    at_desk.board.take_over(rows)
    page = await (await at_desk.client.get("/console/alarms")).text()
    at = home.clock().astimezone(home.house.home.zone)
    assert f"{at:%H:%M} 对方说：没事了" in page
    assert "我去" in page
