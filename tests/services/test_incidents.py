"""An incident from the moment somebody is there to its end: people tick and call, a director decides (E1–E5, L8)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from care.errors import Changed, Decided, Forbidden, Invalid, NotFound
from care.incidents import NUMBERS, FamilyCall, plan_for, still_open
from care.incidents import plans as starters
from care.states import Role
from care.triage import Audience
from services.emergencies import alarms
from services.incidents import incidents, plans, today
from services.incidents.forms import (
    Begin,
    ChangePlan,
    Close,
    DecideReport,
    LogCall,
    PutContact,
    SetPlan,
    TakeLead,
    Tick,
    WriteNote,
)
from storage import tables
from storage.queries import incidents as queries
from storage.tables.incidents import Incident
from tests.services.chains import Tower, tower

__all__ = ["tower"]


class Work:
    """An incident in the tower."""

    def __init__(self, tower: Tower, row: Incident) -> None:
        self.tower, self.row = tower, row

    async def does(self, act: Callable[..., Any], who: str, *more: object) -> Any:
        viewer = self.tower.who[who]
        return await self.tower.write(lambda db, now: act(db, viewer, self.row.id, *more, now))

    async def steps(self) -> list[queries.StepLine]:
        return await self.tower.home.database.read(lambda db: queries.steps(db, self.row, {}, dict(NUMBERS)))

    async def ticks_all(self, who: str = "tang") -> None:
        for step in await self.steps():
            if step.row.done_by is None:
                await self.does(incidents.tick, who, step.row.id, Tick())

    async def missing(self) -> list[str]:
        return await self.tower.home.database.read(lambda db: incidents.missing(db, db.get_one(Incident, self.row.id)))


async def _alarm(tower: Tower, words: str = "我摔倒了") -> int:
    await tower.cries(words)
    return int(await tower.home.one("SELECT max(id) FROM alarm"))


async def _begin(tower: Tower, who: str = "tang", **form: Any) -> Work:
    viewer = tower.who[who]
    return Work(tower, await tower.write(lambda db, now: incidents.begin(db, viewer, Begin(**form), now)))


async def _daughter(tower: Tower) -> int:
    """李静, a daughter of the resident of 306."""
    home, now = tower.home, tower.home.clock()

    def add(db: Any, _: object) -> int:
        person = tables.Person(id=tables.Base.metadata and 77, home_id=home.ids.home_id, kind="family", created_at=now)
        db.seal(person, "name", "李静")
        db.seal(person, "phone", "13800002107")
        db.lock_persons(person.id)
        db.add(person)
        resident = db.query(tables.Resident).filter(tables.Resident.room == "306").one()
        tie = tables.Kinship(
            id=78,
            home_id=home.ids.home_id,
            person_id=77,
            resident_id=resident.id,
            is_primary=True,
            scopes="emergency",
            created_at=now,
        )
        db.seal(tie, "relation", "女儿")
        db.add(tie)
        db.flush()
        return tie.id

    return int(await tower.write(add))


async def test_e2_an_alarm_begins_its_plan_with_the_time_of_the_words_and_once(tower: Tower) -> None:
    number = await _alarm(tower)
    tower.home.clock.on(minutes=2)
    work = await _begin(tower, plan="fall", alarm=number)
    assert (work.row.place, work.row.lead_id) == ("306 室 1 床", tower.who["tang"].id)
    assert (tower.home.clock() - work.row.opened_at).total_seconds() == 120
    again = await _begin(tower, "zhou", plan="illness", alarm=number)
    assert (again.row.id, again.row.plan) == (work.row.id, "fall"), "who is second finds what the first began"
    steps = await work.steps()
    assert [step.row.text for step in steps] == [step.text for step in starters()["fall"].steps]
    assert steps[1].number == "120"
    assert all(step.row.done_by is None for step in steps), "the machine ticks nothing (F33)"


async def test_e2_it_ends_when_each_step_is_ticked_the_family_told_and_what_happened_written(tower: Tower) -> None:
    tie = await _daughter(tower)
    work = await _begin(tower, plan="fall", alarm=await _alarm(tower))
    assert await work.missing() == ["还有 6 步没勾", "还没给家属打电话", "还没写经过"]
    with pytest.raises(Invalid, match="还有 6 步没勾，还没给家属打电话，还没写经过"):
        await work.does(incidents.close, "tang", Close())
    first, second, *_ = await work.steps()
    await work.does(incidents.tick, "zhou", first.row.id, Tick())
    await work.does(incidents.tick, "tang", second.row.id, Tick(want="passed", why="没有伤，不用打"))
    first, second, *_ = await work.steps()
    assert (first.row.done_by, first.why) == (tower.who["zhou"].id, "")
    assert second.why == "没有伤，不用打"
    await work.does(incidents.tick, "tang", first.row.id, Tick())
    assert (await work.steps())[0].row.done_by == tower.who["zhou"].id, "who ticks the same again takes nothing away"
    await work.does(incidents.tick, "tang", first.row.id, Tick(want="open"))
    assert (await work.steps())[0].row.done_by is None
    await work.ticks_all()
    await work.does(incidents.log_call, "tang", tie, LogCall(outcome="no_answer"))
    assert "家属还没打通" in await work.missing()
    await work.does(incidents.log_call, "tang", tie, LogCall(outcome="reached", told="没有伤"))
    assert await work.missing() == ["还没写经过"]
    await work.does(incidents.close, "tang", Close(note="坐在床边地上，没有伤。"))
    assert await tower.home.one("SELECT written_by FROM incident") == tower.who["tang"].id, "typed words end with it"
    with pytest.raises(Decided, match="唐雨刚刚已经结束了这件事"):
        await work.does(incidents.write_note, "zhou", WriteNote(note="又"))
    assert "坐在" not in str(await tower.home.rows("SELECT note, no_family FROM incident"))
    family = await tower.home.database.read(lambda db: queries.family(db, db.get_one(Incident, work.row.id)))
    assert [(one.name, one.relation, one.phone, one.calls, one.reached) for one in family] == [
        ("李静", "女儿", "13800002107", 2, True)
    ]


@pytest.mark.parametrize(
    ("calls", "left"),
    [
        ([], "还没给家属打电话"),
        (["no_answer"] * 2, "家属还没打通"),
        (["no_answer", "busy", "wrong"], ""),
        (["reached"], ""),
    ],
)
def test_u4_three_tries_in_vain_are_enough_and_two_are_not(calls: list[str], left: str) -> None:
    found = still_open([True], [FamilyCall(one) for one in calls], family=True, note="x", drill=False, revision="")
    assert found == ([left] if left else [])
    assert still_open([True], [], family=False, note=" ", drill=False, revision="") == ["还没写经过"]
    assert still_open([], [], family=True, note="x", drill=True, revision=" ") == ["还没写预案要不要改"]


async def test_e5_a_drill_needs_no_family_and_asks_what_is_to_change(tower: Tower) -> None:
    work = await _begin(tower, "he", plan="fire", place="2 楼配餐间", drill=True)
    assert work.row.drill
    await work.ticks_all("he")
    assert await work.missing() == ["还没写经过", "还没写预案要不要改"]
    await work.does(incidents.write_note, "he", WriteNote(note="八分钟撤完", revision="大门没人接车"))
    await work.does(incidents.close, "he", Close(note="八分钟撤完", revision="大门没人接车"))
    assert await tower.home.one("SELECT closed_by FROM incident") == tower.who["he"].id
    over, more = await tower.home.database.read(lambda db: queries.listed(db, tower.home.ids.home_id, closed=True))
    assert ([(line.plan, line.done, line.steps) for line in over], more) == ([("火灾", 8, 8)], 0)


async def test_l8_whether_it_is_reported_is_the_directors_word_with_a_reason(tower: Tower) -> None:
    work = await _begin(tower, plan="poisoning", place="食堂")
    with pytest.raises(Forbidden):
        await work.does(incidents.decide_report, "he", DecideReport(report=True, why="报了民政"))
    with pytest.raises(Invalid, match="报给谁"):
        await work.does(incidents.decide_report, "shen", DecideReport(report=True))
    await work.does(incidents.decide_report, "shen", DecideReport(report=True, why="15:20 报民政和疾控"))
    row = await tower.home.rows("SELECT reported, reported_by FROM incident")
    assert [(bool(reported), by) for reported, by in row] == [(True, tower.who["shen"].id)]


async def test_e3_another_takes_charge_and_who_has_left_cannot(tower: Tower) -> None:
    work = await _begin(tower, plan="weather", place="全院")
    await work.does(incidents.take_lead, "he", TakeLead())
    assert await tower.home.one("SELECT lead_id FROM incident") == tower.who["he"].id
    await work.does(incidents.take_lead, "he", TakeLead(staff=tower.who["zhou"].id))
    with pytest.raises(Invalid, match="不在了"):
        await work.does(incidents.take_lead, "he", TakeLead(staff=5))


async def test_f5_who_may_not_hear_the_alarm_sees_nothing_of_what_was_done_about_it(tower: Tower) -> None:
    number = await _alarm(tower, "护工周敏掐我")
    work = await _begin(tower, "he", plan=plan_for("侵害"), alarm=number)
    for who in ("tang", "zhou"):
        with pytest.raises(NotFound):
            await work.does(incidents.write_note, who, WriteNote(note="x"))
        with pytest.raises(NotFound):
            await _begin(tower, who, plan="violence", alarm=number)
        viewer = tower.who[who]
        now = tower.home.clock()
        seen = await tower.home.database.read(lambda db, v=viewer, n=now: today.lines(db, v, n))  # type: ignore[misc]
        assert seen == []
    lines = await tower.home.database.read(lambda db: today.lines(db, tower.who["shen"], tower.home.clock()))
    assert [(line.tag, line.title) for line in lines] == [("紧急", "他伤：306 室 1 床")]
    auditor = await tower.home.staff(Role.AUDITOR, "马文静", "ma")
    assert await tower.home.database.read(lambda db: today.lines(db, auditor, tower.home.clock())) == []
    with pytest.raises(Forbidden):
        await tower.write(lambda db, now: incidents.begin(db, auditor, Begin(plan="fall"), now))


async def test_e2_what_does_not_fit_is_refused_with_a_sentence(tower: Tower) -> None:
    with pytest.raises(Invalid, match="选一份预案"):
        await _begin(tower, plan="nothing")
    with pytest.raises(NotFound):
        await _begin(tower, plan="fall", alarm=99)
    with pytest.raises(NotFound):
        await _begin(tower, plan="fall", resident=99)
    work = await _begin(tower, plan="fall", resident=int(await tower.home.one("SELECT id FROM resident LIMIT 1")))
    with pytest.raises(Invalid, match="打通了没有"):
        await work.does(incidents.log_call, "tang", 0, LogCall(outcome="maybe", who="120"))
    with pytest.raises(Invalid, match="打给谁"):
        await work.does(incidents.log_call, "tang", 0, LogCall(outcome="reached"))
    with pytest.raises(NotFound):
        await work.does(incidents.log_call, "tang", 5, LogCall(outcome="reached"))
    with pytest.raises(NotFound):
        await work.does(incidents.tick, "tang", 5, Tick())
    await work.does(incidents.log_call, "tang", 0, LogCall(outcome="reached", who="市三院急诊"))
    assert "还没写经过" in await work.missing()


async def test_f47_a_relative_who_was_called_can_still_be_removed(tower: Tower) -> None:
    tie = await _daughter(tower)
    work = await _begin(tower, plan="fall", alarm=await _alarm(tower))
    await work.does(incidents.log_call, "tang", tie, LogCall(outcome="reached"))

    def remove(db: Any, _: object) -> None:
        db.lock_persons(77)
        db.delete(db.get_one(tables.Kinship, tie))

    await tower.write(remove)
    calls = await tower.home.database.read(lambda db: queries.calls(db, db.get_one(Incident, work.row.id), {}))
    assert [call.who for call in calls] == ["李静"], "what was done about it stays"
    with pytest.raises(NotFound):
        await work.does(incidents.log_call, "tang", tie, LogCall(outcome="reached"))


async def test_f5_a_plan_against_a_colleague_that_was_begun_by_hand_is_for_the_lead(tower: Tower) -> None:
    resident = int(await tower.home.one("SELECT id FROM resident WHERE room = '306'"))
    work = await _begin(tower, "he", plan="violence", resident=resident)
    for who in ("tang", "zhou"):
        with pytest.raises(NotFound):
            await work.does(incidents.write_note, who, WriteNote(note="x"))
    await work.does(incidents.take_lead, "he", TakeLead(staff=tower.who["tang"].id, drawn=str(tower.who["he"].id)))
    await work.does(incidents.write_note, "tang", WriteNote(note="守着"))
    with pytest.raises(Changed, match="唐雨刚刚负责了"):
        await work.does(incidents.take_lead, "he", TakeLead(drawn=str(tower.who["he"].id)))
    auditor = await tower.home.staff(Role.AUDITOR, "马文静", "ma")
    with pytest.raises(Invalid, match="不能交给"):
        await work.does(incidents.take_lead, "he", TakeLead(staff=auditor.id))


async def test_d6_two_who_work_at_once_take_nothing_from_each_other(tower: Tower) -> None:
    work = await _begin(tower, plan="fire", place="3 楼")
    again = await _begin(tower, "zhou", plan="fire", place="3 楼")
    assert again.row.id == work.row.id, "two would each have half of the ticks"
    step = (await work.steps())[0].row
    drawn = incidents.step_revision(step)
    await work.does(incidents.tick, "zhou", step.id, Tick(drawn=drawn))
    await work.does(incidents.tick, "tang", step.id, Tick(drawn=drawn))
    with pytest.raises(Changed, match="刚刚动过这一步"):
        await work.does(incidents.tick, "tang", step.id, Tick(want="passed", why="不用", drawn=drawn))
    for wrong in (Tick(want="passed"), Tick(want="done", why="x"), Tick(want="nothing")):
        with pytest.raises(Invalid, match="要写原因"):
            await work.does(incidents.tick, "tang", step.id, wrong)
    row = await tower.home.database.read(lambda db: db.get_one(Incident, work.row.id))
    empty = incidents.note_revision(row)
    await work.does(incidents.write_note, "zhou", WriteNote(note="周护士写的", drawn=empty))
    with pytest.raises(Changed, match="刚刚写过经过"):
        await work.does(incidents.write_note, "tang", WriteNote(note="另一个", drawn=empty))
    with pytest.raises(Changed, match="刚刚写过经过"):
        await work.does(incidents.close, "tang", Close(note="另一个", drawn=empty))
    none = incidents.report_revision(row)
    await work.does(incidents.decide_report, "shen", DecideReport(why="不用报", drawn=none))
    with pytest.raises(Changed, match="定过要不要上报"):
        await work.does(incidents.decide_report, "shen", DecideReport(report=True, why="报", drawn=none))


async def test_e2_another_plan_as_long_as_nothing_is_ticked(tower: Tower) -> None:
    work = await _begin(tower, plan="fall", alarm=await _alarm(tower))
    await work.does(incidents.change_plan, "zhou", ChangePlan(plan="wound"))
    assert [step.row.text for step in await work.steps()] == [step.text for step in starters()["wound"].steps]
    await work.does(incidents.change_plan, "zhou", ChangePlan(plan="wound"))
    with pytest.raises(Invalid, match="请选一份"):
        await work.does(incidents.change_plan, "zhou", ChangePlan(plan="nothing"))
    await work.does(incidents.tick, "zhou", (await work.steps())[0].row.id, Tick())
    with pytest.raises(Invalid, match="不能换了"):
        await work.does(incidents.change_plan, "zhou", ChangePlan(plan="fall"))


async def test_f47_who_went_from_another_floor_works_on_what_she_found(tower: Tower) -> None:
    number = await _alarm(tower)
    far = replace(tower.who["zhou"], floors=frozenset({"9"}))

    house = tower.home.house
    await tower.write(lambda db, now: alarms.go(db, house, far, "third", Audience.FLOOR, now))
    await tower.write(lambda db, now: alarms.arrive(db, far, "third", Audience.FLOOR, now))
    row = await tower.write(lambda db, now: incidents.begin(db, far, Begin(plan="fall", alarm=number), now))
    assert row.opened_by == far.id
    other = replace(tower.who["tang"], floors=frozenset({"9"}))
    with pytest.raises(NotFound):
        await tower.write(lambda db, now: incidents.write_note(db, other, row.id, WriteNote(note="x"), now))


async def test_fault_t_what_is_too_long_is_refused_and_nothing_is_cut_off(tower: Tower) -> None:
    work = await _begin(tower, plan="fire", place="楼" * 48)
    assert work.row.place == "楼" * 48
    with pytest.raises(Invalid, match="最多 48 个字"):
        await _begin(tower, plan="fire", place="楼" * 49)
    step = (await work.steps())[0].row.id
    for act, *form in (
        (incidents.tick, step, Tick(want="passed", why="因" * 201)),
        (incidents.log_call, 0, LogCall(outcome="reached", who="谁" * 41)),
        (incidents.log_call, 0, LogCall(outcome="reached", who="谁", told="说" * 401)),
        (incidents.write_note, WriteNote(note="写" * 2001)),
        (incidents.decide_report, DecideReport(why="由" * 401)),
    ):
        with pytest.raises(Invalid, match="最多"):
            await work.does(act, "shen", *form)
    await work.does(incidents.write_note, "shen", WriteNote(note="写" * 2000))
    lead = tower.who["he"]
    for long in (PutContact(name="医院", number="12345", what_for="x" * 41),):
        with pytest.raises(Invalid, match="最多 40"):
            await tower.write(lambda db, now, f=long: plans.put_contact(db, lead, f, now))
    with pytest.raises(Invalid, match="最多 200"):
        await tower.write(
            lambda db, now: plans.set_plan(db, lead, "fire", SetPlan(lines="1 分，护士，关门窗", why="x" * 201), now)
        )
