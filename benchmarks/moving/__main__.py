"""The play, on SQLite or on PostgreSQL and Redis."""

import argparse
import asyncio
import sys
import time
from datetime import datetime
from pathlib import Path

from benchmarks.moving import binding, entering, leaving, living, opening, overdue
from benchmarks.moving.house import ZONE, House, house


async def play(home: House) -> None:
    """From the printed address to the festival."""
    home.clock_at(datetime(2026, 11, 28, 9, 0, tzinfo=ZONE))
    await home.open()
    await opening.first_start(home)
    await entering.workbook(home)
    await entering.beside(home)
    await entering.rota(home)
    await entering.by_hand(home)
    await entering.first_day(home, "陈晓雯", "周敏", "唐雨")
    await binding.day(home)
    await binding.elder_and_device(home)
    await overdue.imported(home)
    await overdue.phones(home)
    await home.at(2026, 11, 28, 11, 0)  # what was begun in talks has come to its end
    await overdue.nothing(home, (2026, 11, 28, 17, 35), "on the evening of the import")
    await home.at(2026, 11, 29, 9, 30)
    for who, login in (("shen", "shen"), ("陈晓雯", ""), ("周敏", ""), ("唐雨", "")):
        await entering.log_in(home, who, login)
    await overdue.nothing(home, (2026, 11, 29, 9, 35), "on the next morning")
    await living.letters(home)
    reader = await living.family_reads(home)
    await leaving.relative_removed(home, reader)
    await leaving.nurse_out(home)
    await living.birthdays(home)
    await living.festival(home)
    errors = [error for hands in home.people.values() for error in hands.errors]
    home.look("no page complained", not errors, errors)


async def prove(*, postgres: bool, pictures: Path | None = None) -> bool:
    """Play it, and say what was not as it should be."""
    begun, engine = time.monotonic(), "PostgreSQL and Redis" if postgres else "SQLite"
    async with house(postgres=postgres, pictures=pictures) as home:
        try:
            await play(home)
        except Exception:
            for who, hands in home.people.items():
                print(f"  {who} stood at {hands.page.url}")
            raise
        whole = len(home.seen) + len(home.wrong)
        print(
            f"part 6 moving in on {engine}: {len(home.seen)} of {whole} looks as they should be"
            f"{' (not: ' + '; '.join(home.wrong) + ')' if home.wrong else ''}; {time.monotonic() - begun:.0f} s"
        )
        return not home.wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--pictures", type=Path, help="draw the pictures of docs/first-week.md into this folder")
    chosen = parser.parse_args()
    sys.exit(not asyncio.run(prove(postgres=chosen.postgres, pictures=chosen.pictures)))
