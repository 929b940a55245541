"""PostgreSQL databases that tests use one after the other: emptying one costs a tenth of making one."""

import asyncio
import uuid
from typing import Final

import asyncpg

from scripts.servers import Postgres

TEMPLATE: Final = "migrated"
KEPT: Final = "alembic_version"
OPTIONS: Final = ("autovacuum=off", "jit=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=8GB")
"""Beside those of all tests: nothing runs beside them, and there is no checkpoint on the way."""
SCHEMA: Final = " UNION ALL ".join(
    f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM {name}"
    for name in ("pg_class", "pg_attribute", "pg_constraint", "pg_trigger", "pg_index", "pg_proc", KEPT)
)
"""What changes with the schema, and with the revision."""
TABLES: Final = f"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '{KEPT}'"
ALONE: Final = """SELECT bool_and(pg_terminate_backend(pid, 2000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class Databases:
    """Empty databases with today's schema. One that a test altered is not given out again."""

    def __init__(self, server: Postgres) -> None:
        self._server, self._loop = server, asyncio.new_event_loop()
        self._free: list[str] = []
        self._looks: dict[str, object] = {}

    def take(self) -> str:
        """The address of one that nobody uses."""
        if self._free:
            return self._free.pop()
        return self._server.create(f"t{uuid.uuid4().hex}", TEMPLATE)

    def give_back(self, url: str) -> None:
        """Nobody uses it any more. Not inside a running loop."""
        if self._loop.run_until_complete(self._emptied(url)):
            self._free.append(url)

    def close(self) -> None:
        """They go with their server: to drop one costs a checkpoint."""
        self._loop.close()

    async def _emptied(self, url: str) -> bool:
        try:
            connection = await asyncpg.connect(url, timeout=5, command_timeout=10)
        except (asyncpg.PostgresError, OSError, TimeoutError):
            return False
        try:
            await connection.execute(ALONE)  # who is still leaving might hold a lock in the next test
            if not self._looks:
                self._looks = await self._look_of_template()
            if await self._look(connection) != self._looks:
                return False
            tables = [row[0] for row in await connection.fetch(TABLES)]
            deletes = "; ".join(f'DELETE FROM "{table}"' for table in tables)
            await connection.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes}; COMMIT")
        except asyncpg.PostgresError:
            return False
        else:
            return True
        finally:
            await connection.close()

    async def _look_of_template(self) -> dict[str, object]:
        """That of a copy: each has the same, as only the template's own transactions made it."""
        connection = await asyncpg.connect(self._server.url(TEMPLATE), timeout=5)
        try:
            filled = [
                row[0]
                for row in await connection.fetch(TABLES)
                if await connection.fetchval(f'SELECT EXISTS (SELECT FROM "{row[0]}")')
            ]
            assert filled == [], "a table that migrations fill is to be filled again"
            return await self._look(connection)
        finally:
            await connection.close()

    @staticmethod
    async def _look(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, object]:
        return {row[0]: tuple(row) for row in await connection.fetch(SCHEMA)}
