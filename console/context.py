"""What the views find in the application, and what several of them do."""

import logging
from typing import Final

from aiohttp import web

from console.live import Live
from services.emergencies.board import Board
from services.house import House
from services.ports import Decode
from services.talks import answering
from settings import Settings
from settings.clock import Clock
from storage.database import Database
from web.sessions import viewer

DATABASE: Final = web.AppKey("database", Database)
SETTINGS: Final = web.AppKey("settings", Settings)
CLOCK: Final = web.AppKey[Clock]("clock")
BOARD: Final = web.AppKey("board", Board)
HOUSE: Final = web.AppKey("house", House)
DECODE: Final = web.AppKey[Decode]("decode")
LIVE: Final = web.AppKey("live", Live)
log = logging.getLogger("jiashu.console")


async def read(request: web.Request, subject: str) -> None:
    """Write down that a page about somebody was opened (P5).

    While nothing can be written the page is shown all the same.
    """
    who, now, database = viewer(request), request.app[CLOCK](), request.app[DATABASE]
    if database.away_since is not None:
        log.warning(
            "read while the database was away", extra={"action": "unaudited", "staff": who.id, "subject": subject}
        )
        return
    await database.store(lambda store: answering.opened(store, who, subject, now))
