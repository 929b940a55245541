"""Bring a database to today's schema, and tell whether it is there.

A database is named by its URL, or a SQLite file by its path.
"""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from care.errors import DatabaseAway, FileTrouble, JiashuError, NotMigrated, SchemaNewer, SchemaOlder, reason

HERE = Path(__file__).parent
UNOPENED = {
    sqlite3.SQLITE_CANTOPEN: "这个文件打不开",
    sqlite3.SQLITE_IOERR: "这个文件读不出来",
    sqlite3.SQLITE_NOTADB: "这个文件不是数据库",
    sqlite3.SQLITE_CORRUPT: "这个文件坏了，请不要动它，换一份备份",
    sqlite3.SQLITE_PERM: "没有权限",
    sqlite3.SQLITE_READONLY: "只读，不能写",
}


def head() -> str:
    """The newest revision of this release: the migrations are numbered, and their files begin with the number."""
    return max(file.name[:4] for file in (HERE / "migrations" / "versions").glob("[0-9]*.py"))


def fit(where: Path | str) -> str:
    """The revision of a database with which this release can work (I5; engineering 2).

    Raises NotMigrated, SchemaOlder, or SchemaNewer: a newer schema names its least reader, the oldest revision whose
    release may go on beside it, so that a rolling upgrade of several processes is possible. Raises DatabaseAway.
    """
    found, known = current(where), head()
    if found is None:
        raise NotMigrated
    if found < known:
        raise SchemaOlder(found=found, known=known)
    if found > known:
        row = _first(where, "SELECT least_reader FROM alembic_version")
        if row is None or str(row[0]) > known:
            raise SchemaNewer(found=found, known=known)
    return found


def current(where: Path | str) -> str | None:
    """The revision of a database; None when it has no schema. Raises DatabaseAway."""
    row = _first(where, "SELECT version_num FROM alembic_version")
    return str(row[0]) if row else None


def has_rows(where: Path | str) -> bool:
    """Whether anything was ever stored; decides whether a new key file may be made. Raises DatabaseAway."""
    return current(where) is not None and _first(where, "SELECT 1 FROM home LIMIT 1") is not None


def served_by(url: str) -> int:
    """How many connections processes of ours have to a PostgreSQL database. Raises DatabaseAway."""
    row = _first(
        url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'jiashu'"
    )
    return int(row[0]) if row else 0


def upgrade(where: Path | str, to: str = "head") -> None:
    """Run the migrations that the database lacks, up to a revision; a SQLite file is made when it does not exist."""
    _alembic(where, "upgrade", to)


def stopped(where: Path | str) -> str:
    """Upgrade; the sentence that says why it was refused, empty when it was not."""
    from sqlalchemy.exc import DBAPIError

    try:
        upgrade(where)
    except JiashuError as error:
        return error.sentence
    except DBAPIError as error:
        return DatabaseAway(why=str(error.orig)).sentence
    except OSError as error:
        return FileTrouble(path=error.filename or "", why=reason(error)).sentence
    return ""


def downgrade(where: Path | str, to: str) -> None:
    """Back to an older revision; what newer ones added is lost."""
    _alembic(where, "downgrade", to)


def _alembic(where: Path | str, what: str, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    file = file_of(where)
    if file is not None:
        make_private(file)
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["where"] = where
    getattr(command, what)(config, to)


def file_of(where: Path | str) -> Path | None:
    """The file of a SQLite database; None for another engine."""
    if isinstance(where, Path):
        return where
    return Path(where.split(":///", 1)[1]) if where.startswith("sqlite") else None


def make_private(file: Path) -> None:
    """Nobody but the service's user reads the database; -wal and -shm take the mode of the file.

    Made when it is not there.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        if each.exists() and each.stat().st_mode & 0o077:
            each.chmod(0o600)


def _first(where: Path | str, sql: str) -> tuple[Any, ...] | None:
    file = file_of(where)
    if file is None:
        from storage import postgres_line

        return asyncio.run(postgres_line.first(str(where), sql))
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            row: tuple[Any, ...] | None = connection.execute(sql).fetchone()
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CANTOPEN) & 0xFF
        if code == sqlite3.SQLITE_ERROR:  # the table is not there
            return None
        raise DatabaseAway(why=UNOPENED.get(code, str(error))) from error
    return row
