"""A second reading that came too late for the answer: it rings once, by who spoke and where they are, says nothing
more, and lowers nothing (engineering, 14; F26).
"""

import asyncio
from datetime import timedelta
from functools import partial

import msgspec
import pytest

from care.triage import Urgency
from conversations import events
from services.talks import late, reading
from services.talks.envelope import Envelope, Receipt
from tests.services.floors import House, house
from tests.services.heard import unweighted
from understanding import cascade
from understanding.classes import SCORES

__all__ = ["house", "unweighted"]
CALM = "今天天气不错"


def margins(label: str) -> tuple[float, ...]:
    """What a model says that is sure of a class."""
    beside = "!brain" if label == "askback" else ""
    return tuple(4.0 if name == label else 4.3 if name == beside else -1.0 for name in SCORES)


class Late:
    """Messages that were read inline, kept and answered; then their second reading comes."""

    def __init__(self, house: House) -> None:
        self.house, self.home = house, house.home

    async def kept(self, words: str = CALM, openid: str = "grandma") -> tuple[Envelope, int]:
        event = events.Text(words)
        found = reading.read(event, self.home.house.names)
        envelope = msgspec.structs.replace(
            self.home.envelope(event, openid), heard=found.heard, meant=found.meant, read=found.read
        )
        receipt: Receipt = await self.home.database.receive(envelope)
        return envelope, receipt.inbox_id

    async def read_again(self, kept: tuple[Envelope, int], label: str = "!fall") -> bool:
        envelope, inbox_id = kept
        names = self.home.house.names
        found = reading.again(reading.read(envelope.event, names), margins(label), names)
        envelope = msgspec.structs.replace(
            envelope, heard=found.heard, meant=found.meant, accused=found.accused, read=found.read
        )
        hear = partial(late.hear, house=self.home.house, inbox_id=inbox_id, envelope=envelope, now=self.home.clock())
        return bool(await self.home.database.store(hear))

    async def alarms(self) -> list[tuple[object, ...]]:
        return await self.home.rows("SELECT audience, kind, level, count FROM alarm ORDER BY audience, id")


@pytest.fixture
def told(house: House) -> Late:
    return Late(house)


async def test_a_late_reading_rings_once_with_the_words_and_place_and_the_person_hears_nothing_more(
    told: Late,
) -> None:
    kept = await told.kept()
    sent = await told.home.rows("SELECT id FROM outbox")
    told.home.clock.on(seconds=5)
    assert await told.read_again(kept)
    assert not await told.read_again(kept), "the alarm's own row tells that it has rung by this message"
    assert await told.alarms() == [("floor", "跌倒受伤", 0, 1)]
    await told.house.look()
    (strip,) = told.house.strips("tang")
    assert (strip.name, strip.place, strip.cries[0].words) == ("王桂兰", "306 室 1 床", CALM)
    assert await told.home.rows("SELECT id FROM outbox") == sent
    assert await told.home.one("SELECT count(*) FROM audit WHERE action = 'alarm'") == 1


async def test_two_late_readings_of_one_row_at_once_ring_once(told: Late) -> None:
    kept = await told.kept()
    assert sorted(await asyncio.gather(*(told.read_again(kept) for _ in range(4)))) == [False, False, False, True]
    assert await told.alarms() == [("floor", "跌倒受伤", 0, 1)]


async def test_a_late_reading_joins_the_alarm_that_rings_already(told: Late) -> None:
    kept = await told.kept()
    await told.house.cries("救命")
    assert await told.read_again(kept)
    assert await told.alarms() == [("floor", "跌倒受伤", 0, 2)]


async def test_what_rang_inline_rings_no_second_time_is_never_lowered_and_may_be_raised(told: Late) -> None:
    cried = await told.kept("救命")
    assert not await told.read_again(cried, "!acute")
    assert await told.alarms() == [("floor", "呼救", 0, 1)]
    await told.home.rows("UPDATE alarm SET level = 1")
    await told.read_again(cried, "!fall")
    assert [(level, count) for _, _, level, count in await told.alarms()] == [(0, 1)]


async def test_a_second_reading_that_is_calm_leaves_what_rings_inline() -> None:
    fall, calm = margins("!fall"), margins("greeting")
    both = cascade.Reading("x", calm, again=True, first=fall)
    assert cascade.decide(both, "elder").level is Urgency.P0
    assert cascade.decide(cascade.Reading("x", calm, again=True, first=calm), "elder").level is Urgency.P3
    assert cascade.decide(cascade.Reading("x", fall, again=True, first=calm), "elder").level is Urgency.P0


async def test_who_came_after_the_words_were_said_is_not_called_to_them_again(told: Late) -> None:
    kept = await told.kept()
    await told.house.cries("救命")
    told.home.clock.on(seconds=6)
    (strip,) = told.house.strips("tang")
    await told.house.does("tang", "go", strip)
    told.home.clock.on(seconds=6)
    await told.house.does("tang", "arrived", told.house.strips("tang")[0])
    assert not await told.read_again(kept)
    told.home.clock.on(minutes=1)
    assert await told.read_again(await told.kept()), "what is said afterwards is another cry"


async def test_f5_words_for_the_lead_ring_for_the_lead_and_are_written_as_an_accusation_once(told: Late) -> None:
    kept = await told.kept(openid="niece")
    assert await told.read_again(kept, "!abuse")
    assert not await told.read_again(kept, "!abuse")
    assert await told.alarms() == [("lead", "侵害", 0, 1)]
    assert await told.home.one("SELECT count(*) FROM accused") == 1
    await told.house.look()
    assert told.house.strips("zhou") == []
    assert len(told.house.strips("he")) == 1


async def test_fault_a7_no_nurse_runs_to_an_empty_bed_and_the_calls_are_opened_once(told: Late) -> None:
    await told.home.rows("UPDATE resident SET status = '住院'")
    for _ in range(2):
        assert await told.read_again(await told.kept())
    assert await told.home.one("SELECT count(*) FROM promise WHERE kind = 'call'") == 2, "herself and her first contact"


async def test_fault_s6_a_muted_stranger_rings_nobody_late_either(told: Late) -> None:
    kept = await told.kept(openid="stranger")
    until = told.home.clock() + timedelta(hours=1)
    await told.home.rows("UPDATE follower SET muted_until = ? WHERE openid = 'stranger'", until.timestamp() * 10**6)
    assert not await told.read_again(kept)
    told.home.clock.on(hours=2)
    assert await told.read_again(kept)


async def test_what_is_not_kept_and_what_has_no_words_ring_nobody(told: Late) -> None:
    envelope, inbox_id = await told.kept()
    assert not await told.read_again((envelope, 1))
    wordless = msgspec.structs.replace(envelope, read=None)
    hear = partial(late.hear, house=told.home.house, inbox_id=inbox_id, envelope=wordless, now=told.home.clock())
    assert not await told.home.database.store(hear)
    assert await told.alarms() == []


@pytest.mark.usefixtures("unweighted")
async def test_f26_what_would_be_asked_is_shown_to_a_colleague_once_when_it_is_late(told: Late) -> None:
    kept = await told.kept(openid="niece")
    assert await told.read_again(kept, "askback")
    assert not await told.read_again(kept, "askback")
    assert await told.alarms() == []
    assert await told.home.rows("SELECT course, inbox_id FROM doubt") == [("shown", kept[1])]
    assert await told.home.one("SELECT count(*) FROM task WHERE source = 'look'") == 1
    assert await told.read_again(kept, "!fall"), "and rings when a stronger reading says so"


async def test_a_reading_that_finds_nothing_does_nothing(told: Late) -> None:
    assert not await told.read_again(await told.kept(), "greeting")
    assert await told.alarms() == []
