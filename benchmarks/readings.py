"""What the second reading costs: CPU and messages a second with and without it, by turns on two services; the share of
ordinary traffic that reaches it; memory of all processes, and whether it stays flat over many doubtful messages.
"""

import argparse
import asyncio
import itertools
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from benchmarks.inbound import IN_FLIGHT, KEYS, PEOPLE, Request, cpu, requests
from bot.reading import Reader
from care.triage import Urgency
from scripts.stage import Stage
from simulator.codec import message
from understanding import cascade

MOST_WITH, MOST_WITHOUT = 320.0, 150.0
"""MB of all processes (PSS), after ordinary traffic."""
SHARE: Final = 0.30
"""Of messages with words that reach the encoder."""
GROWS: Final = 5.0
"""MB that the second reading may grow by from the first fifth of the doubtful messages to the last: what all processes
grow by, less what a service without it grows by on the same messages.
"""
AT_A_TIME: Final = 1000
WORD: Final = "a-word-for-prometheus"
SAID: Final = (
    ("妈妈这两天", "爷爷最近", "奶奶昨晚", "她今天", "我爸早上", "外婆"),
    (
        "胃口不太好",
        "睡得不太好",
        "有点咳嗽",
        "说腿有点酸",
        "没怎么说话",
        "起得晚",
        "有点感冒",
        "说头发该剪了",
        "吃药了吗",
    ),
    ("", "，不要紧吧", "，不知道怎么样", "，麻烦问一下", "，好些了吗"),
)
"""Pieces of ordinary lines that may sound like a danger. Those are sent that the inline reading doubts and the second
one calms: alarms that nobody answers fill the memory of the board, which is not what is measured.
"""


def pss(pid: int) -> float:
    """Memory of a process in MB, what it shares in its part."""
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def family(pid: int) -> list[int]:
    """A process and its children."""
    born = (child.read_text().split() for child in Path(f"/proc/{pid}/task").glob("*/children"))
    return [pid, *(int(child) for children in born for child in children)]


@dataclass
class Served:
    """A service under load."""

    stage: Stage
    costs: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    @property
    def pids(self) -> list[int]:
        """Its processes."""
        assert self.stage.service
        return family(self.stage.service.pid)

    @property
    def memory(self) -> float:
        """MB of all of them."""
        return sum(map(pss, self.pids))

    async def load(self, made: list[Request]) -> None:
        """CPU of all processes in µs a message, messages a second."""
        before, begun = sum(map(cpu, self.pids)), time.perf_counter()
        await self.send(made)
        wall = time.perf_counter() - begun
        self.costs.append((sum(map(cpu, self.pids)) - before) / len(made) * 1e6)
        self.rates.append(len(made) / wall)

    async def send(self, made: list[Request]) -> None:
        """All of them, so many at a time."""
        todo = iter(made)

        async def work() -> None:
            for _, query, body in todo:
                async with self.stage.http.post(f"{self.stage.url}/wechat", params=query, data=body) as answer:
                    await answer.read()
                    assert answer.status == 200, answer.status

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))

    async def figures(self) -> dict[str, float]:
        """What `/metrics` says."""
        head = {"Authorization": f"Bearer {WORD}"}
        async with self.stage.http.get(f"{self.stage.url}/metrics", headers=head) as answer:
            pairs = (line.rpartition(" ") for line in (await answer.text()).splitlines() if line[:1] == "j")
        return {name: float(value) for name, _, value in pairs}

    async def again(self) -> float:
        """Messages that reached the second reading so far."""
        found = await self.figures()
        return sum(value for name, value in found.items() if name.startswith("jiashu_second_readings_total"))


@asynccontextmanager
async def served(*, second: bool) -> AsyncIterator[Served]:
    """A service, with the second reading or without."""
    environment = {"JIASHU_READING__SECOND": str(second).lower(), "JIASHU_SECURITY__METRICS_TOKEN": WORD}
    with tempfile.TemporaryDirectory(prefix="jiashu-readings-") as folder:
        used = Stage(Path(folder), environment)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as used.http:
            await used.start_platform()
            try:
                await used.start_service()
                made = Served(used)
                if second:
                    await used.until(lambda: _runs(made), "the second reading does not start")
                yield made
            finally:
                await used.stop(used.service)
                await used.stop(used.platform)


async def _runs(made: Served) -> bool:
    return (await made.figures())["jiashu_second_reading_runs"] == 1


async def lines() -> list[str]:
    """Ordinary lines that reach the second reading."""
    reader, found = Reader(again=True), list[str]()
    reader.start()
    for _ in range(600):
        await asyncio.sleep(0.0 if reader.reads_again else 0.05)
    for words in map("".join, itertools.product(*SAID)):
        first = cascade.read(words)
        begun = reader.again(first.words) if first.is_doubtful else None
        found_again = reader.read_of(await begun) if begun is not None else None
        scores = found_again.scores if found_again is not None else None
        if scores is not None:
            meant = cascade.decide(cascade.Reading(first.words, scores, again=True, first=first.scores), "stranger")
            if not (meant.show or meant.ask or meant.level < Urgency.P3):
                found.append(words)
    await reader.close()
    assert len(found) > 20, "too few of the lines are doubtful"
    return found


def doubtful(said: list[str], count: int) -> Iterator[Request]:
    """So many messages that the inline reading doubts, from many people."""
    now = int(time.time())
    for number, words in zip(range(count), itertools.cycle(said), strict=False):
        openid = f"oAgain{number % PEOPLE:022d}"
        fields: dict[str, str | int] = {
            "ToUserName": "gh_bench",
            "FromUserName": openid,
            "CreateTime": now,
            "MsgType": "text",
            "Content": words,
            "MsgId": now * 10_000_000 + number,
        }
        query, body = KEYS.envelope(message(fields), openid, "gh_bench", now)
        yield "text", query, body.encode()


@dataclass
class Proof:
    """What was measured."""

    used: Served
    bare: Served
    share: float = 0.0
    early: tuple[float, float] = (0.0, 0.0)
    """MB with it and without, after ordinary traffic and a fifth of the doubtful messages."""
    late: tuple[float, float] = (0.0, 0.0)
    idle: tuple[float, float] = (0.0, 0.0)
    count: int = 0
    fates: dict[str, int] = field(default_factory=dict)

    def line(self) -> str:
        """The line for the record."""
        cost, bare = statistics.median(self.used.costs), statistics.median(self.bare.costs)
        ratio = statistics.median(one / other for one, other in zip(self.used.costs, self.bare.costs, strict=True))
        fates = ", ".join(f"{name} {count}" for name, count in self.fates.items())
        return (
            f"readings: {cost:.0f} µs a message of ordinary traffic with the second reading, {bare:.0f} without "
            f"(× {ratio:.2f}, {len(self.used.costs)} pairs), {statistics.median(self.used.rates):.0f} and "
            f"{statistics.median(self.bare.rates):.0f} a second; {self.share:.1%} of messages with words reach the "
            f"encoder (≤ {SHARE:.0%}); all processes {self.idle[0]:.0f} MB (≤ {MOST_WITH:.0f}), without "
            f"{self.idle[1]:.0f} (≤ {MOST_WITHOUT:.0f}); over {self.count:,} doubtful messages from "
            f"{self.early[0]:.0f} to {self.late[0]:.0f}, without from {self.early[1]:.0f} to {self.late[1]:.0f}: the "
            f"second reading {self.grown:+.0f} (≤ {GROWS:.0f}); {fates}"
        )

    @property
    def grown(self) -> float:
        """MB that the second reading grew by."""
        return (self.late[0] - self.early[0]) - (self.late[1] - self.early[1])

    def holds(self) -> bool:
        """Whether the limits are kept."""
        return (
            self.share <= SHARE
            and self.idle[0] <= MOST_WITH
            and self.idle[1] <= MOST_WITHOUT
            and self.grown <= GROWS
            and self.fates["failed"] == 0
        )


async def prove(rounds: int, count: int, many: int) -> Proof:
    """By turns, then the long run."""
    async with AsyncExitStack() as stack:
        used = await stack.enter_async_context(served(second=True))
        bare = await stack.enter_async_context(served(second=False))
        both, proof = (used, bare), Proof(used, bare, count=many)
        for number in range(rounds):
            for one in both if number % 2 else reversed(both):
                await one.load(requests(count, number + 1))
        proof.idle = used.memory, bare.memory
        proof.share = await used.again() / (await used.figures())["jiashu_messages_read_total"]
        todo = doubtful(await lines(), many)
        for size in (many // 5, many - many // 5):
            left = size
            while some := list(itertools.islice(todo, min(left, AT_A_TIME))):
                left -= len(some)
                for one in both:
                    await one.send(some)
            proof.early, proof.late = proof.late, (used.memory, bare.memory)
        found = await used.figures()
        proof.fates = {
            fate: int(found[f'jiashu_second_readings_total{{fate="{fate}"}}'])
            for fate in ("read", "late", "failed", "left")
        }
    return proof


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--many", type=int, default=50_000)
    chosen = parser.parse_args()
    found = asyncio.run(prove(chosen.rounds, chosen.messages, chosen.many))
    print(found.line())
    sys.exit(0 if found.holds() else 1)
