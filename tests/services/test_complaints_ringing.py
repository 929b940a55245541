"""A grave complaint while nobody is at the desk rings who is in charge, until a key says that she calls (F41)."""

from datetime import timedelta
from functools import partial

import pytest

from care.states import CallOutcome, Role
from services.access import Viewer
from services.calling.orders import Order
from services.complaints import charge, ringing, today
from services.complaints import night as seen
from services.ports import CallReport, CallText, Placed
from storage import tables
from tests.conftest import HomeUnderTest
from tests.services.talks_read import MORNING, NIGHT
from tests.services.test_talks_hours import OFFICE

GRAVE = "我要投诉，护工把我妈打伤了，流血了"


class Night:
    """The lead and the director have telephones; nobody is at the desk."""

    def __init__(self, home: HomeUnderTest) -> None:
        self.home, self.rung = home, list[Order]()

    async def begins(self, *, rings: bool = True) -> None:
        home = self.home
        home.clock.now, home.house.desk, home.house.rings_complaints = NIGHT, OFFICE, rings
        self.lead = await self.colleague(Role.SUPERVISOR, "何志远", "he", "13900000001")
        self.director = await self.colleague(Role.DIRECTOR, "沈国平", "shen", "13900000002")
        self.desk = await self.colleague(Role.DESK, "陈晓雯", "chen", "")

    async def colleague(self, role: Role, name: str, login: str, phone: str) -> Viewer:
        who = await self.home.staff(role, name, login)
        if phone:
            await self.home.database.write(lambda db: db.seal(db.get_one(tables.Staff, who.id), "phone", phone))
        return who

    async def complained(self, words: str = GRAVE) -> int:
        await self.home.hears(words)
        home = self.home
        for case in await home.database.read(lambda db: charge.to_tell(db, home.house, home.ids.home_id, home.clock())):
            await home.database.write(partial(charge.tell, house=home.house, cases=[case], now=home.clock()))
        return int(await home.one("SELECT max(id) FROM complaint"))

    async def looks(self, seconds: float = 0) -> list[Order]:
        """The job goes round; what is ordered is handed to the company."""
        home = self.home
        home.clock.on(seconds=seconds)
        now, number = home.clock(), home.ids.home_id
        await home.database.write(lambda db: ringing.silent(db, number, now))
        for case in await home.database.read(lambda db: ringing.due(db, home.house, number, now)):
            await home.database.write(lambda db, c=case: ringing.ring(db, home.house, c, now))  # type: ignore[misc]
        found = await home.database.write(lambda db: ringing.claim(db, home.house, number, now, 10))
        self.rung += found
        return found

    async def told(self, outcome: CallOutcome | None, *, at: int = -1, ringing_now: bool = False) -> bool:
        home, own = self.home, self.rung[at].own
        report = CallReport(own, "ref", ringing=ringing_now, outcome=outcome)
        return await home.database.write(lambda db: ringing.report(db, home.house, report, home.clock()))

    async def numbers(self) -> list[str]:
        return [one.number for one in self.rung]


@pytest.fixture
async def night(home: HomeUnderTest) -> Night:
    found = Night(home)
    await found.begins()
    return found


async def test_f41_the_lead_is_rung_and_her_key_says_that_she_calls(night: Night) -> None:
    home = night.home
    case = await night.complained()
    (order,) = await night.looks()
    assert (order.number, order.text) == ("13900000001", CallText.COMPLAINT)
    number = await home.one("SELECT number FROM complaint")
    assert order.words == {"level": str(await home.one("SELECT level FROM complaint")), "number": number}
    assert await night.looks(5) == [], "one at a time"
    await night.told(None, ringing_now=True)
    await night.told(CallOutcome.GO)
    assert await home.rows("SELECT kind, staff_id FROM case_record WHERE kind = 'taken'") == [("taken", night.lead.id)]
    assert await night.looks(600) == [], "she calls the family"
    assert case


async def test_f41_who_does_not_take_it_is_followed_by_the_next_one_and_three_rounds_are_enough(night: Night) -> None:
    home = night.home
    await night.complained()
    await night.looks()
    await night.told(CallOutcome.NO_ANSWER)
    (second,) = await night.looks(1)
    assert second.number == "13900000002"
    await night.told(CallOutcome.CANNOT)
    assert await night.looks(60) == [], "a pause"
    for pause in (600, 3600):
        await night.looks(pause)
        await night.told(CallOutcome.BUSY)
        await night.looks(1)
        await night.told(CallOutcome.NO_ANSWER)
    assert await night.looks(3600) == []
    assert await night.numbers() == ["13900000001", "13900000002"] * 3
    lines = await home.database.read(lambda db: today.lines(db, night.desk, home.clock()))
    assert "没人接" in [line.tag for line in lines]


async def test_f41_the_accused_lead_is_never_rung(night: Night) -> None:
    await night.complained("我要投诉，何志远把我妈打伤了，流血了")
    (order,) = await night.looks()
    assert order.number == "13900000002"


async def test_f41_nobody_is_rung_for_what_is_not_grave_by_day_or_without_a_text(night: Night) -> None:
    await night.complained("我要投诉，饭菜太凉了")
    assert await night.looks() == []
    await night.complained()
    night.home.house.rings_complaints = False
    assert await night.looks() == []
    night.home.house.rings_complaints = True
    night.home.clock.now = MORNING + timedelta(days=1)
    assert await night.looks() == []


async def test_f41_once_the_family_was_reached_nobody_is_rung_any_more(night: Night) -> None:
    home = night.home
    await night.complained()
    await home.rows("UPDATE complaint SET feedback_at = 1")
    assert await night.looks() == []


async def test_f41_she_said_that_she_calls_and_the_hour_went_by_so_it_rings_again(night: Night) -> None:
    await night.complained()
    await night.looks()
    await night.told(CallOutcome.GO)
    (again,) = await night.looks(3700)
    assert again.number == "13900000002", "the next one"
    await night.told(CallOutcome.GO)
    assert await night.looks(60) == [], "a word after the hour counts as well"
    assert len(await night.looks(3700)) == 1


async def test_f41_many_grave_complaints_leave_a_telephone_for_alarms(night: Night) -> None:
    for number in range(4):
        await night.complained(f"我要投诉，护工第 {number} 次把我妈打伤了，流血了")
        await night.home.hears("返回")
    for _ in range(30):
        await night.looks(120)
        if night.rung:
            await night.told(CallOutcome.NO_ANSWER)
    lead = [one for one in night.rung if one.number == "13900000001"]
    assert 2 <= len(lead) <= 4, "two an hour"


async def test_f41_after_a_restore_nobody_is_rung_until_the_director_has_confirmed(night: Night) -> None:
    home = night.home
    await night.complained()
    await home.rows("INSERT INTO epoch (id, home_id, began_at, backup_at) SELECT 7, min(id), 1, 1 FROM home")
    assert await night.looks() == []


async def test_f41_grave_words_after_the_tap_of_the_night_want_a_voice_and_ring(night: Night) -> None:
    home = night.home
    case = await night.complained("我要投诉，饭菜太凉了")
    await home.database.write(lambda db: seen.see(db, home.house, night.desk, case, home.clock()))
    await home.send_all()
    assert await home.one("SELECT feedback_at IS NOT NULL FROM complaint")
    home.clock.on(minutes=10)
    await night.complained("护工刚才还把我妈打伤了，流血了")
    level, fed, told = (await home.rows("SELECT level, feedback_at, told_at FROM complaint"))[0]
    assert (level, fed) == (1, None)
    assert told is not None, "who is in charge is told anew"
    (order,) = await night.looks()
    assert order.number == "13900000001"


async def test_f41_a_call_of_which_nothing_comes_back_is_over_and_a_late_key_still_counts(night: Night) -> None:
    home = night.home
    await night.complained()
    await night.looks()
    (second,) = await night.looks(50)
    assert (second.number, await home.one("SELECT outcome FROM complaint_call ORDER BY id")) == (
        "13900000002",
        "unknown",
    )
    assert await night.told(CallOutcome.GO, at=0)
    assert await home.one("SELECT staff_id FROM case_record WHERE kind = 'taken'") == night.lead.id
    refused = Placed(outcome=CallOutcome.REFUSED, code="isv.X")
    await home.database.write(lambda db: ringing.placed(db, home.house, second.own, refused, home.clock()))
    assert await home.one("SELECT outcome FROM complaint_call ORDER BY id DESC") == "refused"
    strange = CallReport("zz", "ref", outcome=CallOutcome.GO)
    assert not await home.database.write(lambda db: ringing.report(db, home.house, strange, home.clock()))


async def test_f41_a_key_of_who_has_left_or_became_accused_takes_nothing(night: Night) -> None:
    home = night.home
    await night.complained()
    await night.looks()
    await home.rows("UPDATE staff SET left_at = 1 WHERE id = ?", night.lead.id)
    await night.told(CallOutcome.GO)
    assert await home.one("SELECT count(*) FROM case_record WHERE kind = 'taken'") == 0
