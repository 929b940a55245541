"""200 people each tell a complaint in ten steps while the process is killed again and again; the simulator's journal is
the oracle.
"""

import asyncio
import os
import select
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field

from scripts.stage import Stage, stage

POINTS = ("before_commit", "after_commit", "before_answer", "after_send")
ENOUGH = "说完了"


@dataclass
class Person:
    """One relative: ten messages, the next when the last was answered or after its third try."""

    openid: str
    number: int
    step: int = 0
    waits_for: str = ""

    @property
    def words(self) -> list[str]:
        """Five parts of a story, 说完了, and the answers to the four questions; unique but for 说完了."""
        n = self.number
        story = [f"我要投诉，第{n}家第1句", *(f"第{n}家第{k}句，没人理" for k in range(2, 6))]
        return [*story, ENOUGH, f"王桂兰{n}号", f"前天第{n}回", f"家属{n}", f"1390000{n:04d}"]


@dataclass
class Proof:
    """What was seen over all kills."""

    people: list[Person] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    deaths: list[tuple[str, float]] = field(default_factory=list)
    in_flight: dict[str, int] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)
    lost: int = 0
    twice: int = 0
    disordered: int = 0
    split: int = 0
    never: int = 0
    repeats: int = 0
    identical: int = 0
    unknown: int = 0

    def look(self, used: Stage) -> None:
        """Read the journal on: which push was answered, which was given up by the platform."""
        for line in used.news():
            if line["direction"] == "push":
                key = line["key"]
                if line["ok"]:
                    self.state[key] = "answered"
                elif line["last"] and self.state.get(key) != "answered":
                    self.state[key] = "given up"

    def waiting(self) -> list[Person]:
        """People whose last message has no answer yet."""
        return [person for person in self.people if person.waits_for and person.waits_for not in self.state]

    def line(self) -> str:
        """The line for the record."""
        kills = ", ".join(f"{point} {count}" for point, count in sorted(self.kills.items()))
        fewest = ", ".join(f"{point} {count}" for point, count in sorted(self.in_flight.items()))
        return (
            f"kills {self.kills.total()} ({kills}), in flight at each ≥ {min(self.in_flight.values(), default=0)} "
            f"({fewest}), {len(self.people)} people × 10 steps, "
            f"repeats seen {self.repeats} (identical {self.identical}), unknown sends {self.unknown}, given up by the "
            f"platform {self.never}, "
            f"lost {self.lost}, twice {self.twice}, out of order {self.disordered}, under two numbers {self.split}"
        )

    def holds(self, least: int) -> bool:
        """Whether the promise was kept."""
        bad = self.lost + self.twice + self.disordered + self.split + self.never
        each = all(count >= 2 for count in self.kills.values()) and set(self.kills) == {*POINTS, "after_spool"}
        return (
            bad == 0
            and each
            and self.kills.total() >= least
            and min(self.in_flight.values(), default=0) >= 5
            and self.repeats == self.identical
        )


async def _send(used: Stage, person: Person) -> None:
    person.waits_for = (await used.act("text", openid=person.openid, text=person.words[person.step]))["key"]
    person.step += 1


async def _death(process: asyncio.subprocess.Process, proof: Proof, point: str) -> None:
    """The moment at which the process is gone, told by the kernel to a thread: the loop may be busy with the burst."""

    def watch() -> float:
        handle = os.pidfd_open(process.pid)
        select.select([handle], [], [])
        gone = time.time()
        os.close(handle)
        return gone

    proof.deaths.append((point, await asyncio.to_thread(watch)))
    await process.wait()


async def _settled(used: Stage, proof: Proof) -> None:
    def all_answered() -> bool:
        proof.look(used)
        return not proof.waiting()

    await used.until(all_answered, "not everybody was answered", 60)


async def _burst(used: Stage, proof: Proof, group: list[Person], point: str, ids: list[tuple[str, int]]) -> None:
    """A group says its next sentence at once; the process dies at the point; it comes back and the platform's tries
    bring all in.
    """
    await used.stop(used.service)
    early = 1 if len(group) < 50 else 3
    count = {"before_commit": early, "after_commit": early, "before_answer": max(2, len(group) // 4), "after_send": 5}[
        point
    ]
    await used.start_service(f"{point}=kill@{count}")
    assert used.service
    killed = asyncio.create_task(_death(used.service, proof, point))
    holder = await _slow_sends(used, ids) if point == "after_send" else None
    await asyncio.gather(*(_send(used, person) for person in group))
    await asyncio.wait_for(killed, 30)
    proof.kills[point] += 1
    if holder is not None:
        holder.close()
    await used.start_service()
    await _settled(used, proof)


async def _slow_sends(used: Stage, ids: list[tuple[str, int]]) -> sqlite3.Connection:
    """Colleagues' answers are on their way to a slow platform; then the file is held, so that the burst is in flight
    when they arrive.
    """
    csrf = await used.log_in()
    await used.reply(csrf, ids[-1][1], f"我是陈晓雯，先问一句，{time.time_ns()}", f"w{time.time_ns()}")
    await asyncio.sleep(1)
    await used.act("fault", name="delay", on=True)
    await asyncio.gather(
        *(
            used.reply(csrf, person, f"我是陈晓雯，{openid[5:9]}，{time.time_ns()}", f"k{time.time_ns()}")
            for openid, person in ids[:12]
        )
    )
    await asyncio.sleep(1.5)
    await used.act("fault", name="delay", on=False)
    await asyncio.sleep(2.5)
    holder = sqlite3.connect(used.database, isolation_level=None, timeout=10)
    holder.execute("BEGIN IMMEDIATE")
    return holder


async def _spooled(used: Stage, proof: Proof, group: list[Person]) -> None:
    """The database is away, everybody is spooled, and the process dies before it could say so."""
    await used.stop(used.service)
    await used.start_service("after_spool=kill@4")
    assert used.service
    killed = asyncio.create_task(_death(used.service, proof, "after_spool"))
    holder = sqlite3.connect(used.database, isolation_level=None, timeout=10)
    holder.execute("BEGIN IMMEDIATE")
    await asyncio.gather(*(_send(used, person) for person in group))
    await asyncio.wait_for(killed, 30)
    proof.kills["after_spool"] += 1
    holder.execute("ROLLBACK")
    holder.close()
    await used.start_service()
    await _settled(used, proof)


async def prove(people: int, steps: int = 10) -> Proof:
    """The whole story; `people` in two halves, each half of each step is one burst and one kill."""
    proof = Proof()
    async with stage(staff=True) as used:
        for number in range(people):
            person = Person(f"oPeople{number:04d}".ljust(28, "0"), number)
            proof.people.append(person)
            await used.act("person", openid=person.openid, name=f"家属{number}")
        halves = proof.people[: people // 2], proof.people[people // 2 :]
        rounds = 0
        for step in range(steps):
            for half in halves:
                if step == 3:
                    await _spooled(used, proof, half)
                    continue
                ids = used.rows("SELECT openid, person_id FROM follower WHERE openid LIKE 'oPeople%'") if step else []
                point = POINTS[rounds % len(POINTS)]
                doubled = rounds % 5 == 4
                await used.act("fault", name="duplicate", on=doubled)
                await _burst(used, proof, half, "before_commit" if point == "after_send" and not ids else point, ids)
                rounds += 1
        await used.act("fault", name="duplicate", on=False)
        empty = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'ready', 'sending')"
        await used.until(
            lambda: used.rows(empty)[0][0] == 0 and not list((used.folder / "spool").glob("*.spool")),
            "not all was brought in",
            60,
        )
        await _judge(used, proof, steps)
    return proof


def _in_flight(used: Stage, proof: Proof) -> dict[str, int]:
    """For each point the fewest pushes that had left the platform and had no answer when the process died."""
    pushes = [
        (line["real"] - line["ms"] / 1000, line["real"])
        for line in used.journal()
        if line["direction"] == "push" and not line["ok"]
    ]
    found: dict[str, int] = {}
    for point, death in proof.deaths:
        count = sum(began < death - 0.002 and ended > death - 0.05 for began, ended in pushes)
        found[point] = min(found.get(point, count), count)
    return found


async def _judge(used: Stage, proof: Proof, steps: int) -> None:
    records = used.records()
    handled = Counter(words for texts in records.values() for words in texts)
    place = {words: (number, at) for number, texts in records.items() for at, words in enumerate(texts)}
    for person in proof.people:
        told = [words for words in person.words[:steps] if words != ENOUGH]
        proof.lost += sum(handled[words] == 0 for words in told)
        proof.twice += sum(handled[words] > 1 for words in told)
        places = [place[words] for words in told if words in place]
        proof.split += len({number for number, _ in places}) > 1
        proof.disordered += [at for _, at in places] != sorted(at for _, at in places)
    proof.in_flight = _in_flight(used, proof)
    proof.never = sum(state == "given up" for state in proof.state.values())
    oracle = (await used.state())["oracle"]
    proof.repeats, proof.identical = oracle["repeated"], oracle["identical"]
    proof.unknown = used.rows("SELECT count(*) FROM outbox WHERE state = 'unknown'")[0][0]
    arrived = Counter(
        line["content"]
        for line in used.journal()
        if line["kind"] == "custom/send" and line["ok"] and line["content"].startswith("我是陈晓雯")
    )
    proof.twice += sum(count - 1 for count in arrived.values())


if __name__ == "__main__":
    print(asyncio.run(prove(200)).line())
