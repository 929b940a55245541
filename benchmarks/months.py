"""Sixty days on PostgreSQL and Redis with six processes that each schedule and send, which die again and again: each
occasion once.

The clock of service and simulator moves from stop to stop of a day. Families and elders write on some days, so that
some windows are open and some are not; some people die, are hushed, leave, or never agreed. At the end every planned
row is held against the calendar, every delivery of the platform's journal against its row, and every row that was not
delivered must say why.
"""

import asyncio
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from benchmarks.cluster import Cluster, cluster
from benchmarks.sixty_days import ELDERS, FIRST, WITH_PHONE, ZONE, calendar, scene_of
from care import quiet_hours
from care.states import Role
from services import install
from services.access import Viewer
from services.house import House
from services.letters import letters
from services.letters.forms import WriteLetter
from services.residents import residents
from services.residents.forms import Hush, SetStatus
from settings import Home, Settings, Wechat
from storage import seal
from storage.database import Database
from storage.open import open_database
from tests import houses

DAYS: Final = 60
"""18 January to 18 March 2027: 春节 is on 6 February."""
WRITTEN: Final = 12
"""Letters a day."""
STOPS: Final = (time(7, 50), time(8, 35), time(9, 5), time(16, 0), time(17, 35), time(21, 50))
KILLS: Final = 20
MACHINE: Final = ("greeting", "reminder", "letter")
WORKERS: Final = tuple(f"worker-{number}" for number in range(1, 7))
"""A worker schedules and sends: of three schedulers and three senders each one does both."""


@dataclass
class Proof:
    """What was seen."""

    days: int = 0
    kills: int = 0
    armed: int = 0
    """Of these, how many died between a send and its being written down."""
    planned: int = 0
    missing: int = 0
    double: int = 0
    rows: int = 0
    delivered: int = 0
    twice: int = 0
    unexplained: int = 0
    without_reason: int = 0
    at_night: int = 0
    to_the_wrong: int = 0
    deadlocks: int = 0
    ends: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        """The line for the record."""
        ends = ", ".join(f"{name} {count}" for name, count in sorted(self.ends.items()))
        return (
            f"{self.days} days, {len(WORKERS)} processes that each schedule and send, kills -9 {self.kills} "
            f"({self.armed} of them right after a send); occasions of the calendar {self.planned}, without a row "
            f"{self.missing}, with two "
            f"{self.double}; rows {self.rows} ({ends}), delivered {self.delivered}, twice {self.twice}, at the "
            f"platform without a row or against it {self.unexplained}, "
            f"not delivered without a reason {self.without_reason}, in silent hours {self.at_night}, to who must not "
            f"get it {self.to_the_wrong}, deadlocks {self.deadlocks}"
        )

    def holds(self) -> bool:
        """Whether each was said once, to the right one, at the right time."""
        bad = (
            self.missing
            + self.double
            + self.twice
            + self.unexplained
            + self.without_reason
            + self.at_night
            + self.to_the_wrong
            + self.deadlocks
        )
        return bad == 0 and self.kills >= KILLS * self.days // DAYS and self.delivered > 0


@dataclass
class Story:
    """The home of the sixty days, with a hand on its database for what colleagues do."""

    built: Cluster
    database: Database
    house: House
    ids: install.Installed
    nurse: Viewer
    director: Viewer
    now: datetime = datetime(2027, 1, 18, tzinfo=ZONE)
    silent: dict[str, datetime] = field(default_factory=dict)
    """openid → from when on no machine may speak to it."""
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    async def go(self, at: datetime) -> None:
        """Move the clocks, then wait until everything that this time asks for has happened."""
        self.now = at
        self.built.used.clock_at(at)
        await self.settle()

    async def settle(self) -> None:
        """Nothing ready, nothing under way, nothing due: twice in a row, at least two looks of the clocks later."""
        await asyncio.sleep(1.2)
        quiet = 0
        for _ in range(300):
            quiet = quiet + 1 if self._nothing_to_do() else 0
            if quiet >= 2:
                return
            await asyncio.sleep(0.25)
        left = self.built.ask(
            "SELECT state, purpose, count(*) FROM outbox WHERE state NOT IN ('sent', 'cancelled') GROUP BY 1, 2"
        )
        message = f"not settled at {self.now}: {left}"
        raise TimeoutError(message)

    def _nothing_to_do(self) -> bool:
        micros = int(self.now.timestamp() * 1_000_000)
        home, today = self.house.home, self.now.astimezone(ZONE).date()
        readable = today if self.now >= letters.release_at(home, today) else today - timedelta(days=1)
        return (
            self.built.number(
                f"""SELECT (SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending'))
                         + (SELECT count(*) FROM outbox WHERE state = 'planned' AND not_before <= {micros})
                         + (SELECT count(*) FROM plan WHERE state = 'planned' AND due_at <= {micros})
                         + (SELECT count(*) FROM letter WHERE state = 'ready' AND day <= '{readable}')"""
            )
            == 0
        )

    async def write(self, openids: list[str]) -> None:
        """These people write a word, so that their windows are open."""
        for openid in openids:
            await self.built.used.act("text", openid=openid, text="早上好")
        await asyncio.sleep(0.3)


async def prove(days: int = DAYS) -> Proof:
    """The whole time."""
    proof = Proof(days=days)
    async with cluster(webs=1, workers=len(WORKERS)) as built:
        story = await _settled(built)
        try:
            killing = asyncio.create_task(_kills(built, proof))
            for number in range(days):
                await _day(story, FIRST + timedelta(days=number), number)
                if killing.done():
                    await killing
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
            for name in WORKERS:
                child = built.processes[name].child
                if child is None or child.returncode is not None:
                    await built.start(name)
            await asyncio.sleep(31)  # what the dead had under way falls to the others when its lease runs out
            await story.settle()
            await _judge(story, proof)
        finally:
            await story.database.close()
    return proof


async def _settled(built: Cluster) -> Story:
    used = built.used
    used.clock_at(datetime.combine(FIRST, time(7), ZONE))
    scene = scene_of()
    for one in scene["people"]:
        await used.act("person", openid=one["openid"], name=one["name"])
    sealer = seal.load(used.folder / "jiashu.keys", may_create=False)
    database = open_database(built.url, sealer, lambda _store, _batch: [])
    await database.start()
    settings = Settings(
        wechat=Wechat(app_id="wx0123456789abcdef"), home=Home(name="青禾颐养院", phone="0571-8800-0101")
    )
    at = datetime.combine(FIRST, time(7), ZONE)
    ids = await database.write(lambda db: install.install(db, settings, at))
    await database.write(lambda db: houses.furnish(db, ids, scene, at))
    people = {}
    for login, role in (("tang", Role.NURSE), ("shen", Role.DIRECTOR)):
        await built.command("staff", "add", login, login, role.value, "--settled", said=b"stage-password\n")
        people[login] = Viewer(built.number(f"SELECT id FROM staff WHERE login = '{login}'"), ids.home_id, login, role)
    return Story(built, database, House(settings.home), ids, people["tang"], people["shen"])


async def _kills(built: Cluster, proof: Proof) -> None:
    """One of them dies and comes back, all the time."""
    chance = random.Random(11)
    while True:
        await asyncio.sleep(4 + chance.random() * 9)
        name = chance.choice(WORKERS)
        child = built.processes[name].child
        proof.armed += (
            child is not None and child.returncode is not None
        )  # it died by itself, between a send and what is written of it
        await built.kill(name)
        proof.kills += 1
        await asyncio.sleep(chance.random())
        await built.start(name, points="after_send=kill@4" if proof.kills % 3 == 0 else "")


async def _day(story: Story, day: date, number: int) -> None:
    everybody = [f"oElder{n:02d}".ljust(28, "0") for n in range(WITH_PHONE)] + [
        f"oKin{n:02d}".ljust(28, "0") for n in range(ELDERS)
    ]
    for stop in STOPS:
        await story.go(datetime.combine(day, stop, ZONE))
        if stop == STOPS[0]:
            await story.write([openid for n, openid in enumerate(everybody) if (n + number) % 3 == 0])
        if stop == STOPS[2]:
            await _events(story, number)
        if stop == STOPS[3]:
            await _letters(story, day, number)
        if stop == STOPS[4] and number % 6 == 0:
            await story.write([openid for n, openid in enumerate(everybody) if n % 4 == 0])


async def _events(story: Story, number: int) -> None:
    """What happens in a home: hushes, deaths, people who leave."""
    acts: dict[int, Callable[[], Awaitable[None]]] = {
        8: lambda: _quiet(story, range(3, 6), death=False),
        14: lambda: _quiet(story, range(6, 9), death=True),
        19: lambda: _quiet(story, range(9, 11), death=True),
        11: lambda: _leaves(story, range(11, 14)),
    }
    if number in acts:
        await acts[number]()


async def _quiet(story: Story, which: range, *, death: bool) -> None:
    at = story.now
    for n in which:
        resident = story.built.number(
            f"SELECT r.id FROM resident r JOIN follower f ON f.person_id = r.person_id WHERE f.openid LIKE "
            f"'oElder{n:02d}%'"
        )
        if death:
            await story.database.write(
                lambda db, r=resident, n=n: residents.set_status(  # type: ignore[misc]
                    db, story.director, r, SetStatus(status="去世", name=f"老人{n:02d}"), at
                )
            )
        else:
            await story.database.write(
                lambda db, r=resident: residents.hush(db, story.nurse, r, Hush(on=True), at)  # type: ignore[misc]
            )
        for openid in (f"oElder{n:02d}".ljust(28, "0"), f"oKin{n:02d}".ljust(28, "0")):
            story.silent[openid] = at + timedelta(seconds=5)


async def _leaves(story: Story, which: range) -> None:
    for n in which:
        openid = f"oKin{n:02d}".ljust(28, "0")
        await story.built.used.act("follow", openid=openid, on=False)
        story.silent[openid] = story.now + timedelta(seconds=5)


async def _letters(story: Story, day: date, number: int) -> None:
    rows = story.built.ask("SELECT id FROM resident WHERE status = '在住' ORDER BY id")
    for (row,) in [rows[(number * WRITTEN + at) % len(rows)] for at in range(WRITTEN)]:
        await story.database.write(
            lambda db, r=int(row): letters.write(  # type: ignore[misc]
                db,
                story.nurse,
                r,
                day,
                WriteLetter(
                    ticked={"meals": frozenset({"大半"}), "sleep": frozenset({"好"}), "mood": frozenset({"平静"})},
                    sentence="",
                    note="",
                    temperature="",
                    taps=5,
                ),
                story.now,
            )
        )


async def _judge(story: Story, proof: Proof) -> None:
    built = story.built
    last = FIRST + timedelta(days=proof.days)
    wanted = calendar(last)
    kept = Counter(
        (openid, occasion, day)
        for openid, occasion, day in built.ask(
            f"SELECT f.openid, p.occasion, p.day FROM plan p JOIN follower f ON f.person_id = p.person_id WHERE "
            f"p.occasion <> 'visit' AND p.day < '{last}'"
        )
    )
    known = set(wanted)
    proof.planned, proof.missing = len(known), len([one for one in known if kept[one] == 0])
    proof.double = sum(count - 1 for count in kept.values() if count > 1)
    proof.deadlocks = built.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")

    journal = [
        json.loads(line) for line in (built.used.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    calls = [line for line in journal if line["kind"] == "custom/send" and line["ok"]]
    arrived: Counter[tuple[str, str]] = Counter((line["openid"], line["content"]) for line in calls)
    sealer = seal.load(built.used.folder / "jiashu.keys", may_create=False)
    marks = ", ".join(f"'{one}'" for one in MACHINE)
    expected: Counter[tuple[str, str]] = Counter()
    possible: Counter[tuple[str, str]] = Counter()
    for openid, state, why, row, body in built.ask(
        f"""SELECT f.openid, o.state, coalesce(o.why, ''), o.id, encode(b.body, 'hex') FROM outbox o JOIN outbox_body b
            ON b.id = o.id
            JOIN follower f ON f.person_id = o.person_id WHERE o.purpose IN ({marks})"""
    ):
        words = sealer.open("outbox_body", "body", int(row), bytes.fromhex(body)).decode()
        proof.rows += 1
        proof.ends[state] += 1
        if state == "sent":
            expected[openid, words] += 1
        elif state == "unknown":
            possible[openid, words] += 1
        proof.without_reason += state != "sent" and not why
    ours = {key: count for key, count in arrived.items() if key in expected or key in possible}
    proof.delivered = sum(ours.values())
    for key in expected.keys() | possible.keys():
        least, most = expected[key], expected[key] + possible[key]
        proof.unexplained += max(0, least - arrived[key])
        proof.twice += max(0, arrived[key] - most)
    for line in calls:
        if (line["openid"], line["content"]) not in ours:
            continue
        at = datetime.fromtimestamp(line["at"], UTC)
        kind = "elder" if line["openid"].startswith("oElder") else "family"
        proof.at_night += quiet_hours.is_quiet(at, ZONE, kind)
        since = story.silent.get(line["openid"])
        proof.to_the_wrong += since is not None and at > since
        kin = re.match(r"oKin(\d\d)", line["openid"])
        proof.to_the_wrong += kin is not None and int(kin[1]) % 20 == 0  # never agreed to hear of the days


if __name__ == "__main__":
    seen = asyncio.run(prove(int(sys.argv[1]) if len(sys.argv) > 1 else DAYS))
    print(seen.line())
    sys.exit(not seen.holds())
