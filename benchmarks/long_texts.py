"""100 pushes at once, each with a text that is made to be slow: an ordinary one among them is answered in little more
than its time alone (S3).

The long ones come from a process of their own, all requests are made before, and the ordinary ones leave at fixed
moments whether or not the one before is answered, so that no slow answer hides the next. The same hundred people
write the long ones each time: where these ring, a hundred strips stand on the board, not fourteen hundred.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from care import severity
from conversations import answers, routing
from conversations.events import Text
from scripts.stage import AES_KEY, APP_ID, ROOT, TOKEN, Stage, stage
from settings import subjects
from simulator.codec import Keys, message
from tests.care.worst_texts import Family, families, jumbled, mixed, patterns
from understanding import cascade, exact, text

MOST: Final = 5.0
"""Times as long as alone: the median, and at least this share of all."""
SHARE: Final = 0.95
AT_ONCE: Final = 100
EVERY: Final = 0.012
"""Seconds between two ordinary pushes."""
ALONE: Final = 300
LENGTHS: Final = (2_048, 20_000)
WORST: Final = 6
"""Families at each length, beside that of the fault."""
FAULT: Final = Family("the fault", "断了", tail="怕")
KEYS: Final = Keys(APP_ID, "s", TOKEN, AES_KEY, "secure")
GIVES_UP: Final = 5.0
"""Seconds after which the platform does."""
LINES: Final = 300
"""Open connections for ordinary pushes: none waits for another."""
WORDS: Final = ("探视时间是几点", "谢谢", "我妈今天怎么样", "怎么收费", "周末来看您")


@dataclass
class Proof:
    """Seconds of ordinary pushes alone and among the long ones; by family the slowest of the long ones themselves."""

    alone: list[float] = field(default_factory=list)
    among: dict[str, list[float]] = field(default_factory=dict)
    long: dict[str, float] = field(default_factory=dict)
    control: list[float] = field(default_factory=list)
    """Among as many short pushes at once: what the queue alone costs."""
    rest: float = 0.0
    """The longest time after which an ordinary one was quick again, once the long ones were answered."""
    bad: int = 0

    @property
    def ratios(self) -> list[float]:
        """Each ordinary push among the long ones, in times alone."""
        base = statistics.median(self.alone)
        return [one / base for waits in self.among.values() for one in waits]

    @property
    def share(self) -> float:
        """How many of them were quick enough."""
        return sum(ratio <= MOST for ratio in self.ratios) / len(self.ratios)

    def lines(self) -> Iterator[str]:
        """One for each family."""
        base = statistics.median(self.alone)
        for name, waits in self.among.items():
            yield (
                f"{name}: {len(waits)} ordinary ones among them, median {statistics.median(waits) / base:.1f} ×, "
                f"worst {max(waits) / base:.1f} ×; "
                f"the last of {AT_ONCE} long ones after {self.long[name] * 1000:.0f} ms"
            )

    def line(self) -> str:
        """The line for the record."""
        return (
            f"{len(self.among)} × {AT_ONCE} long pushes at once: an ordinary one takes "
            f"{statistics.median(self.alone) * 1000:.1f} ms alone; among them "
            f"({len(self.ratios)}) median {statistics.median(self.ratios):.1f} ×, worst {max(self.ratios):.1f} ×, "
            f"{self.share:.1%} within {MOST:.0f} × (≥ {SHARE:.0%}); not answered in {GIVES_UP:.0f} s {self.bad}; "
            f"for comparison, among {AT_ONCE} short ones at once median "
            f"{statistics.median(self.control) / statistics.median(self.alone):.1f} ×; "
            f"quick again after at most {self.rest:.1f} s"
        )

    def holds(self) -> bool:
        """Whether long texts hold up nobody."""
        enough = len(self.alone) >= ALONE and len(self.ratios) >= 100
        return enough and self.bad == 0 and statistics.median(self.ratios) <= MOST and self.share >= SHARE


def slowest(count: int) -> list[Family]:
    """The families that cost this machine most, over everything that reads a message, one of each pattern and way; the
    best of three.
    """
    known = answers.Knowledge(answers.starter())
    reads: tuple[Callable[[str], object], ...] = (
        cascade.triage,
        lambda text: routing.understand(Text(text)),
        known.find,
        lambda text: severity.assess([text]),
    )
    found = patterns(text, exact, routing, *subjects.modules("conversations.flows"), answers, severity)
    costs: dict[str, tuple[float, Family]] = {}
    for family in [*families(found), *mixed(found, 200), *jumbled(found, 20, 300)]:
        said, best = family.text(1_000), float("inf")
        for _ in range(3):
            begun = time.process_time()
            for read in reads:
                read(said)
            best = min(best, time.process_time() - begun)
        kind = family.name.partition(" with ")[0]
        costs[kind] = max(costs.get(kind, (0.0, family)), (best, family), key=lambda pair: pair[0])
    return [family for _, family in sorted(costs.values(), key=lambda pair: -pair[0])[:count]]


# -- one connection -------------------------------------------------------------------------------------------------


class Line:
    """One connection, kept open: as little work a push as can be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, request: bytes) -> tuple[int, float]:
        """The status of the answer, and after how many seconds; 0 when the platform would have given up."""
        begun = time.perf_counter()
        self._writer.write(request)
        try:
            async with asyncio.timeout(GIVES_UP):
                head = await self._reader.readuntil(b"\r\n\r\n")
                size = next(
                    (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
                )
                await self._reader.readexactly(size)
        except TimeoutError:
            return 0, time.perf_counter() - begun
        return int(head[9:12]), time.perf_counter() - begun

    def close(self) -> None:
        """End it."""
        self._writer.close()


@asynccontextmanager
async def lines(port: int, count: int) -> AsyncIterator[list[Line]]:
    """So many connections while the block runs."""
    made = [Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]
    try:
        yield made
    finally:
        for line in made:
            line.close()


def request(openid: str, words: str, number: int) -> bytes:
    """A whole HTTP request, signed and encrypted."""
    now = time.time()
    fields: dict[str, str | int] = {
        "ToUserName": "gh_stage",
        "FromUserName": openid,
        "CreateTime": int(now),
        "MsgType": "text",
        "Content": words,
        "MsgId": number,
    }
    query, body = KEYS.push(message(fields).encode(), openid, "gh_stage", now)
    return (
        f"POST /wechat?{urlencode(query)} HTTP/1.1\r\nHost: stage\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


async def burst(port: int, folder: Path) -> None:
    """In the child: connect, say so, and on a word send everything at once; tells the seconds of each answer."""
    made = [path.read_bytes() for path in sorted(folder.iterdir())]
    async with lines(port, len(made)) as open_lines:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        told = await asyncio.gather(*(line.ask(one) for line, one in zip(open_lines, made, strict=True)))
    print(json.dumps(told), flush=True)


# -- the proof ------------------------------------------------------------------------------------------------------


async def prove(worst: int = WORST) -> Proof:
    """Alone first, then among each family of long texts, by turns with some more alone, so that a growing database
    favours neither.
    """
    proof, worst_ones = Proof(), [FAULT, *slowest(worst)]
    chosen = [(length, family) for length in LENGTHS for family in worst_ones]
    async with stage() as used:
        await _alone(used, proof, 40)
        proof.alone.clear()  # the first ones warm everything up
        for _ in range(3):
            proof.control += (await _among(used, proof, WORDS[0]))[0]
            await asyncio.sleep(1)
        for length, family in chosen:
            await _alone(used, proof, -(-ALONE // len(chosen)))
            name = f"{family.name}, {length:,} signs"
            proof.among[name], proof.long[name] = await _among(used, proof, family.text(length))
            if proof.bad:
                break  # one that is not answered is enough, and the next ones would take minutes
            proof.rest = max(proof.rest, await _rest(used, statistics.median(proof.alone)))
    return proof


_count = iter(range(10**9))


def _ordinary() -> bytes:
    number = next(_count)
    return request(f"oOrdinary{number:019d}", WORDS[number % len(WORDS)], 10**9 + number)


async def _alone(used: Stage, proof: Proof, count: int) -> None:
    made = [_ordinary() for _ in range(count)]
    async with lines(used.port, 1) as (line,):
        for one in made:
            status, seconds = await line.ask(one)
            proof.alone.append(seconds)
            proof.bad += status != 200
            await asyncio.sleep(EVERY)


async def _rest(used: Stage, alone: float) -> float:
    """Seconds until ten ordinary ones in a row are quick again: what is done with long texts after their answer counts
    as well.
    """
    begun, quick, since = time.perf_counter(), 0, 0.0
    async with lines(used.port, 1) as (line,):
        while quick < 10 and time.perf_counter() - begun < 60:
            since = time.perf_counter() - begun if quick == 0 else since
            status, seconds = await line.ask(_ordinary())
            quick = quick + 1 if status == 200 and seconds <= MOST * alone else 0
            if status == 0:
                break
            await asyncio.sleep(EVERY)
    return since


async def _among(used: Stage, proof: Proof, text: str) -> tuple[list[float], float]:
    """Seconds of the ordinary ones while a hundred with this text are on their way, and of the last of these."""
    folder = used.folder / f"burst{next(_count)}"
    folder.mkdir()
    for place in range(AT_ONCE):
        number = next(_count)
        (folder / f"{place:03d}").write_bytes(request(f"oLong{place:023d}", text, number))
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.long_texts",
        "--burst",
        str(used.port),
        str(folder),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    assert child.stdin
    assert child.stdout
    await child.stdout.readline()
    made = [_ordinary() for _ in range(LINES)]
    async with lines(used.port, LINES) as free:
        child.stdin.write(b"now\n")
        over = asyncio.create_task(child.stdout.readline())
        running: list[asyncio.Task[tuple[int, float]]] = []
        while not over.done() and free:
            running.append(asyncio.create_task(free.pop().ask(made.pop())))
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(over), EVERY)
        told = await asyncio.gather(*running)
        long: list[tuple[int, float]] = json.loads(await over)
    await child.wait()
    proof.bad += sum(status != 200 for status, _ in (*told, *long))
    return [seconds for _, seconds in told], max(seconds for _, seconds in long)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=WORST)
    parser.add_argument("--burst", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.burst:
        asyncio.run(burst(int(chosen.burst[0]), Path(chosen.burst[1])))
        sys.exit()
    found = asyncio.run(prove(chosen.families))
    print(*found.lines(), found.line(), sep="\n")
    sys.exit(0 if found.holds() else 1)
