"""The strip of alarms: who may see what of it, who may end it, what is said to whom (D7, D9, D14, A7, S6, F27)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from msgspec.structs import replace

from care import accusations as accusation
from care.errors import Conflict, Invalid, NotFound
from care.triage import Audience, Triage, triage
from conversations import events
from services.access import Role, Viewer
from services.accusations import accusations
from services.emergencies import alarms, cries, unreadable
from services.emergencies.board import NOBODY, Alarm, Board
from services.talks import desk
from storage import tables
from storage.queries import emergencies as past
from storage.queries import today
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest


@dataclass
class House:
    """A home with two floors, an elder in 306 and her niece, and the board of one process."""

    home: HomeUnderTest
    staff: dict[str, Viewer]
    board: Board

    async def cries(self, words: str, openid: str = "grandma") -> str:
        event = events.Text(words)
        rung = triage(words)
        accused = accusation.read(words, self.home.house.names, hurt=rung.rings and rung.audience is Audience.FLOOR)
        envelope = replace(self.home.envelope(event, openid), heard=accusation.heard(rung, accused), accused=accused)
        receipt = await self.home.database.receive(envelope)
        await self.look()
        return receipt.answer.text if receipt.answer else ""

    async def look(self) -> None:
        home, now = self.home, self.home.clock()
        self.board.names = home.house.names
        self.board.places = await home.database.read(lambda db: alarms.places(db, home.ids.home_id))
        rows, ended = await home.database.read(
            lambda db: (alarms.open_alarms(db, home.ids.home_id, now), alarms.just_ended(db, home.ids.home_id, now))
        )
        self.board.take_over(rows, ended)

    def strips(self, who: str) -> list[Alarm]:
        return self.board.seen_by(self.staff[who])

    async def does(self, who: str, act: str, alarm: Alarm, why: str = "") -> None:
        """On the board at once, then in the database, as the page does it."""
        viewer, now = self.staff[who], self.home.clock()
        if act == "go":
            self.board.go(viewer, alarm.ref, now)
            await self.home.database.write(
                lambda db: alarms.go(db, self.home.house, viewer, alarm.openid, alarm.audience, now)
            )
        elif act == "undo":
            self.board.undo(viewer, alarm.ref, now)
            await self.home.database.write(lambda db: alarms.undo(db, viewer, alarm.openid, alarm.audience, now))
        else:
            ends = {"arrived": self.board.arrive, "false": self.board.dismiss, "muted": self.board.mute}
            ends[act](viewer, alarm.ref, now, why)
            await self.home.database.write(
                lambda db: alarms.end(db, viewer, alarm.openid, alarm.audience, act, why, now)
            )
        await self.look()


@pytest.fixture
async def house(home: HomeUnderTest) -> House:
    people = {
        "zhou": (Role.CARER, "周敏", "3"),
        "lin": (Role.CARER, "林可", "2"),
        "tang": (Role.NURSE, "唐雨", ""),
        "he": (Role.SUPERVISOR, "何志远", ""),
        "shen": (Role.DIRECTOR, "沈国平", ""),
    }
    staff = {login: await home.staff(role, name, login, floors) for login, (role, name, floors) in people.items()}
    await home.hears("你好", "niece")
    await home.hears("你好", "grandma")
    niece, elder = await home.person("niece"), await home.person("grandma")

    def bind(db: Unit) -> None:
        db.lock_persons(niece, elder)
        for number, kind, name in ((niece, "family", "孙玉"), (elder, "elder", "王桂兰")):
            person = db.get_one(tables.Person, number)
            person.kind = kind
            db.seal(person, "name", name)
        row = tables.Resident(
            id=new_id(),
            home_id=home.ids.home_id,
            person_id=elder,
            room="306",
            bed="1",
            floor="3",
            status="在住",
            created_at=home.clock(),
        )
        db.add(row)
        tie = tables.Kinship(
            id=new_id(),
            home_id=home.ids.home_id,
            person_id=niece,
            resident_id=row.id,
            is_primary=True,
            scopes="daily",
            created_at=home.clock(),
        )
        db.seal(tie, "relation", "侄女")
        db.add(tie)

    await home.database.write(bind)
    return House(home, staff, Board())


# -- the place of a danger is never hidden ---------------------------------------------------------------------------


async def test_f27_an_accusation_with_an_injury_gives_the_floor_the_place_and_the_lead_the_words(house: House) -> None:
    await house.cries("三楼护工打我妈，头流血了", "niece")
    (seen,) = house.strips("tang")
    assert (seen.name, seen.place, seen.said, seen.kind, seen.person_id) == ("请马上去", "306 室", [], "", None), (
        "the place, nothing else"
    )
    assert [strip.place for strip in house.strips("lin")] == ["306 室"], "the next floor goes"
    assert house.strips("zhou") == [], "whom it means is not rung while somebody else is there"
    words = {cry.words for strip in house.strips("he") for cry in strip.said}
    assert "三楼护工打我妈，头流血了" in words
    assert {strip.audience for strip in house.strips("he")} == {Audience.FLOOR, Audience.LEAD}


async def test_f27_who_is_meant_alone_in_the_house_still_hears_of_the_place(home: HomeUnderTest) -> None:
    zhou = await home.staff(Role.CARER, "周敏", "zhou", "3")
    alone = House(home, {"zhou": zhou}, Board())
    await alone.cries("周敏打我，我起不来了")
    (seen,) = alone.strips("zhou")
    assert (seen.name, seen.said) == ("请马上去", []), "a life comes before a suspicion; of the words she reads nothing"


async def test_f27_a_plain_cry_later_is_a_place_for_who_is_meant_and_whole_for_the_others(house: House) -> None:
    await house.cries("小周昨天掐我胳膊")
    assert house.strips("zhou") == []
    await house.cries("我摔倒了起不来")
    (hers,) = house.strips("zhou")
    assert (hers.name, hers.place, hers.person_id) == ("请马上去", "306 室 1 床", None)
    (nurses,) = house.strips("tang")
    assert (nurses.name, nurses.words) == ("王桂兰", "我摔倒了起不来")


async def test_fault_s1_a_lead_who_is_meant_neither_sees_nor_ends_it(house: House) -> None:
    await house.cries("何志远打我")
    assert house.strips("he") == []
    (seen,) = house.strips("shen")
    with pytest.raises(NotFound):
        house.board.go(house.staff["he"], seen.ref, house.home.clock())


async def test_f27_who_goes_and_is_named_afterwards_does_not_go_any_more(house: House) -> None:
    await house.cries("我摔倒了")
    await house.does("zhou", "go", house.strips("zhou")[0])
    heard = accusation.read("是周敏推我的", house.home.house.names, hurt=True)
    rung = accusation.heard(triage("我摔倒了，是周敏推我的"), heard)
    house.board.ring("grandma", "k2", rung, "我摔倒了，是周敏推我的", house.home.clock(), heard)
    assert [strip.going for strip in house.strips("tang")] == [""], "it rings again for the others"
    assert house.strips("zhou") == []


# -- buttons ---------------------------------------------------------------------------------------------------------


async def test_fault_d7_only_who_goes_says_arrived_others_give_a_reason_and_all_see_it(house: House) -> None:
    clock = house.home.clock
    await house.cries("我摔倒了")
    (alarm,) = house.strips("tang")
    with pytest.raises(Invalid, match="请先点「我去」"):
        await house.does("lin", "arrived", alarm)
    clock.on(seconds=12)
    await house.does("tang", "go", alarm)
    with pytest.raises(Invalid, match="过几秒再点"):
        await house.does("lin", "arrived", alarm, "我也到了")
    clock.on(seconds=20)
    with pytest.raises(Invalid, match="唐雨 去了"):
        await house.does("lin", "arrived", alarm)
    await house.does("lin", "arrived", alarm, "她请我登记")
    assert house.strips("tang") == []
    (ended,) = house.board.ended_for(house.staff["tang"], clock())
    assert (ended.by, ended.how, ended.why, ended.at - ended.alarm.raised_at) == (
        "林可",
        "arrived",
        "她请我登记",
        timedelta(seconds=32),
    )
    (row,) = await house.home.database.read(
        lambda db: past.past(db, house.staff["tang"].sight, clock() - timedelta(days=1))
    )
    assert (row.going, row.went_after, row.arrived, row.ended_after, row.how, row.why) == (
        "唐雨",
        12,
        "林可",
        32,
        "已到",
        "她请我登记",
    )


async def test_fault_d7_a_false_alarm_has_a_reason_and_is_taken_back_within_minutes(house: House) -> None:
    clock = house.home.clock
    await house.cries("救命")
    (alarm,) = house.strips("tang")
    with pytest.raises(Invalid, match="误报要选一个理由"):
        await house.does("tang", "false", alarm, "")
    await house.does("tang", "false", alarm, "按错了")
    assert house.strips("lin") == []
    clock.on(minutes=2)
    await house.does("lin", "undo", alarm)
    assert [strip.words for strip in house.strips("tang")] == ["救命"], "it rings again for everybody"
    assert await house.home.rows("SELECT arrived_at, ended_how, going_by FROM alarm") == [(None, None, None)]
    await house.does("tang", "false", house.strips("tang")[0], "按错了")
    clock.on(minutes=11)
    with pytest.raises(Invalid, match="过了十分钟"):
        house.board.undo(house.staff["lin"], alarm.ref, clock())
    actions = [
        row[0] for row in await house.home.rows("SELECT action FROM audit WHERE subject LIKE 'alarm:%' ORDER BY id")
    ]
    assert actions == ["alarm", "false", "undone", "false"]


async def test_fault_d7_what_is_taken_back_after_a_later_cry_leaves_one_alarm(house: House) -> None:
    await house.cries("救命")
    (alarm,) = house.strips("tang")
    await house.does("tang", "false", alarm, "按错了")
    house.home.clock.on(minutes=1)
    await house.cries("快来人")
    await house.home.database.write(
        lambda db: alarms.undo(db, house.staff["lin"], "grandma", Audience.FLOOR, house.home.clock())
    )
    assert await house.home.one("SELECT count(*) FROM alarm WHERE arrived_at IS NULL") == 1
    assert len(house.strips("tang")) == 1


async def test_fault_d7_a_process_that_starts_anew_still_knows_who_went(house: House) -> None:
    await house.cries("我摔倒了")
    await house.does("tang", "go", house.strips("tang")[0])
    house.board = Board()
    await house.look()
    (alarm,) = house.strips("tang")
    assert (alarm.going, alarm.going_id) == ("唐雨", house.staff["tang"].id)
    house.home.clock.on(seconds=30)
    await house.does("tang", "arrived", alarm)
    house.board = Board()
    await house.look()
    assert [one.by for one in house.board.ended_for(house.staff["lin"], house.home.clock())] == ["唐雨"]


# -- words -----------------------------------------------------------------------------------------------------------


async def test_fault_d14_all_words_stay_and_the_worst_is_on_top(house: House) -> None:
    for words in ("我心慌，胸口闷", "不想活了", "头晕站不住"):
        await house.cries(words)
        house.home.clock.on(seconds=20)
    (alarm,) = house.strips("tang")
    said = [cry.words for cry in alarm.said]
    assert set(said) == {"我心慌，胸口闷", "不想活了", "头晕站不住"}
    assert [cry.level for cry in alarm.said] == sorted(cry.level for cry in alarm.said)
    assert alarm.count == 3
    await house.home.database.receive(house.home.envelope(events.Voice("m1"), "grandma"))
    await house.look()
    assert {cry.words for cry in house.strips("tang")[0].said} >= set(said), "a later voice replaces nothing"


async def test_fault_d14_words_that_are_not_committed_join_the_others(house: House) -> None:
    await house.cries("头晕站不住")
    at = house.home.clock.on(seconds=5)
    house.board.ring("grandma", "k9", triage("我不想活了"), "我不想活了", at)
    (alarm,) = house.strips("tang")
    assert {cry.words for cry in alarm.said} == {"头晕站不住", "我不想活了"}


# -- whereabouts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["住院", "请假", "离院"])
async def test_fault_a7_who_is_not_in_the_house_is_told_whom_to_call_and_nobody_runs_to_an_empty_bed(
    house: House, status: str
) -> None:
    await house.home.rows("UPDATE resident SET status = ?", status)
    said = await house.cries("我摔了起不来")
    assert "120" in said
    assert status in said
    assert "按铃" not in said
    (alarm,) = house.strips("tang")
    assert alarm.where.away == status
    assert alarm.place.startswith(f"登记为{status}，不在 306 室 1 床")
    calls = dict(
        await house.home.rows("SELECT person_id, (due_at - made_at) / 60000000 FROM promise WHERE kind = 'call'")
    )
    assert calls == {await house.home.person("grandma"): 15, await house.home.person("niece"): 15}, (
        "who cried and her first contact are called"
    )
    await house.cries("我妈摔了", "niece")
    assert any("老人登记为" in strip.place for strip in house.strips("tang"))


async def test_fault_a7_who_is_at_home_in_the_house_hears_the_bell_as_before(house: House) -> None:
    assert await house.cries("我摔了起不来") == "已经在叫人。急就按铃。"
    assert [strip.place for strip in house.strips("tang")] == ["306 室 1 床"]
    await house.cries("我妈摔了", "niece")
    assert "老人在 306 室" in next(strip.place for strip in house.strips("tang") if strip.name == "孙玉")


# -- strangers -------------------------------------------------------------------------------------------------------


async def test_fault_s6_residents_stand_above_strangers_and_a_phone_that_cries_often_is_one(house: House) -> None:
    for number in range(30):
        await house.cries("救命", f"stranger{number:02d}")
    for _ in range(40):
        await house.cries("救命啊", "stranger00")
    house.home.clock.on(minutes=1)
    await house.cries("我摔倒了")
    strips = house.strips("tang")
    assert strips[0].name == "王桂兰"
    assert len(strips) == 31
    assert not any(strip.where.bound for strip in strips[1:])
    assert next(strip.count for strip in strips if strip.openid == "stranger00") == 41


async def test_fault_s6_a_stranger_is_muted_with_a_reason_and_an_elder_never(house: House) -> None:
    await house.cries("救命", "stranger")
    await house.cries("我摔倒了")
    (elder, stranger) = house.strips("tang")
    with pytest.raises(Invalid, match="不能静音"):
        await house.does("tang", "muted", elder, "太吵")
    with pytest.raises(Invalid, match="一句理由"):
        await house.does("tang", "muted", stranger, " ")
    await house.does("tang", "muted", stranger, "反复乱发")
    await house.cries("救命救命", "stranger")
    house.board.ring("stranger", "k", triage("救命"), "救命", house.home.clock())
    assert [strip.name for strip in house.strips("tang")] == ["王桂兰"]
    assert (
        await house.home.one("SELECT count(*) FROM inbox WHERE person_id = ?", await house.home.person("stranger")) == 2
    ), "it is still read"
    house.home.clock.on(hours=25)
    house.board.muted = await house.home.database.read(
        lambda db: alarms.muted(db, house.home.ids.home_id, house.home.clock())
    )
    await house.cries("救命", "stranger")
    assert [strip.where.bound for strip in house.strips("tang")] == [False], "after a day it rings again"
    assert NOBODY.bound is False


# -- parked words ----------------------------------------------------------------------------------------------------


async def _park(house: House, openid: str) -> int:
    home = house.home
    person = await home.person(openid)
    desk_ = await home.staff()
    home.clock.on(hours=49)
    await home.database.write(lambda db: desk.answer(db, desk_, person, "周三的活动改到周四了", "k", home.clock()))
    await home.send_all()
    assert await home.one("SELECT state FROM outbox WHERE purpose = 'answer'") == "parked"
    return int(await home.one("SELECT id FROM outbox WHERE purpose = 'answer'"))


async def test_fault_d9_words_that_wait_do_not_leave_in_the_middle_of_a_cry(house: House) -> None:
    home = house.home
    row = await _park(house, "niece")
    assert "叫人" in await house.cries("我妈摔倒了起不来", "niece")
    assert [words for _, words in await home.send_all()] == []
    assert "先没有发" in str(await home.one("SELECT why FROM outbox WHERE id = ?", row))
    found = await home.database.read(
        lambda db: today.look(db, house.staff["he"].sight, home.clock().date(), home.clock())
    )
    assert [person for person, _, _ in found.lost] == [await home.person("niece")], (
        "a colleague is shown that something waits"
    )
    await home.hears("谢谢", "niece")
    assert await home.send_all() == [], "nor with the next words, until somebody has looked"
    await home.database.write(lambda db: desk.send_kept(db, house.staff["he"], row, home.clock()))
    assert [words for _, words in await home.send_all()] == ["周三的活动改到周四了"]
    with pytest.raises(Conflict):
        await home.database.write(lambda db: desk.send_kept(db, house.staff["he"], row, home.clock()))


async def test_fault_d9_with_an_ordinary_message_they_leave_as_before(house: House) -> None:
    await _park(house, "niece")
    await house.home.hears("你好", "niece")
    assert "周三的活动改到周四了" in [words for _, words in await house.home.send_all()]


# -- what names nobody -----------------------------------------------------------------------------------------------


async def test_fault_w1_what_names_nobody_rings_once_a_minute_and_is_shown_until_somebody_has_looked(
    house: House,
) -> None:
    home, ids = house.home, house.home.ids

    async def comes(key: str, words: str, most: int | None = None) -> None:
        heard = triage(words)
        await home.database.store(
            lambda store: unreadable.keep(
                store, ids.home_id, ids.account_id, key, b"<xml", words, heard, home.clock(), most
            )
        )

    for key in ("u:1", "u:1", "u:2"):
        await comes(key, "救命")
    await comes("u:3", "护工打我")
    home.clock.on(minutes=2)
    await comes("u:4", "救命")
    rows = await home.database.read(lambda db: unreadable.unseen(db, ids.home_id))
    assert [row.rings for row in rows].count(True) == 2
    assert len(rows) == 4
    assert {row.words for row in unreadable.seen_by(house.staff["tang"], rows)} == {"救命", ""}, (
        "words about a colleague are for the lead"
    )
    assert {row.words for row in unreadable.seen_by(house.staff["he"], rows)} == {"救命", "护工打我"}
    await home.database.write(
        lambda db: unreadable.take_note(db, house.staff["tang"], max(row.id for row in rows), home.clock())
    )
    assert await home.database.read(lambda db: unreadable.unseen(db, ids.home_id)) == []
    for number in range(5):
        await comes(f"u:p{number}", "x", 6)
    rows = await home.database.read(lambda db: unreadable.unseen(db, ids.home_id))
    assert len(rows) + rows[0].more == 5, "what is not kept any more is counted"
    assert (await home.database.read(lambda db: accusations.of_people(db, []))) == {}


async def test_d14_a_message_is_read_once_however_often_the_strip_is_drawn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    opened: list[bytes] = []
    parse = events.parse

    def counted(words: str) -> Triage:
        read.append(words)
        return triage(words)

    def parsed(event: bytes) -> events.Arrival:
        opened.append(event)
        return parse(event)

    monkeypatch.setattr(cries, "triage", counted)
    monkeypatch.setattr(events, "parse", parsed)
    said = ["我摔倒了", "快来人啊", "腿断了"]
    for words in said:
        await house.cries(words)
    for _ in range(3):
        await house.look()
    assert len(house.strips("tang")[0].cries) == 3
    assert (read, opened) == (said, []), "what was read when it arrived is not read again"
    cries._known.clear()  # a restart
    for _ in range(3):
        await house.look()
    assert (sorted(read), len(opened)) == (sorted(said * 2), 3)
    assert len(house.strips("tang")[0].cries) == 3
