"""A hundred thousand messages that fall due at once never delay an alarm (part 8): `python -m benchmarks.due`.

One service with its telephone company on SQLite. An elder falls again and again, first while nothing else is to be done
and then while the messages are worked off; what counts is how long it takes until an open page shows it, and until the
first telephone rings. A third of the messages may leave by WeChat, the others wait or become somebody's call.
"""

import argparse
import asyncio
import hashlib
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp

from benchmarks.alarms import ELDER, Night, Proof, Tower, tower
from bot import config
from storage import seal
from storage.types import micros, new_id

ROWS: Final = 100_000
EACH: Final = 5
"""Messages of one person."""
SHOWN: Final = 1.0
RINGS: Final = 6.0
"""Seconds at most, from the word: to an open page, and to the first telephone where nobody hears at a screen."""
FALLS: Final = 8
REF: Final = hashlib.sha256(f"floor|{ELDER}".encode()).hexdigest()[:20]
"""How the page names an alarm of this elder."""
WORDS: Final = "停水通知：明天上午八点到十点停水，请提前备好水。"


def fill(used: Tower, rows: int, due: datetime) -> None:
    """Messages of a colleague to so many families, which fall due at one moment."""
    sealer = seal.load(config.load(None, used.settings({})).key_file, may_create=False)
    connection = sqlite3.connect(used.database, timeout=30)
    home, account = connection.execute("SELECT home_id, id FROM wechat_account").fetchone()
    now, later = micros(due - timedelta(hours=1)), micros(due + timedelta(days=2))
    people = [new_id() for _ in range(rows // EACH)]
    with connection:
        connection.executemany(
            "INSERT INTO person (id, home_id, kind, created_at) VALUES (?, ?, 'family', ?)",
            [(one, home, now) for one in people],
        )
        connection.executemany(
            """INSERT INTO follower (id, account_id, openid, person_id, binding, following, session_left, session_until,
               scene_left, created_at) VALUES (?, ?, ?, ?, 'own', 1, ?, ?, 0, ?)""",
            [
                (new_id(), account, f"oDue{one}", one, *((5, later) if at % 3 == 0 else (0, None)), now)
                for at, one in enumerate(people)
            ],
        )
        for person in people:
            lines = [(new_id(), home, person, micros(due), now, later) for _ in range(EACH)]
            connection.executemany(
                """INSERT INTO outbox (id, home_id, person_id, queue, purpose, state, dedup_key, created_at, not_before,
                   expires_at, tries) VALUES (?1, ?2, ?3, 'notice', 'notice', 'planned', 'due' || ?1, ?5, ?4, ?6, 0)""",
                lines,
            )
            connection.executemany(
                "INSERT INTO outbox_body (id, body) VALUES (?, ?)",
                [(line[0], sealer.seal("outbox_body", "body", line[0], WORDS.encode())) for line in lines],
            )
    connection.close()


class Page:
    """An open page: what its strip says, as it comes."""

    def __init__(self) -> None:
        self.shown, self.gone = asyncio.Event(), asyncio.Event()

    async def listen(self, used: Tower) -> None:
        """Until it is told to stop."""
        async with used.http.get(f"{used.url}/console/live?topics=duty", timeout=aiohttp.ClientTimeout()) as stream:
            event: list[str] = []
            async for line in stream.content:
                text = line.decode().rstrip("\r\n")
                if text:
                    event.append(text)
                    continue
                told, event = "\n".join(event), []
                if "event: alarms" in told:
                    there = f"alarms/{REF}/go" in told
                    (self.shown if there else self.gone).set()
                    (self.gone if there else self.shown).clear()


@asynccontextmanager
async def opened(used: Tower) -> AsyncIterator[Page]:
    """A page that is open."""
    page = Page()
    task = asyncio.create_task(page.listen(used))
    yield page
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def falls(night: Night, page: Page) -> tuple[float, float]:
    """Seconds until the page shows it and until a telephone rings; then it is over."""
    known = len(await night.used.calls())
    await asyncio.wait_for(page.gone.wait(), 30)
    began = time.perf_counter()
    begun, _ = await night.falls()
    await asyncio.wait_for(page.shown.wait(), 60)
    shown = time.perf_counter() - began
    async with asyncio.timeout(90):
        rang, _ = await night.rings(begun, known)
    await ended(night)
    return shown, rang


async def ended(night: Night) -> None:
    """Over, without moving the clock: what is due stays due."""

    async def over() -> bool:
        return await night.post(f"alarms/{REF}/dismiss", why="已当面确认没事") in {200, 404}

    await night.used.until(over, "the alarm could not be ended", 60)
    for call in await night.used.calls():
        if call["state"] in {"rings", "talks", "answered", "dials"}:
            await night.used.telephone("hang_up", call_id=call["call_id"])
    rested = "UPDATE alarm_call SET asked_at = asked_at - 120000000"  # each telephone may ring again
    await asyncio.to_thread(execute, night.used.database, rested)
    await asyncio.sleep(1)


def execute(path: Path, sql: str) -> int:
    """One statement beside the service; the number that it gives."""
    connection = sqlite3.connect(path, timeout=30)
    with connection:
        found = connection.execute(sql).fetchone()
    connection.close()
    return int(found[0]) if found else 0


LEFT: Final = (
    "SELECT count(*) FROM outbox WHERE purpose = 'notice' AND state IN ('planned', 'waiting', 'ready', 'sending')"
)


async def prove(rows: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]], int, int]:
    """(shown, rang) of each fall, alone and among what is due; and how many were worked off meanwhile, and are left."""
    with tempfile.TemporaryDirectory(prefix="jiashu-due-") as folder:
        async with tower(Path(folder)) as used:
            night = Night(used, Proof())
            await night.log_in("tang")
            async with opened(used) as page:
                alone = [await falls(night, page) for _ in range(FALLS)]
            assert used.service
            await used.stop(used.service)
            await asyncio.to_thread(fill, used, rows, datetime.now(UTC) - timedelta(seconds=1))
            await used.start_service()
            await night.log_in("tang")
            before = await asyncio.to_thread(execute, used.database, LEFT)
            async with opened(used) as page:
                among = [await falls(night, page) for _ in range(FALLS)]
            left = await asyncio.to_thread(execute, used.database, LEFT)
    return alone, among, before - left, left


def line(found: list[tuple[float, float]]) -> str:
    """The middle and the worst of each."""
    shown, rang = zip(*found, strict=True)
    return (
        f"shown after {statistics.median(shown):.2f} s (worst {max(shown):.2f}), "
        f"a telephone after {statistics.median(rang):.1f} s (worst {max(rang):.1f})"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    chosen = parser.parse_args()
    os.environ.pop("JIASHU_TELEPHONE__PROVIDER", None)
    quiet, busy, done, rest = asyncio.run(prove(chosen.rows))
    print(f"part 8 due: alone {line(quiet)}")
    print(f"part 8 due: while {done:,} of {chosen.rows:,} were worked off ({rest:,} left) {line(busy)}")
    held = max(shown for shown, _ in busy) < SHOWN and max(rang for _, rang in busy) <= RINGS and done > 0
    sys.exit(0 if held else 1)
