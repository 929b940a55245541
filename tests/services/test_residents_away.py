"""What an elder hears who is not in the house: whom to call, never a bell, a bed or somebody who comes (F3, A7)."""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from care.triage import Audience, Triage, Urgency
from conversations import events, phrases
from conversations.phrases.own import EXAMPLES
from services.emergencies import alarms
from tests.services.floors import House, house
from tests.services.talks_read import reads

__all__ = ["house"]
ZONE: Final = ZoneInfo("Asia/Shanghai")
NOW: Final = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NOT_THERE: Final = re.compile("按铃|床头铃|来问您|来看您|来人|叫人来|陪您|有人来")


async def leaves(house: House, status: str) -> None:
    await house.home.rows("UPDATE resident SET status = ?", status)


@pytest.mark.parametrize("status", ["住院", "请假", "退住"])
async def test_f3_the_words_of_an_ordinary_talk_name_120_and_a_call(house: House, status: str) -> None:
    await leaves(house, status)
    house.home.clock.on(hours=3)
    for words in ("我想换个房间", "给我打电话", "我要投诉，饭菜凉", "人工"):
        said = await house.home.hears(words, "grandma")
        assert not NOT_THERE.search(said), (words, said)
    assert "120" in await reads(house.home, "我的眼镜呢", "other", "grandma")


async def test_f3_a_desperate_elder_who_is_away_is_called_and_nobody_is_said_to_come(house: House) -> None:
    await leaves(house, "请假")
    envelope = house.home.envelope(events.Text("不想活了"), "grandma")
    heard = Triage(Urgency.P0, "自伤", "不想活了", Audience.FLOOR)
    receipt = await house.home.database.receive(replace(envelope, heard=heard))
    assert receipt.answer
    assert receipt.answer.text.startswith("听您这么说，我很担心您。我们马上给您打电话。")
    assert not NOT_THERE.search(receipt.answer.text)


async def test_fault_a7_who_takes_the_alarm_of_an_away_elder_calls_and_is_not_said_to_come(house: House) -> None:
    home = house.home
    await leaves(house, "住院")
    await house.cries("我摔了起不来")
    home.clock.on(minutes=4)
    await home.database.store(lambda store: alarms.still_calling(store, home.house, home.clock()))
    (alarm,) = house.strips("tang")
    await house.does("tang", "go", alarm)
    said = [words for whose, words in await home.send_all() if whose == "grandma"]
    assert said == ["还没联系上您。急就马上打 120。", "唐雨知道了，这就给您打电话。"]


async def test_f3_who_is_critically_ill_is_looked_for_in_the_house(house: House) -> None:
    await leaves(house, "病危")
    assert await house.cries("我摔了起不来") == "已经在叫人。您别动，别自己起来。"
    assert [strip.place for strip in house.strips("tang")] == ["306 室 1 床"]


def test_f3_every_phrase_of_a_talk_that_names_the_bell_or_a_visit_has_words_for_who_is_away() -> None:
    reader = phrases.Reader(
        NOW, ZONE, phrases.always("青禾颐养院", "0571-8800-0101", elder=True, away=True), elder=True, away=True
    )
    talked = {"complaint", "verdict", "desk", "engine", "promise", "bereaved", "receive"}
    for key in phrases.book():
        if key.partition(".")[0] not in talked or key in {"receive.spooled", "receive.spooled_here"}:
            continue
        said = phrases.render(phrases.plain(key), dict(EXAMPLES, by=NOW), reader)
        assert not NOT_THERE.search(said), (key, said)
