"""Two processes with a database object each, of which one stops at a point while the other runs or waits."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from services import install
from services.accusations import accusations
from services.house import House
from services.talks.receive import receive_batch
from storage import seal
from storage.open import open_database
from tests.races.ground import PATIENCE, Ground, Played
from tests.races.model import HOME, Pair, Turn
from tests.races.scenarios import PAIRS
from tests.races.stages import Stages
from tests.races.watch import Point, Told, Watch, act, until


class Process:
    """A process of its own with a database object of its own; it plays one side at a time, as it is told line by
    line.
    """

    def __init__(self, url: str, keys: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.races.processes", url, str(keys)],
            cwd=Path(__file__).parents[2],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def say(self, **what: object) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    async def hear(self) -> dict[str, Any]:
        """The next line. Raises RuntimeError when the process is gone."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(asyncio.to_thread(self._process.stdout.readline), PATIENCE)
        if not line:
            raise RuntimeError("a process of the race is gone")
        found: dict[str, Any] = json.loads(line)
        return found

    def stop(self) -> None:
        """Close its input: it ends."""
        self._process.communicate(timeout=PATIENCE)


async def play_apart(
    where: Ground, stages: Stages, pair: Pair, processes: Sequence[Process], first: int, point: Point
) -> Played:
    """A forced play whose sides run in two processes: the first stops at its point, the second runs or waits, the first
    goes on.
    """
    set_ = await stages.of(pair.stage)
    await where.prepare(set_)
    order = (first, 1 - first)
    for nth, stop in zip(order, (point, None), strict=True):
        processes[nth].say(
            pair=pair.name,
            nth=nth,
            point=stop,
            home=set_.ids.home_id,
            account=set_.ids.account_id,
            now=set_.now.isoformat(),
            facts=set_.facts,
        )
        if stop is not None:
            overlapped = (await processes[nth].hear())["reached"]
    rival = asyncio.create_task(processes[order[1]].hear())
    await where.ends_or_waits(rival)
    processes[first].say(go=True)
    told = {first: (await processes[first].hear())["told"], order[1]: (await rival)["told"]}
    end = await where.end(set_)
    return Played(f"two processes, first {'ab'[first]}, {point}", end, (_told(told[0]), _told(told[1])), overlapped)


def _told(line: Sequence[str]) -> Told:
    return line[0], line[1]


async def _serve(url: str, keys: Path) -> None:
    """In the process: one side after the other, until the input ends."""
    pairs, sealer, house = {pair.name: pair for pair in PAIRS}, seal.load(keys, may_create=False), House(HOME)
    database = open_database(url, sealer, lambda store, batch: receive_batch(store, house, batch))
    await database.start()
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            what = json.loads(line)
            pair, nth = pairs[what["pair"]], what["nth"]
            ids, now = install.Installed(what["home"], what["account"]), datetime.fromisoformat(what["now"])
            house.names = await database.read(
                lambda db, home=ids.home_id: accusations.names(db, home)  # type: ignore[misc]
            )
            watch = Watch(what["point"])
            side = (pair.a, pair.b)[nth]
            task = asyncio.create_task(act(database, side, Turn(house, ids, now, what["facts"], nth), watch))
            if what["point"] is not None:
                _line(reached=await until(watch, task))
                await asyncio.to_thread(sys.stdin.readline)
                watch.go_on.set()
            _line(told=await task)
    finally:
        await database.close()


def _line(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2])))
