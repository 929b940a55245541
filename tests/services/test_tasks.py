"""Tasks: written in one line, taken once, handed over, given back with a reason, done and undone; whose sight they are
in (engineering 19, F30).
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from care.errors import Changed, Decided, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.staff import colleagues
from services.subject import today
from services.tasks import notes, tasks
from services.tasks.forms import ActOnTask, AddNote, AddTask, EditTask, GiveBack, HandTask
from storage.queries import tasks as queries
from storage.tables.tasks import Task
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE

Act = Callable[[Unit, Viewer, int, Any, datetime], Task]
NOW = ActOnTask()


class Floor:
    """A home with a lead, a nurse for the whole house, and carers of two floors."""

    def __init__(self, home: HomeUnderTest, people: dict[str, Viewer]) -> None:
        self.home, self.lead, self.nurse, self.third, self.second = home, *people.values()

    async def adds(self, who: Viewer, **form: Any) -> int:
        now = self.home.clock()
        return await self.home.database.write(lambda db: tasks.add(db, who, AddTask(**form), now).id)

    async def does(self, act: Act, who: Viewer, task: int, form: Any = NOW) -> None:
        now = self.home.clock()
        await self.home.database.write(lambda db: act(db, who, task, form, now))

    async def sees(self, who: Viewer, which: str = "all") -> list[str]:
        found = await self.home.database.read(lambda db: queries.open_ones(db, who.sight, which))
        return [line.words for line in found]

    async def drawn(self, task: int) -> str:
        return await self.home.database.read(lambda db: tasks.revision_of(db.get_one(Task, task)))

    async def resident(self, room: str) -> int:
        return int(await self.home.one("SELECT id FROM resident WHERE room = ?", room))


@pytest.fixture
async def floor(home: HomeUnderTest) -> Floor:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return Floor(
        home,
        {
            "lead": await home.staff(Role.SUPERVISOR, "何志远", "he"),
            "nurse": await home.staff(Role.NURSE, "唐雨", "tang"),
            "third": await home.staff(Role.CARER, "周敏", "zhou", "3"),
            "second": await home.staff(Role.CARER, "王芳", "wang", "2"),
        },
    )


async def test_one_line_is_a_task_that_its_floor_sees_and_the_other_floor_does_not(floor: Floor) -> None:
    await floor.adds(floor.nurse, what="  给王奶奶 拿一床薄被 ", resident=await floor.resident("306"))
    assert await floor.sees(floor.third, "floor") == ["给王奶奶 拿一床薄被"]
    assert await floor.sees(floor.third, "mine") == ["给王奶奶 拿一床薄被"], "it waits for whoever is there"
    assert await floor.sees(floor.second) == []
    assert await floor.sees(floor.lead) == ["给王奶奶 拿一床薄被"]
    sealed = await floor.home.one("SELECT body FROM task")
    assert "薄被".encode() not in bytes(sealed)


async def test_a_task_for_a_kind_of_colleague_is_in_her_list_and_in_nobody_elses(floor: Floor) -> None:
    await floor.adds(floor.lead, what="量血压计送检", whom="role:nurse")
    await floor.adds(floor.lead, what="二楼换灯泡", whom="floor:2")
    assert await floor.sees(floor.nurse, "mine") == ["量血压计送检", "二楼换灯泡"]
    assert await floor.sees(floor.second, "mine") == ["二楼换灯泡"]
    assert await floor.sees(floor.third, "mine") == []


async def test_what_cannot_be_a_task_is_said_in_a_sentence(floor: Floor) -> None:
    for form, why in (
        ({"what": " "}, "写一句要做什么"),
        ({"what": "长" * 201}, "201 个字"),
        ({"what": "昨天的", "due": datetime.fromisoformat("2026-11-21T09:00")}, "已经过了"),
        ({"what": "给谁", "whom": "staff:12"}, "在职的同事"),
        ({"what": "给谁", "whom": "role:admin"}, "再选一次"),
    ):
        with pytest.raises(Invalid, match=why):
            await floor.adds(floor.nurse, **form)
    with pytest.raises(NotFound):
        await floor.adds(floor.third, what="别层的老人", resident=await floor.resident("201"))


async def test_of_two_who_take_it_one_has_it_and_the_other_is_told(floor: Floor) -> None:
    task = await floor.adds(floor.nurse, what="扶手松了", whom="floor:3")
    await floor.does(tasks.take, floor.third, task)
    other = await floor.home.staff(Role.CARER, "李梅", "li", "3")
    with pytest.raises(Decided, match="周敏"):
        await floor.does(tasks.take, other, task)


async def test_it_goes_from_hand_to_hand_with_a_reason_and_every_step_stays(floor: Floor) -> None:
    task = await floor.adds(floor.lead, what="送体检报告", whom=f"staff:{floor.third.id}")
    with pytest.raises(Invalid, match="在周敏手上"):
        await floor.does(tasks.hand_over, floor.nurse, task, HandTask(whom="me"))
    with pytest.raises(Invalid, match="为什么做不了"):
        await floor.does(tasks.give_back, floor.third, task, GiveBack(why=" "))
    await floor.does(tasks.give_back, floor.third, task, GiveBack(why="下班了，没送完"))
    (line,) = await floor.home.database.read(lambda db: queries.open_ones(db, floor.lead.sight, "all"))
    assert (line.owner, line.back) == ("", "周敏退回：下班了，没送完")
    await floor.does(tasks.hand_over, floor.lead, task, HandTask(whom=f"staff:{floor.nurse.id}", why="明早送"))
    await floor.does(tasks.done, floor.nurse, task)
    steps = await floor.home.database.read(lambda db: queries.history(db, task))
    assert [(step.who, step.why, step.to) for step in steps] == [
        ("何志远", "given", "周敏"),
        ("周敏", "back", ""),
        ("何志远", "handed", "唐雨"),
        ("唐雨", "done", "唐雨"),
    ]


async def test_what_is_done_is_told_to_who_comes_second_and_is_opened_again_for_a_day(floor: Floor) -> None:
    task = await floor.adds(floor.nurse, what="加一床被子", resident=await floor.resident("306"))
    await floor.does(tasks.done, floor.third, task)
    with pytest.raises(Decided, match="周敏刚刚已经做好了这件事"):
        await floor.does(tasks.done, floor.nurse, task)
    with pytest.raises(Invalid, match="周敏点的"):
        await floor.does(tasks.undo, floor.nurse, task)
    await floor.does(tasks.undo, floor.third, task)
    assert await floor.sees(floor.nurse) == ["加一床被子"]
    with pytest.raises(Invalid, match="写它的人或主管"):
        await floor.does(tasks.drop, floor.third, task, GiveBack(why="不用了"))
    await floor.does(tasks.drop, floor.nurse, task, GiveBack(why="家里送来了"))
    floor.home.clock.on(hours=25)
    with pytest.raises(Invalid, match="过了一天"):
        await floor.does(tasks.undo, floor.lead, task)


async def test_words_and_time_are_changed_and_what_stood_there_stays_in_its_history(floor: Floor) -> None:
    due = datetime.fromisoformat("2026-11-22T18:00")
    task = await floor.adds(floor.lead, what="送药费弹", whom=f"staff:{floor.third.id}", due=due)
    with pytest.raises(Invalid, match="写它的人"):
        await floor.does(tasks.edit, floor.nurse, task, EditTask(what="送药费单"))
    await floor.does(tasks.edit, floor.third, task, EditTask(what="送药费单", due=due))
    floor.home.clock.on(hours=3)
    await floor.does(tasks.edit, floor.third, task, EditTask(what="送药费单", due=due))
    with pytest.raises(Invalid, match="已经过了"):
        await floor.does(tasks.edit, floor.third, task, EditTask(what="送药费单", due=due.replace(hour=17)))
    await floor.does(tasks.edit, floor.third, task, EditTask(what="送药费单"))
    steps = await floor.home.database.read(lambda db: queries.history(db, task))
    assert [(step.why, step.reason) for step in steps[1:]] == [("edited", "原来写的是：送药费弹"), ("edited", "")]
    assert await floor.home.one("SELECT due_at FROM task") is None
    written = await floor.home.rows("SELECT action FROM audit WHERE action LIKE '%_task' ORDER BY id")
    assert written == [("add_task",), ("edit_task",), ("edit_task",)]


async def test_a_button_that_was_drawn_before_somebody_else_moved_it_is_refused_once(floor: Floor) -> None:
    task = await floor.adds(floor.lead, what="修电视", whom="floor:3")
    drawn = await floor.drawn(task)
    await floor.does(tasks.hand_over, floor.lead, task, HandTask(whom=f"staff:{floor.nurse.id}"))
    with pytest.raises(Changed, match="何志远"):
        await floor.does(tasks.hand_over, floor.lead, task, HandTask(whom=f"staff:{floor.third.id}", drawn=drawn))
    fresh = HandTask(whom=f"staff:{floor.third.id}", drawn=await floor.drawn(task))
    await floor.does(tasks.hand_over, floor.lead, task, fresh)
    assert await floor.sees(floor.third, "mine") == ["修电视"]


async def test_two_who_press_at_once_end_as_one_after_the_other(floor: Floor) -> None:
    task = await floor.adds(floor.lead, what="只做一次", whom="floor:3")
    ended = await asyncio.gather(
        *(floor.does(tasks.done, who, task) for who in (floor.lead, floor.nurse, floor.third)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in ended) == ["Decided", "Decided", "NoneType"]
    assert await floor.home.one("SELECT count(*) FROM assignment WHERE why = 'done'") == 1


async def test_u7_a_second_press_after_a_lost_answer_writes_no_second_task(floor: Floor) -> None:
    room = await floor.resident("306")
    form = {
        "what": "拿一床薄被",
        "whom": "floor:3",
        "due": datetime.fromisoformat("2026-11-22T17:00"),
        "resident": room,
    }
    task = await floor.adds(floor.lead, **form)
    assert await floor.adds(floor.lead, **form) == task
    bare = await floor.adds(floor.lead, what="拿一床薄被", resident=room)
    assert await floor.adds(floor.lead, what="拿一床薄被", resident=room) == bare != task
    assert await floor.adds(floor.nurse, **form) != task, "two who ask the same are two"
    await floor.does(tasks.done, floor.third, task)
    assert await floor.adds(floor.lead, **form) != task, "it is wanted once more"
    floor.home.clock.on(minutes=3)
    assert await floor.adds(floor.lead, what="拿一床薄被", resident=room) != bare
    words = AddNote(words="下午折了纸花")
    written = [
        await floor.home.database.write(lambda db: notes.add(db, floor.third, room, words, floor.home.clock()).id)
        for _ in range(2)
    ]
    assert written[0] == written[1]


async def test_c1_words_of_rough_handling_stay_inside_also_when_they_are_typed(floor: Floor) -> None:
    room = await floor.resident("306")
    for words in ("昨晚有人打了她", "上午打太极，精神好"):
        add = partial(
            notes.add, viewer=floor.third, resident_id=room, form=AddNote(words=words), now=floor.home.clock()
        )
        await floor.home.database.write(add)
    assert await floor.home.rows("SELECT use FROM note ORDER BY id") == [("inside",), ("offered",)]


async def test_f30_what_a_colleague_had_who_was_put_out_is_red_and_goes_to_another_by_name(floor: Floor) -> None:
    admin = await floor.home.staff(Role.DIRECTOR, "沈国平", "shen")
    task = await floor.adds(floor.lead, what="周二陪诊", whom=f"staff:{floor.third.id}")
    await floor.home.database.write(lambda db: colleagues.put_out(db, admin, floor.third.id, floor.home.clock()))
    (line,) = await floor.home.database.read(lambda db: queries.open_ones(db, floor.lead.sight, "all"))
    assert (line.owner, line.gone) == ("周敏", True)
    hers = await floor.home.database.read(lambda db: queries.in_hands(db, floor.lead.sight, floor.third.id))
    assert [one.row.id for one in hers] == [task]
    await floor.does(tasks.hand_over, floor.lead, task, HandTask(whom=f"staff:{floor.nurse.id}"))
    assert await floor.sees(floor.nurse, "mine") == ["周二陪诊"]


async def test_today_tells_how_many_wait_and_is_red_when_one_is_late(floor: Floor) -> None:
    await floor.adds(
        floor.nurse,
        what="送药费单",
        whom="me",
        due=datetime.fromisoformat("2026-11-22T17:00"),
    )

    async def tells(who: Viewer) -> list[tuple[str, str, str]]:
        found = await floor.home.database.read(lambda db: today(db, who, floor.home.clock()))
        return [(line.look, line.title, line.text) for line in found if line.tag == "任务"]

    assert await tells(floor.nurse) == [("line", "您有 1 件要做", "先做：送药费单")]
    floor.home.clock.on(hours=2)
    assert await tells(floor.nurse) == [("bad", "您有 1 件要做", "1 件过了时间，先做：送药费单")]
    assert [title for _, title, _ in await tells(floor.lead)] == ["同事还有 1 件过了时间"]
    assert await tells(floor.second) == []
