"""CPU per message of two web processes on one PostgreSQL and Redis, against one: in turn, in one run.

A second process is there when one is not enough: each carries 32 pushes in flight. With the same 32 shared between
the two the batches are half as large; that figure is printed beside it.
"""

import argparse
import asyncio
import os
import statistics
import sys
from pathlib import Path
from typing import Final

from benchmarks import inbound
from benchmarks.cluster import Cluster, cluster

GOAL: Final = 1.15


async def measure(built: Cluster, names: list[str], count: int, seed: int, flight: int) -> float:
    """µs of CPU a message, over these processes together."""
    processes = [built.processes[name] for name in names]
    pids = [process.child.pid for process in processes if process.child is not None]
    made = [inbound.requests(count, seed + place) for place in range(len(processes))]
    before = sum(inbound.cpu(pid) for pid in pids)
    await asyncio.gather(
        *(
            inbound.load(process.port, pid, some, check=False, flight=flight)
            for process, pid, some in zip(processes, pids, made, strict=True)
        )
    )
    return (sum(inbound.cpu(pid) for pid in pids) - before) / (count * len(pids)) * 1e6


async def run(rounds: int, count: int) -> float:
    """The median of the ratios; prints each round."""
    async with cluster(webs=2, workers=1) as built:
        for process in built.processes.values():
            assert process.child is not None
            for thread in Path(f"/proc/{process.child.pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {0})
        os.sched_setaffinity(0, {1})
        await measure(built, ["web-1", "web-2"], count, 1, inbound.IN_FLIGHT)
        ratios, shared = list[float](), list[float]()
        for number in range(rounds):
            seed = 10 * (number + 1)
            first = await measure(built, ["web-1"], count, seed, inbound.IN_FLIGHT)
            two = await measure(built, ["web-1", "web-2"], count, seed + 2, inbound.IN_FLIGHT)
            half = await measure(built, ["web-1", "web-2"], count, seed + 4, inbound.IN_FLIGHT // 2)
            second = await measure(built, ["web-2"], count, seed + 6, inbound.IN_FLIGHT)
            one = (first + second) / 2
            ratios.append(two / one)
            shared.append(half / one)
            print(
                f"round {number + 1}: two {two:.0f} µs a message, one {one:.0f} = {ratios[-1]:.2f}; the same load "
                f"shared {shared[-1]:.2f}"
            )
    print(f"the same load shared between two: {statistics.median(shared):.2f}")
    return statistics.median(ratios)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--messages", type=int, default=2000)
    chosen = parser.parse_args()
    found = asyncio.run(run(chosen.rounds, chosen.messages))
    print(f"CPU per message with a second web process: {found:.2f} (goal {GOAL})")
    sys.exit(0 if found <= GOAL else 1)
