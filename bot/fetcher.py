"""The fetcher: brings photos and voice home as soon as they are announced, since the platform forgets them after 3
days.
"""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from services.media import media
from services.media.media import Wanted
from services.ports import MediaGone, MediaLater, Platform
from settings.clock import Clock
from storage.database import Database
from storage.store import Store

log = logging.getLogger("jiashu.fetcher")
BREATHES: Final = 0.2
"""Seconds between two looks: the first file is fetched at once, those of a busy moment share their transactions."""


class Fetcher:
    """One loop for each process."""

    def __init__(self, database: Database, platform: Platform, folder: Path, clock: Clock) -> None:
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
        brought = await asyncio.gather(*(self._fetch(want) for want in due))
        kept = await asyncio.to_thread(
            self._keep, [(want, data) for want, data in zip(due, brought, strict=True) if isinstance(data, bytes)]
        )
        now = self._clock()

        def write_down(store: Store) -> None:
            store.lock_persons(*(want.person_id for want in due))
            for want, data in zip(due, brought, strict=True):
                if isinstance(data, bytes) and want.id in kept:
                    media.kept(store, want, data)
                else:
                    media.missed(store, want, now, gone=data is None)

        await self._database.store(write_down)
        return len(due)

    async def _fetch(self, want: Wanted) -> bytes | Exception | None:
        """The bytes; None when the platform has forgotten them; else what went wrong."""
        try:
            return await self._platform.fetch_media(want.media_id)
        except MediaGone:
            return None
        except Exception as error:
            if not isinstance(error, MediaLater):
                log.exception("a file could not be fetched", extra={"action": "fetch", "media": want.id})
            return error

    def _keep(self, files: Sequence[tuple[Wanted, bytes]]) -> set[int]:
        """Seal and write; gives the ids of those that are on disk."""
        kept: set[int] = set()
        for want, data in files:
            try:
                media.write_file(self._folder, self._database.sealer, want.id, data)
                kept.add(want.id)
            except Exception:  # the others of the round are kept all the same
                log.exception("a file could not be kept", extra={"action": "keep", "media": want.id})
        return kept
