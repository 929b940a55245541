"""What the open pages are told to look at, since somebody asked last."""

import asyncio
from collections.abc import Iterable

from tests.conftest import HomeUnderTest

MARK = "mark"


class Hints:
    """Listens from now on."""

    def __init__(self, home: HomeUnderTest) -> None:
        self._home, self._heard, self._marked = home, set[str](), asyncio.Event()
        home.database.listen(self._hear)

    def _hear(self, hints: Iterable[str]) -> None:
        self._heard.update(hints)
        if MARK in self._heard:
            self._marked.set()

    async def told(self) -> set[str]:
        """All of them: hints keep their order, so that what was written before has come when the mark has."""
        await self._home.database.store(lambda store: store.hint(MARK))
        async with asyncio.timeout(20):
            await self._marked.wait()
        found = self._heard - {MARK}
        self._heard.clear()
        self._marked.clear()
        return found
