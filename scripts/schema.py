"""A database's schema as it lies there, so that a migrated one can be compared with what the code declares: Alembic
compares tables, columns and indexes, and sees no CHECK.
"""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine

from storage import migrate, tables

Schema = frozenset[tuple[str, str]]
"""A table or index, and one line of it; the order of columns and constraints is free."""
OURS: Final = "alembic_version"
_POSTGRES: Final = (
    """SELECT c.relname, a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || coalesce(' DEFAULT ' || pg_get_expr(d.adbin,
         d.adrelid), '')
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped""",
    """SELECT c.relname, o.conname || ' ' || pg_get_constraintdef(o.oid) || CASE WHEN o.convalidated THEN ''
       ELSE ' NOT VALID' END
       FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid WHERE o.connamespace = 'public'::regnamespace
       AND o.contype IN ('c', 'f', 'p', 'u', 'x')""",
    "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT 'enum', typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')",
)


def of(where: Path | str) -> Schema:
    """The schema of a database, without Alembic's own table. Not inside a running loop."""
    file = migrate.file_of(where)
    lines = _of_sqlite(file) if file is not None else asyncio.run(_of_postgres(str(where)))
    return frozenset(line for line in lines if line[0] != OURS)


def declared(where: Path | str) -> Schema:
    """What the code declares, made anew in an empty database."""
    file = migrate.file_of(where)
    if file is None:
        asyncio.run(_make_on_postgres(str(where)))
    else:
        engine = create_engine(f"sqlite:///{file}")
        tables.Base.metadata.create_all(engine)
        engine.dispose()
    return of(where)


def differences(found: Schema, wanted: Schema) -> Iterator[str]:
    """A line for each thing that only one of the two has."""
    yield from (f"{name}: {line} is not declared" for name, line in sorted(found - wanted))
    yield from (f"{name}: {line} is not migrated" for name, line in sorted(wanted - found))


def _of_sqlite(file: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
        found = opened.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    for kind, name, sql in found:
        words = re.sub(r"DEFAULT \(([^()]*)\)", r"DEFAULT \1", " ".join(sql.replace('"', "").split()))
        head, _, rest = words.partition("(")
        if kind == "table":
            body, _, options = rest.rpartition(")")
            yield name, f"{head.strip()} {options.strip()}".strip()
            yield from ((name, item) for item in _items(body))
        else:
            yield name, words


def _items(body: str) -> Iterator[str]:
    """Columns and constraints: what stands between the outermost commas."""
    depth, begin = 0, 0
    for place, sign in enumerate(body):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield body[begin:place].strip()
            begin = place + 1
    yield body[begin:].strip()


async def _of_postgres(url: str) -> list[tuple[str, str]]:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        return [(str(row[0]), str(row[1])) for sql in _POSTGRES for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def _make_on_postgres(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    from storage import postgres_line

    engine = create_async_engine(postgres_line.driver_url(url))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(tables.Base.metadata.create_all)
    finally:
        await engine.dispose()
