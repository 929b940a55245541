"""`jiashu upgrade`: a backup, the migrations in a process of their own, the check afterwards, and
the way back (I5).
"""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final

from bot import doctor, upkeep
from care.errors import JiashuError, NotMigrated, NotUpgraded
from services import install
from settings import Settings
from settings.clock import Clock, wall
from storage import migrate, seal
from storage.sqlite_file import LockFile

MIGRATES: Final = (
    "import os, sys; from storage import migrate; sys.stdout.write(migrate.stopped(os.environ['JIASHU_MIGRATE']))"
)


class StillServed(JiashuError):
    """还有家书的进程连着这个数据库（{count} 个连接），没有升级，什么都没有改动。请先把它们都停掉（例如 systemctl stop 'jiashu-*'），再运行这条命令。"""


def bring_up(url: str) -> None:
    """Run the migrations that are missing. On SQLite nobody else may have the file open meanwhile.

    Raises DatabaseInUse, SchemaNewer, DatabaseAway, and NotUpgraded with the sentence that stopped it.
    """
    found = migrate.current(url)
    if found is not None and found >= migrate.head():
        migrate.fit(url)
        return
    with _file_alone(url):
        _migrate(url)


def _migrate(url: str) -> None:
    """In a short process of its own: Alembic would stay in the memory of the service (perf.md, goal 8)."""
    # the address goes by the environment: an argument could be seen with its password
    done = subprocess.run(  # noqa: S603  (our own words)
        [sys.executable, "-c", MIGRATES],
        check=True,
        env=os.environ | {"JIASHU_MIGRATE": url, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    if done.stdout:
        raise NotUpgraded(why=done.stdout)


def run(settings: Settings, options: argparse.Namespace) -> int:
    """`jiashu migrate [--adopt]` and `jiashu upgrade`."""
    if options.command == "upgrade":
        return upgrade(settings)
    bring_up(settings.database.url)
    return adopt(settings) if options.adopt else 0


def upgrade(settings: Settings, clock: Clock = wall) -> int:
    """Backup, migrate, check, and say how to go back; 1 when the check found something.

    Raises NotMigrated for no database, DatabaseInUse, StillServed, and what backup and migrations raise.
    """
    url, known = settings.database.url, migrate.head()
    found = migrate.current(url)
    if found is None:
        raise NotMigrated
    backup: Path | None = None
    if found >= known:
        migrate.fit(url)
        _say(f"结构已经是 {found}，不用更新，只核对一遍。")
    else:
        _say(f"要把数据库的结构从 {found} 更新到 {known}。")
        with _alone(url):
            if migrate.has_rows(url):
                _say("第一步，备份：")
                backup = upkeep.back_up(settings, None, clock)
            _say("第二步，更新结构（几十万行要几秒；中途断了，结构还是旧的，再运行一次就好）：")
            _migrate(url)
            _say(f"结构已经是 {known}。\n第三步，核对：")
    bad = 0
    for finding in doctor.after_upgrade(settings):
        _say(f"[{finding.mark.value}] {finding.what}：{finding.words}")
        bad += finding.mark is doctor.Mark.BAD
    bad += migrate.has_rows(url) and upkeep.verify(settings) != 0
    _say("有不对的地方，请先不要启动服务，把上面的话交给工程师。" if bad else "核对过了，现在可以启动服务。")
    if backup is not None:
        _say(_way_back(settings, backup, found, known))
    return 1 if bad else 0


def adopt(settings: Settings, clock: Clock = wall) -> int:
    """The database follows a new name or a new account of its home from now on (I6). Raises DatabaseInUse."""
    url = settings.database.url
    sealer = seal.load(settings.key_file, may_create=not migrate.has_rows(url))
    asyncio.run(
        upkeep.on(
            url,
            sealer,
            lambda database: database.write(lambda db: install.install(db, settings, clock(), adopt=True)),
        )
    )
    _say(f"数据库现在属于「{settings.home.name}」（AppID {settings.wechat.app_id}），审计里记了一笔。可以启动服务。")
    return 0


def _way_back(settings: Settings, backup: Path, before: str, after: str) -> str:
    file = migrate.file_of(settings.database.url)
    if file is None:
        aside = "新建一个空的数据库（例如 createdb jiashu_back），把 database.url 改成它；旧的先留着"
    else:
        aside = (
            f"把现在的数据库挪开：mv {file.absolute()} {file.absolute()}.{after}，旁边的 -wal、-shm 如果有，也一起挪开"
        )
    return (
        f"要退回旧版（结构 {before}），一步一步：\n"
        "  1. 停掉服务：systemctl stop jiashu\n"
        f"  2. {aside}\n"
        "  3. 装回旧版的程序；钥匙文件、媒体目录、停发名单都留在原处\n"
        f"  4. 用旧版恢复这份备份：jiashu restore {backup.absolute()}\n"
        "  5. 启动服务；院长登录控制台，核对以后确认开始发送\n"
        "升级以后才收到的，不在这份备份里；退回之前先看一眼控制台里还有谁在等。"
    )


@contextmanager
def _alone(url: str) -> Iterator[None]:
    """Nobody serves the database meanwhile. Raises DatabaseInUse or StillServed."""
    if migrate.file_of(url) is None and (count := migrate.served_by(url)):
        raise StillServed(count=count)
    with _file_alone(url):
        yield


def _file_alone(url: str) -> AbstractContextManager[object]:
    file = migrate.file_of(url)
    return nullcontext() if file is None else LockFile(file)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
