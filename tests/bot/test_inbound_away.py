"""The database is away: the look, the spool, the debts; each answer reaches its person once."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot import inbound, webhook, wire
from bot.envelopes import Account
from bot.inbound import Inbound
from care.errors import Busy
from services.emergencies.board import Board
from services.outgoing import outbox
from services.talks.keeping import busy
from settings import Mode
from simulator.codec import Keys, message
from storage import sqlite, sqlite_file, tables
from storage.seal import Unreadable
from storage.spool import Kept, Spool
from storage.store import Store
from tests.bot.logged import actions
from tests.conftest import HomeUnderTest, put

KEYS = Keys("wx0123456789abcdef", "s", "tok", "a" * 43, "plain")


class Line:
    """A webhook on a real socket, its database, and a hand that holds the file."""

    def __init__(
        self, home: HomeUnderTest, spool: Spool, inbound: Inbound, client: "TestClient[Any, Any]", hook: webhook.Webhook
    ) -> None:
        self.home, self.spool, self.inbound, self.client, self.hook = home, spool, inbound, client, hook
        self.number = 0
        self.holders: list[sqlite3.Connection] = []

    def hold(self) -> sqlite3.Connection:
        holder = sqlite3.connect(self.home.file, isolation_level=None)
        self.holders.append(holder)
        holder.execute("BEGIN IMMEDIATE")
        return holder

    async def push(self, text: str, openid: str = "daughter", number: int = 0, **more: str | int) -> str:
        """The content of the answer, success, or the error of the line."""
        self.number += 1
        fields: dict[str, str | int] = {
            "ToUserName": "gh",
            "FromUserName": openid,
            "CreateTime": int(self.home.clock().timestamp()),
            "MsgType": "text",
            "Content": text,
            "MsgId": number or self.number,
        }
        fields.update(more)
        query, body = KEYS.envelope(message(fields), openid, "gh", self.home.clock().timestamp())
        try:
            async with self.client.post("/wechat", params=query, data=body.encode()) as answer:
                reply = KEYS.reply(await answer.text())
        except aiohttp.ClientError as error:
            return type(error).__name__
        return "success" if reply is None else f"{reply['Content']}@{reply['CreateTime']}"

    async def drain(self) -> None:
        for _ in range(100):
            if self.home.database.away_since is None and await self.inbound.drain():
                return
            await asyncio.sleep(0.02)
        raise TimeoutError


@pytest.fixture
async def line(home: HomeUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(webhook, "LOOKS_AFTER", 0.4)
    monkeypatch.setattr(webhook, "CLOSES_AFTER", 0.8)
    monkeypatch.setattr(inbound, "RINGS_AFTER", 0.1)
    monkeypatch.setattr(inbound, "TRIES_END", 0.3)
    monkeypatch.setattr(sqlite_file, "BUSY_FOR", 0.05)
    spool = Spool(tmp_path / "spool", home.database.sealer)
    account = Account(home.ids.account_id, home.ids.home_id)
    taken = Inbound(home.database, account, home.clock, Board(), spool, home.house)
    codec = wire.Codec(token="tok", app_id="wx0123456789abcdef", mode=Mode.PLAIN, max_age_seconds=0)
    app = web.Application()
    hook = webhook.Webhook(codec, taken, home.house, home.clock)
    app.router.add_post("/wechat", hook.push)
    async with TestClient(TestServer(app)) as client:
        made = Line(home, spool, taken, client, hook)
        yield made
    for holder in made.holders:
        holder.close()
    await taken.close()
    spool.close()


async def test_f4_a_try_that_looks_a_moment_later_finds_the_push_in_the_spool(line: Line) -> None:
    line.hold()
    first = asyncio.create_task(line.push("我要投诉，没人来", number=7))
    await asyncio.sleep(0.2)
    second = await line.push("我要投诉，没人来", number=7)
    assert await first == second
    assert len(line.spool.files()) == 1


async def test_fault_t_a_push_that_waits_in_the_spool_is_no_error_in_the_log(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.hold()
    first = await line.push("我要投诉，没人来", number=7)
    assert await line.push("我要投诉，没人来", number=7) == first
    assert [record.message for record in caplog.records if record.exc_info] == []


async def test_f4_what_is_not_committed_at_the_look_is_spooled_heard_and_brought_in_once(line: Line) -> None:
    holder = line.hold()
    first, second = await asyncio.gather(
        line.push("我要投诉，没人来", number=7), line.push("我要投诉，没人来", number=7)
    )
    assert first == second
    assert first.startswith("消息已收到，系统有点忙，稍后回复您；紧急请按铃或拨打 0571-8800-0101。")
    assert await line.push("我要投诉，没人来", number=7) == first, "a later try hears the same"
    assert len(line.spool.files()) == 1
    assert await line.inbound.drain() == 0, "nothing is brought in while the database is away"
    assert "没人来" not in line.spool.files()[0].read_bytes().decode("latin-1")
    holder.execute("ROLLBACK")
    await line.drain()
    assert await line.home.one("SELECT count(*) FROM inbox") == 1
    assert await line.home.one("SELECT answer_state FROM inbox") == "outbox"
    assert line.spool.files() == []
    assert await line.push("我要投诉，没人来", number=7) == first, "and still after it was brought in"
    line.home.clock.on(seconds=3)
    (sent,) = await line.home.send_all()
    assert "编号" in sent[1]


async def test_f4_a_try_between_the_end_of_the_write_and_its_callback_hears_the_same(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = line.spool.keep

    def at_once(kept: Kept) -> "asyncio.Future[None]":
        keeping(kept)
        written = asyncio.get_running_loop().create_future()
        written.set_result(None)
        return written

    monkeypatch.setattr(line.spool, "keep", at_once)
    holder = line.hold()
    first = await line.push("我要投诉，没人来", number=7)
    assert first.startswith("消息已收到")
    assert await line.push("我要投诉，没人来", number=7) == first
    holder.execute("ROLLBACK")
    await line.drain()
    assert await line.home.one("SELECT count(*) FROM inbox") == 1


async def test_f4_all_late_answers_of_one_person_leave_as_one_message(line: Line) -> None:
    holder = line.hold()
    await asyncio.gather(
        line.push("我要投诉"),
        line.push("没人来", number=21),
        line.push("等了一小时", number=22),
        line.push("有空床吗", "son"),
    )
    holder.execute("ROLLBACK")
    await line.drain()
    line.home.clock.on(seconds=3)
    sent = await line.home.send_all()
    assert sorted(openid for openid, _ in sent) == ["daughter", "son"]
    told = dict(sent)["daughter"]
    assert told.count("编号") == 1
    assert told.count("记下了，您接着说。") == 1, "the same sentence is said once"


async def test_f4_when_the_spool_fails_too_there_is_no_answer_and_a_later_try_gets_it(line: Line) -> None:
    line.spool.folder.write_text("a file where the folder should be")
    holder = line.hold()
    assert await line.push("有空床吗", number=5) in {"ServerDisconnectedError", "ClientOSError"}
    holder.execute("ROLLBACK")
    assert "前" in await line.push("有空床吗", number=5)
    await asyncio.sleep(0.4)
    await line.inbound.settle_debts()
    assert await line.home.one("SELECT answer_state FROM inbox") == "stored", "the later try gave it"


async def test_f4_an_answer_that_no_try_was_given_leaves_by_the_outbox_once(line: Line) -> None:
    line.spool.folder.write_text("a file where the folder should be")
    holder = line.hold()
    await line.push("有空床吗", number=5)
    holder.execute("ROLLBACK")
    for _ in range(50):
        await asyncio.sleep(0.05)
        await line.inbound.settle_debts()
        if await line.home.one("SELECT answer_state FROM inbox") == "outbox":
            break
    line.home.clock.on(seconds=3)
    assert len(await line.home.send_all()) == 1
    await line.inbound.settle_debts()
    assert await line.home.send_all() == []


async def test_f4_an_answer_to_a_socket_that_the_platform_closed_is_owed(line: Line) -> None:
    holder = line.hold()
    asking = asyncio.create_task(line.push("有空床吗", number=5))
    for _ in range(500):
        if line.inbound._running:
            break
        await asyncio.sleep(0.01)
    assert line.inbound._running, "it has arrived"
    asking.cancel()
    await asyncio.wait([asking])
    holder.execute("ROLLBACK")
    for _ in range(50):
        await asyncio.sleep(0.05)
        await line.inbound.settle_debts()
        if await line.home.one("SELECT count(*) FROM outbox"):
            break
    line.home.clock.on(seconds=3)
    assert len(await line.home.send_all()) == 1


async def test_f4_an_event_that_needs_no_words_is_only_taken(line: Line) -> None:
    holder = line.hold()
    said = await line.push("", MsgType="event", Event="VIEW", EventKey="http://x/")
    holder.execute("ROLLBACK")
    assert said == "success"
    await line.drain()
    assert await line.home.one("SELECT count(*) FROM inbox") == 1


async def test_e2_an_emergency_rings_while_it_cannot_be_committed(line: Line) -> None:
    viewer = await line.home.staff()
    holder = line.hold()
    saying = asyncio.create_task(line.push("救命"))
    await asyncio.sleep(0.3)
    (alarm,) = line.inbound._board.seen_by(viewer)
    assert alarm.uncommitted
    holder.execute("ROLLBACK")
    assert "已经叫同事" in await saying
    assert not line.inbound._board.seen_by(viewer)[0].uncommitted


async def test_f4_the_spool_survives_a_start_and_a_file_that_cannot_be_read_stays_aside(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inbound, "GIVES_UP", 2)
    raw = message(
        {"ToUserName": "gh", "FromUserName": "son", "CreateTime": 1, "MsgType": "text", "Content": "你好", "MsgId": 9}
    ).encode()
    await line.spool.keep(Kept(raw, line.home.clock()))
    (file,) = line.spool.files()
    (line.spool.folder / "0.spool").write_bytes(file.read_bytes()[:-3])
    with pytest.raises(Unreadable):
        line.spool.read(line.spool.folder / "0.spool")
    (line.spool.folder / "1.spool").write_bytes(b"short")
    await line.inbound.drain()
    assert {path.suffix for path in line.spool.folder.iterdir()} == {".spool"}, "it is tried once more"
    await line.inbound.drain()
    assert sorted(path.suffix for path in line.spool.folder.iterdir()) == [".bad", ".bad"]
    assert actions(caplog).count("spool_failed") == 4, "each try that failed, for an engineer"
    assert await line.home.one("SELECT count(*) FROM inbox") == 1


def test_f4_without_a_phone_on_file_the_sentence_names_the_bell(home: HomeUnderTest) -> None:
    from services.house import House
    from settings import Home

    assert "床头铃" in busy(House(Home()), home.clock()).text


async def test_f4_an_answer_that_left_once_is_not_in_the_next_late_message(line: Line) -> None:
    home = line.home
    for words in ("我要投诉，没人来", "等了一小时"):
        await home.hears(words)
    first, second = [row for (row,) in await home.rows("SELECT id FROM inbox ORDER BY id")]
    for ids, told in (([first], ["编号"]), ([first, second], ["记下了"]), ([first, second], [])):
        await home.database.store(
            lambda store, late=ids: outbox.answer_late(store, late, home.clock())  # type: ignore[misc]
        )
        home.clock.on(seconds=3)
        sent = [words for _, words in await home.send_all()]
        assert len(sent) == len(told)
        assert all(part in words for words, part in zip(sent, told, strict=True))
        assert not any("编号" in words for words in sent) or ids == [first]


async def test_f4_after_a_start_a_push_that_waits_in_the_spool_hears_the_same_sentence(line: Line) -> None:
    holder = line.hold()
    first = await line.push("我要投诉，没人来", number=7)
    holder.execute("ROLLBACK")
    line.inbound._spooled.clear()
    await line.inbound.remember()
    assert await line.push("我要投诉，没人来", number=7) == first


async def test_f4_debts_wait_for_the_database(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.2)
    line.inbound._owed["m:x"] = (1, 0.0)
    holder = line.hold()
    with pytest.raises(Busy):
        await line.inbound.settle_debts()
    assert line.inbound._owed
    holder.execute("ROLLBACK")
    await line.inbound.settle_debts()
    assert not line.inbound._owed


async def test_f4_long_late_answers_leave_in_parts_that_the_platform_takes(line: Line) -> None:
    home = line.home
    for number in range(3):
        await home.hears(f"我要投诉，第{number}句")
    ids = [row for (row,) in await home.rows("SELECT id FROM inbox ORDER BY id")]

    def lengthen(store: Store) -> None:
        for number, row in enumerate(ids):
            answer = json.dumps({"text": f"{number}" + "长" * 400, "at": 1}).encode()
            put(store, "UPDATE inbox SET answer = ? WHERE id = ?", store.seal(tables.Inbox, "answer", row, answer), row)

    await home.database.store(lengthen)
    await home.database.store(lambda store: outbox.answer_late(store, ids, home.clock()))
    home.clock.on(seconds=3)
    sent = [words for _, words in await home.send_all()]
    assert len(sent) == 3
    assert all(len(words.encode()) <= 2000 for words in sent)


LONG = "今天妈妈吃得不多，也睡得不好。" * 60


async def test_fault_s3_long_texts_go_in_by_turns_each_once_and_are_answered(line: Line) -> None:
    told = await asyncio.gather(*(line.push(f"{LONG}{number}", number=number) for number in (1, 2, 3, 1)))
    assert all("@" in one for one in told)
    assert told[0] == told[3], "two tries of one push hear the same"
    assert await line.home.one("SELECT count(*) FROM inbox") == 3


async def test_fault_s3_a_cry_in_a_long_text_rings_though_its_turn_comes_when_nobody_waits_any_more(line: Line) -> None:
    viewer = await line.home.staff()
    holder = line.hold()
    try:
        told = await asyncio.gather(
            *(line.push(f"{LONG}{number}", openid=f"son{number}", number=number) for number in range(1, 8)),
            line.push(f"{LONG}我爸摔倒了，快来人", openid="daughter", number=9),
        )
        assert {one[:5] for one in told} == {"消息已收到"}, "spooled"
        for _ in range(100):
            if line.inbound._board.seen_by(viewer):
                break
            await asyncio.sleep(0.05)
        assert [alarm.openid for alarm in line.inbound._board.seen_by(viewer)] == ["daughter"]
    finally:
        holder.execute("ROLLBACK")
    for _ in range(20):
        if await line.home.one("SELECT count(*) FROM inbox") == 8:
            break
        await asyncio.sleep(0.1)
    assert await line.home.one("SELECT count(*) FROM inbox") == 8


async def test_fault_s3_who_writes_again_while_a_long_text_is_read_is_heard_in_that_order(line: Line) -> None:
    told = await asyncio.gather(
        line.push(f"{LONG}一", "son", number=31),
        line.push("就这些", "son", number=32),
        line.push("有空床吗", "daughter", number=33),
    )
    assert all("@" in one for one in told)
    keys = [key for (key,) in await line.home.rows("SELECT key FROM inbox ORDER BY id") if key.endswith("son")]
    assert keys == ["m:31:son", "m:32:son"]


async def test_fault_s3_a_long_text_in_the_spool_is_brought_in_by_its_turn(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    holder = line.hold()
    assert (await line.push(f"{LONG}一", number=41)).startswith("消息已收到")
    holder.execute("ROLLBACK")
    await line.drain()
    assert await line.home.one("SELECT count(*) FROM inbox") == 1
    assert (line.inbound._lines, line.inbound._running) == ({}, {}), "and nothing is remembered of it"
    assert (line.inbound._keeping, line.inbound._spooled) == ({}, {})
    assert "spool_failed" not in actions(caplog)
