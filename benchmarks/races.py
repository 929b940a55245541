"""Every pair of rivals a hundred times on both engines: 20 forced, 80 at random; the end is that of some order one
after the other.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from scripts import servers
from storage import migrate
from tests.races.ground import Ground, ground
from tests.races.judgement import MODES, Report, allowed_ends, deadlocks, race
from tests.races.model import Pair
from tests.races.processes import Process, play_apart
from tests.races.scenarios import PAIRS
from tests.races.stages import Stages

FORCED, RANDOM = 20, 80
GROUNDS = 2
"""Databases of the one server, side by side: most of a forced play is waiting."""


@dataclass
class Proof:
    """What was seen over all plays."""

    pairs: int = 0
    plays: int = 0
    forced: int = 0
    overlapped: int = 0
    apart: int = 0
    deadlocks: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The line for the record."""
        return (
            f"pairs {self.pairs} on two engines, plays {self.plays}, forced {self.forced} (overlapped "
            f"{self.overlapped}, "
            f"in two processes {self.apart}), wrong {len(self.wrong)}, deadlocks {self.deadlocks}; {self.seconds:.0f} s"
        )

    def holds(self) -> bool:
        """Whether the promise was kept."""
        return (
            not self.wrong
            and self.deadlocks == 0
            and self.overlapped == self.forced > 0
            and self.apart > 0
            and self.pairs == len(PAIRS)
        )

    def add(self, report: Report) -> None:
        """Count a pair of one engine."""
        self.plays += report.plays
        self.forced += report.forced
        self.overlapped += report.overlapped
        self.wrong += report.wrong


async def on(where: Ground, stages: Stages, proof: Proof, pairs: Sequence[Pair], forced: int, randoms: int) -> None:
    """Pairs on one ground, one after the other."""
    for pair in pairs:
        proof.add(await race(where, stages, pair, forced, randoms))


async def apart(where: Ground, stages: Stages, proof: Proof, processes: Sequence[Process], rounds: int) -> None:
    """D1 to D4 in two processes, each point in each order."""
    pairs: list[Pair] = [pair for pair in PAIRS if pair.fault]
    for pair in pairs:
        report = Report(pair.name)
        allowed = await allowed_ends(where, stages, pair, report)
        for number in range(rounds):
            _, first, point = MODES[number % 4]
            played = await play_apart(where, stages, pair, processes, first, point)
            report.see(played, allowed, pair)
            report.forced += 1
            report.overlapped += played.overlapped
        proof.add(report)
        proof.apart += report.forced


async def prove(forced: int = FORCED, randoms: int = RANDOM) -> Proof:
    """Both engines beside each other, then the four faults in two processes."""
    begun, proof = time.monotonic(), Proof(pairs=len(PAIRS))
    logging.getLogger("jiashu.receive").setLevel("CRITICAL")
    with tempfile.TemporaryDirectory(prefix="jiashu-races-") as name, servers.postgres() as server:
        folder = Path(name)
        await asyncio.to_thread(migrate.upgrade, folder / "empty.db")
        await asyncio.to_thread(migrate.upgrade, server.create("races"))
        urls = [server.create(f"races{number}", "races") for number in range(GROUNDS)]
        stages = Stages(folder, folder / "empty.db")
        for pair in PAIRS:
            await stages.of(pair.stage)
        (folder / "play.db").write_bytes((folder / "empty.db").read_bytes())
        async with AsyncExitStack() as opened:
            one = await opened.enter_async_context(ground(f"sqlite:///{folder / 'play.db'}", stages.sealer))
            shared = [await opened.enter_async_context(ground(url, stages.sealer)) for url in urls]
            shares = [
                on(where, stages, proof, PAIRS[number::GROUNDS], forced, randoms) for number, where in enumerate(shared)
            ]
            await asyncio.gather(on(one, stages, proof, PAIRS, forced, randoms), *shares)
            processes = [Process(urls[0], folder / "races.keys") for _ in range(2)]
            try:
                await apart(shared[0], stages, proof, processes, forced)
            finally:
                for process in processes:
                    process.stop()
        proof.deadlocks = deadlocks(server.folder)
    proof.seconds = time.monotonic() - begun
    return proof


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forced", type=int, default=FORCED)
    parser.add_argument("--random", type=int, default=RANDOM)
    chosen = parser.parse_args()
    proven = asyncio.run(prove(chosen.forced, chosen.random))
    for sentence in proven.wrong[:20]:
        print(sentence)
    print(f"races: {proven.line()}")
    sys.exit(0 if proven.holds() else 1)
