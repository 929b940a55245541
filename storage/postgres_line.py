"""One connection to PostgreSQL: where it goes, what its errors say, and the line that writes until it breaks."""

import asyncio
import logging
import re
import socket
from typing import Final

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from care.errors import DatabaseAway, reason
from storage.database import knows_away, knows_met
from storage.types import Row

log = logging.getLogger("jiashu.database")
STATEMENT: Final = 8.0
"""Seconds after which a statement without an answer counts as a database that is away."""
MET: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)
"""Two processes met: everything again."""
AGAIN: Final = (*MET, asyncpg.UniqueViolationError)
"""Perhaps the other was quicker: everything again, too."""
_GONE: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidCatalogNameError,
)


REFUSED: Final = {
    (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError): "用户名或密码不对",
    (asyncpg.InvalidCatalogNameError,): "没有这个名字的数据库，请先建一个空的",
    (asyncpg.TooManyConnectionsError,): "连接数用完了",
    (asyncpg.InsufficientPrivilegeError,): "这个用户没有权限",
    (socket.gaierror,): "找不到这台主机",
    (TimeoutError,): "等太久没有应答",
    (ConnectionRefusedError,): "那台主机上没有数据库在听",
}


@knows_away
def away(error: BaseException) -> bool:
    """Whether an error of the driver says that nothing can be committed now."""
    return isinstance(_of_driver(error), _GONE)


def full(error: BaseException) -> bool:
    """Whether the server's disk has no room."""
    return isinstance(_of_driver(error), asyncpg.DiskFullError)


def _of_driver(error: BaseException) -> BaseException:
    if type(error).__module__.startswith("sqlalchemy"):
        return getattr(error, "driver_exception", None) or error.__cause__ or error
    return error


@knows_met
def met(error: BaseException) -> bool:
    """Whether an error of the driver says that somebody else holds what this transaction needs."""
    return isinstance(error, MET)


def driver_url(url: str) -> str:
    """The URL as SQLAlchemy wants it."""
    return re.sub(r"^postgres(ql)?(\+asyncpg)?://", "postgresql+asyncpg://", url)


async def first(url: str, sql: str) -> Row | None:
    """One row of a question before anything is open; None also when the table is not there. Raises DatabaseAway."""
    try:
        connection = await asyncpg.connect(re.sub(r"\+asyncpg", "", url), timeout=5)
    except (*_GONE, asyncpg.PostgresError) as error:
        raise DatabaseAway(why=_why(error)) from error
    try:
        row = await connection.fetchrow(sql)
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return None if row is None else tuple(row)


def _why(error: Exception) -> str:
    """Why nobody let us in, in words that an operator reads."""
    for kinds, words in REFUSED.items():
        if isinstance(error, kinds):
            return words
    return reason(error) if isinstance(error, OSError) else str(error) or type(error).__name__


class Line:
    """One writing connection, opened when it is needed and thrown away when it is broken."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._open: AsyncConnection | None = None

    async def get(self) -> tuple[asyncpg.Connection, Connection]:
        """The driver's connection and SQLAlchemy's on top of it."""
        if self._open is None:
            self._open = await asyncio.wait_for(self._engine.connect(), STATEMENT)
        raw = await self._open.get_raw_connection()
        found = self._open.sync_connection
        if found is None or raw.driver_connection is None:
            raise OSError
        return raw.driver_connection, found

    async def drop(self) -> None:
        """Forget it."""
        broken, self._open = self._open, None
        if broken is not None:
            try:
                await asyncio.wait_for(broken.invalidate(), 1.0)
                await asyncio.wait_for(broken.close(), 1.0)
            except Exception:  # it is broken: nothing that it says matters
                log.debug("a broken connection did not close", exc_info=True)
