"""The fetcher: brings photos and voice home as soon as they are announced, since the platform forgets them after 3 days."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from services import media
from services.media import Wanted
from services.ports import MediaGone, MediaLater, Platform
from settings.clock import Clock
from storage.database import SqliteDatabase
from storage.store import Store

log = logging.getLogger("jiashu.fetcher")
BREATHES: Final = 0.2
"""Seconds between two looks: the first file is fetched at once, those of a busy moment share their transactions."""


class Fetcher:
    """One loop for each process."""

    def __init__(self, database: SqliteDatabase, platform: Platform, folder: Path, clock: Clock) -> None:
        self._database, self._platform, self._folder, self._clock = database, platform, folder, clock
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A file may be waiting."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while await self.round() == media.AT_ONCE:
                    pass
                await asyncio.sleep(BREATHES)
            except Exception:
                log.exception("a round of fetching failed", extra={"action": "fetch_round"})

    async def round(self) -> int:
        """Fetch what is due once, and write all of it down together; the number of files that were tried."""
        due = await self._database.store(lambda store: media.wanted(store, self._clock()))
        if not due:
            return 0
        written = await asyncio.gather(*(self._fetch(want) for want in due))

        def write_down(store: Store) -> None:
            for write in written:
                write(store)

        await self._database.store(write_down)
        return len(due)

    async def _fetch(self, want: Wanted) -> Callable[[Store], None]:
        """The file on disk, or not; gives what is to be written down."""
        try:
            data = await self._platform.fetch_media(want.media_id)
            await asyncio.to_thread(media.write_file, self._folder, self._database.sealer, want.id, data)
        except Exception as error:
            gone = isinstance(error, MediaGone)
            if not isinstance(error, MediaGone | MediaLater):
                log.exception("a file could not be fetched or kept", extra={"action": "fetch", "media": want.id})
            return lambda store: media.missed(store, want, self._clock(), gone=gone)
        return lambda store: media.kept(store, want, data)
