"""What the views find in the application, and what several of them do."""

from typing import Final

from aiohttp import ClientSession, web

from console.live import Live
from services.emergencies.board import Board
from services.house import House
from services.ports import AccountDesk, Backup, Decode, Doctor, NoAccount
from settings import Settings
from settings.clock import Clock
from storage.database import Database

DATABASE: Final = web.AppKey("database", Database)
SETTINGS: Final = web.AppKey("settings", Settings)
CLOCK: Final = web.AppKey[Clock]("clock")
BOARD: Final = web.AppKey("board", Board)
HOUSE: Final = web.AppKey("house", House)
DECODE: Final = web.AppKey[Decode]("decode")
ACCOUNT: Final = web.AppKey[AccountDesk]("account")
DOCTOR: Final = web.AppKey[Doctor]("doctor")
BACKUP: Final = web.AppKey[Backup]("backup")
PHONES: Final = web.AppKey("phones", ClientSession)
"""By which the simulated phones of practice are reached; it reaches nobody else then."""
LIVE: Final = web.AppKey("live", Live)


def account(request: web.Request) -> AccountDesk:
    """The rare calls of the account. Raises NoAccount where none is connected."""
    found = request.app.get(ACCOUNT)
    if found is None:
        raise NoAccount
    return found


def address(request: web.Request) -> str:
    """Where a colleague logs in."""
    return f"{(request.app[HOUSE].public_url or str(request.url.origin())).rstrip('/')}/console/"
