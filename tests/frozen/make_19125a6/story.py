"""The story of nine weeks, with a restore and a change of keys in the middle."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

import asyncio
from dataclasses import replace
from pathlib import Path

from bot import upkeep
from settings import Database, Settings
from storage import migrate
from tests.conftest import Moves

from .autumn import after_the_restore, autumn, before_the_restore
from .complaints import clocks_run, early_november, late_november, open_cases
from .emergencies import the_day_before
from .facts import BEGINS
from .families import letter_days
from .house import finish, index, moves_in
from .machine import key_file, playing, settings_of
from .outgoing import Matrix
from .talks import talk_on


async def story(folder: Path) -> tuple[Settings, dict[str, str]]:
    """Play it; gives the settings of the database that it ended in, and the codes that are still good."""
    clock, first = Moves(BEGINS), settings_of(folder, f"sqlite:///{folder / 'first.db'}")
    key_file(first.key_file, "k1")
    await asyncio.to_thread(migrate.upgrade, first.database.url)
    async with playing(first, clock) as play:
        for chapter in (moves_in, autumn, before_the_restore):
            await chapter(play)
    backup, second = folder / "first.backup", replace(first, database=Database(f"sqlite:///{folder / 'jiashu.db'}"))
    await asyncio.to_thread(upkeep.backup, first, backup, clock)
    clock.on(minutes=15)
    await asyncio.to_thread(upkeep.restore, second, backup, clock)
    key_file(first.key_file, "k2")
    async with playing(second, clock) as again:
        again.staff_of, again.codes = play.staff_of, play.codes
        for chapter in (
            after_the_restore,
            early_november,
            index,
            late_november,
            letter_days,
            the_day_before,
            open_cases,
            clocks_run,
        ):
            await chapter(again)
        await Matrix(again).make()
        for chapter in (talk_on, finish):
            await chapter(again)
    return second, {"spare": again.codes["spare"]}
