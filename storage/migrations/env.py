"""Alembic's entry: online only, on the file that `storage.migrate` or `-x path=` names."""

import sqlite3
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from storage.tables import Base

path = context.config.attributes.get("path") or Path(context.get_x_argument(as_dictionary=True)["path"])
connection = sqlite3.connect(path)
connection.execute("PRAGMA journal_mode=WAL")
engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
with engine.connect() as alembic_connection:
    context.configure(connection=alembic_connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
connection.close()
