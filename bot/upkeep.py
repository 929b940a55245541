"""The commands that look after a home: backup, restore, move, verify. Progress and results go to stderr, in Chinese."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from bot import doctor
from care.errors import BackupNewer, BackupUnreadable, NotEmpty, NotMigrated, NotTheSame, WrongTarget
from services.upkeep import audit_chain, audit_heads, epochs, stoplist
from settings import Settings
from settings.clock import Clock, chosen, wall
from storage import archive, migrate, seal
from storage.database import Database
from storage.open import open_database
from storage.store import Store

T = TypeVar("T")
KEPT: Final = timedelta(days=14)
"""How long `jiashu backup` without a file keeps its older ones."""
NAME: Final = "jiashu-%Y%m%d-%H%M%S.backup"


def run(settings: Settings, options: argparse.Namespace) -> int:
    """One of the commands, as it was written."""
    clock = chosen(settings.clock.offset_file, on_loopback=settings.on_loopback)
    match options.command:
        case "backup":
            return backup(settings, options.to, clock)
        case "restore":
            return restore(settings, options.file, clock)
        case "move":
            return move(settings, _target(options.to))
        case "doctor":
            return doctor.run(settings)
        case _:
            return verify(settings)


def backup(settings: Settings, file: Path | None, clock: Clock = wall) -> int:
    """The command `jiashu backup`."""
    back_up(settings, file, clock)
    return 0


def back_up(settings: Settings, file: Path | None, clock: Clock) -> Path:
    """A sealed copy of database and media, while the service runs (P7), read back to its end; gives its file. Without
    a file: into the folder of backups, whose old ones go.
    """
    url = settings.database.url
    revision = migrate.current(url)
    if revision is None:
        raise NotMigrated
    sealer = seal.load(settings.key_file, may_create=False)
    made_at = clock()
    target = file or settings.backups / made_at.astimezone(settings.home.zone).strftime(NAME)
    head = archive.Head(made_at, revision)
    end = archive.snapshot(
        url,
        lambda connection: archive.write(connection, target, sealer, head, settings.media.path, progress("写")),
        target.parent,
    )
    try:
        archive.check(target, sealer, progress("复核"))
    except BackupUnreadable:
        target.unlink()  # a backup that cannot be read must not look like one
        raise
    _done()
    sys.stderr.write(
        f"备份好了：{target.name}，{sum(end.rows.values())} 行，{end.files} 个文件，{target.stat().st_size / 2**20:.1f} MiB，"
        f"已从头到尾读回一遍。\n"
    )
    if file is None:
        for old in sorted(target.parent.glob("jiashu-*.backup"))[:-1]:
            if made_at.timestamp() - old.stat().st_mtime > KEPT.total_seconds():
                old.unlink()
    return target


def restore(settings: Settings, file: Path, clock: Clock = wall) -> int:
    """Bring a backup into an empty database.

    Nothing leaves the house until the director has confirmed it in the console.
    """
    url = settings.database.url
    sealer = seal.load(settings.key_file, may_create=False)
    head, _ = archive.check(file, sealer, progress("核对"))
    if head.revision > migrate.head():
        raise BackupNewer(revision=head.revision)
    media, now = set[str](), clock()

    def bring(connection: Any) -> None:  # noqa: ANN401  (SQLAlchemy is not known here)
        rows = dict[str, int]()
        step = progress("恢复")
        for one in archive.read(file, sealer)[1]:
            if isinstance(one, archive.Page):
                archive.load(connection, one)
                rows[one.table] = rows.get(one.table, 0) + len(one.rows)
                step(one.table, rows[one.table])
            else:
                _bring_file(settings.media.path, one)
                media.add(one.name)
        archive.shut(connection, epochs.HELD, head.made_at, now)

    stops = stoplist.read(settings.stop_list, sealer)

    async def begin(database: Database) -> int:
        new = await database.write(lambda db: epochs.begin(db, now, stops))
        while await database.store(lambda store: audit_chain.link(store, now)) == audit_chain.BATCH:
            pass
        newest = await database.store(lambda store: audit_chain.head(store, now))
        if newest is not None:
            audit_heads.write(settings.audit_head, sealer, msgspec.structs.replace(newest, restored=True))
        return new

    with _empty(url, head.revision) as place:
        migrate.upgrade(place, head.revision)
        archive.connected(place, bring, write=True)
        migrate.upgrade(place)
        new = asyncio.run(on(place, sealer, begin))
    _done()
    sys.stderr.write(
        f"恢复好了：{head.made_at.astimezone(settings.home.zone):%Y-%m-%d %H:%M} 的备份，{len(media)} 个文件；停发名单补上 {new} 条。\n"
        "现在可以启动服务。向外发送关着：请院长登录控制台，在红色提示里核对，再确认开始发送。所有人要重新登录，没用过的绑定码已作废。\n"
    )
    return 0


def _target(to: str | None) -> str:
    """Where to move: from standard input for `-`, from JIASHU_MOVE_TO when it is not written. Raises WrongTarget, also
    for a password in the command, which everybody on the host could read in the list of processes (S10).
    """
    parts = urlsplit(to or "")
    if parts.password or "password" in parse_qs(parts.query):
        raise WrongTarget(why="密码写在命令里，这台机器上谁都能在进程列表里看到；这个密码最好换掉。")
    found = sys.stdin.readline().strip() if to == "-" else to or os.environ.get("JIASHU_MOVE_TO", "")
    if not found:
        raise WrongTarget(why="没有写搬到哪里。")
    return found


def move(settings: Settings, to: str) -> int:
    """Carry a SQLite home over to another database, count and compare. The service is stopped; the old file stays as it
    is.
    """
    from storage.sqlite_file import LockFile

    url = settings.database.url
    file = migrate.file_of(url)
    if file is None:
        sys.stderr.write("这条命令把 SQLite 的数据搬走；现在的 database.url 不是 SQLite。\n")
        return 2
    migrate.fit(url)
    lock = LockFile(file)
    lock.take()
    try:
        with _empty(to, migrate.head()) as target:
            migrate.upgrade(target)
            archive.connected(url, lambda source: _carry(source, target), write=False)
            before = archive.connected(
                url, lambda connection: archive.prints(connection, progress("核对旧库")), write=False
            )
            after = archive.connected(
                target, lambda connection: archive.prints(connection, progress("核对新库")), write=False
            )
            wrong = [name for name, found in before.items() if after.get(name) != found]
            if wrong:
                raise NotTheSame(tables="、".join(wrong))
    finally:
        lock.release()
        _done()
    sys.stderr.write(
        f"搬好了：{len(before)} 张表，{sum(one.rows for one in before.values())} 行，逐行核对都一样。"
        "请把 database.url 改成新的地址，写上 security.key_file（还是原来的钥匙）和 inbox.spool，再启动；旧文件先留着。\n"
    )
    return 0


def verify(settings: Settings) -> int:
    """Read the whole chain of the audit (P5)."""
    url = settings.database.url
    migrate.fit(url)
    sealer = seal.load(settings.key_file, may_create=False)
    outside = audit_heads.read(settings.audit_head, sealer)

    def work(store: Store) -> tuple[int, list[audit_chain.Finding], int]:
        return *audit_chain.verify(store, outside), audit_chain.waiting(store)

    count, findings, waiting = asyncio.run(on(url, sealer, lambda database: database.store(work)))
    for finding in findings:
        sys.stderr.write(f"{finding.words}（{finding.where}）\n")
    newest = f"，外面最近一次记在 {outside.heads[-1].at}" if outside.heads else "，外面还没有记过"
    loose = f"，另有 {waiting} 行还没连上（服务运行时十几秒内会连；没连上之前，删掉一行看不出来）" if waiting else ""
    whole = "没有发现改动" if count or not waiting else "连上的一行都没有，还不能说有没有改动"
    sys.stderr.write(f"核对了 {count} 行{loose}{newest}：{f'有 {len(findings)} 处不对' if findings else whole}。\n")
    return 1 if findings else 0


def _carry(source: Any, target: str) -> None:  # noqa: ANN401
    step, rows = progress("搬"), dict[str, int]()

    def put(goal: Any) -> None:  # noqa: ANN401
        for page in archive.pages(source):
            archive.load(goal, page)
            rows[page.table] = rows.get(page.table, 0) + len(page.rows)
            step(page.table, rows[page.table])

    archive.connected(target, put, write=True)


async def on(url: str, sealer: seal.Sealer, work: Callable[[Database], Any]) -> Any:  # noqa: ANN401
    """Work on a database for the length of one command. Raises DatabaseInUse."""
    database = open_database(url, sealer, lambda _store, _batch: [])
    await database.start()
    try:
        return await work(database)
    finally:
        await database.close()


def progress(what: str) -> archive.Step:
    """One line that follows the work; on a terminal it stays in its place."""
    if not sys.stderr.isatty():
        return lambda _table, _rows: None
    last = [0.0]

    def step(table: str, rows: int) -> None:
        if time.monotonic() - last[0] > 0.1:
            last[0] = time.monotonic()
            sys.stderr.write(f"\r{what} {table}：{rows} 行\x1b[K")
            sys.stderr.flush()

    return step


def _done() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


@contextmanager
def _empty(url: str, revision: str) -> Iterator[str]:
    """Where to write: an empty database, or a new file that takes its place when all went well.

    Raises NotEmpty, DatabaseInUse.
    """
    from storage.sqlite_file import LockFile

    file = migrate.file_of(url)
    if migrate.has_rows(url):
        raise NotEmpty
    if file is None:
        if migrate.current(url) not in {None, revision}:
            migrate.downgrade(url, "base")  # empty, of another release
        try:
            yield url
        except BaseException:
            migrate.downgrade(url, "base")  # nothing half done stays: the next try finds it empty
            raise
        return
    lock = LockFile(file)
    lock.take()
    part = file.with_name(f"{file.name}.coming")
    try:
        for left in part.parent.glob(f"{part.name}*"):
            left.unlink()
        yield f"sqlite:///{part}"
        for name in (f"{file.name}-wal", f"{file.name}-shm", f"{part.name}.lock"):
            file.with_name(name).unlink(missing_ok=True)
        part.replace(file)
    finally:
        lock.release()


def _bring_file(media: Path, one: archive.Kept) -> None:
    path = (media / one.name).resolve()
    if not path.is_relative_to(media.resolve()):  # a name never leads out of the folder
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_size != len(one.data):
        part = path.with_name(f"{path.name}.part")
        part.write_bytes(one.data)
        part.replace(path)
