"""CPU per inbound message now against an earlier commit, in pairs that take turns (engineering 20): `python -m
benchmarks.pairs 19125a6`.

Both services run side by side, each with a database of its own, pinned to one core; in each pair both get the same
messages, by turns first. The reference is measured with every pair: when it spreads, the machine was disturbed and
the run says nothing.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import aiohttp

from benchmarks import inbound
from scripts import stage as staging
from scripts.stage import ROOT, Stage

PAIRS: Final = 21
STARTS: Final = 3
"""Times that both services are started anew in a run: where a process happens to lie in memory is worth some percent.
"""
MESSAGES: Final = 2000
MOST: Final = 1.05
SPREAD: Final = 0.15
"""Between the quartiles of the reference, as a share of its median."""


@contextmanager
def tree(commit: str) -> Iterator[Path]:
    """The files of a commit in a folder of their own while the block runs."""
    with tempfile.TemporaryDirectory(prefix="jiashu-before-") as folder:
        packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
        yield Path(folder)


async def start(root: Path, folder: Path, http: aiohttp.ClientSession) -> Stage:
    """The service of a tree, on core 0; the platform is today's."""
    used = Stage(folder)
    used.http = http
    staging.ROOT = ROOT
    await used.start_platform()
    staging.ROOT = root
    if "idle_minutes" not in (root / "config.example.toml").read_text(encoding="utf-8"):
        used.without = frozenset({"JIASHU_SECURITY__IDLE_MINUTES"})  # an older program refuses what it does not know
    await used.start_service()
    assert used.service
    for thread in Path(f"/proc/{used.service.pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {0})
    return used


async def prove(before: Path, pairs: int, messages: int) -> tuple[list[float], list[float]]:
    """The ratios now / before, and the reference in µs a message; prints each pair."""
    os.sched_setaffinity(0, {1})
    reference, port = await inbound.server(floor=False)
    ratios: list[float] = []
    bare: list[float] = []
    try:
        async with aiohttp.ClientSession() as http:
            for first in range(STARTS):
                with tempfile.TemporaryDirectory() as old, tempfile.TemporaryDirectory() as new:
                    sides = [await start(before, Path(old), http), await start(ROOT, Path(new), http)]
                    try:
                        await asyncio.sleep(1)
                        for n in range(first, pairs, STARTS):
                            mean, _, _ = await inbound.load(
                                port, reference.pid, inbound.requests(messages // 2, 900 + n), check=False
                            )
                            bare.append(mean)
                            ratios.append(await _pair(sides, n, messages, mean))
                    finally:
                        for side in sides:
                            await side.stop(side.service)
                            await side.stop(side.platform)
    finally:
        reference.terminate()
        await reference.wait()
    return ratios, bare


async def _pair(sides: list[Stage], n: int, messages: int, mean: float) -> float:
    """The same messages to both, by turns first."""
    costs: dict[int, float] = {}
    for place in (0, 1) if n % 2 else (1, 0):
        side = sides[place]
        assert side.service
        costs[place], _, _ = await inbound.load(
            side.port, side.service.pid, inbound.requests(messages, n + 1), check=True
        )
    ratio = costs[1] / costs[0]
    print(f"pair {n + 1}: {costs[0]:.0f} µs before, {costs[1]:.0f} now, {ratio:.3f}; reference {mean:.0f}")
    return ratio


def main() -> int:
    """Print the median; 0 when it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commit")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    chosen = parser.parse_args()
    with tree(chosen.commit) as before:
        ratios, bare = asyncio.run(prove(before, chosen.pairs, chosen.messages))
    low, median, high = statistics.quantiles(ratios, n=4)
    first, middle, third = statistics.quantiles(bare, n=4)
    spread = (third - first) / middle
    print(
        f"CPU per message {median:.3f} of {chosen.commit} over {len(ratios)} pairs (quartiles {low:.3f} … {high:.3f}, "
        f"goal {MOST})"
    )
    if spread > SPREAD:
        print(f"void: the reference spreads by {spread:.0%}")
    return 0 if median <= MOST and spread <= SPREAD and chosen.pairs >= PAIRS else 1


if __name__ == "__main__":
    sys.exit(main())
