"""What it costs to claim and settle a row of the outbox when a million wait, against ten thousand: in turn, in one run,
on one PostgreSQL.

Each person has a queue of fifty; one head in five is blocked (it may not leave yet).
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg

from scripts import servers
from services.outgoing import sending, settling
from services.ports import Fate, Outcome
from storage import migrate, seal
from storage.database import Database
from storage.open import open_database
from storage.types import micros, new_id

GOAL: Final = 1.3
DEEP: Final = 50
BLOCKED: Final = 5
FEW, MANY = 10_000, 1_000_000
NOW: Final = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
COLUMNS: Final = (
    "id",
    "home_id",
    "person_id",
    "queue",
    "purpose",
    "state",
    "dedup_key",
    "staff_id",
    "created_at",
    "not_before",
    "expires_at",
    "tries",
)


async def fill(url: str, sealer: seal.Sealer, rows: int) -> None:
    """A home with so many rows that wait."""
    now, later = micros(NOW), micros(NOW + timedelta(hours=1))
    connection = await asyncpg.connect(url)
    home, account = new_id(), new_id()
    await connection.execute("INSERT INTO home VALUES ($1, 'home', 'x', 'Asia/Shanghai', $2)", home, now)
    await connection.execute(
        "INSERT INTO wechat_account (id, home_id, key, app_id, created_at) VALUES ($1, $2, '', 'x', $3)",
        account,
        home,
        now,
    )
    people = [new_id() for _ in range(rows // DEEP)]

    async def copy(table: str, columns: tuple[str, ...], records: list[tuple[Any, ...]]) -> None:
        await connection.copy_records_to_table(table, records=records, columns=columns)

    await copy("person", ("id", "home_id", "kind", "created_at"), [(one, home, "family", now) for one in people])
    await copy(
        "follower",
        (
            "id",
            "account_id",
            "openid",
            "person_id",
            "binding",
            "following",
            "session_left",
            "session_until",
            "scene_left",
            "created_at",
        ),
        [
            (new_id(), account, f"o{one}", one, "own", True, 32000, micros(NOW + timedelta(days=2)), 0, now)
            for one in people
        ],
    )
    for start in range(0, len(people), 400):
        lines, bodies = list[tuple[Any, ...]](), list[tuple[int, bytes]]()
        for number, person in enumerate(people[start : start + 400], start):
            for place in range(DEEP):
                row = new_id()
                state = "waiting" if place else "ready"
                due = later if number % BLOCKED == 0 else now
                lines.append(
                    (row, home, person, "conversation", "answer", state, f"k{row}", None, now, due, later * 2, 0)
                )
                bodies.append((row, sealer.seal("outbox_body", "body", row, "您好，今天一切都好。".encode())))
        await copy("outbox", COLUMNS, lines)
        await copy("outbox_body", ("id", "body"), bodies)
    await connection.execute("ANALYZE")
    await connection.close()


async def claimed(database: Database, count: int) -> float:
    """Ms a row, for claiming and settling so many."""
    done, began = 0, time.perf_counter()
    while done < count:
        claims = await database.store(lambda store: sending.claim(store, NOW, NOW))
        assert claims, "nothing to claim"
        for claim in claims:
            await database.store(
                lambda store, one=claim: settling.settle(store, one, Outcome(Fate.SENT, ""), NOW)  # type: ignore[misc]
            )
        done += len(claims)
    return (time.perf_counter() - began) / done * 1000


async def run(rounds: int, count: int, many: int) -> float:
    """The median of the ratios; prints each round."""
    with tempfile.TemporaryDirectory(prefix="jiashu-claims-") as folder, servers.postgres(()) as server:
        sealer = seal.load(Path(folder) / "keys", may_create=True)
        opened: list[Database] = []
        for name, rows in (("few", FEW), ("many", many)):
            url = server.create(name)
            await asyncio.to_thread(migrate.upgrade, url)
            await fill(url, sealer, rows)
            database = open_database(url, sealer, lambda _store, _batch: [])
            await database.start()
            opened.append(database)
            await claimed(database, 100)
        ratios = []
        for number in range(rounds):
            before, much, after = (
                await claimed(opened[0], count),
                await claimed(opened[1], count),
                await claimed(opened[0], count),
            )
            ratios.append(much / ((before + after) / 2))
            print(
                f"round {number + 1}: {much:.2f} ms a row of {many:,}, {(before + after) / 2:.2f} of {FEW:,} = "
                f"{ratios[-1]:.2f}"
            )
        for database in opened:
            await database.close()
        return statistics.median(ratios)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--claims", type=int, default=200)
    parser.add_argument("--rows", type=int, default=MANY)
    chosen = parser.parse_args()
    found = asyncio.run(run(chosen.rounds, chosen.claims, chosen.rows))
    print(f"cost of a claimed row of {chosen.rows:,} against {FEW:,}: {found:.2f} (goal {GOAL})")
    sys.exit(0 if found <= GOAL else 1)
