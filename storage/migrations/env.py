"""Alembic's entry: online only, on the database that `storage.migrate` or `-x path=` names."""

import asyncio
import sqlite3
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from storage import migrate
from storage.tables import Base

where = context.config.attributes.get("where") or Path(context.get_x_argument(as_dictionary=True)["path"])


def run(connection: Connection) -> None:
    """All migrations in one transaction, where the engine can do that."""
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_postgres() -> None:
    """One at a time: a second process that migrates waits, then finds nothing to do."""
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    from storage import postgres

    engine = create_async_engine(postgres.driver_url(str(where)))
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(20260101)"))
        await connection.run_sync(run)
    await engine.dispose()


file = migrate.file_of(where)
if file is None:
    asyncio.run(run_postgres())
else:
    opened = sqlite3.connect(file)
    opened.execute("PRAGMA journal_mode=WAL")
    with create_engine("sqlite://", creator=lambda: opened, poolclass=StaticPool).connect() as found:
        run(found)
    opened.close()
