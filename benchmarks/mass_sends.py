"""Mass sends through a platform that answers -1, refuses, cuts the line and is silent, taken or not, and tells its
result before the answer or without a number: judged by the platform's own journal (H1; wechat.md 6).

    python -m benchmarks.mass_sends --many 200
"""

import argparse
import asyncio
import collections
import secrets
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks.outbound import Calm, Journal
from bot import gateway
from bot.gateway import Gateway
from bot.masses import MassSender
from bot.sender import Sender
from services import install
from services.greetings.occasions import GREETING
from services.house import House
from services.outgoing import mass_results, masses, outbox
from settings import Home, Settings, Wechat
from storage import migrate, seal, tables
from storage.database import Database
from storage.open import open_database
from storage.store import Store
from storage.types import new_id

PEOPLE = 60


async def main(many: int, seed: int) -> bool:
    """Play it and judge it; whether all held."""
    vars(gateway)["TIMEOUT"] = aiohttp.ClientTimeout(total=0.5, sock_connect=0.5)  # silence is short here
    journal = Journal(seed)
    app = web.Application()
    app.router.add_post("/cgi-bin/stable_token", journal.token)
    app.router.add_post("/cgi-bin/message/mass/send", journal.mass)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jiashu.db"
        await asyncio.to_thread(migrate.upgrade, path)
        sealer = seal.load(Path(folder) / "jiashu.keys", may_create=True)
        database: Database = open_database(f"sqlite:///{path}", sealer, lambda _store, _batch: [])
        await database.start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with aiohttp.ClientSession() as http:
                wechat = Wechat(app_id="wx0123456789abcdef", app_secret=secrets.token_hex(), api_base_url=base)
                return await _play(many, journal, database, Gateway(wechat, http, Calm("")))
        finally:
            await database.close()
            await runner.cleanup()


async def _play(many: int, journal: Journal, database: Database, platform: Gateway) -> bool:
    clock = [datetime(2026, 1, 1, 2, tzinfo=UTC)]
    house = House(Home(name="青禾颐养院", phone="0571-88001234"))
    ids = await database.write(lambda db: install.install(db, Settings(home=house.home), clock[0]))
    people = await database.store(lambda store: _people(store, ids.home_id, ids.account_id, clock[0]))

    async def event(_: str, number: str) -> None:
        fields = {"MsgID": number, "Status": "send success", "SentCount": str(PEOPLE)}
        await database.store(lambda store: mass_results.told(store, ids.home_id, fields, clock[0]))

    journal.early = event
    sender, sends = (
        Sender(database, platform, lambda: clock[0]),
        MassSender(database, platform, house, lambda: clock[0]),
    )
    for number in range(many):
        await database.store(partial(_queue, home=ids.home_id, people=people, number=number, now=clock[0]))
        for _ in range(200):
            while await sender.begin() or sender.under_way:
                await sender.finish()
            clock[0] += timedelta(seconds=70)
            while await sends.round():
                pass
            while not journal.told.empty():
                await event(*journal.told.get_nowait())
            left = await database.store(
                lambda store: store.row(
                    "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'cancelled', 'unknown')"
                )
            )
            if left and not left[0]:
                break
        clock[0] += timedelta(days=8)
    return await _judge(many, journal, database)


def _people(store: Store, home: int, account: int, now: datetime) -> list[int]:
    found = [new_id() for _ in range(PEOPLE)]
    store.lock_persons(*found)
    for number, person in enumerate(found):
        store.insert(tables.Person, id=person, home_id=home, kind="family", created_at=now)
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
    return found


def _queue(store: Store, home: int, people: list[int], number: int, now: datetime) -> None:
    store.lock_persons(*people)
    for person in people:
        outbox.enqueue(
            store,
            home_id=home,
            person_id=person,
            purpose=GREETING,
            dedup_key=f"{number}:{person}",
            text="过年好",
            now=now,
            queue="notice",
            expires_at=now + timedelta(hours=12),
            fields={masses.MASS: f"第 {number} 次"},
        )


async def _judge(many: int, journal: Journal, database: Database) -> bool:
    rows = await database.store(
        lambda store: store.rows(
            """SELECT f.openid, o.dedup_key, o.state, o.way, o.proof, o.why FROM outbox o
               JOIN follower f ON f.person_id = o.person_id"""
        )
    )
    wrong: collections.Counter[str] = collections.Counter()
    states: collections.Counter[str] = collections.Counter()
    for openid, key, state, way, proof, why in rows:
        got = journal.delivered["mass", openid, f"第 {str(key).partition(':')[0]} 次"]
        states[" ".join(str(one) for one in (way, state, proof, why) if one)] += 1
        if got > 1:
            wrong["delivered twice"] += 1
        if state == "sent" and got != 1:
            wrong["sent and not delivered"] += 1
        if state == "cancelled" and got:
            wrong["delivered, and said to be not"] += 1
        if state not in {"sent", "cancelled"}:
            wrong[f"no end, or an unknown one: {state}"] += 1
    months: collections.Counter[Any] = collections.Counter()
    for openid, text in ((one[1], one[2]) for one in journal.delivered):
        day = datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=8 * int(text.split()[1]))
        months[openid, day.year, day.month] += 1
    wrong["more than four a month"] += sum(count > masses.MOST_A_MONTH for count in months.values())
    calls = sum(len(one) for one in journal.faults.values())
    sys.stdout.write(f"{many} mass sends to {PEOPLE} phones, {calls} calls, {sum(journal.delivered.values())} heard\n")
    for name, count in sorted(states.items()):
        sys.stdout.write(f"  {count:6} {name}\n")
    for name, count in sorted(wrong.items()):
        if count:
            sys.stdout.write(f"  WRONG {count:6} {name}\n")
    return not +wrong and len(rows) == many * PEOPLE


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=200)
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    sys.exit(0 if asyncio.run(main(chosen.many, chosen.seed)) else 1)
