"""Long texts are read by a process of its own; whatever becomes of it, every text is read and everything that rings
rings (S3).
"""

import asyncio
import io
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from bot import reading, reading_process
from bot.main import Service
from bot.reading import Reader
from bot.reading_process import Again, Learn, Long, Scores
from care.accusations import Colleague, Names
from care.triage import NURSE
from conversations import events
from services.talks.reading import Reading, read
from tests.bot.logged import actions
from tests.bot.waiting import until
from tests.service import service
from understanding import cascade

__all__ = ["service"]
NAMES = Names([Colleague(1, "周敏", "carer", frozenset("3")), Colleague(2, "林可", "nurse")])
FILLING = "今天妈妈吃得不多，也睡得不好。" * 60
SAID = (
    FILLING + "我爸摔倒了，快来人",
    "周敏又打我妈了，胳膊都青了。" + FILLING,
    FILLING + "我要投诉，三楼护工说话太冲",
    FILLING,
    FILLING + "林可没接电话，护士长也不管",
)


async def started(reader: Reader) -> int:
    """Wait for the process; its pid."""
    await until(lambda: reader._process is not None)
    assert reader._process is not None
    return reader._process.pid


@pytest.fixture
async def reader(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Reader]:
    """A reader whose process has started."""
    monkeypatch.setattr(reading, "PAUSE", 0.05)
    monkeypatch.setattr(reading, "WAITS", 20.0)
    made = Reader()
    await made.read(events.Text(FILLING), NAMES)
    await started(made)
    yield made
    await made.close()


def told(found: Reading) -> tuple[object, ...]:
    return found.intent, found.heard, found.accused, found.in_complaint()


async def test_fault_s3_the_process_finds_what_the_loop_would_find(reader: Reader) -> None:
    before = reader._process
    for words in SAID:
        assert told(await reader.read(events.Text(words), NAMES)) == told(read(events.Text(words), NAMES)), words[-20:]
    spoken = events.Voice("m", heard=SAID[0])
    assert told(await reader.read(spoken, NAMES)) == told(read(spoken, NAMES))
    assert reader._process is before is not None, "and no thread had to help"


async def test_fault_s4_a_colleague_who_was_added_is_known_at_the_next_text(reader: Reader) -> None:
    words = events.Text("唐雨又打我妈了。" + FILLING)
    assert 3 not in getattr((await reader.read(words, NAMES)).accused, "staff", frozenset())
    more = Names([*NAMES.colleagues.values(), Colleague(3, "唐雨", "carer")])
    found = await reader.read(words, more)
    assert found.accused is not None
    assert found.accused.staff == {3}


async def test_fault_s3_before_the_process_has_started_and_after_it_died_a_thread_reads(
    reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    first = Reader()
    assert (await first.read(events.Text(SAID[0]), NAMES)).heard.rings
    await first.close()
    assert actions(caplog) == []

    dead = await started(reader)
    os.kill(dead, signal.SIGKILL)
    assert (await reader.read(events.Text(SAID[0]), NAMES)).heard.rings
    await until(lambda: reader._process is None)
    assert actions(caplog) == ["reader_failed"], "that it is slow from now on has a reason in the log"
    assert (await reader.read(events.Text(SAID[1]), NAMES)).accused is not None
    assert await started(reader) != dead


async def test_fault_s3_a_process_that_does_not_answer_is_ended_and_a_thread_reads(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WAITS", 0.05)
    os.kill(await started(reader), signal.SIGSTOP)
    assert (await reader.read(events.Text(SAID[0]), NAMES)).heard.rings
    begun = time.monotonic()
    monkeypatch.setattr(reading, "WAITS", 0.0)
    assert (await reader.read(events.Text(SAID[1]), NAMES)).heard.rings
    assert time.monotonic() - begun < 5, "nobody waits for it a second time"


async def test_p7_the_process_knows_no_setting_and_ends_with_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIASHU_WECHAT__APP_SECRET", "fictional")
    made = Reader()
    await made.read(events.Text(FILLING), NAMES)
    process = Path("/proc", str(await started(made)))
    assert b"JIASHU_" not in (process / "environ").read_bytes()
    await made.close()
    assert not process.exists()


async def test_fault_s3_a_process_that_cannot_start_costs_nothing_but_speed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def none(*_: object, **__: object) -> asyncio.subprocess.Process:
        raise FileNotFoundError

    monkeypatch.setattr(asyncio, "create_subprocess_exec", none)
    made = Reader()
    for words in SAID:
        assert told(await made.read(events.Text(words), NAMES)) == told(read(events.Text(words), NAMES))
    await made.close()
    assert set(actions(caplog)) == {"reader_failed"}


async def test_fault_t_no_process_is_left_behind_when_the_service_stops(service: Service) -> None:
    kept = await asyncio.create_subprocess_exec("sleep", "60")
    reader = service.inbound.reader

    async def lives() -> None:
        await reading_process.Process(kept, "").lived()

    reader._living = asyncio.create_task(lives())
    await asyncio.sleep(0)
    await service.inbound.close()
    assert kept.returncode == -signal.SIGKILL


def test_f22_the_button_calls_a_nurse_without_a_word_and_no_other_button_does() -> None:
    assert read(events.Click("NURSE"), NAMES).heard == NURSE
    for event in (events.Click("LETTER"), events.Image("m"), events.Followed("")):
        assert not read(event, NAMES).heard.rings


@pytest.mark.slow
async def test_f26_the_process_makes_second_readings_with_the_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "installed", reading_process.installed)
    made = Reader(again=True)
    made.start()
    pid = await started(made)
    for words in ("灶台没关", "妈妈说不想活了" * 200):
        read_before = cascade.read(words)
        begun = made.again(read_before.words)
        assert begun is not None
        told_again = made.read_of(await begun)
        assert told_again is not None
        assert told_again.scores is not None
        assert len(told_again.scores) == len(read_before.scores)
        assert told_again.scores != read_before.scores
        assert told_again.meaning is None, "the knowledge was not asked for"
    assert (await made.read(events.Text(SAID[0]), NAMES)).heard.rings, "and long texts as well"
    made.learn(
        [(f"faq-{number:02}", f"第{number}种问法，可以带小狗来吗") for number in range(1, 130)]
        + [("own", "会客室能借来包饺子吗")]
    )
    meaning = None
    for _ in range(200):
        begun = made.again("借你们会客室包顿饺子行不", weigh=False, ask=True)
        assert begun is not None
        asked = made.read_of(await begun)
        assert asked is not None
        assert asked.scores is None
        meaning = asked.meaning
        if meaning is not None:
            break
        await asyncio.sleep(0.05)
    assert meaning is not None
    near = meaning.near
    assert max(near, key=lambda one: near[one][0]) == "own", "its own way of asking is the nearest"
    environment = Path("/proc", str(pid), "environ").read_bytes().split(b"\0")
    assert b"OPENBLAS_NUM_THREADS=1" in environment
    assert re.search(r"core file size +[01] +[01] ", Path("/proc", str(pid), "limits").read_text())
    await made.close()


def test_the_process_answers_each_question_by_its_number_and_ends_with_the_pipe() -> None:
    raw = msgspec.Raw(events.dump(events.Text(SAID[0])))
    asked = (Long(1, raw, tuple(NAMES.colleagues.values())), Again(2, "你好"), Long(3, msgspec.Raw(b'{"x":1}'), ()))
    frames = b"".join(len(one).to_bytes(4) + one for one in map(msgspec.json.encode, asked))
    told = io.BytesIO()
    reading_process.serve(io.BytesIO(frames), told, again=False)
    told.seek(0)
    answers = [msgspec.json.decode(told.read(int.from_bytes(head))) for head in iter(lambda: told.read(4), b"")]
    assert [one["type"] for one in answers] == ["Ready", "Found", "Failed", "Failed"]
    assert answers[1]["intent"]
    assert answers[2]["why"] == "missing", "it was not told to read again"
    assert "x" not in answers[3]["why"].lower().split(), "an error is told by its name"


async def test_a_question_to_a_process_that_has_gone_is_answered_with_nothing() -> None:
    gone_ = reading_process.Process(await asyncio.create_subprocess_exec("true"), "")
    await gone_.end()
    assert await gone_.ask(lambda number: Again(number, "你好")) is None
    assert gone_.waiting == 0


@pytest.mark.parametrize(
    ("ways", "lessons"),
    [(0, [(0, True)]), (1, [(1, True)]), (100, [(100, True)]), (101, [(100, False), (1, True)])],
)
async def test_f26_the_knowledge_is_taught_in_lessons_and_the_process_is_told_which_is_the_last(
    ways: int, lessons: list[tuple[int, bool]]
) -> None:
    made, told = Reader(), list[Learn]()

    class Learner:
        async def ask(self, question: Callable[[int], Learn]) -> object:
            told.append(question(len(told)))
            return told[-1]

    asked = tuple((f"faq-{number}", f"第{number}种问法") for number in range(ways))
    made._read_again[("你好", True, False)] = Scores(1, None)
    await made._taught(Learner(), asked)  # type: ignore[arg-type]
    assert [(len(one.ways), one.last) for one in told] == lessons
    assert tuple(way for one in told for way in one.ways) == asked, "each once, in their order"
    assert not made._read_again, "what was read before it knew is read anew"


async def test_f26_of_what_is_remembered_the_words_that_nobody_said_lately_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "REMEMBERED", 2)
    made = Reader()

    def keeps(words: str) -> None:
        answer: asyncio.Future[Scores] = asyncio.get_running_loop().create_future()
        answer.set_result(Scores(1))
        made._remember((words, True, False), answer)  # type: ignore[arg-type]

    def knows(words: str) -> bool:
        return made.recall(words, weigh=True, ask=False) is not None

    keeps("甲")
    keeps("乙")
    assert knows("甲"), "said again"
    keeps("丙")
    assert [knows(words) for words in ("甲", "乙", "丙")] == [True, False, True]
    assert made.figures.recalled == 3
    assert made.recall("甲", weigh=True, ask=True) is None, "the knowledge was not asked"


async def test_f26_an_answer_may_be_as_long_as_it_says_and_a_longer_one_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading_process, "MOST", 4)

    class Child:
        def __init__(self, words: bytes) -> None:
            self.stdout = asyncio.StreamReader()
            self.stdout.feed_data(len(words).to_bytes(reading_process.FRAME) + words)

    assert await reading_process._frame(Child(b"four")) == b"four"  # type: ignore[arg-type]
    with pytest.raises(EOFError):
        await reading_process._frame(Child(b"fives"))  # type: ignore[arg-type]
