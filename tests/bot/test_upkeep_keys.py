"""A command of the operator that finds no keys says so, and makes none: what is sealed would be lost (P7, S8)."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import upkeep
from care.errors import KeysMissing
from settings import Settings
from tests.conftest import HomeUnderTest

Command = Callable[[Settings, Path], object]
COMMANDS: dict[str, Command] = {
    "verify": lambda settings, _: upkeep.verify(settings),
    "backup": upkeep.backup,
    "restore": upkeep.restore,
}


@pytest.mark.parametrize("command", COMMANDS)
async def test_fault_s8_without_its_keys_a_command_changes_nothing_and_makes_no_new_ones(
    home: HomeUnderTest, tmp_path: Path, command: str
) -> None:
    await home.hears("你们好")
    await home.database.close()
    keys, file = Path(home.settings.key_file), tmp_path / "a.backup"
    keys.rename(tmp_path / "elsewhere")
    with pytest.raises(KeysMissing):
        await asyncio.to_thread(COMMANDS[command], home.settings, file)
    assert not keys.exists()
    assert not file.exists()
