"""What a message says, read before anything is written: what is wanted, whether it rings, whom it accuses.

A short one is read in the loop. A long one is read by a process with an interpreter lock of its own, so that nobody
waits for it (S3); while that process starts, and whenever it fails, a thread reads instead: nothing that rings
depends on it. The same process makes the second readings, where the extra `reader` is installed: it starts with the
service then, and whatever becomes of it, what was read inline stands (engineering, 14).
"""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from bot.reading_process import Again, Answer, Failed, Found, Learn, Long, Process, Question, Scores, installed
from bot.stronger import Stronger
from care.accusations import Names
from conversations import events
from conversations.events import Arrival
from services.talks.reading import Reading, read
from understanding.text import ends

log = logging.getLogger("jiashu.reading")
LONG: Final = 2048
"""Bytes of a push that is read apart: some 500 Chinese characters; nearly every message is shorter."""
WAITS: Final = 1.0
"""Seconds after which a thread reads a long text."""
AGAIN_WITHIN: Final = 0.25
"""Seconds from its arrival that a message waits for its second reading."""
MOST_AGAIN: Final = 50
"""Questions that wait for the process; a further message has the inline reading alone."""
SHORT: Final = 32
"""Signs of a message whose reading is remembered, at most: a longer one hardly comes twice."""
REMEMBERED: Final = 512
"""Such messages: some 3 MB."""
LESSON: Final = 100
"""Ways of asking that the process learns at once, a tenth of a second: messages go in between."""
PAUSE, MOST_PAUSE = 2.0, 300.0
"""Seconds before a process that failed is started anew; twice as long each time, until one has lived for a while."""


_Asked = tuple[str, bool, bool]
"""Words, whether they are weighed, and whether the knowledge is asked."""


@dataclass(slots=True)
class Figures:
    """What became of the messages so far."""

    messages: int = 0
    """With words, all of them read inline."""
    asked: int = 0
    """Given to the second reading."""
    read: int = 0
    """Read again before they were handed in."""
    late: int = 0
    """Read again after that."""
    recalled: int = 0
    """The same words had been read again a while ago."""
    failed: int = 0
    """Not read again, since the process failed."""
    left: int = 0
    """Not asked, since too many waited, or the process was not there."""


class Reader:
    """Reads long messages, one at a time, and short ones again. With `again` the process starts by `start`, else with
    the first long message.
    """

    def __init__(self, *, again: bool = False, stronger: Stronger | None = None) -> None:
        self.stronger = stronger
        self.wanted = again and installed()
        """Whether second readings are to be made."""
        self.off = "" if self.wanted else "missing" if again else "off"
        """Why none are made: switched off, the extra is missing, another encoder; empty when they are to be."""
        self.figures = Figures()
        self._process: Process | None = None
        self._ways: tuple[tuple[str, str], ...] = ()
        self._teaching: asyncio.Task[None] | None = None
        self._living: asyncio.Task[None] | None = None
        self._asking = asyncio.Lock()
        self._read_again: OrderedDict[_Asked, Scores] = OrderedDict()

    @property
    def reads_again(self) -> bool:
        """Whether second readings are made now."""
        return self.wanted and self._process is not None

    def start(self) -> None:
        """Start the process now, where it makes second readings."""
        if self.wanted:
            self._start()

    async def read(self, event: Arrival, names: Names) -> Reading:
        """What `read` finds in a long message."""
        async with self._asking:
            self._start()
            raw, colleagues = msgspec.Raw(events.dump(event)), tuple(names.colleagues.values())
            found = await self._within(lambda number: Long(number, raw, colleagues))
            if found is None:
                return await asyncio.to_thread(read, event, names)
            told = found.in_complaint
            return Reading(
                events.said(event), found.intent, found.heard, found.meant, found.accused, lambda: told, found.read
            )

    def learn(self, ways: Sequence[tuple[str, str]]) -> None:
        """How the knowledge of the house is asked: the id of an entry and words, for each; for this process and for
        those after it.
        """
        if tuple(ways) != self._ways:
            self._ways = tuple(ways)
            self._teach()

    def _teach(self) -> None:
        self._read_again.clear()
        if self._teaching is not None:
            self._teaching.cancel()
        self._teaching = None
        if self._process is not None and self.wanted:
            self._teaching = asyncio.create_task(self._taught(self._process, self._ways))

    def again(self, words: str, *, weigh: bool = True, ask: bool = False) -> "asyncio.Future[Answer | None] | None":
        """A second reading that was begun, and what the words ask the knowledge for; None when there will be none.
        `read_of` tells what came of it.
        """
        process = self._process
        if not self.wanted:
            return None
        if process is None or process.waiting >= MOST_AGAIN:
            self.figures.left += 1
            return None
        self.figures.asked += 1
        asked = process.ask(lambda number: Again(number, ends(words), weigh, ask))
        if len(words) <= SHORT:
            asked.add_done_callback(partial(self._remember, (words, weigh, ask)))
        return asked

    def recall(self, words: str, *, weigh: bool, ask: bool) -> Scores | None:
        """The second reading of the same words, where it was made lately and the knowledge is asked the same way."""
        known = self._read_again.get((words, weigh, ask))
        if known is not None:
            self._read_again.move_to_end((words, weigh, ask))
            self.figures.recalled += 1
        return known

    def _remember(self, asked: _Asked, answer: "asyncio.Future[Answer | None]") -> None:
        found = None if answer.cancelled() else answer.result()
        if isinstance(found, Scores):
            self._read_again[asked] = found
            if len(self._read_again) > REMEMBERED:
                self._read_again.popitem(last=False)

    def read_of(self, answer: Answer | None) -> Scores | None:
        """What came of a second reading that is over, None when it failed."""
        if isinstance(answer, Scores):
            return answer
        self.figures.failed += 1
        if isinstance(answer, Failed):
            log.warning("a message cannot be read again", extra={"action": "reader_failed", "why": answer.why})
        return None

    @property
    def is_slow(self) -> bool:
        """Whether a question of before has waited for so long that no message waits for the next."""
        return self._process is not None and self._process.oldest > AGAIN_WITHIN

    async def close(self) -> None:
        """End the process."""
        if self.stronger is not None:
            await self.stronger.close()
        if self._teaching is not None:
            self._teaching.cancel()
        living, self._living, self._process = self._living, None, None
        if living is not None:
            living.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await living

    async def _within(self, question: Callable[[int], Question]) -> Found | None:
        """The answer to a long text, if it comes in time."""
        process = self._process
        if process is None or process.oldest > WAITS:
            return None
        asked = process.ask(question)
        await asyncio.wait([asked], timeout=WAITS)
        found = asked.result() if asked.done() else None
        return found if isinstance(found, Found) else None

    def _start(self) -> None:
        if self._living is None:
            self._living = asyncio.create_task(self._live())

    async def _live(self) -> None:
        """Have a process; a pause after one that failed, a longer one after each that did not live."""
        pause = PAUSE
        while True:
            begun = time.monotonic()
            try:
                process = await Process.start(again=self.wanted)
            except (OSError, EOFError, TimeoutError, msgspec.DecodeError):
                log.warning("the process that reads does not start", extra={"action": "reader_failed"}, exc_info=True)
            else:
                if process.why:
                    self.wanted, self.off, self._living = False, process.why, None
                    log.warning("no second readings are made", extra={"action": "reader_failed", "why": process.why})
                    await process.end()
                    return
                self._process = process
                if self._ways:
                    self._teach()
                try:
                    why = await process.lived()
                finally:
                    self._process = None
                log.warning("the process that reads has failed", extra={"action": "reader_failed", "why": why})
            pause = PAUSE if time.monotonic() - begun > MOST_PAUSE else pause
            await asyncio.sleep(pause)
            pause = min(2 * pause, MOST_PAUSE)

    async def _taught(self, process: Process, ways: tuple[tuple[str, str], ...]) -> None:
        """Teach a process how the knowledge is asked, a piece at a time; what was read before it knew is read anew."""
        for at in range(0, max(1, len(ways)), LESSON):
            piece, last = ways[at : at + LESSON], at + LESSON >= len(ways)
            if await process.ask(partial(Learn, ways=piece, last=last)) is None:
                return
        self._read_again.clear()
