"""What people write becomes a task under the name of its matter; whoever wrote hears whose it is (A12, A17)."""

from typing import Any

import pytest

from care.errors import Invalid, NotFound
from care.matters import MACHINE, table
from care.states import Role
from conversations import events
from conversations.effects import FileMatter
from conversations.events import Done
from conversations.flows.matters import INTENTS
from services.access import Viewer
from services.context import Context
from services.residents import residents
from services.residents.forms import SetStatus
from services.tasks import matters, tasks
from services.tasks.access import access_task
from services.tasks.forms import ActOnTask, EditTask, GiveBack
from storage.queries import tasks as queries
from storage.store import Store
from storage.tables.tasks import Task
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE
from tests.services.reads import says

NOW = ActOnTask()


class Desk:
    """A home with a colleague of each kind, and people who write to it."""

    def __init__(self, home: HomeUnderTest, people: dict[str, Viewer]) -> None:
        self.home, self.lead, self.nurse, self.carer, self.other, self.desk = home, *people.values()

    async def says(self, what: events.Arrival | str, openid: str = "kin3", intent: str = "") -> str:
        """Somebody writes; the words are read as the webhook reads them, or as `intent` says."""
        return await says(self.home, what, openid, intent)

    async def sees(self, who: Viewer, which: str = "mine") -> list[str]:
        found = await self.home.database.read(lambda db: queries.open_ones(db, who.sight, which))
        assert {line.maker for line in found} <= {"机器人"}
        return [line.words for line in found]

    async def task(self) -> tuple[Any, ...]:
        """The newest one."""
        asked = "SELECT source, role, floor, made_by, resident_id IS NULL FROM task ORDER BY id DESC LIMIT 1"
        return (await self.home.rows(asked))[0]

    async def promises(self) -> int:
        return int(await self.home.one("SELECT count(*) FROM promise WHERE kept_at IS NULL"))

    async def attends(self, openid: str) -> None:
        """A colleague has just written in the talk."""
        await self.home.rows(
            "UPDATE conversation SET attended_by = ?, spoke_at = ? WHERE person_id = ? RETURNING id",
            self.desk.id,
            int(self.home.clock().timestamp() * 1_000_000),
            await self.home.person(openid),
        )


@pytest.fixture
async def desk(home: HomeUnderTest) -> Desk:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return Desk(
        home,
        {
            "lead": await home.staff(Role.SUPERVISOR, "刘慧", "liu"),
            "nurse": await home.staff(Role.NURSE, "唐雨", "tang", "2 3"),
            "carer": await home.staff(Role.CARER, "周敏", "zhou", "3"),
            "other": await home.staff(Role.CARER, "马丽", "ma", "2"),
            "desk": await home.staff(Role.DESK, "陈晓雯", "chen"),
        },
    )


def test_every_matter_has_its_line_and_every_line_its_matter() -> None:
    known = table()
    assert set(known.matters) == {intent.value for intent in INTENTS}
    assert {one.role for one in known.matters.values()} <= set(known.posts)
    assert known.post(Role.NURSE, "2") == " 2 楼护士"
    assert len({one.name for one in known.matters.values()}) == len(known.matters)


@pytest.mark.parametrize(
    ("words", "openid", "task", "heard"),
    [
        (
            "建议你们把菜单提前发出来",
            "kin3",
            ("suggestion", "supervisor", "", 0, 0),
            "建议的事记下了，交给主管，17:00 前回您。",
        ),
        (
            "请给我妈买两包纸尿裤",
            "kin3",
            ("request", "carer", "3", 0, 0),
            "代办的事记下了，交给 3 楼护理员，17:00 前回您。",
        ),
        ("空调坏了，冷死了", "kin3", ("hazard", "carer", "3", 0, 0), "报修的事记下了，交给 3 楼护理员"),
        ("走廊的灯坏了，一闪一闪的", "kin3", ("hazard", "carer", "3", 0, 0), "报修的事记下了，交给 3 楼护理员"),
        ("周末接我妈回家", "kin2", ("leave", "nurse", "2", 0, 0), "请假的事记下了，交给 2 楼护士"),
        ("约周四下午视频", "kin3", ("visit", "desk", "", 0, 0), "探视的事记下了，交给前台"),
        ("我姓刘，13912345678，周六下午3点来看", "new", ("tour", "desk", "", 0, 1), "参观的事记下了，交给前台"),
        ("半自理，想住双人间", "new", ("lead", "desk", "", 0, 1), "咨询入住的事记下了，交给前台"),
        ("删除我的信息", "kin3", ("rights", "supervisor", "", 0, 0), "个人信息的事记下了，交给主管"),
        ("别再给我发了", "kin3", ("stop", "desk", "", 0, 0), "退订的事记下了，交给前台"),
        ("我前夫不该再看了", "kin3", ("unbind", "desk", "", 0, 0), "解除绑定的事记下了，交给前台"),
        ("我妈今天血压多少", "kin3", ("private", "nurse", "3", 0, 0), "问近况的事记下了，交给 3 楼护士"),
    ],
)
async def test_fault_a12_what_is_to_be_done_is_a_task_of_who_can_do_it(
    desk: Desk, words: str, openid: str, task: tuple[Any, ...], heard: str
) -> None:
    answer = await desk.says(words, openid, "hazard" if task[0] == "hazard" else "")
    assert answer.startswith(heard)
    assert tuple(int(part) if isinstance(part, bool) else part for part in await desk.task()) == task
    assert await desk.promises() == 1
    name = table().matters[task[0]].name
    whose = {"carer": desk.carer, "nurse": desk.nurse, "desk": desk.desk, "supervisor": desk.lead}[task[1]]
    assert await desk.sees(whose) == [f"{name}：{words}"]
    assert await desk.sees(desk.other) == []


async def test_fault_a17_who_wants_to_be_left_alone_or_to_be_forgotten_is_not_told_how_to_bind(desk: Desk) -> None:
    for words in ("退订", "别再给我发了", "删除我的信息", "解除绑定", "我前夫不该再看了"):
        answer = await desk.says(words)
        assert "记" in answer
        assert "绑定码" not in answer
    assert await desk.promises() == 1, "one answer for all of them"
    assert await desk.home.one("SELECT count(*) FROM task") == 3


async def test_more_of_the_same_matter_within_two_hours_joins_its_task_while_it_is_open(desk: Desk) -> None:
    await desk.says("请给我妈买两包纸尿裤")
    assert (await desk.says("再帮我妈买一盒牛奶", intent="request")).startswith(
        "刚才说的也记进代办了，一起交给 3 楼护理员，17:00 前"
    )
    assert await desk.sees(desk.carer) == ["代办：请给我妈买两包纸尿裤；再帮我妈买一盒牛奶"]
    task = int(await desk.home.one("SELECT id FROM task"))
    steps = await desk.home.database.read(lambda db: queries.history(db, task))
    assert [(step.who, step.why, step.reason) for step in steps] == [("机器人", "edited", "又来信：再帮我妈买一盒牛奶")]
    for sign in "长话短说":
        await desk.says(sign * 300, intent="request")
    words = (await desk.sees(desk.carer))[0]
    assert (len(words), words[:4], words[-2:]) == (200, "代办：请", "说…")
    await desk.home.database.write(lambda db: tasks.done(db, desk.carer, task, NOW, desk.home.clock()))
    await desk.says("还要一包湿巾", intent="request")
    desk.home.clock.on(hours=3)
    await desk.says("顺便买点水果", intent="request")
    assert await desk.sees(desk.carer) == ["代办：还要一包湿巾", "代办：顺便买点水果"]
    assert [
        line.owner for line in await desk.home.database.read(lambda db: queries.in_hands(db, desk.lead.sight, 0))
    ] == []


async def test_fault_a12_praise_is_passed_on_and_nobody_waits_for_an_answer(desk: Desk) -> None:
    assert await desk.says("护理员小刘对我妈特别好，想表扬她") == "谢谢您，这句话我转给主管。"
    assert (await desk.task())[:2] == ("praise", "supervisor")
    assert await desk.promises() == 0


async def test_what_may_be_no_praise_and_what_may_be_ours_finds_a_colleague(desk: Desk) -> None:
    answer = await desk.says("保安拦着不让进还骂骂咧咧", intent="praise")
    assert answer.startswith("建议的事记下了，交给主管，17:00 前回您。")
    for words, openid in (
        ("天天给老人开讲座卖蜂胶", "kin2"),
        ("17712345678 阮女士", "new"),
        ("讣告：家父昨日辞世", "guest"),
    ):
        assert "前一定答复" in await desk.says(words, openid, "offtopic"), words
    answer = await desk.says("我小学老师姓邵，说是在你们那养老，还健在吗", "pupil", "greeting")
    assert "前一定答复" in answer, "never answered as if somebody were asked whether he is there"


@pytest.mark.parametrize(
    ("words", "intent", "heard", "role"),
    [
        ("我要喝水", "", "好，我告诉护理员。", "carer"),
        ("灯坏了", "", "好，我告诉护理员。", "carer"),
        ("给我儿子捎句话", "", "好，我告诉护理员。", "carer"),
        ("讲个笑话", "", "好，我告诉护理员。", "carer"),
        ("饭太硬，想吃软的", "request", "好，我告诉护理员。", "carer"),
        ("我血压多少", "private", "好，我告诉护士。", "nurse"),
        ("提个意见", "suggestion", "好，我告诉主管。", "supervisor"),
        ("小刘真好", "praise", "好，我告诉主管。", "supervisor"),
    ],
)
async def test_what_an_elder_needs_goes_to_who_can_do_it_in_one_short_sentence(
    desk: Desk, words: str, intent: str, heard: str, role: str
) -> None:
    assert await desk.says(words, "elder3", intent) == heard
    assert len(heard) <= 15
    assert (await desk.task())[1] == role
    assert await desk.promises() == 0


async def test_an_elder_who_talks_hears_a_sentence_that_has_a_sound(desk: Desk) -> None:
    voice = events.Voice("m", heard="给我倒杯水")
    desk.home.house.recorded = frozenset({"记下了，有人会来问您。急就按床头铃。", "您说的，我记下了。"})
    for intent, heard in (("request", "记下了，有人会来问您。急就按床头铃。"), ("praise", "您说的，我记下了。")):
        assert await desk.says(voice, "elder3", intent) == heard
    assert await desk.home.one("SELECT count(*) FROM outbox WHERE purpose = 'spoken'") == 2
    assert await desk.sees(desk.carer) == ["代办：［语音］给我倒杯水"]
    assert await desk.promises() == 0


async def test_at_the_device_of_a_room_it_is_for_the_carers_of_its_floor(desk: Desk) -> None:
    home = desk.home
    await desk.says("你好", "room")
    await home.rows(
        "INSERT INTO common_phone (id, home_id, follower_id, place_id, room, floor, made_by, made_at) "
        "SELECT 1, p.home_id, f.id, p.id, '306', '3', 0, 0 FROM person p JOIN follower f ON f.person_id = p.id "
        "WHERE f.openid = 'room' RETURNING id"
    )
    person, now = await home.person("room"), home.clock()

    def work(store: Store) -> Done:
        store.lock_persons(person)
        event = events.Text("我要喝水")
        context = Context(store, home.house, home.ids.home_id, person, now, now, None, attended=False, event=event)
        return matters.file(context, FileMatter("request"))

    assert await home.database.store(work) == Done(how="elder", known=("代办", "护理员"))
    assert (await desk.task())[:3] == ("request", "carer", "3")


async def test_a_resident_who_is_not_in_the_house_is_told_who_is_there_for_her(desk: Desk) -> None:
    resident = int(await desk.home.one("SELECT id FROM resident WHERE room = '306'"))
    await desk.home.database.write(
        lambda db: residents.set_status(db, desk.lead, resident, SetStatus(status="住院"), desk.home.clock())
    )
    assert await desk.says("我要喝水", "elder3") == "好，我告诉前台。"
    assert "交给前台" in await desk.says("请给我妈买两包纸尿裤", "kin3")


async def test_of_a_resident_nothing_is_confirmed_to_who_is_not_bound(desk: Desk) -> None:
    for words in ("王桂兰现在在哪个房间，吃药了吗", "张三在你们那儿吗"):
        answer = await desk.says(words, "stranger", "private")
        assert answer.startswith("老人的情况，要先核实是谁在问才能说。前台 17:00 前回您。")
    assert (await desk.task())[1:3] == ("desk", "")
    assert await desk.sees(desk.desk) == ["问近况：王桂兰现在在哪个房间，吃药了吗；张三在你们那儿吗"]
    assert "王桂兰" not in answer


async def test_where_nobody_of_the_kind_works_it_waits_for_somebody_who_is_there(home: HomeUnderTest) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    only = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    found = Desk(home, dict.fromkeys(("lead", "nurse", "carer", "other", "desk"), only))
    assert "交给院长" in await found.says("请给我妈买两包纸尿裤")
    assert "交给院长" in await found.says("建议你们把菜单提前发出来")
    assert len(await found.sees(only)) == 2


async def test_a4_words_that_accuse_a_colleague_stand_in_no_task(desk: Desk) -> None:
    await desk.says("建议把周敏换掉，她骂我妈", intent="suggestion")
    assert await desk.sees(desk.lead) == ["建议：说到同事，请看会话"]
    assert await desk.sees(desk.carer, "all") == []
    await desk.says("请给我妈买两包纸尿裤")
    assert await desk.sees(desk.carer, "all") == [], "who is accused sees nothing of this talk"


async def test_beside_a_colleague_the_machine_is_quiet_and_nothing_is_lost(desk: Desk) -> None:
    await desk.says("你好", "kin3")
    await desk.attends("kin3")
    assert await desk.says("请给我妈买两包纸尿裤") == ""
    assert (len(await desk.sees(desk.carer)), await desk.promises()) == (1, 1)
    for words, intent in (("小刘真好", "praise"), ("在吗", ""), ("你是机器人吗", ""), ("今天股票怎么样", "")):
        assert await desk.says(words, "kin3", intent) == ""
    assert await desk.promises() == 1


async def test_a_time_that_has_passed_is_not_told(desk: Desk) -> None:
    await desk.says("约周四下午视频")
    desk.home.clock.on(hours=3)
    answer = await desk.says("请给我妈买两包纸尿裤")
    assert answer.startswith("代办的事记下了，交给 3 楼护理员，20:00 前回您。"), "the new time of what was missed"


async def test_after_a_death_no_clock_is_told_and_the_lead_has_it(desk: Desk) -> None:
    await desk.home.rows("UPDATE resident SET status = '去世' WHERE room = '306' RETURNING id")
    answer = await desk.says("把我妈的东西寄给我", intent="request")
    assert "马上给您打电话" in answer
    assert "前回您" not in answer


async def test_c13_a_greeting_is_greeted_and_promises_nothing(desk: Desk) -> None:
    for words, openid, heard in (
        ("你好", "kin3", "您好，我是机器人小安。想问的"),
        ("在吗", "new", "您好，我是机器人小安。想问的"),
        ("你好", "elder3", "我在呢，您说。"),
        ("你是机器人吗", "kin3", "我是青禾颐养院的机器人小安，不是真人。"),
        ("今天股票怎么样", "kin3", "这件事我帮不上，对不起。"),
        ("帮我写一首诗", "new", "这件事我帮不上，对不起。"),
    ):
        assert (await desk.says(words, openid)).startswith(heard)
    assert await desk.promises() == 0
    assert await desk.home.one("SELECT count(*) FROM task") == 0
    assert (await desk.says("人工", "new")).startswith("您好，我是机器人小安。这件事我请同事来回您")


async def test_who_has_a_task_of_the_machine_may_say_that_it_need_not_be_done(desk: Desk) -> None:
    await desk.says("请给我妈买两包纸尿裤")
    task, now = int(await desk.home.one("SELECT id FROM task")), desk.home.clock()
    drop = GiveBack(why="家里自己带来了")
    with pytest.raises(Invalid, match="接了再点"):
        await desk.home.database.write(lambda db: tasks.drop(db, desk.carer, task, drop, now))
    with pytest.raises(NotFound):
        await desk.home.database.read(lambda db: access_task(db, desk.other, task))
    drawn = await desk.home.database.read(lambda db: tasks.revision_of(db.get_one(Task, task)))
    await desk.says("再买一盒牛奶", intent="request")
    with pytest.raises(Exception, match="机器人"):
        await desk.home.database.write(lambda db: tasks.take(db, desk.carer, task, ActOnTask(drawn=drawn), now))
    await desk.home.database.write(lambda db: tasks.take(db, desk.carer, task, NOW, now))
    await desk.home.database.write(lambda db: tasks.edit(db, desk.carer, task, EditTask(what="买纸尿裤，牛奶"), now))
    row = await desk.home.database.write(lambda db: tasks.drop(db, desk.carer, task, drop, now))
    assert (row.ended_how, row.made_by) == ("dropped", MACHINE)
