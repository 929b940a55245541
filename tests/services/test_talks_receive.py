"""A message is stepped once, in its order, and what fails sets aside itself alone."""

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
from conversations.events import Done, Message, Refused, Text
from conversations.facts import Fact, Facts
from conversations.flows import complaints, talks
from conversations.registry import Registry
from services.context import Context
from services.house import House
from services.talks import dispatch
from services.talks.envelope import Receipt
from services.talks.receive import receive_batch
from settings import Home
from storage import tables
from storage.sqlite_store import SqliteStore
from storage.store import Store
from tests.conftest import HomeUnderTest, MakeHome, put


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
    assert await home.one("SELECT session_left FROM follower WHERE openid = 'son'") == 5, "we may write for 48 hours"
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
        put(store, "UPDATE conversation SET version = 99")

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


async def test_fault_t_f6_an_elder_who_presses_and_talks_hears_the_answer_and_nobody_else_does(
    home: HomeUnderTest,
) -> None:
    await home.hears("你好", "grandma")
    elder = await home.person("grandma")
    await home.rows("UPDATE person SET kind = 'elder' WHERE id = ?", elder)
    said = await home.hears(events.Voice("m1", "amr"), "grandma")
    home.house.recorded = frozenset({said, await home.hears(events.Voice("m2", "amr"), "daughter")})
    assert await home.hears("我想喝水", "grandma") == said
    assert await home.one("SELECT count(*) FROM outbox") == 0, "who types reads"
    await home.hears(events.Voice("m3", "amr"), "grandma")
    assert await home.rows("SELECT person_id, purpose FROM outbox") == [(elder, "spoken")]
