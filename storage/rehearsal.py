"""Whether a database is one to play with: what `jiashu simulate` asks before it signs messages for it (fault S5)."""

import sqlite3
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from care.errors import DatabaseAway
from storage import archive, migrate, tables

APP_ID: Final = "wxsim"
"""How an app id of the simulator begins: a real one is `wx` and 16 hexadecimal digits, so none is ever both."""
OPENID: Final = "oSim_"
"""How an openid of the simulator begins."""


@dataclass(frozen=True, slots=True)
class Real:
    """What of a database is not play: app ids of accounts, and how many followers."""

    accounts: tuple[str, ...] = ()
    followers: int = 0


def real(url: str) -> Real:
    """Nothing of a database that is not there or is empty. Not inside a running loop. Raises DatabaseAway."""
    file = migrate.file_of(url)
    if file is not None and not file.exists():
        return Real()
    try:
        return archive.connected(url, _found, write=False)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise DatabaseAway(why=type(error).__name__) from error


def _found(connection: Connection) -> Real:
    if not inspect(connection).has_table(tables.Follower.__tablename__):
        return Real()
    account, follower = tables.WechatAccount.app_id, tables.Follower.openid
    accounts = connection.scalars(select(account).where(~account.startswith(APP_ID, autoescape=True)))
    followers = select(func.count()).where(~follower.startswith(OPENID, autoescape=True))
    return Real(tuple(accounts), connection.scalar(followers) or 0)
