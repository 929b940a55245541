"""PostgreSQL stops for 20 s and starts again after a crash, Redis is killed: people go on writing, the console says so,
nobody lends a hand.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from benchmarks import many
from benchmarks.cluster import Cluster, cluster
from benchmarks.people import Person

PEOPLE: int = 60
STOPPED: float = 20.0
DATABASE, REDIS = "数据库暂时写不进去", "Redis 连不上"


@dataclass
class Proof:
    """What was seen."""

    told: many.Proof = field(default_factory=many.Proof)
    said: dict[str, bool] = field(default_factory=dict)
    """Whether the console said what was wrong, and stopped saying it, by what was done."""
    back: dict[str, float] = field(default_factory=dict)
    """s from the return of a server to the first commit, or to the end of the sentence."""
    spooled: int = 0

    def line(self) -> str:
        """The line for the record."""
        told = self.told
        back = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in self.back.items())
        silent = [what for what, good in self.said.items() if not good]
        return (
            f"{len(told.people)} people × {many.STEPS} steps, {told.replies} answers of colleagues; stopped "
            f"{STOPPED:.0f} s, killed, restarted: lost {told.lost}, twice "
            f"{told.twice}, out of order {told.disordered}, under two numbers {told.split}, given up by the platform "
            f"{told.never}, unsent {told.unsent}, files left in the "
            f"spool {self.spooled}, deadlocks {told.deadlocks}; the console said it and took it back "
            f"{len(self.said) - len(silent)} of {len(self.said)}"
            f"{' (not: ' + ', '.join(silent) + ')' if silent else ''}; back after {back}"
        )

    def holds(self) -> bool:
        """Whether nothing was lost and nobody had to help."""
        told = self.told
        bad = (
            told.lost
            + told.twice
            + told.disordered
            + told.split
            + told.never
            + told.unsent
            + told.deadlocks
            + self.spooled
        )
        return bad == 0 and len(self.said) == 8 and all(self.said.values())


@dataclass
class Strip:
    """What the console shows above every page, read from its live stream."""

    text: str = ""

    async def shows(self, words: str, *, seconds: float, there: bool = True) -> bool:
        """Whether it says something, or stops saying it, within a time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (words in self.text) is there:
                return True
            await asyncio.sleep(0.1)
        return False


@asynccontextmanager
async def _console(url: str) -> AsyncIterator[Strip]:
    strip = Strip()
    form = {"login": "chen", "password": "stage-password", "to": "/console/chats"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post(f"{url}/console/login", data=form) as answer:
            assert answer.status == 200, answer.status

        async def follow() -> None:
            async with http.get(
                f"{url}/console/live?topics=promises", timeout=aiohttp.ClientTimeout(total=None)
            ) as stream:
                event, lines = "", list[str]()
                async for raw in stream.content:
                    line = raw.decode().rstrip("\r\n")
                    if line.startswith("event:"):
                        event = line[6:].strip()
                    elif line.startswith("data:"):
                        lines.append(line[5:])
                    elif not line:
                        if event == "alarms":
                            strip.text = "\n".join(lines)
                        event, lines = "", []

        following = asyncio.create_task(follow())
        try:
            yield strip
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


def _family(pid: int) -> list[int]:
    """A process and its children."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            children.append(int(stat.parent.name))
    return [pid, *children]


async def _stop_and_go(built: Cluster, strip: Strip, proof: Proof) -> None:
    """SIGSTOP of the whole server, then SIGCONT."""
    pids = _family(built.postgres.process.pid)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    proof.said["PostgreSQL stopped"] = await strip.shows(DATABASE, seconds=STOPPED - 2)
    await asyncio.sleep(max(0.0, STOPPED - (time.monotonic() - began)))
    for pid in reversed(pids):
        os.kill(pid, signal.SIGCONT)
    await _healed(built, strip, proof, "PostgreSQL stopped", DATABASE)


async def _crash_and_restart(built: Cluster, strip: Strip, proof: Proof) -> None:
    """SIGQUIT, as if the power went; 5 s later it starts again by itself."""
    await asyncio.to_thread(built.postgres.stop, signal.SIGQUIT)
    proof.said["PostgreSQL crashed"] = await strip.shows(DATABASE, seconds=10)
    await asyncio.sleep(5)
    await asyncio.to_thread(built.postgres.start)
    await _healed(built, strip, proof, "PostgreSQL crashed", DATABASE)


async def _restart_redis(built: Cluster, strip: Strip, proof: Proof, what: str, how: signal.Signals) -> None:
    await asyncio.to_thread(built.redis.stop, how)
    proof.said[what] = await strip.shows(REDIS, seconds=10)
    await asyncio.sleep(4)
    await asyncio.to_thread(built.redis.start)
    await _healed(built, strip, proof, what, REDIS)


async def _healed(built: Cluster, strip: Strip, proof: Proof, what: str, words: str) -> None:
    began = time.monotonic()
    proof.said[f"{what}, taken back"] = await strip.shows(words, seconds=30, there=False)
    for process in built.processes.values():
        await built.used.until(_ready(built, process.port), f"{process.name} stays away", 60)
    proof.back[what] = time.monotonic() - began
    await asyncio.sleep(4)


def _ready(built: Cluster, port: int) -> Callable[[], Awaitable[bool]]:
    return lambda: built.used.answers(f"http://127.0.0.1:{port}/readyz")


async def prove(people: int = PEOPLE) -> Proof:
    """The whole story."""
    proof = Proof()
    told = proof.told
    async with cluster() as built:
        used = built.used
        for number in range(people):
            person = Person(f"oPeople{number:04d}".ljust(28, "0"), number)
            told.people.append(person)
            await used.act("person", openid=person.openid, name=f"家属{number}")
        watching, answering = (
            asyncio.create_task(many.watch(used, told)),
            asyncio.create_task(many.answers(built, told)),
        )
        async with _console(f"http://127.0.0.1:{built.processes['web-1'].port}") as strip:
            telling = [asyncio.create_task(_tells(built, told, person)) for person in told.people]
            await asyncio.sleep(6)
            await _stop_and_go(built, strip, proof)
            await _restart_redis(built, strip, proof, "Redis killed", signal.SIGKILL)
            await _crash_and_restart(built, strip, proof)
            await _restart_redis(built, strip, proof, "Redis restarted", signal.SIGTERM)
            await asyncio.gather(*telling)
        answering.cancel()
        for ended in await asyncio.gather(answering, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
        empty = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'ready', 'sending')"
        await used.until(lambda: built.number(empty) == 0, "not everything left", 90)
        await asyncio.sleep(2)
        many.look(used, told)
        watching.cancel()
        await many.judge(built, told)
        proof.spooled = sum(1 for folder in used.folder.glob("spool-*") for _ in folder.glob("*.spool"))
    return proof


async def _tells(built: Cluster, told: many.Proof, person: Person) -> None:
    """Slowly, so that every outage falls into somebody's sentences."""
    await asyncio.sleep(person.number % 20 / 4)
    for step in range(many.STEPS):
        key = (await built.used.act("text", openid=person.openid, text=person.words[step]))["key"]
        await built.used.until(
            lambda key=key: key in told.state,  # type: ignore[misc]
            "no answer and not given up",
            60,
        )
        await asyncio.sleep(5 + person.number % 10 / 5)


if __name__ == "__main__":
    found = asyncio.run(prove(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE))
    print(found.line())
    sys.exit(not found.holds())
