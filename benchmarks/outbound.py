"""Messages through a platform that fails in every way that it has: what the journal of the platform says of each.

One call in two has a fault: busy, quota, rate, token, cut off before and after it was taken, an error with and without
delivery, silence with and without delivery, held for review; events come before the answer, after it, or with number
zero. A customer-service message is delivered at most once, a card once however often it was asked for; *unknown* is
what nobody can know, and what did not arrive has somebody who telephones.
"""

import argparse
import asyncio
import collections
import random
import secrets
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from bot import gateway
from bot.gateway import Gateway
from bot.rates import Rates
from bot.sender import Sender
from services import install
from services.house import House
from services.outgoing import outbox, proofs
from services.talks.answering import ANSWER
from settings import Home, Settings, Wechat
from storage import migrate, seal, tables
from storage.database import Database
from storage.open import open_database
from storage.store import Store
from storage.types import new_id

PEOPLE: Final = 400
FAULTS: Final = (
    "busy",
    "quota",
    "rate",
    "token",
    "cut before",
    "cut after",
    "error",
    "error, delivered",
    "silence",
    "silence, delivered",
    "review",
)
CODES: Final = {"busy": -1, "quota": 45009, "rate": 45011, "token": 40001, "review": 40252}
TAKEN: Final = frozenset({"cut after", "error, delivered", "silence, delivered", "review"})
NOBODY_KNOWS: Final = frozenset(
    {"cut before", "cut after", "error", "error, delivered", "silence", "silence, delivered"}
)


class Calm(Rates):
    """No rate of ours: the platform's own refusals are what is measured."""

    async def refused(self, api: str, seconds: float) -> None:
        """Go on at once; the row waits by itself."""


class Journal:
    """The platform: what it delivered, and with which fault it answered each call."""

    def __init__(self, seed: int) -> None:
        self.delivered: collections.Counter[tuple[str, str, str]] = collections.Counter()
        self.faults: dict[tuple[str, str, str], list[str]] = collections.defaultdict(list)
        self.numbers: dict[tuple[str, str], int] = {}
        self.told: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.early: Any = None
        self._random, self._next = random.Random(seed), 1000

    async def token(self, _: web.Request) -> web.Response:
        """A new one each time."""
        return web.json_response({"access_token": f"t{time.monotonic()}", "expires_in": 7200})

    async def custom(self, request: web.Request) -> web.StreamResponse:
        """A customer-service message: nothing dedupes it."""
        asked = await request.json()
        return await self._answer(request, ("custom", asked["touser"], asked["text"]["content"]))

    async def template(self, request: web.Request) -> web.StreamResponse:
        """A template message: one for each number of ours."""
        asked = await request.json()
        return await self._answer(request, ("template", asked["touser"], asked["client_msg_id"]))

    async def mass(self, request: web.Request) -> web.StreamResponse:
        """A mass send: one for each number of ours, to each of its phones once; its event comes early, late, or with
        number 0.
        """
        asked = await request.json()
        own, key = asked["clientmsgid"], ("mass", asked["clientmsgid"], "")
        fault = self._random.choice(FAULTS) if self._random.random() < 0.05 * len(FAULTS) else ""
        self.faults[key].append(fault)
        known = self.numbers.get(key[:2], 0)
        if not known and (not fault or fault in TAKEN):
            self._next += 1
            self.numbers[key[:2]] = self._next
            for openid in asked["touser"]:
                self.delivered["mass", openid, asked["text"]["content"]] += 1
            told = (own, "0" if self._random.random() < 0.2 else str(self._next))
            await (self.early(*told) if self._random.random() < 0.3 else self.told.put(told))
        elif known and not fault:
            return web.json_response({"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": known})
        return await self._with(request, fault, {"msg_id": self.numbers.get(key[:2], 0)})

    async def _answer(self, request: web.Request, key: tuple[str, str, str]) -> web.StreamResponse:
        kind, openid, own = key
        fault = self._random.choice(FAULTS) if self._random.random() < 0.05 * len(FAULTS) else ""
        if fault == "review" and kind == "custom":
            fault = ""
        self.faults[key].append(fault)
        number = self.numbers.get((openid, own), 0)
        if not fault or fault in TAKEN:
            if kind == "custom" or not number:
                self.delivered[key] += 1
            if kind == "template" and not number:
                self._next += 1
                number = self.numbers[(openid, own)] = self._next
                told = (openid, "0" if self._random.random() < 0.2 else str(number))
                if self._random.random() < 0.3:
                    await self.early(*told)
                else:
                    await self.told.put(told)
        return await self._with(request, fault, {"msgid": number})

    async def _with(self, request: web.Request, fault: str, answer: dict[str, Any]) -> web.StreamResponse:
        """The answer, as the fault lets it through."""
        if fault in CODES:
            return web.json_response({"errcode": CODES[fault], "errmsg": fault})
        if fault.startswith("error"):
            return web.Response(status=502)
        if fault.startswith("silence"):
            await asyncio.sleep(1.5)
            return web.Response(status=504)
        if fault.startswith("cut"):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.json_response({"errcode": 0, "errmsg": "ok", **answer})


async def main(many: int, seed: int) -> bool:
    """Play it and judge it; whether all held."""
    vars(gateway)["TIMEOUT"] = aiohttp.ClientTimeout(total=0.5, sock_connect=0.5)  # silence is short here
    journal = Journal(seed)
    app = web.Application()
    app.router.add_post("/cgi-bin/stable_token", journal.token)
    app.router.add_post("/cgi-bin/message/custom/send", journal.custom)
    app.router.add_post("/cgi-bin/message/template/send", journal.template)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jiashu.db"
        await asyncio.to_thread(migrate.upgrade, path)
        house = House(Home(name="青禾颐养院", phone="0571-88001234"), public_url="https://home.example")
        sealer = seal.load(Path(folder) / "jiashu.keys", may_create=True)
        database: Database = open_database(f"sqlite:///{path}", sealer, lambda _store, _batch: [])
        await database.start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with aiohttp.ClientSession() as http:
                wechat = Wechat(app_id="wx0123456789abcdef", app_secret=secrets.token_hex(), api_base_url=address)
                return await _play(many, journal, database, house, Gateway(wechat, http, Calm("")))
        finally:
            await database.close()
            await runner.cleanup()


async def _play(many: int, journal: Journal, database: Database, house: House, platform: Gateway) -> bool:
    now = datetime(2026, 12, 1, 2, tzinfo=UTC)
    clock = [now]
    ids = await database.write(lambda db: install.install(db, Settings(home=house.home), now))
    people = await database.store(lambda store: _people(store, ids.home_id, ids.account_id, now))
    for begin in range(0, many, 500):
        end = min(many, begin + 500)
        await database.store(partial(_queue, home=ids.home_id, people=people, begin=begin, end=end, now=now))

    async def event(openid: str, number: str) -> None:
        person = people[int(openid[1:])]

        def work(store: Store) -> None:
            store.lock_persons(person)
            proofs.told(store, person, {"MsgID": number, "Status": "success"}, clock[0])

        await database.store(work)

    journal.early = event
    sender = Sender(database, platform, lambda: clock[0], house=house)
    began = time.monotonic()
    while True:
        if await sender.begin():
            await asyncio.sleep(0)
            continue
        if sender.under_way:
            await asyncio.sleep(0.01)
            continue
        while not journal.told.empty():
            await event(*journal.told.get_nowait())
        left = await database.store(
            lambda store: store.row(
                "SELECT count(*), min(not_before) FROM outbox WHERE state IN ('planned', 'waiting', 'ready', 'sending')"
            )
        )
        if not left or not left[0]:
            break
        clock[0] = max(clock[0] + timedelta(seconds=1), datetime.fromtimestamp((left[1] or 0) / 1e6, UTC))
    while not journal.told.empty():
        await event(*journal.told.get_nowait())
    return await _judge(many, journal, database, time.monotonic() - began)


def _people(store: Store, home: int, account: int, now: datetime) -> list[int]:
    found = []
    for number in range(PEOPLE):
        person = new_id()
        store.lock_persons(person)
        store.insert(tables.Person, id=person, home_id=home, kind="family", created_at=now)
        open_ = number % 2 == 0
        store.insert(
            tables.Follower,
            account_id=account,
            person_id=person,
            openid=f"o{number}",
            following=True,
            session_left=30_000 if open_ else 0,
            session_until=now + timedelta(days=2) if open_ else None,
            scene_left=0,
            binding="own",
            created_at=now,
        )
        found.append(person)
    store.insert(
        tables.Template,
        home_id=home,
        kind="matter",
        template_id="T",
        title="服务处理结果",
        lines="thing1=matter time2=at",
        set_at=now,
        set_by=1,
    )
    return found


def _queue(store: Store, home: int, people: list[int], begin: int, end: int, now: datetime) -> None:
    store.lock_persons(*people)
    for number in range(begin, end):
        outbox.enqueue(
            store,
            home_id=home,
            person_id=people[number % PEOPLE],
            purpose=ANSWER,
            dedup_key=f"out:{number}",
            text=f"第 {number} 条",
            now=now,
            staff_id=None,
        )


async def _judge(many: int, journal: Journal, database: Database, seconds: float) -> bool:
    rows = await database.store(
        lambda store: store.rows(
            """SELECT o.id, f.openid, o.dedup_key, o.state, o.way, o.proof, h.id IS NOT NULL FROM outbox o
               JOIN follower f ON f.person_id = o.person_id LEFT JOIN by_hand h ON h.outbox_id = o.id"""
        )
    )
    wrong: collections.Counter[str] = collections.Counter()
    states: collections.Counter[str] = collections.Counter()
    for row_id, openid, key, state, way, proof, hand in rows:
        number = str(key).removeprefix("out:")
        states[f"{way} {state} {proof or ''}".strip()] += 1
        custom = ("custom", openid, f"第 {number} 条")
        card = ("template", openid, str(row_id))
        mine = custom if way == "custom" else card
        got, faults = journal.delivered[mine], journal.faults[mine]
        if got > 1:
            wrong["delivered twice"] += 1
        if way == "template" and state in {"sent", "review"} and got != 1:
            wrong["a card that is sent and was not delivered"] += 1
        if way == "custom" and state == "sent" and got != 1:
            wrong["sent and not delivered"] += 1
        last = faults[-1] if faults else ""
        if (state == "unknown") != (way == "custom" and last in NOBODY_KNOWS):
            wrong[f"unknown, though it can be known, or the other way: {way} {state} {last}"] += 1
        if state in {"parked", "given_up"} and not hand:
            wrong["did not arrive and nobody telephones"] += 1
        if state not in {"sent", "unknown", "review", "parked", "given_up"}:
            wrong[f"no end: {state}"] += 1
    both = {(kind, openid) for kind, openid, _ in journal.delivered}
    sys.stdout.write(
        f"{many} messages, {sum(len(one) for one in journal.faults.values())} calls, "
        f"{sum(journal.delivered.values())} delivered, {many / seconds:.0f}/s, {len(both)} phones\n"
    )
    for name, count in sorted(states.items()):
        sys.stdout.write(f"  {count:6} {name}\n")
    for name, count in sorted(wrong.items()):
        sys.stdout.write(f"  WRONG {count:6} {name}\n")
    return not wrong and len(rows) == many


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    sys.exit(0 if asyncio.run(main(chosen.many, chosen.seed)) else 1)
