"""With 100,000 messages and 2,000 open talks the lists take at most twice the time that they take at 100 talks, and
150 KB (C-8): 今日, 会话, 投诉 and one talk, on both engines. Ratios of one run, both houses asked in turn.
"""

import asyncio
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from care.states import Role
from console import app as console
from conversations import events
from scripts import servers
from services import install
from services.emergencies.board import Board
from services.house import House
from services.staff import staff
from settings import Database, Home, Media, Security, Settings, Wechat
from storage import migrate, seal, tables
from storage.open import open_database
from storage.store import Store
from storage.types import new_id

FEW, MANY = 100, 2000
MESSAGES: Final = 49
"""Of each talk; the first has MANY more in the large house: 100,000 in all."""
ANSWERS: Final = 5
PAGES: Final = ("/today", "/chats", "/complaints", "/chats/{person}")
ROUNDS: Final = 25
MOST, SIZE = 2.0, 150_000
ROUTE: Final = {"Sec-Fetch-Site": "same-origin"}
PASSWORD: Final = secrets.token_hex(8)


@dataclass
class Proof:
    """By engine and page: how many times the time at 100 talks, and how many bytes."""

    times: dict[tuple[str, str], float] = field(default_factory=dict)
    sizes: dict[tuple[str, str], int] = field(default_factory=dict)

    def line(self) -> str:
        """The line for the record."""
        told = ", ".join(
            f"{engine} {page} × {ratio:.2f} ({self.sizes[engine, page] / 1000:.0f} KB)"
            for (engine, page), ratio in self.times.items()
        )
        return f"{MANY:,} open talks, {MANY * MESSAGES + MANY:,} messages against {FEW} talks: {told}"

    def holds(self) -> bool:
        """Whether each page keeps both bounds."""
        return (
            len(self.times) == 2 * len(PAGES) and max(self.times.values()) <= MOST and max(self.sizes.values()) <= SIZE
        )


async def prove(rounds: int = ROUNDS) -> Proof:
    """Both engines, one after the other."""
    proof = Proof()
    with tempfile.TemporaryDirectory() as folder, servers.postgres() as server:
        for engine, url in (
            ("sqlite", lambda name: f"sqlite:///{folder}/{name}.db"),
            ("postgres", server.create),
        ):
            async with AsyncExitStack() as stack:
                few, many = [
                    await stack.enter_async_context(_house(url(f"talks{talks}"), Path(folder), talks))
                    for talks in (FEW, MANY)
                ]
                for page in PAGES:
                    taken: tuple[list[float], list[float]] = ([], [])
                    for _ in range(rounds):
                        for times, house in zip(taken, (few, many), strict=True):
                            before = time.perf_counter()
                            size = await house.look(page)
                            times.append(time.perf_counter() - before)
                    proof.times[engine, page] = min(taken[1]) / min(taken[0])
                    proof.sizes[engine, page] = size
    return proof


KNOWN: Final = staff.Standing(own_password=True, pledged=True)


@dataclass
class _Open:
    client: "TestClient[web.Request, web.Application]"
    person: int

    async def look(self, page: str) -> int:
        """One page, as a browser gets it; gives its bytes."""
        async with self.client.get("/console" + page.format(person=self.person)) as answer:
            answer.raise_for_status()
            return len(await answer.read())


@asynccontextmanager
async def _house(url: str, folder: Path, talks: int) -> AsyncIterator[_Open]:
    """A console over a home with so many open talks, and a colleague who is logged in."""
    where = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else url
    await asyncio.to_thread(migrate.upgrade, where)
    settings = Settings(
        wechat=Wechat(app_id="wx0123456789abcdef", app_secret=PASSWORD, token=PASSWORD, encoding_aes_key="a" * 43),
        database=Database(url),
        security=Security(key_file=str(folder / "lists.keys")),
        media=Media(folder / "media"),
        home=Home(name="青禾颐养院", phone="0571-8800-0101"),
    )
    database = open_database(url, seal.load(settings.key_file, may_create=True), lambda _, batch: [None] * len(batch))
    await database.start()

    def clock() -> datetime:
        return datetime.now(UTC)

    async def decode(data: bytes) -> bytes:
        return data

    ids = await database.write(lambda db: install.install(db, settings, clock()))
    await database.write(
        lambda db: staff.add(db, ids.home_id, "chen", "陈晓雯", Role.DESK, PASSWORD, clock(), "", KNOWN) and None
    )
    people = [new_id() for _ in range(talks)]
    for begin in range(0, talks, 100):
        await database.store(partial(_fill, ids=ids, people=people[begin : begin + 100], begin=begin, talks=talks))
    if not url.startswith("sqlite"):
        await asyncio.to_thread(_analyze, url)
    app = web.Application()
    house = House(settings.home)
    app.add_subapp("/console", console.build(database, house, Board(), settings, clock, decode))
    async with TestClient(TestServer(app)) as client:
        log_in = {"login": "chen", "password": PASSWORD, "to": ""}
        async with client.post("/console/login", data=log_in, headers=ROUTE) as answer:
            answer.raise_for_status()
        yield _Open(client, people[0])
    await database.close()


def _analyze(url: str) -> None:
    """What autovacuum does after a while."""
    import asyncpg

    async def analyze() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute("ANALYZE")
        await connection.close()

    asyncio.run(analyze())


def _fill(store: Store, ids: install.Installed, people: list[int], begin: int, talks: int) -> None:
    """Each has written for days, was answered, waits for words, and every second one complains."""
    store.lock_persons(*people)
    now = datetime.now(UTC)
    for number, person in enumerate(people, begin):
        store.insert(
            tables.Person,
            id=person,
            home_id=ids.home_id,
            kind="guest",
            created_at=now,
            name=store.seal(tables.Person, "name", person, f"家属{number}"),
        )
        store.insert(
            tables.Conversation, home_id=ids.home_id, person_id=person, version=0, revision=0, state="", trail=""
        )
        more = MANY if talks == MANY and not number else 0
        for n in range(MESSAGES + more):
            _message(store, ids, person, f"{number}.{n}", now - timedelta(minutes=MESSAGES + more - n))
        for n in range(ANSWERS):
            _answer(store, ids, person, f"{number}.{n}", now - timedelta(minutes=n))
        _waits(store, ids, person, number, now)


def _message(store: Store, ids: install.Installed, person: int, key: str, at: datetime) -> None:
    row = new_id()
    store.insert(
        tables.Inbox,
        id=row,
        account_id=ids.account_id,
        key=key,
        home_id=ids.home_id,
        person_id=person,
        kind="text",
        created_at=at,
        arrived_at=at,
        event=store.seal(tables.Inbox, "event", row, events.dump(events.Text(f"我妈这两天吃得怎么样，第{key}次问"))),
        raw=store.seal(tables.Inbox, "raw", row, "x"),
        answer_state="none",
    )


def _answer(store: Store, ids: install.Installed, person: int, key: str, at: datetime) -> None:
    row = store.insert(
        tables.Outbox,
        home_id=ids.home_id,
        person_id=person,
        queue="conversation",
        purpose="answer",
        state="sent",
        dedup_key=f"form:{key}",
        created_at=at,
        not_before=at,
        settled_at=at,
        tries=1,
    )
    store.insert(
        tables.OutboxBody, id=row, body=store.seal(tables.OutboxBody, "body", row, "午饭吃了大半，下午晒了太阳。")
    )


def _waits(store: Store, ids: install.Installed, person: int, number: int, now: datetime) -> None:
    """A promise of words, and for every second one a complaint with its two clocks."""
    at, due = now - timedelta(minutes=30), now + timedelta(seconds=number * 3 - 600)
    case = new_id() if number % 2 else None
    if case is not None:
        store.insert(
            tables.Complaint,
            id=case,
            home_id=ids.home_id,
            person_id=person,
            day=at.date(),
            sequence=number,
            number=f"C{at:%y%m%d}-{number}",
            stage=number // 2 % 9 + 1,
            level=3,
            category="餐饮",
            why=store.seal(tables.Complaint, "why", case, "饭菜"),
            cautious=False,
            hide_name=False,
            title=store.seal(tables.Complaint, "title", case, "饭菜太凉了，我要投诉"),
            said_at=at,
            opened_at=at,
        )
    for kind in ("first_feedback", "result") if case else ("reply",):
        store.insert(
            tables.Promise,
            home_id=ids.home_id,
            person_id=person,
            case_id=case,
            kind=kind,
            made_at=at,
            due_at=due,
            mark="fresh",
        )


if __name__ == "__main__":
    made = asyncio.run(prove())
    print(made.line())
    sys.exit(0 if made.holds() else 1)
