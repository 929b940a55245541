"""One-line faults that no test had noticed, each as the story that notices it (T)."""

import asyncio
from datetime import datetime, timedelta

import pytest

from care.errors import Invalid
from care.states import Role
from services.access import Viewer
from services.complaints import proposals
from services.complaints.forms import Interim
from services.promises import clocks
from services.residents import residents
from services.residents.forms import SetStatus
from storage import tables
from storage.queries import complaints as queries
from storage.queries import complaints_urgent, today
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest, put
from tests.services.story import Story, story

__all__ = ["story"]


async def test_fault_t_an_interim_reply_is_sent_as_what_it_is_and_the_result_is_still_due(story: Story) -> None:
    home = story.home
    await story.assess()
    until = (home.clock() + timedelta(days=3)).date()
    asked = Interim(reply="录像还没拿到，要到周四", until=until)
    await story.do(lambda db: proposals.interim(db, home.house, story.lead, story.complaint, asked, home.clock()))
    await story.decide(story.director)
    [(_, words)] = await home.send_all()
    assert "1 认可" not in words, "an interim reply asks for no verdict"
    assert await home.one("SELECT purpose FROM outbox WHERE state = 'sent' ORDER BY id DESC") == "interim"
    assert await story.stage() == 3
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'result' AND kept_at IS NULL") == 1


async def test_fault_t_an_interim_date_has_a_limit(story: Story) -> None:
    home = story.home
    await story.assess()
    for days, taken in ((31, False), (3650, False), (29, True)):
        asked = Interim(reply="要等鉴定", until=(home.clock() + timedelta(days=days)).date())
        work = story.do(
            lambda db, form=asked: proposals.interim(  # type: ignore[misc]
                db, home.house, story.lead, story.complaint, form, home.clock()
            )
        )
        if taken:
            await work
        else:
            with pytest.raises(Invalid, match="30 天以内"):
                await work


async def test_fault_t_an_interim_date_lies_ahead(story: Story) -> None:
    home = story.home
    await story.assess()
    day = home.clock().astimezone(home.house.home.zone).date() + timedelta(days=1)
    last = datetime.combine(day, proposals.DUE_AT, home.house.home.zone)
    asked = Interim(reply="要等鉴定", until=day)
    for now, taken in ((last, False), (last - timedelta(seconds=1), True)):
        work = story.do(
            lambda db, now=now: proposals.interim(  # type: ignore[misc]
                db, home.house, story.lead, story.complaint, asked, now
            )
        )
        if taken:
            await work
        else:
            with pytest.raises(Invalid, match="已经过了"):
                await work


async def test_fault_t_a_promise_that_was_broken_and_is_still_open_counts_as_not_on_time(home: HomeUnderTest) -> None:
    lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    await home.hears("饭菜太凉了，我要投诉")
    begin = home.clock() - timedelta(hours=1)

    async def on_time() -> dict[str, tuple[int, int]]:
        return await home.database.read(lambda db: queries.on_time(db, lead.sight, begin))

    assert await on_time() == {"first_feedback": (0, 0), "result": (0, 0)}, "what is not due yet is no figure"
    home.clock.on(hours=2)
    await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
    assert await on_time() == {"first_feedback": (0, 1), "result": (0, 0)}


async def test_fault_t_a_carers_day_shows_no_clock_of_a_complaint(home: HomeUnderTest) -> None:
    carer = await home.staff(Role.CARER, "周敏", "zhou")
    desk = await home.staff(Role.DESK, "陈晓雯", "chen")
    await home.hears("饭菜太凉了，我要投诉")
    await home.hears("能帮忙代收包裹吗", "other")
    day = home.clock().date()
    for who, kinds in ((desk, {"first_feedback", "result", "reply"}), (carer, {"reply"})):
        sight = who.sight
        seen = await home.database.read(lambda db, s=sight: today.look(db, s, day, home.clock()))  # type: ignore[misc]
        assert {item.clock.kind for item in seen.items} == kinds


async def test_fault_t_a_change_of_status_is_told_to_the_open_pages(home: HomeUnderTest) -> None:
    await home.hears("你好", "elder")
    person, resident = await home.person("elder"), new_id()

    def move_in(db: Unit) -> None:
        db.lock_persons(person)
        db.store.insert(
            tables.Resident,
            id=resident,
            home_id=home.ids.home_id,
            person_id=person,
            floor="3",
            room="306",
            bed="1",
            status="在住",
            created_at=home.clock(),
        )

    await home.database.write(move_in)
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    told: list[str] = []
    home.database.listen(told.extend)
    await home.database.write(
        lambda db: residents.set_status(db, nurse, resident, SetStatus(status="住院"), home.clock())
    )
    await asyncio.sleep(0)
    assert "residents" in told


async def test_fault_t_a_promise_that_is_kept_in_its_last_moment_is_kept_in_time(home: HomeUnderTest) -> None:
    lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    await home.hears("饭菜太凉了，我要投诉")
    begin = home.clock() - timedelta(hours=1)
    for late, good in ((0, 1), (1, 0)):
        await home.database.store(
            lambda store, late=late: put(  # type: ignore[misc]
                store, "UPDATE promise SET kept_at = due_at + ? WHERE kind = 'first_feedback' RETURNING id", late
            )
        )
        on_time = await home.database.read(lambda db: queries.on_time(db, lead.sight, begin))
        assert on_time["first_feedback"] == (good, 1)


async def test_fault_t_c14_what_presses_is_veiled_for_a_colleague_below_when_the_name_is_to_be_hidden(
    home: HomeUnderTest,
) -> None:
    lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    desk = await home.staff(Role.DESK, "陈晓雯", "chen")
    await home.hears("你们把我妈摔了，我要投诉")
    await home.hears("你们把我爸摔了，我要投诉，别说是我说的", "son")
    whose = {await home.person(): "daughter", await home.person("son"): "son"}

    async def seen(who: Viewer) -> dict[str, str]:
        rows = await home.database.read(lambda db: complaints_urgent.urgent(db, who.sight))
        return {whose[one.row.complaint.person_id]: one.row.title for one in rows}

    await home.rows("UPDATE complaint SET owner_id = ? RETURNING id", lead.id)
    assert [title.startswith("不公开姓名的投诉") for _, title in sorted((await seen(desk)).items())] == [False, True]
    assert [title.startswith("不公开姓名的投诉") for _, title in sorted((await seen(lead)).items())] == [False, False]
