"""Several processes on PostgreSQL and Redis: 200 people tell their complaints, colleagues answer, a web process dies
again and again.
"""

import asyncio
import json
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.cluster import Cluster, cluster
from benchmarks.people import ENOUGH, Person
from scripts.stage import Stage
from storage import seal

KILLS, PEOPLE, STEPS = 20, 200, 10
BESIDE = 40
"""People who are answered by colleagues meanwhile."""


@dataclass
class Proof:
    """What was seen."""

    people: list[Person] = field(default_factory=list)
    state: dict[str, str] = field(default_factory=dict)
    kills: int = 0
    replies: int = 0
    lost: int = 0
    twice: int = 0
    disordered: int = 0
    split: int = 0
    never: int = 0
    repeats: int = 0
    identical: int = 0
    deadlocks: int = 0
    unsent: int = 0
    first: list[float] = field(default_factory=list)
    """ms of pushes whose first try met a living process."""
    later: int = 0
    """Pushes that were answered at a later try of the platform."""

    @property
    def tail(self) -> float:
        """p99 / p50 of the first tries."""
        cuts = statistics.quantiles(self.first, n=100)
        return cuts[98] / cuts[49]

    def line(self) -> str:
        """The line for the record."""
        return (
            f"kills -9 {self.kills}, {len(self.people)} people × {STEPS} steps, {self.replies} answers of colleagues "
            f"meanwhile, lost {self.lost}, twice "
            f"{self.twice}, out of order {self.disordered}, under two numbers {self.split}, given up by the platform "
            f"{self.never}, repeats {self.repeats} "
            f"(identical {self.identical}), deadlocks {self.deadlocks}, unsent {self.unsent}, first try met a living "
            f"process {len(self.first)}, answered "
            f"at a later try {self.later}, p99 ÷ p50 {self.tail:.1f}"
        )

    def holds(self) -> bool:
        """Whether the promise was kept."""
        bad = self.lost + self.twice + self.disordered + self.split + self.never + self.deadlocks + self.unsent
        return (
            bad == 0
            and self.repeats == self.identical
            and self.kills >= KILLS
            and self.replies >= BESIDE
            and self.tail <= 20
        )


def look(used: Stage, proof: Proof) -> None:
    """What the journal says that is new."""
    for line in used.news():
        if line["direction"] != "push":
            continue
        if line["ok"]:
            if proof.state.get(line["key"]) != "answered" and line["try"] == 1:
                proof.first.append(line["ms"])
            elif proof.state.get(line["key"]) != "answered":
                proof.later += 1
            proof.state[line["key"]] = "answered"
        elif line["last"] and proof.state.get(line["key"]) != "answered":
            proof.state[line["key"]] = "given up"


async def tells(used: Stage, proof: Proof, person: Person) -> None:
    """A person says the next sentence when the last was answered."""
    for step in range(STEPS):
        key = (await used.act("text", openid=person.openid, text=person.words[step]))["key"]
        await used.until(lambda key=key: key in proof.state, "no answer and not given up", 60)  # type: ignore[misc]
        await asyncio.sleep(0.5 + person.number % 10 / 10)


async def _kills(used: Cluster, proof: Proof) -> None:
    """The first web process dies whenever it is ready again."""
    while True:
        await asyncio.sleep(0.7)
        await used.kill("web-1")
        proof.kills += 1
        await used.start("web-1")


async def answers(used: Cluster, proof: Proof) -> None:
    """Colleagues answer people at the second web process; each answer is unique."""
    other = f"http://127.0.0.1:{used.processes['web-2'].port}"
    form = {"login": "chen", "password": "stage-password", "to": "/console/chats"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post(f"{other}/console/login", data=form) as page:
            csrf = (await page.text()).split('"X-CSRF": "')[1].split('"')[0]
        done: set[str] = set()
        while True:
            try:  # in a thread: a server that is stopped does not answer
                people = await asyncio.to_thread(
                    used.ask,
                    "SELECT person_id, openid FROM follower WHERE openid LIKE 'oPeople%' ORDER BY id DESC LIMIT 60",
                )
            except RuntimeError:
                people = []
            for person, openid in people:
                if openid in done or int(openid[7:11]) % (PEOPLE // BESIDE) != 0:
                    continue
                done.add(openid)
                data = {"text": f"我是陈晓雯，{openid[7:11]}，马上去看", "key": f"k{openid}"}
                headers = {"X-CSRF": csrf, "HX-Request": "true"}
                await _answer(http, f"{other}/console/chats/{person}/answer", data, headers)
                proof.replies += 1
            await asyncio.sleep(0.5)


async def _answer(http: aiohttp.ClientSession, url: str, data: dict[str, str], headers: dict[str, str]) -> None:
    """While the database is away the words stay in the form, and the colleague sends them again."""
    for _ in range(60):
        async with http.post(url, data=data, headers=headers) as answer:
            if answer.status == 200:
                return
            assert answer.status == 503, answer.status
        await asyncio.sleep(1)
    raise TimeoutError(url)


async def prove(people: int = PEOPLE, least: int = KILLS) -> Proof:
    """The whole story."""
    proof = Proof()
    async with cluster() as built:
        used = built.used
        for number in range(people):
            person = Person(f"oPeople{number:04d}".ljust(28, "0"), number)
            proof.people.append(person)
            await used.act("person", openid=person.openid, name=f"家属{number}")
        watching = asyncio.create_task(watch(used, proof))
        beside = [asyncio.create_task(_kills(built, proof)), asyncio.create_task(answers(built, proof))]
        size = max(10, len(proof.people) // 10)
        for start in range(0, len(proof.people), size):
            await asyncio.gather(*(tells(used, proof, person) for person in proof.people[start : start + size]))
        await used.until(lambda: proof.kills >= least, "too few kills", 120)
        for task in beside:
            task.cancel()
        for ended in await asyncio.gather(*beside, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
        await built.start("web-1") if built.processes["web-1"].child is None or built.processes[
            "web-1"
        ].child.returncode is not None else None
        empty = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'ready', 'sending')"
        await used.until(lambda: built.number(empty) == 0, "not everything left", 60)
        await asyncio.sleep(1)
        look(used, proof)
        watching.cancel()
        await judge(built, proof)
    return proof


async def watch(used: Stage, proof: Proof) -> None:
    """Read the journal while it grows."""
    while True:
        look(used, proof)
        await asyncio.sleep(0.1)


async def judge(built: Cluster, proof: Proof) -> None:
    """Hold what people said against what is in the database, and what colleagues wrote against what arrived."""
    used = built.used
    sealer = seal.load(used.folder / "jiashu.keys", may_create=False)
    records: dict[str, list[str]] = {}
    sql = """SELECT c.number, r.id, encode(r.body, 'hex') FROM case_record r JOIN complaint c ON c.id = r.case_id
             WHERE r.kind = 'story' ORDER BY r.case_id, r.said_at, r.id"""
    for number, row, body in built.ask(sql):
        records.setdefault(number, []).append(
            sealer.open("case_record", "body", int(row), bytes.fromhex(body)).decode()
        )
    handled = Counter(words for texts in records.values() for words in texts)
    place = {words: (number, at) for number, texts in records.items() for at, words in enumerate(texts)}
    for person in proof.people:
        told = [words for words in person.words[:STEPS] if words != ENOUGH]
        proof.lost += sum(handled[words] == 0 for words in told)
        proof.twice += sum(handled[words] > 1 for words in told)
        places = [place[words] for words in told if words in place]
        proof.split += len({number for number, _ in places}) > 1
        proof.disordered += [at for _, at in places] != sorted(at for _, at in places)
    proof.never = sum(state == "given up" for state in proof.state.values())
    oracle: dict[str, Any] = (await used.state())["oracle"]
    proof.repeats, proof.identical = oracle["repeated"], oracle["identical"]
    arrived = Counter(
        line["content"]
        for line in map(json.loads, (used.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines())
        if line["kind"] == "custom/send" and line["ok"] and line["content"].startswith("我是陈晓雯")
    )
    proof.twice += sum(count - 1 for count in arrived.values())
    proof.unsent = proof.replies - len(arrived)
    proof.deadlocks = built.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


if __name__ == "__main__":
    found = asyncio.run(
        prove(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE, int(sys.argv[2]) if len(sys.argv) > 2 else KILLS)
    )
    print(found.line())
    sys.exit(not found.holds())
