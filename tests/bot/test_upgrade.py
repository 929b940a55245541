"""A release and a database fit together, or one sentence says why not; the upgrade with its backup and the way back
(I5), whose database it is (I6), whose keys they are (I8).
"""

import argparse
import asyncio
import io
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import cli, upgrade, upkeep
from bot.main import Service
from care.errors import DatabaseInUse, HomeForeign, KeysForeign, KeysUnreadable, SchemaNewer, SchemaOlder
from scripts import schema
from services import install
from settings import Database, Home, Media, Security, Settings, Wechat
from storage import archive, migrate, seal
from storage.open import open_database
from storage.sqlite_file import LockFile
from tests.conftest import HomeUnderTest, Moves
from tests.frozen.sample import SAMPLE
from tests.storage.sample import ENGINES, empty, run, sample

BOTH = pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def old(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """The house of 19125a6 with its data, and today's code."""
    for name in ("jiashu.keys", "jiashu.audit-heads", "jiashu.stop-list"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    (tmp_path / "jiashu.keys").chmod(0o600)
    return Settings(
        database=Database(sample(kind, f"home_{tmp_path.name[-12:].strip('_').lower()}", tmp_path, request)),
        security=Security(key_file=str(tmp_path / "jiashu.keys")),
        media=Media(tmp_path / "media"),
    )


@ENGINES
def test_fault_i5_an_older_schema_is_not_served_and_the_sentence_says_upgrade(old: Settings) -> None:
    before = migrate.current(old.database.url)
    with pytest.raises(SchemaOlder, match="运行 jiashu upgrade：它先备份，再更新，再核对") as told:
        asyncio.run(Service(old).start())
    assert f"（{before}）" in str(told.value)
    with pytest.raises(SchemaOlder):
        upkeep.verify(old)
    assert migrate.current(old.database.url) == before


@ENGINES
def test_fault_i5_a_newer_schema_is_served_only_by_whom_it_names(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = empty(kind, "newer", tmp_path, request)
    migrate.upgrade(url)

    def becomes(least_reader: str) -> None:
        run(url, f"UPDATE alembic_version SET version_num = '9999', least_reader = '{least_reader}'")

    becomes("9998")
    with pytest.raises(SchemaNewer, match=r"比这个版本的家书（.*）新，什么都没有改动"):
        migrate.fit(url)
    with pytest.raises(SchemaNewer):
        upgrade.bring_up(url)
    with pytest.raises(SchemaNewer):
        upgrade.upgrade(Settings(database=Database(url)))
    becomes(migrate.head())
    assert migrate.fit(url) == "9999", "a rolling upgrade: the old processes go on"
    upgrade.bring_up(url)
    assert migrate.current(url) == "9999"


@ENGINES
def test_fault_i5_an_upgrade_keeps_a_backup_that_brings_the_old_schema_back(
    kind: str, old: Settings, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url = old.database.url
    before, rows = migrate.current(url), archive.connected(url, archive.prints, write=False)
    assert upgrade.upgrade(old) == 0
    said = capsys.readouterr().err
    assert migrate.current(url) == migrate.head()
    file = next(old.backups.iterdir())
    for words in (
        f"从 {before} 更新到 {migrate.head()}",
        "第一步，备份",
        "第二步，更新结构",
        "第三步，核对",
        "[好] 数据库",
        "没有发现改动",
        "现在可以启动服务",
        f"要退回旧版（结构 {before}）",
        f"jiashu restore {file}",
        "院长登录控制台",
    ):
        assert words in said, said
    head, _ = archive.check(file, seal.load(old.key_file, may_create=False))
    assert head.revision == before
    back = empty(kind, "gone_back", tmp_path, request)
    migrate.upgrade(back, head.revision)
    sealer = seal.load(old.key_file, may_create=False)

    def bring(connection: Any) -> None:
        for page in archive.read(file, sealer)[1]:
            if isinstance(page, archive.Page):
                archive.load(connection, page)

    archive.connected(back, bring, write=True)
    assert archive.connected(back, archive.prints, write=False) == rows, "row by row what was there before"
    assert upgrade.upgrade(old) == 0
    assert "不用更新，只核对一遍" in capsys.readouterr().err
    assert list(old.backups.iterdir()) == [file]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_fault_i5_an_upgrade_beside_a_running_service_is_refused_and_changes_nothing(old: Settings) -> None:
    before = schema.of(old.database.url)
    with LockFile(old.database.path):
        for work in (lambda: upgrade.upgrade(old), lambda: upgrade.bring_up(old.database.url)):
            with pytest.raises(DatabaseInUse, match="请先停掉服务"):
                work()
    assert schema.of(old.database.url) == before
    assert not old.backups.exists()


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["postgres"])
def test_fault_i5_an_upgrade_waits_until_no_process_of_ours_is_connected(old: Settings) -> None:
    async def served() -> None:
        database = open_database(old.database.url, seal.load(old.key_file, may_create=False), lambda _store, _batch: [])
        await database.start()
        try:
            await database.store(lambda store: store.row("SELECT 1"))
            with pytest.raises(upgrade.StillServed, match="1 个连接"):
                await asyncio.to_thread(upgrade.upgrade, old)
        finally:
            await database.close()

    asyncio.run(served())
    assert migrate.current(old.database.url) != migrate.head()


async def test_fault_i5_an_upgrade_that_finds_something_wrong_says_so_and_fails(
    home: HomeUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    await home.database.close()
    home.settings.key_file.chmod(0o644)
    assert await asyncio.to_thread(upgrade.upgrade, home.settings) == 1
    said = capsys.readouterr().err
    assert "[不行] 钥匙" in said
    assert "请先不要启动服务" in said
    assert "可以启动服务" not in said
    home.settings.key_file.chmod(0o600)
    assert await asyncio.to_thread(upgrade.upgrade, home.settings) == 0
    assert "现在可以启动服务" in capsys.readouterr().err


def test_fault_i5_staff_add_never_migrates_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    url = sample("sqlite", "not_migrated", tmp_path, request)
    before = migrate.current(url)
    for name, value in {
        "WECHAT__APP_ID": "wx0123456789abcdef",
        "WECHAT__APP_SECRET": "s",
        "WECHAT__TOKEN": "token",
        "WECHAT__ENCODING_AES_KEY": "a" * 43,
        "DATABASE__URL": url,
    }.items():
        monkeypatch.setenv(f"JIASHU_{name}", value)
    monkeypatch.setattr("sys.stdin", io.StringIO("long-enough\n"))
    assert cli.main(["staff", "add", "chen", "陈晓雯", "desk"]) == 1
    assert "jiashu upgrade" in capsys.readouterr().err
    assert migrate.current(url) == before


# -- whose database it is --------------------------------------------------------------------------------------------


@BOTH
async def test_fault_i6_another_account_or_home_is_refused_until_it_is_said_on_purpose(home: HomeUnderTest) -> None:
    other = replace(
        home.settings, wechat=Wechat(app_id="wx9999999999999999", app_secret="s", token="t"), home=Home(name="银杏苑")
    )

    async def installs(settings: Settings, **more: bool) -> install.Installed:
        return await home.database.write(lambda db: install.install(db, settings, home.clock(), **more))

    for settings in (other, replace(home.settings, home=other.home), replace(home.settings, wechat=other.wechat)):
        with pytest.raises(HomeForeign, match="jiashu migrate --adopt") as told:
            await installs(settings)
        assert "青禾颐养院" in str(told.value)
        assert "wx0123456789abcdef" in str(told.value)
    assert await home.one("SELECT name FROM home") == "青禾颐养院"
    assert await home.one("SELECT app_id FROM wechat_account") == "wx0123456789abcdef"
    assert await installs(other, adopt=True) == home.ids
    assert await installs(other) == home.ids
    assert await home.one("SELECT app_id FROM wechat_account") == "wx9999999999999999"
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'adopt'") == 1
    with pytest.raises(HomeForeign):
        await installs(home.settings)


def test_fault_i6_the_command_that_adopts_says_what_it_did(
    tmp_path: Path, migrated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "jiashu.db").write_bytes(migrated.read_bytes())
    ours = Settings(
        wechat=Wechat(app_id="wx0123456789abcdef"), database=Database(f"sqlite:///{tmp_path / 'jiashu.db'}")
    )
    options = argparse.Namespace(command="migrate", adopt=True)
    assert upgrade.run(ours, options) == 0
    assert upgrade.run(replace(ours, home=Home(name="银杏苑")), options) == 0
    assert "现在属于「银杏苑」" in capsys.readouterr().err
    with pytest.raises(HomeForeign, match="银杏苑"):
        asyncio.run(Service(ours).start())


# -- whose keys they are ---------------------------------------------------------------------------------------------


def test_fault_i8_of_two_who_make_keys_at_once_one_wins_and_both_have_the_same(tmp_path: Path) -> None:
    path, start = tmp_path / "keys" / "jiashu.keys", threading.Barrier(8)
    found: list[str] = []

    def first() -> None:
        start.wait()
        found.append(seal.load(path, may_create=True).fingerprint)

    threads = [threading.Thread(target=first) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [file.name for file in path.parent.iterdir()] == ["jiashu.keys"]
    assert path.stat().st_mode & 0o777 == 0o600


@BOTH
async def test_fault_i8_two_hosts_that_start_first_cannot_seal_with_two_keys(
    fresh: Callable[[str], str], tmp_path: Path
) -> None:
    """Each host has made a key file of its own; the database takes one and names the other."""
    url, clock = fresh("two.db"), Moves()
    shared = not url.startswith("sqlite")
    hosts = [
        Settings(
            wechat=Wechat(app_id="wx0123456789abcdef"),
            database=Database(url),
            security=Security(key_file=str(tmp_path / n)),
        )
        for n in ("one.keys", "two.keys")
    ]
    databases = [open_database(url, seal.load(h.key_file, may_create=True), lambda _store, _batch: []) for h in hosts]

    async def starts(at: int) -> object:
        await databases[at].start()
        try:
            return await databases[at].write(lambda db: install.install(db, hosts[at], clock()))
        finally:
            await databases[at].close()

    if shared:
        ended = list(await asyncio.gather(starts(0), starts(1), return_exceptions=True))
    else:
        ended = [await starts(0), *await asyncio.gather(starts(1), return_exceptions=True)]
    lost = [one for one in ended if isinstance(one, Exception)]
    assert len(lost) == 1
    assert isinstance(lost[0], KeysForeign)
    assert "请把原来那台机器上的钥匙文件拷过来" in str(lost[0])


@BOTH
async def test_fault_i8_a_database_that_does_not_know_its_keys_yet_is_opened_only_by_those_that_signed_it(
    home: HomeUnderTest, tmp_path: Path
) -> None:
    """As after an upgrade: nothing is written down, but the audit was signed."""
    await home.staff()
    await home.rows("UPDATE home SET keys = NULL")
    foreign = seal.load(tmp_path / "foreign.keys", may_create=True)
    if not home.database.shared:
        await home.database.close()
    for sealer in (foreign, home.database.sealer):
        database = open_database(home.settings.database.url, sealer, lambda _store, _batch: [])
        await database.start()
        try:
            if sealer is foreign:
                with pytest.raises(KeysForeign, match="数据库记着 另一个钥匙文件的内容"):
                    await database.write(lambda db: install.install(db, home.settings, home.clock()))
            else:
                await database.write(lambda db: install.install(db, home.settings, home.clock()))
                known = await database.store(lambda store: store.row("SELECT keys FROM home"))
                assert known == (sealer.fingerprint,)
        finally:
            await database.close()


@pytest.mark.parametrize(
    "content", ["", "no", "[]", '{"keys": {}}', '{"current": "k1", "keys": {"k1": "AA=="}, "audit": "AA=="}', None]
)
def test_fault_i8_a_key_file_that_is_none_is_a_sentence(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "jiashu.keys"
    if content is None:
        path.mkdir()
    else:
        path.write_text(content)
    with pytest.raises(KeysUnreadable, match=r"钥匙文件 .*jiashu\.keys 读不出来"):
        seal.load(path, may_create=True)
