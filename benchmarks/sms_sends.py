"""SMS through a company that refuses, throttles, cuts the line and is silent, done or not, and reports early, late or
never, while senders die: judged by the company's own journal (part 8): `python -m benchmarks.sms_sends --many 3000`.
"""

import argparse
import asyncio
import collections
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web

from bot import texter
from bot.sms_sender import SmsSender
from care.ways import Terms
from services import install
from services.complaints.results import RESULT
from services.outgoing import outbox, sending, sms_results, sms_sending
from services.ports import SmsReport
from settings import Home, Settings, Sms
from settings.clock import wall
from storage import migrate, seal, tables
from storage.database import Database
from storage.open import open_database
from storage.store import Store
from storage.types import new_id

FAULTS: Final = {
    "ok": 55,
    "early": 5,
    "unreported": 5,
    "undelivered": 5,
    "refused": 5,
    "throttled": 5,
    "ill": 4,
    "reset-before": 4,
    "reset-after": 4,
    "500-before": 2,
    "500-after": 2,
    "silence-before": 2,
    "silence-after": 2,
}
"""How often in a hundred; `before` and `after` the SMS was sent."""
NOBODY_KNOWS: Final = frozenset(fault for fault in FAULTS if fault.startswith(("reset", "500", "silence")))
START: Final = datetime(2026, 5, 4, 2, tzinfo=UTC)
DIES: Final = 0.01
"""The share of requests whose sender dies before it has written down the answer."""


class Company:
    """It sends, and remembers what."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.phones: collections.Counter[str] = collections.Counter()
        """SMS on phones, by our number of them."""
        self.faults: dict[str, list[str]] = collections.defaultdict(list)
        self.told: asyncio.Queue[SmsReport] = asyncio.Queue()
        self.early: list[SmsReport] = []

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        own = request.query["OutId"]
        fault = self.dice.choices(list(FAULTS), list(FAULTS.values()))[0]
        self.faults[own].append(fault)
        if fault in {"refused", "throttled", "ill"}:
            code = {
                "refused": "isv.MOBILE_NUMBER_ILLEGAL",
                "throttled": "Throttling.User",
                "ill": "isp.SYSTEM_ERROR",
            }[fault]
            return web.json_response({"Code": code})
        if not fault.endswith("-before"):
            self.phones[own] += fault != "undelivered"
            report = SmsReport(own, fault != "undelivered", "" if fault != "undelivered" else "MK:0012", 2)
            if fault == "early":
                self.early.append(report)
            elif fault != "unreported":
                self.told.put_nowait(report)
        if fault.startswith("reset"):
            assert request.transport is not None
            request.transport.abort()
        if fault.startswith("500"):
            return web.Response(status=500)
        if fault.startswith("silence"):
            await asyncio.sleep(1)
        return web.json_response({"Code": "OK", "BizId": f"{own}^0"})


async def main(many: int, seed: int) -> bool:
    """Play it and judge it; whether all held."""
    company, app = Company(seed), web.Application()
    app.router.add_post("/", company.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jiashu.db"
        await asyncio.to_thread(migrate.upgrade, path)
        sealer = seal.load(Path(folder) / "jiashu.keys", may_create=True)
        database: Database = open_database(f"sqlite:///{path}", sealer, lambda _store, _batch: [])
        await database.start()
        given = Sms(provider="aliyun", url=f"http://127.0.0.1:{runner.addresses[0][1]}", sign="青禾", key_id="k")
        try:
            async with aiohttp.ClientSession() as http:
                return await _play(many, company, database, texter.Aliyun(given, http, within=0.4))
        finally:
            await database.close()
            await runner.cleanup()


class Mortal(SmsSender):
    """A sender that may die between an answer and its writing down."""

    dice: random.Random
    dead: set[str]
    """Our numbers of the SMS whose sender died."""

    async def _send(self, asked: sms_sending.Order) -> None:
        if self.dice.random() < DIES:
            await self._company.send(asked.number, asked.kind, asked.words, asked.own)
            self.dead.add(asked.own)
        else:
            await super()._send(asked)


async def _play(many: int, company: Company, database: Database, line: texter.Aliyun) -> bool:
    clock = [START]
    ids = await database.write(lambda db: install.install(db, Settings(home=Home(name="青禾颐养院")), clock[0]))
    for at in range(0, many, 200):
        await database.store(
            partial(_queue, home=ids.home_id, account=ids.account_id, first=at, many=min(200, many - at), now=clock[0])
        )
    left = True
    while left:
        claimed = partial(sending.claim, now=clock[0], machine_now=clock[0], limit=100, terms=Terms(sms=10**6))
        await database.store(claimed)
        left = bool(
            await database.store(lambda store: store.rows(f"SELECT 1 FROM outbox WHERE state IN {WAITS} LIMIT 1"))
        )
    sender = Mortal(database, line, ids.home_id, lambda: clock[0])
    sender.dice, sender.dead = company.dice, set()
    for _ in range(5):
        await _round(company, sender)
        clock[0] += timedelta(seconds=61)
    late = clock[0] + timedelta(hours=5)
    await database.store(partial(sms_sending.abandoned, now=clock[0], machine_now=wall() + timedelta(hours=1)))
    await _tell(company, sender)
    while await database.store(partial(sms_results.unopened, now=late)):
        pass
    return await _judge(many, company, database, sender.dead)


WAITS: Final = "('waiting', 'ready', 'planned')"


async def _round(company: Company, sender: Mortal) -> None:
    """Everything that is due."""
    while True:
        while await sender.begin():
            pass
        await _tell(company, sender)
        if not sender.under_way:
            return
        await asyncio.sleep(0.002)


async def _tell(company: Company, sender: Mortal) -> None:
    for report in [*company.early, *(company.told.get_nowait() for _ in range(company.told.qsize()))]:
        await sender.hear(report)
    company.early.clear()


def _queue(store: Store, home: int, account: int, first: int, many: int, now: datetime) -> None:
    people = [new_id() for _ in range(many)]
    store.lock_persons(*people)
    for number, person in enumerate(people, first):
        phone = store.seal(tables.Person, "phone", person, f"138{number:08}")
        store.insert(tables.Person, id=person, home_id=home, kind="family", phone=phone, created_at=now)
        elder = store.insert(tables.Person, home_id=home, kind="elder", created_at=now)
        resident = store.insert(
            tables.Resident,
            home_id=home,
            person_id=elder,
            status="在住",
            room=str(number),
            bed="1",
            floor="1",
            created_at=now,
        )
        store.insert(
            tables.Kinship,
            home_id=home,
            person_id=person,
            resident_id=resident,
            is_primary=True,
            scopes="daily",
            created_at=now,
            rang_at=now,
            position=0,
            frequency="daily",
        )
        store.insert(
            tables.Follower,
            account_id=account,
            person_id=person,
            openid=f"o{number}",
            following=True,
            session_left=0,
            scene_left=0,
            binding="own",
            created_at=now,
        )
        outbox.enqueue(
            store,
            home_id=home,
            person_id=person,
            purpose=RESULT,
            dedup_key=f"r:{number}",
            text="处理结果",
            now=now,
            queue="notice",
            staff_id=1,
        )


async def _judge(many: int, company: Company, database: Database, dead: set[str]) -> bool:
    rows = await database.store(
        lambda store: store.rows(
            """SELECT s.id, s.state, s.why, o.state, o.code, h.id FROM sms s JOIN outbox o ON o.id = s.outbox_id
               LEFT JOIN by_hand h ON h.outbox_id = o.id AND h.settled_at IS NULL"""
        )
    )
    wrong: collections.Counter[str] = collections.Counter()
    states: collections.Counter[str] = collections.Counter()
    for number, state, why, message, _, hand in rows:
        faults, got = company.faults[str(number)], company.phones[str(number)]
        states[f"{state} {why or ''}".strip()] += 1
        wrong["on the phone twice"] += got > 1
        wrong["delivered and not on the phone"] += state == "delivered" and got != 1
        wrong["failed and on the phone"] += state == "failed" and got > 0
        wrong["unknown, though the company told"] += state == "unknown" and not (
            set(faults) & NOBODY_KNOWS or str(number) in dead
        )
        wrong["asked again after nobody could know"] += any(one in NOBODY_KNOWS for one in faults[:-1])
        wrong[f"no end: {state}"] += state in {"ordered", "sending", "dropped"}
        wrong["nobody telephones, and it was not opened"] += hand is None
        wrong[f"the message is {message}"] += message != "parked"
    calls = sum(len(one) for one in company.faults.values())
    sys.stdout.write(
        f"{many} SMS, {calls} requests, {sum(company.phones.values())} on phones, {len(dead)} senders died\n"
    )
    for name, count in sorted(states.items()):
        sys.stdout.write(f"  {count:6} {name}\n")
    for name, count in sorted(wrong.items()):
        if count:
            sys.stdout.write(f"  WRONG {count:6} {name}\n")
    return not +wrong and len(rows) == many


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    sys.exit(0 if asyncio.run(main(chosen.many, chosen.seed)) else 1)
