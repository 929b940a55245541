"""Alembic's entry: online only, on the database that `storage.migrate` or `-x path=` names.

All migrations of one run are one transaction on both engines: whoever is killed in the middle leaves the old schema
whole.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.pool import StaticPool

from storage import migrate
from storage.tables import Base

where = context.config.attributes.get("where") or Path(context.get_x_argument(as_dictionary=True)["path"])


def run(connection: Connection) -> None:
    """Inside the transaction of the caller."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        say_who_may_read(connection)


def say_who_may_read(connection: Connection) -> None:
    """Beside its revision a schema keeps the oldest revision whose release may work with it: `least_reader` of a
    migration, its own number where it says nothing (I5).
    """
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if found is None:
        return
    if "least_reader" not in {column["name"] for column in inspect(connection).get_columns("alembic_version")}:
        connection.exec_driver_sql("ALTER TABLE alembic_version ADD COLUMN least_reader VARCHAR(32)")
    revisions = context.script.iterate_revisions(found, "base")
    least = max(getattr(each.module, "least_reader", each.revision) for each in revisions)
    connection.execute(text("UPDATE alembic_version SET least_reader = :least"), {"least": least})


async def run_postgres() -> None:
    """One at a time: a second process that migrates waits, then finds nothing to do."""
    from sqlalchemy.ext.asyncio import create_async_engine

    from storage import postgres_line

    engine = create_async_engine(postgres_line.driver_url(str(where)))
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(20260101)"))
            await connection.run_sync(run)
    finally:
        await engine.dispose()


def run_sqlite(file: Path) -> None:
    """The driver's own transactions end before a CREATE: ours begins by hand.

    A table that is copied is checked before COMMIT.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        engine = create_engine("sqlite://", creator=lambda: opened, poolclass=StaticPool)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        with engine.begin() as connection:
            _clear_away(connection)
            run(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                message = f"a row of {broken[0]} names a row of {broken[2]} that is not there"
                raise RuntimeError(message)
        engine.dispose()


def _clear_away(connection: Connection) -> None:
    """What a release before 0013 left behind when it was killed: an empty copy beside the table that it was to
    replace.
    """
    names = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
    for name in names:
        if name.removeprefix("_alembic_tmp_") != name and name.removeprefix("_alembic_tmp_") in names:
            connection.exec_driver_sql(f'DROP TABLE "{name}"')


found = migrate.file_of(where)
if found is None:
    asyncio.run(run_postgres())
else:
    run_sqlite(found)
