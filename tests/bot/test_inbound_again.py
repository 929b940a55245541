"""A doubtful message is read again by a process that may be slow, wrong, hung, killed or not there: what was read
inline is done in time all the same, and what comes late rings once (F26; engineering, 14).

The stand-in finds a fall in whatever it is asked. What is to come in time may take its time here: the machine is busy.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bot import inbound, inbound_again, reading, reading_process
from bot.envelopes import Account
from bot.inbound import Inbound
from bot.inbound_again import Line
from bot.pushes import Push
from bot.reading import Reader
from care.accusations import Colleague, Names
from care.errors import Busy
from care.states import Role
from conversations import events
from services.access import Viewer
from services.emergencies.board import Board
from services.talks.envelope import Receipt
from services.talks.reading import read
from storage.spool import Spool
from tests.bot import stand_in_reader
from tests.bot.logged import actions
from tests.bot.waiting import until
from tests.conftest import START, HomeUnderTest
from understanding import cascade
from understanding.answers import Meaning
from understanding.classes import CLASSES, SCORES

WORDS = "今天天气不错"
"""What is calm when it is read inline."""
CRY = "救命"
WITHIN = 0.05
"""A message waits so long for what is to be late."""
AT_LEAST = 5.0
"""And so long for what is to come in time."""
MORE = 3.0
"""A commit takes no longer on a busy machine."""


class House:
    """Somebody who writes to a home that reads by the stand-in."""

    def __init__(self, home: HomeUnderTest, made: Inbound, board: Board) -> None:
        self.home, self.inbound, self.board = home, made, board
        self.count = 0

    @property
    def reader(self) -> Reader:
        return self.inbound.reader

    def writes(self, words: str = WORDS, openid: str = "daughter", key: str = "") -> "asyncio.Future[Receipt]":
        self.count += 1
        return self.inbound.take(
            Push(
                to_user="gh",
                openid=openid,
                key=key or f"m:{openid}:{self.count}",
                kind="text",
                event=events.Text(words),
                raw=b"<xml/>",
                created_at=self.home.clock().replace(microsecond=0),
            )
        )

    async def alarms(self) -> list[tuple[object, ...]]:
        return await self.home.rows("SELECT kind, count, level FROM alarm ORDER BY id")

    async def rang(self) -> list[tuple[object, ...]]:
        """The alarms, when all that was late has been heard."""
        while self.inbound._twice._tasks:
            await asyncio.wait(self.inbound._twice._tasks)
        return await self.alarms()

    async def lives(self, instead_of: int = 0) -> int:
        """Wait for the process; its pid."""
        await until(lambda: self.reader._process is not None and self.reader._process.pid != instead_of)
        assert self.reader._process is not None
        return self.reader._process.pid


@pytest.fixture
def spool(home: HomeUnderTest, tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", home.database.sealer)


@pytest.fixture
async def house(
    home: HomeUnderTest, spool: Spool, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """A home whose process answers as the test says: (milliseconds, what)."""
    after, how = request.param
    monkeypatch.setattr(reading_process, "PROGRAM", (sys.executable, "-S", "-E", stand_in_reader.__file__, after, how))
    monkeypatch.setattr(reading_process, "GIVES_UP", 0.3 if how == "never" else 20.0)
    within = AT_LEAST if after == "0" and how in {"ring", "calm"} else WITHIN
    monkeypatch.setattr(reading, "installed", lambda: True)
    monkeypatch.setattr(reading, "AGAIN_WITHIN", within)
    monkeypatch.setattr(inbound_again, "AGAIN_WITHIN", within)
    monkeypatch.setattr(reading, "PAUSE", 0.05)
    monkeypatch.setattr(inbound_again, "AWAY", 0.01)
    monkeypatch.setattr(cascade, "_is_doubtful", lambda found: found.words.startswith(WORDS))
    board = Board()
    account = Account(home.ids.account_id, home.ids.home_id)
    made = House(home, Inbound(home.database, account, home.clock, board, spool, home.house, Reader(again=True)), board)
    made.reader.start()
    if how != "foreign":
        await made.lives()
    yield made
    await made.inbound.close()
    spool.close()


@pytest.fixture
def house_of_names(home: HomeUnderTest, spool: Spool) -> Inbound:
    account = Account(home.ids.account_id, home.ids.home_id)
    return Inbound(home.database, account, home.clock, Board(), spool, home.house)


def answers(after: int, how: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("house", [(str(after), how)], indirect=True, ids=[f"{how} after {after} ms"])


async def timed(future: "asyncio.Future[Receipt]") -> float:
    begun = time.monotonic()
    await future
    return time.monotonic() - begun


def test_the_stand_in_knows_the_classes() -> None:
    assert len(SCORES) == stand_in_reader.CLASSES
    assert CLASSES[stand_in_reader.FALL] == "!fall"


@answers(0, "ring")
async def test_f26_what_is_read_again_in_time_rings_with_the_message_itself(house: House) -> None:
    receipt = await house.writes()
    assert receipt.answer is not None
    assert "叫" in receipt.answer.text, "the answer knows of the alarm"
    assert await house.rang() == [("跌倒受伤", 1, 0)]
    figures = house.reader.figures
    assert (figures.messages, figures.asked, figures.read, figures.late) == (1, 1, 1, 0)


@answers(0, "calm")
async def test_f26_what_is_read_again_and_is_calm_rings_nobody_and_a_cry_is_not_asked(house: House) -> None:
    await house.writes()
    assert await house.rang() == []
    await house.writes(CRY)
    assert [kind for kind, _, _ in await house.rang()] == ["呼救"]
    assert (house.reader.figures.messages, house.reader.figures.asked) == (2, 1)


@answers(0, "ring")
async def test_f26_the_same_words_are_read_again_once_and_anew_when_the_knowledge_changes(house: House) -> None:
    await house.writes(openid="a")
    assert (await house.writes(openid="b")).answer is not None
    assert await house.rang() == [("跌倒受伤", 1, 0), ("跌倒受伤", 1, 0)], "what is remembered rings like what is read"
    figures = house.reader.figures
    assert (figures.messages, figures.asked, figures.recalled) == (2, 1, 1)
    house.reader.learn([("faq-01", "怎么收费")])
    await house.writes(openid="c")
    assert (figures.asked, figures.recalled) == (2, 1)
    await house.writes(f"{WORDS}，{'说来话长' * 10}", "d")
    await house.writes(f"{WORDS}，{'说来话长' * 10}", "e")
    assert (figures.asked, figures.recalled) == (4, 1), "a long message hardly comes twice"


@answers(0, "calm")
async def test_f26_who_says_the_same_later_is_heard_like_the_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "我摔倒了起不来，快来人啊"
    monkeypatch.setattr(cascade, "_is_doubtful", lambda found: found.words.startswith("我摔倒了"))
    for openid in ("a", "b", "c"):
        await house.writes(words, openid)
        rung = await house.rang()  # what rings waits for no second reading; the next one comes when it is over
    assert len(rung) == 3, "a second reading that is remembered takes nothing from what rings"
    assert house.reader.figures.recalled == 2


@answers(0, "calm")
async def test_q3_what_is_remembered_of_a_question_is_not_forgotten_behind_another_message(house: House) -> None:
    begun = house.inbound._twice.begin(read(events.Text(WORDS), Names()), Names()).begun
    assert begun is not None
    await begun
    [(asked, known)] = house.reader._read_again.items()
    meant = Meaning((0.0,))
    house.reader._read_again[asked] = msgspec.structs.replace(known, meaning=meant)
    doubt = house.inbound._twice.begin(read(events.Text(WORDS), Names()), Names())
    line = Line()
    assert (await house.inbound._twice.wait(doubt, Names(), line.hurry)).meaning == meant


def test_f5_what_was_read_is_read_anew_when_the_colleagues_change(house_of_names: Inbound) -> None:
    inbound = house_of_names
    push = Push("gh", "o", "m:1", "text", events.Text("小周骂我妈"), b"<xml/>", START)
    assert inbound._read(push, START).accused is None
    inbound.names = Names([Colleague(7, "周敏", "carer")])
    told = inbound._read(push, START)
    assert told.accused is not None
    assert told.accused.staff == {7}
    remembered = inbound._remembered
    inbound.names = Names([Colleague(7, "周敏", "carer")])
    assert inbound._remembered is remembered, "the look of each minute changes nothing"


@answers(400, "ring")
async def test_f26_a_reading_after_400_ms_rings_once_and_the_person_is_answered_once(house: House) -> None:
    assert await timed(house.writes()) < WITHIN + MORE
    first = await house.home.rows("SELECT answer FROM inbox")
    assert await house.alarms() == []
    assert await house.rang() == [("跌倒受伤", 1, 0)]
    assert await house.home.rows("SELECT answer FROM inbox") == first
    assert await house.home.rows("SELECT id FROM outbox") == [], "and is told nothing a second time"
    assert house.reader.figures.late == 1


@answers(900, "ring")
async def test_f26_a_reading_after_5_s_still_rings_and_meanwhile_nobody_waits_for_the_next(house: House) -> None:
    assert await timed(house.writes()) < WITHIN + MORE
    await asyncio.sleep(WITHIN)
    assert house.reader.is_slow
    assert await timed(house.writes("今天天气不错，谢谢", "son")) < WITHIN + MORE
    assert await house.alarms() == []
    assert len(await house.rang()) == 2, "what is slow is late, and not lost"


@answers(0, "never")
async def test_fault_s3_a_process_that_hangs_is_started_anew_and_the_inline_reading_stands(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    hung = await house.lives()
    assert await timed(house.writes()) < WITHIN + MORE
    assert await timed(house.writes(CRY, "son")) < WITHIN + MORE
    assert [kind for kind, _, _ in await house.alarms()] == ["呼救"], "what rings inline rings"
    assert await house.rang() == [("呼救", 1, 0)]
    assert house.reader.figures.failed == 1
    assert await house.lives(instead_of=hung)
    assert "reader_failed" in actions(caplog)


@answers(0, "wrong")
async def test_fault_s3_a_process_that_answers_nonsense_is_not_believed(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    nonsense = await house.lives()
    assert await timed(house.writes()) < WITHIN + MORE
    assert await house.rang() == []
    assert await house.lives(instead_of=nonsense)
    assert "reader_failed" in actions(caplog)


@answers(400, "ring")
async def test_fault_s3_a_process_that_is_killed_in_between_costs_nothing_but_the_second_reading(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    os.kill(await house.lives(), signal.SIGKILL)
    assert await timed(house.writes()) < WITHIN + MORE
    assert await house.rang() == []
    assert await timed(house.writes(CRY)) < WITHIN + MORE
    assert [kind for kind, _, _ in await house.alarms()] == ["呼救"]
    assert not any(WORDS in record.getMessage() or WORDS in str(record.__dict__) for record in caplog.records)


@answers(0, "foreign")
async def test_fault_s3_another_encoder_is_not_read_with_and_the_alarm_rings_inline(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await until(lambda: not house.reader.wanted)
    assert (house.reader.off, house.reader.reads_again) == ("another encoder", False)
    await house.writes()
    await house.writes(CRY)
    assert [kind for kind, _, _ in await house.rang()] == ["呼救"]
    assert house.reader.figures.asked == 0
    assert "reader_failed" in actions(caplog)


def test_fault_s3_without_the_extra_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "installed", lambda: False)
    without = Reader(again=True)
    without.start()
    assert (without.wanted, without.off, without._living, without.again(WORDS)) == (False, "missing", None, None)
    assert Reader().off == "off"


@answers(0, "never")
async def test_a_person_is_heard_in_order_and_a_cry_waits_for_no_reading_of_what_was_said_before(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_process, "GIVES_UP", 60.0)
    monkeypatch.setattr(inbound_again, "AGAIN_WITHIN", 30.0)
    before, after = house.writes(), house.writes("好的谢谢")
    cry = house.writes(CRY)
    async with asyncio.timeout(20):
        ids = [receipt.inbox_id for receipt in await asyncio.gather(before, after, cry)]
    assert ids == sorted(ids), "the cry hurries those before it"
    assert house.inbound._lines == {}


@answers(100, "ring")
async def test_a_redelivery_while_the_message_waits_is_the_same_message(house: House) -> None:
    assert house.writes(key="m:one") is house.writes(key="m:one")
    await house.writes(key="m:one")
    await house.writes(key="m:one")
    assert [count for _, count, _ in await house.rang()] == [1], "read late twice, it rings once"
    assert await house.home.one("SELECT count(*) FROM inbox") == 1


@answers(300, "ring")
async def test_more_than_fifty_that_wait_are_read_inline_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_AGAIN", 3)
    await asyncio.gather(*(house.writes(openid=f"o{number}") for number in range(5)))
    assert (house.reader.figures.asked, house.reader.figures.left) == (3, 2)


@answers(200, "ring")
async def test_f4_what_is_late_and_cannot_be_written_down_rings_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "RINGS_AFTER", 0.02)
    nurse = Viewer(1, house.home.ids.home_id, "唐雨", Role.NURSE)
    real, tries = house.home.database.store, 0

    async def away(work: object) -> object:
        nonlocal tries
        tries += 1
        if tries < 12:
            raise Busy
        return await real(work)  # type: ignore[arg-type]

    await house.writes()
    monkeypatch.setattr(house.home.database, "store", away)
    await until(lambda: house.board.seen_by(nurse))
    assert await house.rang() == [("跌倒受伤", 1, 0)]
    assert tries > 11


@answers(0, "calm")
async def test_memory_and_books_stay_flat_over_many_messages(house: House) -> None:
    for number in range(60):
        await house.writes(f"{WORDS}{number}", f"o{number}")
    process = house.reader._process
    assert process is not None
    assert (process.waiting, house.inbound._lines, house.inbound._running) == (0, {}, {})
    assert await house.rang() == []
    assert house.reader.figures.read + house.reader.figures.late == 60
