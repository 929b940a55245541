"""What a message says, read before anything is written: what is wanted, whether it rings, whom it accuses.

A short one is read in the loop. A long one is read by a process with an interpreter lock of its own, so that nobody
waits for it (S3); while that process starts, and whenever it fails, a thread reads instead: nothing that rings
depends on it.
"""

import asyncio
import contextlib
import logging
import os
import sys
from typing import BinaryIO, Final

import msgspec

from care.accusations import Accusation, Colleague, Names
from care.triage import Triage
from conversations import events
from conversations.events import Arrival
from services.talks.reading import Reading, read
from understanding import cascade

log = logging.getLogger("jiashu.reading")
LONG: Final = 2048
"""Bytes of a push that is read apart: some 500 Chinese characters; nearly every message is shorter."""
FRAME: Final = 4
"""Bytes of the length before each question and answer, the lowest last."""
NICE: Final = 10
"""The process gives way to whoever answers short messages."""
GIVES_UP: Final = 10.0
"""Seconds after which a reading is taken over by a thread: the longest push takes a twentieth of a second."""


class _Question(msgspec.Struct):
    event: msgspec.Raw
    colleagues: tuple[Colleague, ...]


class _Answer(msgspec.Struct):
    intent: str
    heard: Triage
    meant: Triage
    accused: Accusation | None
    in_complaint: Accusation | None
    read: cascade.Reading | None = None


class Reader:
    """Reads long messages, one at a time. The process starts with the first of them and ends with this one."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Task[None] | None = None
        self._asking = asyncio.Lock()

    async def read(self, event: Arrival, names: Names) -> Reading:
        """What `read` finds."""
        async with self._asking:
            if self._process is not None:
                try:
                    async with asyncio.timeout(GIVES_UP):
                        found = await self._ask(
                            self._process, _Question(msgspec.Raw(events.dump(event)), tuple(names.colleagues.values()))
                        )
                    return Reading(
                        events.said(event),
                        found.intent,
                        found.heard,
                        found.meant,
                        found.accused,
                        lambda: found.in_complaint,
                        found.read,
                    )
                except (OSError, EOFError, TimeoutError, msgspec.DecodeError):
                    log.warning(
                        "the process that reads long texts has failed", extra={"action": "reader_failed"}, exc_info=True
                    )
                    await self._end()
            elif self._starting is None:
                self._starting = asyncio.create_task(self._start())
        return await asyncio.to_thread(read, event, names)

    async def close(self) -> None:
        """End the process."""
        if self._starting is not None:
            await asyncio.wait([self._starting])
        await self._end()

    async def _start(self) -> None:
        """A process that knows no setting and no secret.

        What it cannot do a thread does, so a failure is only written down.
        """
        clean = {name: value for name, value in os.environ.items() if not name.startswith("JIASHU_")}
        process: asyncio.subprocess.Process | None = None
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.reading",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=clean,
                start_new_session=True,
            )
            await self._ask(process, _Question(msgspec.Raw(events.dump(events.Text("你好"))), ()))
            self._process = process
        except (OSError, EOFError, msgspec.DecodeError):
            log.warning(
                "the process that reads long texts does not start", extra={"action": "reader_failed"}, exc_info=True
            )
            if process is not None:
                await _killed(process)
        self._starting = None

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await _killed(process)

    @staticmethod
    async def _ask(process: asyncio.subprocess.Process, question: _Question) -> _Answer:
        source, target = process.stdout, process.stdin
        if source is None or target is None:
            raise EOFError
        sent = msgspec.json.encode(question)
        target.write(len(sent).to_bytes(FRAME) + sent)
        await target.drain()
        size = int.from_bytes(await source.readexactly(FRAME))
        return msgspec.json.decode(await source.readexactly(size), type=_Answer)


async def _killed(process: asyncio.subprocess.Process) -> None:
    """Until it has gone: its pipes are closed with it."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def _serve(source: BinaryIO, target: BinaryIO) -> None:
    """In the process: answer each question until there are none."""
    colleagues, names = tuple[Colleague, ...](), Names()
    while head := source.read(FRAME):
        question = msgspec.json.decode(source.read(int.from_bytes(head)), type=_Question)
        if question.colleagues != colleagues:
            colleagues, names = question.colleagues, Names(question.colleagues)
        found = read(events.parse(bytes(question.event)), names)
        answer = msgspec.json.encode(
            _Answer(
                found.intent,
                found.heard,
                found.meant,
                found.accused,
                found.accused or found.in_complaint(),
                found.read,
            )
        )
        target.write(len(answer).to_bytes(FRAME) + answer)
        target.flush()


if __name__ == "__main__":
    os.nice(NICE)
    _serve(sys.stdin.buffer, sys.stdout.buffer)
