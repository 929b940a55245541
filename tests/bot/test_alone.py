"""A cry that the database cannot take rings telephones all the same, from the memory of the process (F1, F4)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.alone import Alone
from care import chain
from care.chain import Reachable
from care.states import CallOutcome, Role
from care.triage import Audience, Triage, Urgency
from services.access import Viewer
from services.emergencies.board import Board
from services.emergencies.strip import Alarm, Place
from services.ports import CallReport, CallText, OfAnother, Placed
from tests.bot.waiting import until

NOW = datetime(2026, 11, 22, 18, 14, tzinfo=UTC)
FALLEN = Triage(Urgency.P0, "跌倒受伤", "我摔倒了", Audience.FLOOR)
ABUSE = Triage(Urgency.P0, "侵害", "护工掐我", Audience.LEAD)
PEOPLE = [
    Reachable("3", "周敏", Role.CARER, 3, None, frozenset({"3"}), on_duty=True),
    Reachable("2", "王慧", Role.CARER, 2, None, frozenset({"2"}), on_duty=True),
    Reachable("5", "何志远", Role.SUPERVISOR, 5),
    Reachable("6", "沈国平", Role.DIRECTOR, 6),
]


@dataclass
class Company:
    connected: bool = True
    rung: list[tuple[str, str]] = field(default_factory=list)
    """Numbers and our own numbers of the calls."""
    said: list[Mapping[str, str]] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()

    async def call(self, number: str, text: CallText, words: Mapping[str, str], own: str) -> Placed:
        assert text is CallText.ALARM
        self.rung.append((number, own))
        self.said.append(words)
        return Placed(outcome=CallOutcome.BUSY) if number in self.refuses else Placed(f"r{own}")

    @property
    def numbers(self) -> list[str]:
        return [number for number, _ in self.rung]


@dataclass
class Night:
    """Two floors, a database that is away, and a telephone company."""

    board: Board = field(default_factory=Board)
    company: Company = field(default_factory=Company)
    went: list[tuple[Viewer, Alarm, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.board.places = {"third": Place("王桂兰", "306 室 1 床", "306 室 1 床", floors=frozenset({"3"}))}
        self.alone = Alone(
            self.board, self.company, 1, lambda: NOW, lambda: PEOPLE, lambda *what: self.went.append(what)
        )

    def cries(self, heard: Triage = FALLEN, openid: str = "third", key: str = "k") -> None:
        self.board.ring(openid, key, heard, heard.why, NOW)

    async def rings(self, *numbers: str) -> None:
        await until(lambda: self.company.numbers == list(numbers))

    async def reports(self, number: str, outcome: CallOutcome | None) -> bool:
        own = next(own for one, own in self.company.rung[::-1] if one == number)
        return await self.alone.hear(CallReport(own, "r", outcome is None, outcome))


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch) -> Night:
    monkeypatch.setattr(chain, "EACH", dict.fromkeys(Urgency, timedelta(seconds=0.2)))
    return Night()


async def test_f4_the_floor_is_rung_at_once_and_after_it_the_next_until_the_director(night: Night) -> None:
    night.cries()
    await night.rings("3")
    assert night.company.said == [{"place": "306 室 1 床", "level": "紧急"}]
    await night.rings("3", "2", "5", "6")


async def test_f4_a_key_shows_who_goes_and_it_is_written_down_when_the_database_is_back(night: Night) -> None:
    night.cries()
    await night.rings("3")
    assert await night.reports("3", None), "it rings"
    assert await night.reports("3", CallOutcome.GO)
    (alarm,) = night.board.seen_by(Viewer(9, 1, "唐雨", Role.NURSE))
    assert (alarm.going, alarm.going_id, alarm.waits) == ("周敏", 3, False)
    ((viewer, written, at),) = night.went
    assert (viewer.id, viewer.name, written.openid, at) == (3, "周敏", "third", NOW)
    await asyncio.sleep(0.5)
    assert night.company.numbers == ["3"], "nobody else is rung"
    assert await night.reports("3", CallOutcome.GO), "a report that comes twice"
    assert len(night.went) == 1


async def test_f4_who_does_not_pick_up_leads_to_the_next_before_the_time_is_up(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "EACH", dict.fromkeys(Urgency, timedelta(seconds=30)))
    night.company.refuses = frozenset({"2"})
    night.cries()
    await night.rings("3")
    await night.reports("3", CallOutcome.NO_ANSWER)
    await night.rings("3", "2", "5")


async def test_f4_what_the_database_has_is_left_to_its_own_chain(night: Night) -> None:
    night.cries()
    await night.rings("3")
    night.board.committed("third", "k")
    await asyncio.sleep(0.5)
    assert night.company.numbers == ["3"]


async def test_f5_an_accusation_rings_the_leads_alone_and_tells_no_place(night: Night) -> None:
    night.cries(ABUSE)
    await night.rings("5", "6")
    assert {one["place"] for one in night.company.said} == {"有一件只给主管看的急事"}


async def test_s6_a_stranger_rings_no_telephone_and_without_a_company_nobody_does(night: Night) -> None:
    night.cries(openid="stranger")
    assert not await night.alone.hear(CallReport("abc", "r", outcome=CallOutcome.GO)), "a call of the database"
    with pytest.raises(OfAnother):
        await night.alone.hear(CallReport("-zz", "r", outcome=CallOutcome.GO))
    silent = Night(company=Company(connected=False))
    silent.cries()
    await asyncio.sleep(0.1)
    assert night.company.rung == silent.company.rung == []


async def test_f4_a_key_on_the_phone_of_a_post_is_written_down_as_well(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.bot.test_alone.PEOPLE", [Reachable("9", "3 楼值班手机", None, None, 7, on_duty=True)])
    night.cries()
    await night.rings("9")
    await night.reports("9", CallOutcome.GO)
    ((viewer, written, _),) = night.went
    assert (viewer.id, viewer.name, written.openid) == (0, "3 楼值班手机", "third")


async def test_f4_a_call_of_another_process_is_told_again_until_that_one_hears_it(night: Night) -> None:
    night.cries()
    await night.rings("3")
    with pytest.raises(OfAnother):
        await night.alone.hear(CallReport("-zzzz!1", "r", False, CallOutcome.GO))
    assert night.went == []


async def test_f4_once_the_database_is_away_for_long_what_it_had_rings_as_well_and_again(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "AGAIN", timedelta(seconds=0.3))
    night.cries()
    night.board.committed("third", "k")
    night.alone.watch(29)
    await asyncio.sleep(0.1)
    assert night.company.numbers == []
    night.alone.watch(30)
    await night.rings("3", "2", "5", "6", "3")
    night.alone.watch(None)
    rung = len(night.company.rung)
    await asyncio.sleep(0.8)
    assert len(night.company.rung) <= rung + 1, "the chain of the database goes on with it"
