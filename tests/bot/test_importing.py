"""`jiashu import` beside the running service: the same workbook, one JSON object at the end (N3, I13)."""

import argparse
import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import cli, importing
from bot.main import Service
from care.errors import Invalid
from care.states import Role
from services.access import Viewer
from services.residents import beds
from services.residents.beds import LayOut
from services.staff import staff
from settings import Settings
from storage.unit import Unit
from tests.imports import messy
from tests.service import service

__all__ = ["service"]


async def _told(settings: Settings, file: Path, capsys: pytest.CaptureFixture[str], *, dry: bool) -> dict[str, Any]:
    options = argparse.Namespace(file=file, dry_run=dry, login="")
    assert await asyncio.to_thread(importing.run, settings, options) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return told


def _house(service: Service) -> Any:
    home_id = service.running.home_id

    def work(db: Unit) -> None:
        row = staff.add(db, home_id, "shen", "沈国平", Role.DIRECTOR, "long-enough", service.clock())
        who = Viewer(row.id, home_id, row.name, Role.DIRECTOR)
        beds.lay_out(db, who, LayOut(floors="1-3", rooms=12, beds=2), service.clock())

    return work


@pytest.mark.slow
async def test_n3_the_command_says_what_would_be_and_then_does_it_beside_the_service(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "名册.xlsx"
    today = service.clock().date()
    coming = today + timedelta(days=7 - today.weekday())  # a rota of days to come, whenever this is run
    file.write_bytes(messy.content(coming))
    with pytest.raises(Invalid, match="还没有院长"):
        await _told(service.settings, file, capsys, dry=True)
    await service.database.write(_house(service))
    dry = await _told(service.settings, file, capsys, dry=True)
    own = [one for one in dry["errors"] if "先定了" not in one["why"]]
    assert len(own) == messy.FAULTS
    assert {one["sheet"] for one in own} == {"老人花名册（最新）", "家属联系方式"}
    assert dry["residents"] == messy.RESIDENTS - 7
    assert dry["staff"] == messy.COLLEAGUES
    counted = await service.database.read(
        lambda db: db.connection().exec_driver_sql("SELECT count(*) FROM resident").scalar()
    )
    assert counted == 0, "a dry run changes nothing"
    done = await _told(service.settings, file, capsys, dry=False)
    assert done == dry
    counted = await service.database.read(
        lambda db: db.connection().exec_driver_sql("SELECT count(*) FROM resident").scalar()
    )
    assert counted == done["residents"]


def test_n3_the_command_line_names_the_file_and_whether_it_is_only_looked_at() -> None:
    options = cli.parser().parse_args(["import", "名册.xlsx", "--dry-run", "--as", "shen"])
    assert (options.file, options.dry_run, options.login) == (Path("名册.xlsx"), True, "shen")
