"""Receive: once, in order, with the same answer for ever; a batch in which one fails; the toy that gives away a last
place.
"""

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

import pytest

from conversations import events
from conversations.effects import Effect, say
from conversations.engine import END, Flow, Step, finish, goto
from conversations.events import Done, Message, Refused, Text, Voice, line_of
from conversations.facts import Fact, Facts
from conversations.flows import complaints, talks
from conversations.registry import Registry
from services.context import Context
from services.house import House
from services.talks import desk as services_desk
from services.talks import dispatch, silence
from services.talks.receive import Receipt, receive_batch
from settings import Home
from storage import tables
from storage.sqlite import SqliteStore
from storage.store import Store
from tests.conftest import HomeUnderTest, MakeHome


async def test_c1_c4_a_complaint_gets_its_number_and_its_clocks(home: HomeUnderTest) -> None:
    answer = await home.hears("你们把我妈摔了，我要投诉")
    assert "编号 C261122-01" in answer
    assert "16:15 前会有专人联系您" in answer
    assert "0571-8800-0101" in answer
    rows = await home.rows("SELECT number, level, category, stage FROM complaint")
    assert rows == [("C261122-01", 1, "人身安全", 1)]
    promises = await home.rows("SELECT kind, (due_at - made_at) / 60000000 FROM promise ORDER BY due_at")
    assert promises == [("first_feedback", 15), ("result", 1440)]


async def test_c1_every_message_is_a_record_in_its_order(home: HomeUnderTest) -> None:
    for event in ("我要投诉", "昨晚按铃", Voice("m", "amr", "m16"), events.Image("p"), "好了"):
        await home.hears(event)
    bodies = await home.rows("SELECT id, body FROM case_record ORDER BY said_at, id")
    words = [home.database.sealer.open("case_record", "body", row, body).decode() for row, body in bodies]
    assert words == ["我要投诉", "昨晚按铃", "［语音］", "［照片］"]
    assert await home.rows("SELECT kind, media_id, state FROM media ORDER BY id") == [
        ("voice", "m16", "wanted"),
        ("image", "p", "wanted"),
    ]


async def test_c5_words_that_make_it_worse_bring_the_clock_forward(home: HomeUnderTest) -> None:
    await home.hears("我要投诉，饭菜太凉了")
    assert await home.one("SELECT level FROM complaint") == 3
    home.clock.on(minutes=5)
    await home.hears("而且护工打我妈，律师会联系你们，别说是我说的")
    assert await home.rows("SELECT level, category, cautious, hide_name FROM complaint") == [(1, "虐待忽视", 1, 1)]
    assert await home.one("SELECT (due_at - made_at) / 60000000 FROM promise WHERE kind = 'first_feedback'") == 20


async def test_c2_answers_are_fields_of_the_case(home: HomeUnderTest) -> None:
    for words in ("我要投诉", "好了", "王桂兰", "昨晚十点", "李静", "13800002107"):
        answer = await home.hears(words)
    assert "都记下了，编号 C261122-01" in answer
    row = (await home.rows("SELECT id, about, occurred, name, contact FROM complaint"))[0]
    found = [
        home.database.sealer.open("complaint", n, row[0], v).decode()
        for n, v in zip(("about", "occurred", "name", "contact"), row[1:], strict=True)
    ]
    assert found == ["王桂兰", "昨晚十点", "李静", "13800002107"]


async def test_c1_a_second_outburst_joins_the_case_that_waits(home: HomeUnderTest) -> None:
    await home.hears("我要投诉")
    await home.hears("取消")
    assert "C261122-01" in await home.hears("我还要投诉，饭是馊的")
    assert await home.one("SELECT count(*) FROM complaint") == 1
    assert "C261122-02" in await home.hears("我要投诉", "son")


async def test_c13_what_no_rule_answers_reaches_a_human_with_a_promise(home: HomeUnderTest) -> None:
    first = await home.hears("我妈能吃粽子吗")
    assert "17:00 前一定答复" in first
    home.clock.on(minutes=10)
    assert "17:00 前答复您" in await home.hears("在吗")
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'reply'") == 1


async def test_werobot_801_a_redelivery_gets_the_same_answer_and_does_nothing(home: HomeUnderTest) -> None:
    first: Receipt = await home.database.receive(home.envelope(Text("我要投诉"), key="m:daughter:1"))
    home.clock.on(minutes=2)
    second: Receipt = await home.database.receive(home.envelope(Text("我要投诉"), key="m:daughter:1"))
    assert second.repeat
    assert second.answer == first.answer
    assert await home.one("SELECT count(*) FROM case_record") == 1


async def test_werobot_480_a_redelivery_at_the_same_moment_waits_for_the_first(home: HomeUnderTest) -> None:
    both = await asyncio.gather(
        *(home.database.receive(home.envelope(Text("我要投诉"), key="m:daughter:1")) for _ in range(3))
    )
    assert len({receipt.answer for receipt in both}) == 1
    assert await home.one("SELECT count(*) FROM complaint") == 1


async def test_wxjava_333_the_same_msgid_of_two_people_is_two_messages(home: HomeUnderTest) -> None:
    await home.hears("我要投诉", "daughter", key="m:daughter:7")
    await home.hears("我要投诉", "son", key="m:son:7")
    assert await home.one("SELECT count(*) FROM complaint") == 2


async def test_aiogram_960_quick_messages_of_one_person_keep_their_order(home: HomeUnderTest) -> None:
    texts = ["我要投诉"] + [f"第{n}句" for n in range(20)]
    await asyncio.gather(*(home.database.receive(home.envelope(Text(text))) for text in texts))
    bodies = await home.rows("SELECT id, body FROM case_record ORDER BY id")
    assert [home.database.sealer.open("case_record", "body", row, body).decode() for row, body in bodies] == texts


async def test_c1_silence_files_the_draft_and_the_words_leave_by_the_outbox(home: HomeUnderTest) -> None:

    await home.hears("我要投诉")
    home.clock.on(minutes=14)
    assert await home.database.store(lambda store: silence.act_on_silence(store, home.house, home.clock())) == 0
    home.clock.on(minutes=2)
    assert await home.database.store(lambda store: silence.act_on_silence(store, home.house, home.clock())) == 1
    sent = await home.send_all()
    assert [openid for openid, _ in sent] == ["daughter"]
    assert "都记下了，编号 C261122-01" in sent[0][1]
    assert await home.one("SELECT flow FROM conversation") is None


async def test_a_followers_first_step_and_last(home: HomeUnderTest) -> None:
    assert "机器人小安" in await home.hears(events.Followed("qr"))
    assert await home.rows("SELECT following, scene_left, session_left FROM follower") == [(1, 3, 0)]
    assert await home.hears(events.Unfollowed()) == ""
    assert await home.rows("SELECT following, scene_left FROM follower") == [(0, 0)]
    assert await home.hears(events.Notice("location", {"Latitude": "1"})) == ""
    assert await home.one("SELECT count(*) FROM inbox") == 3


async def test_a_tap_on_a_menu_message_opens_no_48_hours(home: HomeUnderTest) -> None:
    await home.hears(Text("满意", menu_id="101"))
    assert await home.rows("SELECT session_left, scene_left FROM follower") == [(0, 3)]
    await home.hears("你好")
    assert await home.rows("SELECT session_left, scene_left FROM follower") == [(5, 3)]


async def test_a_menu_tap_in_a_complaint_leaves_the_complaint_running(home: HomeUnderTest) -> None:
    await home.hears("我要投诉")
    assert "0571-8800-0101" in await home.hears(events.Click("CONTACT"))
    assert "记进 C261122-01" in await home.hears("接着说")


def words(receipt: Receipt) -> str:
    return receipt.answer.text if receipt.answer else ""


# -- what can fail ---------------------------------------------------------------------------------------------------


class Want(StrEnum):
    PLACE = "place"
    BREAK = "break"
    LOOP = "loop"


class Where(StrEnum):
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Places(Fact):
    left: int = 0


@dataclass(frozen=True, slots=True)
class TakePlace(Effect):
    answers: ClassVar[bool] = True
    refusable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


def toy() -> Flow[Nothing]:
    flow: Flow[Nothing] = Flow(
        "toy", version=1, states=Where, start=Where.ASKED, slots=Nothing, idle=timedelta(minutes=5)
    )

    @flow.enters(on=Want.PLACE)
    def begin(_: object) -> Step[Nothing]:
        return goto(Where.ASKED, Nothing(), say("engine.back"))

    @flow.enters(on=Want.BREAK)
    def broken(_: object) -> Step[Nothing]:
        raise ZeroDivisionError

    @flow.enters(on=Want.LOOP)
    def endless(_: object) -> Step[Nothing]:
        return finish(Nothing(), TakePlace())

    @flow.state(Where.ASKED, to=(END,), needs=(Places,))
    def asked(data: Nothing, _: Message, facts: Facts) -> Step[Nothing]:
        assert isinstance(facts[Places], Places)
        return finish(data, TakePlace())

    @flow.on_done(of=TakePlace)
    def got(data: Nothing, event: Done) -> Step[Nothing]:
        if event.how == "again":
            return finish(data, TakePlace())
        return finish(data, say("complaint.filed", number=f"place {event.ref}"))

    @flow.on_refused(of=TakePlace)
    def told(data: Nothing, event: Refused) -> Step[Nothing]:
        return finish(data, say("complaint.filed", number=f"none: {event.why}"))

    return flow


@pytest.fixture
async def toy_home(make_home: MakeHome, monkeypatch: pytest.MonkeyPatch) -> HomeUnderTest:
    queries: list[int] = []

    def take(context: Context, _: TakePlace) -> Done | Refused:
        taken = context.store.row("SELECT count(*) FROM stop WHERE kind = 'toy'")
        if taken and taken[0]:
            return Refused("full")
        context.store.insert(
            tables.Stop, home_id=context.home_id, person_id=context.person_id, kind="toy", set_at=context.now, set_by=1
        )
        return Done(ref="1")

    def load(_: Store, people: Sequence[int]) -> dict[int, Fact]:
        queries.append(len(people))
        return dict.fromkeys(people, Places(1))

    monkeypatch.setitem(dispatch.executors(), TakePlace, take)
    house = House(Home(name="青禾"), Registry([talks.flow, complaints.flow, toy()]), {Places: load})
    home: HomeUnderTest = await make_home(house)
    home.loaded = queries
    return home


async def test_two_of_one_batch_ask_for_the_last_place_and_no_batch_mate_is_replayed(toy_home: HomeUnderTest) -> None:
    home = toy_home
    people = ["daughter", "son", "stranger"]
    for openid in people[:2]:
        await home.database.receive(home.envelope(Text("?"), openid, intent=Want.PLACE))
    batch = [home.envelope(Text("要"), openid) for openid in people]
    steps: list[str] = []

    def run(store: Store) -> list[Any]:
        run_it = store._run

        def counted(sql: str, values: Sequence[object] = ()) -> None:
            steps.extend([sql] if sql.startswith("SAVEPOINT") else [])
            run_it(sql, values)

        store._run = counted  # type: ignore[method-assign]
        try:
            return list(receive_batch(store, home.house, batch))
        finally:
            store._run = run_it  # type: ignore[method-assign]

    answers = [words(receipt) for receipt in await home.database.store(run)]
    assert "place 1" in answers[0]
    assert "none: full" in answers[1]
    assert "一定答复" in answers[2]
    assert len(steps) == 1, "the batch was stepped once, together"
    assert home.loaded == [2], "one query for each kind of fact, for the whole batch"


async def test_a_flow_that_raises_sets_aside_its_message_alone(toy_home: HomeUnderTest) -> None:
    home = toy_home
    batch = [
        home.envelope(Text("我要投诉"), "daughter"),
        home.envelope(Text("?"), "son", intent=Want.BREAK),
        home.envelope(Text("我要投诉"), "stranger"),
    ]
    found = await home.database.store(lambda store: list(receive_batch(store, home.house, batch)))
    assert ["C261122" in words(receipt) for receipt in found] == [True, False, True]
    assert "没能读懂" in words(found[1])
    assert await home.rows("SELECT set_aside FROM inbox WHERE set_aside IS NOT NULL") == [("ZeroDivisionError",)]
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'reply'") == 1
    again = await home.database.store(lambda store: list(receive_batch(store, home.house, batch[1:2])))
    assert again[0].repeat


async def test_effects_without_end_are_stopped_after_three_rounds(
    toy_home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = toy_home
    monkeypatch.setitem(dispatch.executors(), TakePlace, lambda _context, _effect: Done(how="again"))
    envelope = home.envelope(Text("?"), intent=Want.LOOP)
    found = await home.database.store(lambda store: list(receive_batch(store, home.house, [envelope])))
    assert "没能读懂" in words(found[0])


async def test_an_effect_nobody_can_do_sets_the_message_aside(
    toy_home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = toy_home
    monkeypatch.delitem(dispatch.executors(), TakePlace)
    envelope = home.envelope(Text("?"), intent=Want.LOOP)
    found = await home.database.store(lambda store: list(receive_batch(store, home.house, [envelope])))
    assert "没能读懂" in words(found[0])


async def test_a_snapshot_of_a_newer_release_is_left_and_a_colleague_is_asked(home: HomeUnderTest) -> None:
    await home.hears("我要投诉")
    person = await home.person()

    def newer(store: Store) -> None:
        store.lock_persons(person)
        store.rows("UPDATE conversation SET version = 99")

    await home.database.store(newer)
    assert "没能读懂" in await home.hears("接着说")
    assert await home.one("SELECT version FROM conversation") == 99


async def test_a_failed_batch_is_tried_again_message_by_message(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = home.database.handle
    calls: list[int] = []

    def flaky(store: Store, batch: Sequence[Any]) -> Sequence[Any]:
        calls.append(len(batch))
        if len(calls) == 1:
            raise sqlite3.OperationalError("database is locked")
        return real(store, batch)

    monkeypatch.setattr(home.database, "handle", flaky)
    assert "C261122-01" in await home.hears("我要投诉")
    assert calls == [1, 1]
    assert await home.one("SELECT count(*) FROM complaint") == 1


def test_every_kind_of_message_has_words_for_the_case() -> None:
    kinds: list[Message] = [
        Text("a"),
        Voice("m", heard="听到的"),
        events.Image("m"),
        events.Video("m"),
        events.Location(1, 2, "公园"),
        events.Link("标题"),
        events.Other("x"),
    ]
    assert [line_of(kind) for kind in kinds] == [
        "a",
        "［语音］听到的",
        "［照片］",
        "［视频］",
        "［位置］公园",
        "［链接］标题",
        "［其他内容］",
    ]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_no_statement_of_the_hot_path_searches_a_whole_table(home: HomeUnderTest) -> None:
    for words_said in ("我要投诉", "还有"):
        await home.hears(words_said)
    batch = [
        home.envelope(Text("再说一句")),
        home.envelope(Text("有没有空床"), "son"),
        home.envelope(events.Voice("m"), "aunt"),
    ]

    def plans(store: Store) -> list[str]:
        assert isinstance(store, SqliteStore)
        asked: set[str] = set()
        store.connection.set_trace_callback(asked.add)
        receive_batch(store, home.house, batch)
        store.connection.set_trace_callback(None)
        found = []
        for sql in sorted(asked):
            if sql.lstrip().upper().startswith(("SELECT", "UPDATE")):
                found += [f"{row[3]}: {sql[:90]}" for row in store.rows(f"EXPLAIN QUERY PLAN {sql}")]
        return found

    whole = [
        plan
        for plan in await home.database.store(plans)
        if plan.startswith("SCAN") and not re.search(r"json_each|subquery", plan.split(":")[0])
    ]
    assert whole == []


async def test_c12_what_is_said_while_a_colleague_is_in_the_talk_belongs_to_the_open_case(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我要投诉，没人理")
    person = await home.person()
    await home.database.write(
        lambda db: services_desk.answer(db, who, person, "我是陈晓雯，马上去看。", "k", home.clock())
    )
    assert await home.hears("昨天晚上也是这样，叫了半天") == ""
    assert await home.one("SELECT count(*) FROM case_record WHERE kind = 'story'") == 2
