"""`jiashu changeopenid`: a home that has another account keeps its families (F17)."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import cli, openids, upgrade, upkeep
from bot.openids import SameAccount
from services import install
from settings import Database, Security, Settings, Wechat
from simulator.world import Phone
from storage import seal, tables
from tests import houses
from tests.services.evenings import SCENE
from tests.simulator.conftest import APP_ID, SECRET, Platform, platform

__all__ = ["platform"]
OLD = "wx00000000000000ff"
NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture
async def settings(tmp_path: Path, platform: Platform) -> Settings:
    """A home that lived with its old account, and now has this one in its configuration."""
    kept = Settings(
        database=Database(f"sqlite:///{tmp_path}/jiashu.db"), security=Security(key_file=str(tmp_path / "jiashu.keys"))
    )
    kept = replace(kept, wechat=Wechat(OLD, "secret"))
    upgrade.bring_up(kept.database.url)
    sealer = seal.load(kept.key_file, may_create=True)

    async def lives(database: Any) -> None:
        ids = await database.write(lambda db: install.install(db, kept, NOW))
        await database.write(lambda db: houses.furnish(db, ids, SCENE, NOW))

    await upkeep.on(kept.database.url, sealer, lives)
    moved = replace(kept, wechat=Wechat(APP_ID, SECRET, api_base_url=platform.base))
    await upkeep.on(
        kept.database.url,
        sealer,
        lambda database: database.write(lambda db: install.install(db, moved, NOW, adopt=True)),
    )
    return moved


async def known(settings: Settings) -> dict[str, int]:
    sealer = seal.load(settings.key_file, may_create=False)

    async def asks(database: Any) -> dict[str, int]:
        found: dict[str, int] = await database.read(
            lambda db: {row.openid: row.session_left for row in db.query(tables.Follower)}
        )
        return found

    told: dict[str, int] = await upkeep.on(settings.database.url, sealer, asks)
    return told


def test_f17_the_command_names_the_old_account() -> None:
    options = cli.parser().parse_args(["changeopenid", OLD])
    assert (options.command, options.old_app_id) == ("changeopenid", OLD)


async def test_f17_who_follows_the_new_account_is_known_there_and_who_does_not_is_named(
    settings: Settings, platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    for was in ("grandma", "daughter"):
        phone = Phone(f"new-{was}", was, "family", "", following=True)
        phone.was = was
        platform.world.phones[phone.openid] = phone
    assert await openids.change(settings, OLD) == 1
    told = capsys.readouterr().out
    assert "一共 4 个微信：换好 2 个。" in told
    assert "孙玉、赵磊" in told
    assert set(await known(settings)) == {"new-grandma", "new-daughter", "niece", "cousin"}
    later = Phone("new-niece", "niece", "family", "", following=True)
    later.was = "niece"
    platform.world.phones["new-niece"] = later
    assert await openids.change(settings, OLD) == 1
    told = capsys.readouterr().out
    assert "换好 1 个" in told
    assert "赵磊" in told
    assert "new-niece" in await known(settings)


async def test_f17_who_has_written_to_the_new_account_already_is_told_and_stays_two(
    settings: Settings, platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = Phone("niece", "李静", "family", "", following=True)  # she is known as this one already
    phone.was = "daughter"
    platform.world.phones[phone.openid] = phone
    assert await openids.change(settings, OLD) == 1
    assert "1 个已经在新号里说过话" in capsys.readouterr().out
    assert set(await known(settings)) == {"grandma", "daughter", "niece", "cousin"}


async def test_f17_the_present_account_is_not_the_old_one(settings: Settings) -> None:
    with pytest.raises(SameAccount, match="原来那个公众号"):
        await openids.change(settings, APP_ID)
