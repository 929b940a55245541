"""A colleague's own WeChat: bound by a code, 接班, 我的任务, 记一笔; nothing of it runs into the families' talks (F39)."""

from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from care.errors import Invalid, NotFound
from care.states import NoteUse, Role
from conversations import events
from services.access import Viewer, access_person
from services.emergencies import ringing
from services.residents import residents
from services.residents.forms import SetStatus
from services.staff import colleagues, wechat
from services.talks.reading import read
from services.tasks import tasks
from services.tasks.forms import ActOnTask, AddTask
from storage import tables
from storage.queries import talks_list
from storage.queries import tasks as queries
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE
from tests.services import reads

ZHOU = "zhou-phone"


class Phones:
    """A home where 周敏 of the third floor has her own WeChat."""

    def __init__(self, home: HomeUnderTest, people: dict[str, Viewer]) -> None:
        self.home, self.director, self.zhou = home, *people.values()

    async def code(self, who: Viewer | None = None, by: Viewer | None = None) -> str:
        one, now = who or self.zhou, self.home.clock()

        def work(db: Unit) -> str:
            return wechat.code_for(db, by or self.director, one.id, now)[0]

        return await self.home.database.write(work)

    async def says(self, what: events.Arrival | str, phone: str = ZHOU) -> str:
        return await self.home.hears(what, phone)

    async def cries(self, words: str, phone: str) -> str:
        """The same with what the reading of the webhook finds."""
        event = events.Text(words)
        found = read(event, self.home.house.names)
        pushed = replace(self.home.envelope(event, phone), heard=found.heard, meant=found.meant)
        receipt = await self.home.database.receive(pushed)
        return receipt.answer.text if receipt.answer else ""

    async def notes(self) -> list[tuple[str, str, str, str]]:
        def ask(db: Unit) -> list[queries.NoteLine]:
            rooms = db.scalars(select(tables.Resident.id).order_by(tables.Resident.room.desc()))
            day = self.home.clock().date()
            return [line for one in list(rooms) for line in queries.notes(db, one, day, *NoteUse)]

        found = await self.home.database.read(ask)
        return [(line.words, line.row.kind, line.row.use, line.author) for line in found]

    async def adds(self, **form: Any) -> int:
        return await self.home.database.write(
            lambda db: tasks.add(db, self.director, AddTask(**form), self.home.clock()).id
        )


@pytest.fixture
async def phones(home: HomeUnderTest) -> Phones:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    found = Phones(
        home,
        {
            "director": await home.staff(Role.DIRECTOR, "沈国平", "shen"),
            "zhou": await home.staff(Role.CARER, "周敏", "zhou", "3"),
        },
    )
    assert "周敏，绑好了" in await found.says(f"同事 {await found.code()}")
    return found


async def test_f39_a_code_binds_once_within_its_time_and_only_a_phone_of_nobody(home: HomeUnderTest) -> None:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    phones = Phones(home, {"d": director, "z": await home.staff(Role.CARER, "周敏", "zhou", "3")})
    old, code = await phones.code(), await phones.code()
    assert "用不了" in await phones.says(old), "an older code is worth nothing"
    assert "已经绑定过了" in await phones.says(code, "kin3"), "a relative's phone stays the relative's"
    assert "绑好了" in await phones.says(events.Scanned(f"staff:{code}"))
    assert "用不了" in await phones.says(code, "another")
    late = await phones.code()
    home.clock.on(minutes=16)
    assert "用不了" in await phones.says(late, "another")
    assert code not in {row[0] for row in await home.rows("SELECT digest FROM staff_wechat")}
    assert await home.rows("SELECT kind FROM person WHERE id = ?", await home.person(ZHOU)) == [("staff",)]


async def test_f39_a_code_is_heard_in_the_middle_of_another_talk_and_that_talk_is_over_for_her(phones: Phones) -> None:
    nurse = await phones.home.staff(Role.NURSE, "唐雨", "tang")
    assert "绑定码" in await phones.says("绑定", "tang-phone")
    assert "唐雨，绑好了" in await phones.says(await phones.code(nurse), "tang-phone")
    assert "306-1" in await phones.says("306 王桂兰今天唱了歌", "tang-phone")


async def test_f39_a_guest_who_waits_for_an_answer_keeps_the_promise_and_the_colleague_begins_anew(
    phones: Phones,
) -> None:
    nurse = await phones.home.staff(Role.NURSE, "唐雨", "tang")
    await phones.says("我想问一下明天能不能来看看环境和房间", "tang-phone")
    was = await phones.home.person("tang-phone")
    assert "绑好了" in await phones.says(await phones.code(nurse), "tang-phone")
    assert await phones.home.person("tang-phone") != was
    assert await phones.home.one("SELECT count(*) FROM promise WHERE person_id = ? AND kept_at IS NULL", was) == 1


async def test_f39_who_does_not_work_with_residents_gets_no_code(phones: Phones) -> None:
    admin = await phones.home.staff(Role.ADMIN, "钱工", "qian")
    with pytest.raises(Invalid, match="管理员不管老人的事"):
        await phones.code(admin)


async def test_a7_f39_a_line_that_names_a_resident_is_a_note_and_of_two_it_is_asked_back(phones: Phones) -> None:
    assert "记到 306-1 王老人 名下了" in await phones.says("306 王桂兰今天唱了歌")
    assert "没认出" in await phones.says("今天大家都很开心")
    assert "没认出" in await phones.says("何秀英"), "who lives on another floor is nobody to her"
    assert "306-1" in await phones.says("306")
    assert "刚才那一笔没说是谁" not in await phones.says("记一笔")
    assert "只给同事看" in await phones.says("王桂兰的女儿说要投诉饭菜")
    assert "收回了" in await phones.says("撤回")
    assert await phones.notes() == [
        ("306 王桂兰今天唱了歌", "words", "offered", "周敏"),
        ("今天大家都很开心", "words", "offered", "周敏"),
        ("王桂兰的女儿说要投诉饭菜", "words", "taken_back", "周敏"),
    ]


async def test_f39_namesakes_are_told_apart_by_room_and_a_number_chooses(phones: Phones) -> None:
    await phones.home.database.write(
        lambda db: houses.furnish(
            db,
            phones.home.ids,
            {"staff": [], "people": [{"openid": "e5", "name": "王桂兰", "kind": "elder", "room": "305", "bed": "2"}]},
            phones.home.clock(),
        )
    )
    asked = await phones.says("王桂兰睡得很好")
    assert "1. 305-2 王老人\n2. 306-1 王老人" in asked
    assert "1 到 2" in await phones.says("3")
    assert "306-1" in await phones.says("2")
    assert ("王桂兰睡得很好", "words", "offered", "周敏") in await phones.notes()


async def test_f39_a_photo_is_asked_whose_it_is_and_keeps_its_media(phones: Phones) -> None:
    assert "没认出" in await phones.says(events.Image("m1", "http://x"))
    assert "306-1" in await phones.says("306 王奶奶在院子里晒太阳，自己笑了")
    assert "306-1" in await phones.says(events.Voice("m2", heard="306的王奶奶中午吃了一碗面"))
    assert await phones.notes() == [
        ("306 王奶奶在院子里晒太阳，自己笑了", "image", "offered", "周敏"),
        ("306的王奶奶中午吃了一碗面", "voice", "offered", "周敏"),
    ]
    assert await phones.home.one("SELECT count(*) FROM note n JOIN media m ON m.inbox_id = n.inbox_id") == 2


async def test_f39_her_tasks_are_numbered_and_a_number_does_one(phones: Phones) -> None:
    assert "没有您要做的" in await phones.says("我的任务")
    room = int(await phones.home.one("SELECT id FROM resident WHERE room = '306'"))
    due = datetime.fromisoformat("2026-11-22T17:00")
    await phones.adds(what="拿一床薄被", whom=f"staff:{phones.zhou.id}", resident=room, due=due)
    other = await phones.adds(what="扶手松了", whom="floor:3")
    await phones.adds(what="二楼的", whom="floor:2")
    told = await phones.says(events.Click("TASKS"))
    assert "1. 306-1 王老人 拿一床薄被（17:00前）\n2. 扶手松了，还没人接" in told
    assert "二楼的" not in told
    assert "做好了：306-1 王老人 拿一床薄被" in await phones.says("1 好了")
    assert "又开着了" in await phones.says("撤回")
    assert "在您手上了：扶手松了" in await phones.says("2我来")
    assert await phones.home.one("SELECT owner_id FROM task WHERE id = ?", other) == phones.zhou.id
    went = await phones.home.rows("SELECT from_id, to_id, why FROM assignment WHERE thing_id = ? ORDER BY id", other)
    assert went[-1] == (None, phones.zhou.id, "taken"), "whose hands it went through"
    assert "先看一眼" in await phones.says("5好了")
    await phones.home.database.write(
        lambda db: tasks.done(db, phones.director, other, ActOnTask(), phones.home.clock())
    )
    assert "有人做了" in await phones.says("2 好了")


async def test_f39_what_the_machine_filed_for_her_kind_is_in_her_list_without_a_word_of_the_body(
    phones: Phones,
) -> None:
    home = phones.home
    for words, openid in (("我要喝水", "elder3"), ("请给我妈拿药，她拉肚子", "kin3"), ("请给我妈买两包纸尿裤", "kin2")):
        await reads.says(home, words, openid, "request")
    listed = (await phones.says("我的任务")).split("\n")
    assert listed[0].startswith("1. 306-1 王老人 代办：我要喝水（16:15前），还没人接")
    assert listed[1].startswith("2. 306-1 王老人 代办，请看会话（20:00前），还没人接")
    assert not any("纸尿裤" in line for line in listed), "another floor"
    assert "做好了：306-1 王老人 代办：我要喝水" in await phones.says("1 好了")
    await home.hears("我要投诉，饭是凉的", "kin3")
    assert await phones.says("我的任务") == "现在没有您要做的。", "of who complains nothing is read on a phone"


async def test_f39_the_shift_tells_who_is_there_and_who_needs_a_look_without_a_word_of_the_body(phones: Phones) -> None:
    await phones.cries("我胸口疼得厉害，快来人", "elder3")
    await phones.cries("救命", "elder2")
    room = int(await phones.home.one("SELECT id FROM resident WHERE room = '306'"))
    await phones.home.database.write(
        lambda db: residents.set_status(db, phones.director, room, SetStatus(status="住院"), phones.home.clock())
    )
    told = await phones.says("接班")
    assert "3 楼" in told
    assert "306-1 王老人：住院" in told
    assert "306-1 王老人：叫过人，还没有人到" in told
    assert "胸口" not in told
    assert "201" not in told, "another floor"
    assert len(told.encode()) <= 2048
    assert await phones.home.one("SELECT count(*) FROM audit WHERE action = 'wechat_shift'") == 1


async def test_f39_an_emergency_said_by_a_colleague_rings_and_names_her(phones: Phones) -> None:
    assert "已经响铃叫人，别离开老人" in await phones.cries("306 王奶奶摔倒了，叫不醒", ZHOU)
    (alarm,) = await phones.home.database.read(
        lambda db: ringing.open_alarms(db, phones.home.ids.home_id, phones.home.clock())
    )
    assert (alarm.where.name, alarm.where.place) == ("周敏", "同事，用自己的微信")
    nurse = await phones.home.staff(Role.NURSE, "唐雨", "tang")
    who = await phones.home.person(ZHOU)
    shown = await phones.home.database.read(lambda db: access_person(db, nurse, who).name)
    assert shown is not None, "while it rings her words may be read"


async def test_c1_words_that_accuse_a_colleague_are_for_the_lead_and_no_note(phones: Phones) -> None:
    nurse = await phones.home.staff(Role.NURSE, "唐雨", "tang")
    assert "只给主管和院长看" in await phones.says("唐雨骂306的王桂兰")
    assert await phones.notes() == []
    assert "写家书的人" in await phones.says("306王桂兰打太极去了")
    assert "只给同事看" in await phones.says("昨天有人打了306的王桂兰")
    who = await phones.home.person(ZHOU)
    named = await phones.home.database.read(lambda db: access_person(db, phones.director, who).id)
    assert named == who, "the lead reads what she said"
    with pytest.raises(NotFound):
        await phones.home.database.read(lambda db: access_person(db, nurse, who))


async def test_f39_nothing_of_hers_is_a_talk_of_the_house_nor_a_promise(phones: Phones) -> None:
    await phones.says("306 王桂兰今天唱了歌")
    await phones.says("人工")
    listed = await phones.home.database.read(lambda db: talks_list.lines(db, phones.director.sight))
    assert [line.who.name for line in listed.lines if line.who.kind == "staff"] == []
    assert (
        await phones.home.one("SELECT count(*) FROM promise WHERE person_id = ?", await phones.home.person(ZHOU)) == 0
    )


async def test_f30_put_out_cuts_her_wechat_with_the_next_message_and_the_phone_is_a_guests_again(
    phones: Phones,
) -> None:
    await phones.says("306 王桂兰今天唱了歌")
    await phones.home.database.write(
        lambda db: colleagues.put_out(db, phones.director, phones.zhou.id, phones.home.clock())
    )
    was = await phones.home.person(ZHOU)
    assert "不再是同事的了" in await phones.says("306 王桂兰又唱了")
    assert len(await phones.notes()) == 1
    now = await phones.home.person(ZHOU)
    assert now != was, "what she wrote before stays out of sight"
    assert await phones.home.rows("SELECT kind FROM person WHERE id = ?", now) == [("guest",)]
    assert "小安" in await phones.says("你好"), "who writes now is answered like anybody"


async def test_f39_a_lost_phone_is_unbound_and_a_new_one_takes_its_place(phones: Phones) -> None:
    await phones.home.database.write(
        lambda db: wechat.unbind_for(db, phones.director, phones.zhou.id, phones.home.clock())
    )
    assert await phones.home.database.read(lambda db: wechat.bound(db, phones.zhou.id)) is None
    assert "不再是同事的了" in await phones.says("接班")
    assert "绑好了" in await phones.says(await phones.code(), "new-phone")
    assert "绑好了" in await phones.says(await phones.code(), "newest-phone")
    assert "不再是同事的了" in await phones.says("接班", "new-phone")
    assert "楼" in await phones.says("接班", "newest-phone")


async def test_p6_without_the_pledge_she_reads_nothing_and_is_told_what_to_do(phones: Phones) -> None:
    await phones.home.rows("UPDATE staff SET pledged_at = NULL WHERE id = ? RETURNING id", phones.zhou.id)
    assert "保密承诺" in await phones.says("接班")
    assert "保密承诺" in await phones.says("306 王桂兰今天唱了歌")
    assert await phones.notes() == []


async def test_f39_floors_are_asked_at_each_message(phones: Phones) -> None:
    await phones.home.database.write(
        lambda db: colleagues.change_floors(
            db, db.get_one(tables.Staff, phones.zhou.id), "2", phones.home.clock(), phones.director
        )
    )
    assert "没认出" in await phones.says("306 王桂兰今天唱了歌")
    await phones.says("取消")
    assert "201-2" in await phones.says("何秀英睡得好")


async def test_f39_a_stranger_who_finds_the_buttons_reads_nothing(phones: Phones) -> None:
    assert "这是同事用的" in await phones.says(events.Click("SHIFT"), "kin3")


async def test_f39_the_menu_of_colleagues_is_given_and_taken_away(phones: Phones) -> None:
    now = phones.home.clock

    async def menus() -> list[tuple[str, bool]]:
        found = await phones.home.database.read(lambda db: wechat.menus(db, phones.home.ids.home_id, now()))
        for one in found:
            await phones.home.database.store(lambda store, one=one: wechat.has_menu(store, one))  # type: ignore[misc]
        return [(one.openid, one.gets) for one in found]

    assert await menus() == [(ZHOU, True)]
    assert await menus() == []
    await phones.home.database.write(lambda db: wechat.unbind_for(db, phones.director, phones.zhou.id, now()))
    assert await menus() == [(ZHOU, False)]
    assert await menus() == []


@pytest.mark.parametrize(("seconds", "asks"), [(86_399, True), (86_400, False)])
async def test_f39_what_the_platform_could_not_be_told_of_a_menu_is_tried_for_a_day(
    phones: Phones, seconds: int, asks: bool
) -> None:
    async def waiting() -> list[bool]:
        home = phones.home
        found = await home.database.read(lambda db: wechat.menus(db, home.ids.home_id, home.clock()))
        return [one.gets for one in found]

    phones.home.clock.on(seconds=seconds)
    assert await waiting() == [True] * asks
    await phones.home.rows("UPDATE staff_wechat SET menu = ? RETURNING id", True)
    await phones.home.database.write(
        lambda db: wechat.unbind_for(db, phones.director, phones.zhou.id, phones.home.clock())
    )
    phones.home.clock.on(seconds=seconds)
    assert await waiting() == [False] * asks
