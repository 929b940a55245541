"""What a colleague changes stands in the trace with the name of the act, and the open pages look again (T, P5)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from care.errors import Invalid, NotFound
from care.states import Role
from conversations import answers
from services.families import contacts, disputes, narrowing, preferences, relatives, ties, wishes
from services.families import forms as family
from services.greetings import occasions, subject
from services.imports import exports
from services.imports.forms import AskExport, DecideExport
from services.knowledge import knowledge
from services.knowledge.forms import FillBlank, RestoreEntry, SaveEntry, SwitchEntry
from services.launch import launch
from services.launch.forms import Switch
from services.subject import Running
from storage import tables
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.couples import Couple, couple, furnished
from tests.services.evenings import house, resident
from tests.services.hints import Hints

__all__ = ["couple", "furnished", "house"]
Work = Callable[[Unit], Any]


class Trace:
    """Acts one after another, and what of each was written and told."""

    def __init__(self, home: HomeUnderTest) -> None:
        self.home, self.hints = home, Hints(home)

    async def of(self, work: Work) -> tuple[list[str], set[str]]:
        await self.hints.told()
        last = await self.home.one("SELECT coalesce(max(id), 0) FROM audit") or 0
        self.home.clock.on(minutes=1)
        await self.home.database.write(work)
        written = await self.home.rows("SELECT action FROM audit WHERE id > ? ORDER BY id", last)
        return [str(row[0]) for row in written], await self.hints.told()


async def test_fault_t_every_change_of_the_knowledge_is_in_the_trace_and_told(home: HomeUnderTest) -> None:
    lead, trace = await home.staff(Role.SUPERVISOR, "何志远", "he"), Trace(home)
    starter = next(entry.id for entry in answers.starter())
    entry = SaveEntry(question="能开证明吗", answer="能开，找前台。", asked="", revision=0)
    now = home.clock
    acts: list[tuple[str, Work]] = [
        ("edit", lambda db: knowledge.save_entry(db, lead, "", entry, now())),
        ("edit", lambda db: knowledge.switch(db, lead, starter, SwitchEntry(enabled=False), now())),
        ("restore", lambda db: knowledge.restore(db, lead, starter, RestoreEntry(revision=1), now())),
        ("fill", lambda db: knowledge.fill(db, lead, FillBlank(name="床位费", value="值" * 120), now())),
    ]
    for action, work in acts:
        written, told = await trace.of(work)
        assert written == [action]
        assert "knowledge" in told
    with pytest.raises(Invalid, match="最多 120 个字，现在 121 个"):
        await trace.of(lambda db: knowledge.fill(db, lead, FillBlank(name="床位费", value="值" * 121), now()))
    long = FillBlank(name="长" * 16, value="1")
    assert (await trace.of(lambda db: knowledge.fill(db, lead, long, now())))[0] == ["fill"]
    with pytest.raises(Invalid, match="系统设置"):
        await trace.of(lambda db: knowledge.fill(db, lead, FillBlank(name="长" * 17, value="1"), now()))
    carer = await home.staff(Role.CARER, "周敏", "zhou")
    with pytest.raises(NotFound):
        await trace.of(lambda db: knowledge.fill(db, carer, FillBlank(name="床位费", value="1"), now()))


async def test_fault_t_every_change_about_a_relative_is_in_the_trace_and_told(house: HomeUnderTest) -> None:
    desk, director = await house.staff(), await house.staff(Role.DIRECTOR, "沈国平", "shen")
    number, person, trace = await resident(house), await house.person("daughter"), Trace(house)
    now = house.clock
    less = {"asked_by": "elder", "why": "她不想让他知道"}
    edit = family.EditRelative(name="李静", relation="女儿", phone="13912346021")
    added = family.AddRelative(name="李四", relation="侄子", scopes=("daily",))
    more = family.RecordConsent(scopes=frozenset({"billing"}), way="paper")
    acts: list[tuple[str, Work]] = [
        ("add_relative", lambda db: relatives.add(db, desk, number, added, now())),
        ("edit_relative", lambda db: ties.edit(db, desk, number, person, edit, now())),
        ("place_relative", lambda db: ties.place(db, desk, number, person, family.PlaceRelative(position=1), now())),
        ("make_primary", lambda db: ties.primary(db, desk, number, person, family.MakePrimary(), now())),
        ("prove_relative", lambda db: ties.prove(db, desk, number, person, family.ProveRelative(proof="card"), now())),
        (
            "prefer",
            lambda db: preferences.prefer(
                db, desk, number, person, family.PreferRelative(declines=frozenset({"news"})), now()
            ),
        ),
        ("consent", lambda db: ties.agree(db, desk, number, person, more, now())),
        (
            "narrow",
            lambda db: narrowing.narrow(
                db, house.house, desk, number, person, family.NarrowScope(scope="billing", **less), now()
            ),
        ),
        ("add_wish", lambda db: wishes.add(db, desk, number, family.AddWish(words="别告诉他"), now())),
        ("name_contact", lambda db: contacts.name(db, desk, number, family.NameContact(colleague=desk.id), now())),
        ("start_dispute", lambda db: disputes.start(db, director, number, family.StartDispute(why="吵"), now())),
        ("end_dispute", lambda db: disputes.end(db, director, number, family.EndDispute(), now())),
        (
            "remove_relative",
            lambda db: narrowing.remove(
                db, house.house, director, number, person, family.RemoveRelative(**less), now()
            ),
        ),
    ]
    for action, work in acts:
        written, told = await trace.of(work)
        assert action in written
        assert "families" in told, action


async def test_p3_f29_exports_and_switches_are_in_the_trace_and_told(house: HomeUnderTest) -> None:
    lead, director = await house.staff(Role.SUPERVISOR, "何志远", "he"), await house.staff(Role.DIRECTOR, "沈", "shen")
    trace, now = Trace(house), house.clock

    def asks(reason: str) -> Work:
        return lambda db: exports.ask(db, lead, AskExport(kind="staff", reason=reason), now())

    assert await trace.of(asks("换系统了")) == (["ask_export"], {"imports"})
    assert (await trace.of(asks("长" * 120)))[0] == ["ask_export"]
    for reason, why in (("换系统", "写清楚"), (" 换  ", "写清楚"), ("长" * 121, "最多 120 个字")):
        with pytest.raises(Invalid, match=why):
            await trace.of(asks(reason))
    first, second = [row[0] for row in await house.rows("SELECT id FROM export_ask ORDER BY id")]

    def decides(which: int, release: bool) -> Work:
        return lambda db: exports.decide(db, director, which, DecideExport(release=release), now())

    assert await trace.of(decides(first, True)) == (["release_export"], {"imports"})
    assert await trace.of(decides(second, False)) == (["refuse_export"], {"imports"})
    shown = await house.database.read(lambda db: exports.asked(db, lead, now()))
    assert [(one.by, one.other, one.open) for one in shown] == [("何志远", "沈", False), ("何志远", "沈", True)]
    house.clock.on(minutes=57)
    assert (await trace.of(lambda db: exports.fetch(db, lead, first, now())))[0] == ["fetch_export"]
    house.clock.on(minutes=1)
    with pytest.raises(Invalid, match="满一小时"):
        await trace.of(lambda db: exports.fetch(db, lead, first, now()))
    assert not any(one.open for one in await house.database.read(lambda db: exports.asked(db, lead, now())))

    def turns(on: bool) -> Work:
        return lambda db: launch.switch(db, director, Switch(purpose="surveys", floor="3", on=on, seen=True), now())

    for on, act in ((True, "launch"), (False, "unlaunch")):
        written, told = await trace.of(turns(on))
        assert written == [act]
        assert {"launch", "days", "letters"} <= told
        assert (await trace.of(turns(on)))[0] == [], "it stands so already"


async def test_f3_the_trace_of_a_phone_of_two_names_both(couple: Couple) -> None:
    def detail(db: Unit) -> str | None:
        row = db.scalars(select(tables.Audit).where(tables.Audit.action == "bind")).one()
        return db.open(row, "detail")

    assert await couple.home.database.read(detail) == "王秀英、李建国两人共用"


async def test_h1_the_job_of_the_days_plans_what_is_missing_and_then_rests(house: HomeUnderTest) -> None:
    running = Running(house.database, house.house, house.ids.home_id, house.settings)
    (job,) = [one for one in subject.SUBJECT.jobs if one.run is subject.plan_ahead]
    director = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    house.clock.now = datetime(2027, 9, 20, 8, tzinfo=UTC)
    on = Switch(purpose="greetings", floor="3", on=True, seen=True)
    await house.database.write(lambda db: launch.switch(db, director, on, house.clock()))
    await job.run(running, house.clock())
    planned = await house.one("SELECT count(*) FROM plan")
    wanted = await house.database.read(lambda db: occasions.missing(db, house.house, house.ids.home_id, house.clock()))
    assert (planned > 0, wanted) == (True, [])
    await job.run(running, house.clock())
    assert await house.one("SELECT count(*) FROM plan") == planned
