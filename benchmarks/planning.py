"""What it costs to plan a festival for a million people, against ten thousand, by the row, on one PostgreSQL:
`python -m benchmarks.planning`.

Half are residents, half a relative of each; both have a phone. The small house is planned before and after the large
one, so that a slow moment of the machine counts for both.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg

from care.choices import Choices
from scripts import servers
from services.greetings.subject import plan_ahead
from services.house import House
from services.subject import Running
from settings import Home, Settings
from storage import migrate, seal
from storage.open import open_database
from storage.types import micros, new_id

GOAL: Final = 1.3
FEW, MANY = 10_000, 1_000_000
NOW: Final = datetime(2027, 6, 1, 1, 0, tzinfo=UTC)
DAYS: Final = (
    ("dragon-boat", NOW),
    ("mid-autumn", datetime(2027, 9, 1, 1, 0, tzinfo=UTC)),
    ("national-day", datetime(2027, 9, 20, 1, 0, tzinfo=UTC)),
)
"""Which festival is planned on which day: the first one is not measured."""
AT_ONCE: Final = 5_000


async def fill(url: str, sealer: seal.Sealer, people: int) -> int:
    """A home of so many people; its id."""
    now = micros(NOW - timedelta(days=90))
    connection = await asyncpg.connect(url)
    home, account = new_id(), new_id()
    await connection.execute("INSERT INTO home VALUES ($1, 'home', 'x', 'Asia/Shanghai', $2)", home, now)
    await connection.execute(
        "INSERT INTO wechat_account (id, home_id, key, app_id, created_at) VALUES ($1, $2, '', 'x', $3)",
        account,
        home,
        now,
    )
    await connection.execute(
        "INSERT INTO launch (id, home_id, launched, floor, since, begun_by) VALUES ($1, $2, 'greetings', '', $3, 0)",
        new_id(),
        home,
        now,
    )

    async def copy(table: str, columns: str, records: list[tuple[Any, ...]]) -> None:
        await connection.copy_records_to_table(table, records=records, columns=columns.split())

    for start in range(0, people // 2, AT_ONCE):
        persons, residents, phones, ties = ([] for _ in range(4))
        for number in range(start, min(start + AT_ONCE, people // 2)):
            elder, relative, stay = new_id(), new_id(), new_id()
            for person, kind, name in ((elder, "elder", "王桂兰"), (relative, "family", "李静")):
                persons.append((person, home, kind, sealer.seal("person", "name", person, name.encode()), now))
                phones.append((new_id(), account, f"o{person}", person, "own", True, 0, 0, now))
            residents.append((stay, home, elder, "在住", str(number // 2), str(number % 2), "1", now))
            ties.append((new_id(), home, relative, stay, True, "daily", now, 0, "daily"))
        await copy("person", "id home_id kind name created_at", persons)
        await copy(
            "follower",
            "id account_id openid person_id binding following session_left scene_left created_at",
            phones,
        )
        await copy("resident", "id home_id person_id status room bed floor created_at", residents)
        await copy("kinship", "id home_id person_id resident_id is_primary scopes created_at position frequency", ties)
    await connection.execute("ANALYZE")
    await connection.close()
    return home


async def planned(url: str, sealer: seal.Sealer, home_id: int, festival: str, now: datetime) -> float:
    """Ms for each row of a festival that was planned."""
    connection = await asyncpg.connect(url)
    before = int(await connection.fetchval("SELECT count(*) FROM plan"))
    database = open_database(url, sealer, lambda _store, _batch: [])
    await database.start()
    house = House(Home(name="x"), choices=replace(Choices(), festivals=frozenset({festival})))
    running = Running(database, house, home_id, Settings())
    began = time.perf_counter()
    await plan_ahead(running, now)
    took = time.perf_counter() - began
    await database.close()
    rows = int(await connection.fetchval("SELECT count(*) FROM plan")) - before
    await connection.execute("ANALYZE plan")
    await connection.close()
    return took / max(rows, 1) * 1000


async def run(many: int) -> float:
    """The ratio."""
    with tempfile.TemporaryDirectory(prefix="jiashu-planning-") as folder, servers.postgres(()) as server:
        sealer = seal.load(Path(folder) / "keys", may_create=True)
        homes = {}
        for name, people in (("few", FEW), ("many", many)):
            url = server.create(name)
            await asyncio.to_thread(migrate.upgrade, url)
            homes[name] = url, sealer, await fill(url, sealer, people)
            print(f"{people:,} people are there", flush=True)
            await planned(*homes[name], *DAYS[0])  # the table is one that is used
        before = await planned(*homes["few"], *DAYS[1])
        much = await planned(*homes["many"], *DAYS[1])
        after = await planned(*homes["few"], *DAYS[2])
        print(f"{much:.3f} ms a row for {many:,} people; {before:.3f} and {after:.3f} for {FEW:,}")
        for url, people in ((homes["few"][0], FEW), (homes["many"][0], many)):
            connection = await asyncpg.connect(url)
            found = await connection.fetchval("SELECT count(*) FROM plan WHERE occasion = 'mid-autumn'")
            await connection.close()
            assert found == people, f"{found} rows for {people} people"
        return much / ((before + after) / 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=MANY)
    chosen = parser.parse_args()
    found = asyncio.run(run(chosen.people))
    print(f"part 8 planning: a row for {chosen.people:,} people against {FEW:,}: {found:.2f} (goal {GOAL})")
    sys.exit(0 if found <= GOAL else 1)
