"""The frozen sample of 19125a6 as it was stored, on either engine, and plain SQL on it, as somebody with a shell would
write it.
"""

import asyncio
import lzma
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage import migrate
from tests.frozen.sample import SAMPLE

ENGINES = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


def sample(kind: str, name: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of a new copy, with the schema of 19125a6."""
    if kind == "sqlite":
        file = tmp_path / f"{name}.db"
        file.write_bytes(lzma.decompress((SAMPLE / "sqlite.db.xz").read_bytes()))
        return f"sqlite:///{file}"
    url = empty(kind, name, tmp_path, request)
    run(url, lzma.decompress((SAMPLE / "postgres.sql.xz").read_bytes()).decode())
    return url


def empty(kind: str, name: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of a database without a schema."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / name}.db"
    url: str = request.getfixturevalue("postgres_server").create(name)
    return url


def run(url: str, sql: str) -> list[tuple[Any, ...]]:
    """A statement with its rows, in a transaction of its own; one script is enough for the whole sample."""
    file = migrate.file_of(url)
    if file is None:
        return asyncio.run(_run_on_postgres(url, sql))
    with closing(sqlite3.connect(file)) as opened, opened:
        return opened.execute(sql).fetchall()


async def _run_on_postgres(url: str, sql: str) -> list[tuple[Any, ...]]:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        if sql.count(";") > 1:
            await connection.execute(sql)
            return []
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()
