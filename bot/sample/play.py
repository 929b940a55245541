"""What the acts of the fortnight work with: who is who, which case is which, and the files that are kept sealed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.sample.home import Home
from bot.sample.played import Played
from services.access import Viewer
from services.media import media
from services.subject import Running
from storage.database import Database
from storage.store import Store
from storage.unit import Unit

T = TypeVar("T")
BOOK: Final = Path(__file__).parent / "book"
"""What people say in the fortnight, in files of TOML, and the pictures of their letters."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done at a time."""

    at: datetime
    what: str
    do: Callable[[datetime], Awaitable[object]]


@dataclass(slots=True)
class Play:
    """The home in play; names lead to numbers."""

    home: Home
    running: Running
    now: datetime
    phones: dict[str, str] = field(default_factory=dict)
    """Openids by the name of their person."""
    relatives: dict[str, int] = field(default_factory=dict)
    """Persons of registered relatives by name."""
    cases: dict[str, int] = field(default_factory=dict)
    """Complaints by what the book calls them."""
    owners: dict[str, str] = field(default_factory=dict)
    """Who complained, by the same."""
    letters: dict[tuple[str, date], int] = field(default_factory=dict)
    """Letters by the bed in which their resident lived first, and day."""

    @property
    def played(self) -> Played:
        """The phones and the platform."""
        return self.home.played

    @property
    def database(self) -> Database:
        """Where all of it is kept."""
        return self.running.database

    def who(self, login: str) -> Viewer:
        """A colleague."""
        return self.home.staff[login]

    def day(self, ahead: int) -> date:
        """A day counted from the one on which the demo starts."""
        return self.now.astimezone(self.running.settings.home.zone).date() + timedelta(days=ahead)

    def moment(self, words: str) -> datetime:
        """`-13 09:20`, by days before the start; `now -50`, by minutes before it. Raises ValueError."""
        first, second = words.split()
        if first == "now":
            return self.now + timedelta(minutes=int(second))
        return datetime.combine(self.day(int(first)), time.fromisoformat(second), self.running.settings.home.zone)

    async def write(self, work: Callable[[Unit], T]) -> T:
        """One transaction of a service."""
        return await self.database.write(work)

    async def number(self, sql: str, *values: object) -> int:
        """A question to the database that has one number for an answer."""

        def ask(store: Store) -> Sequence[tuple[Any, ...]]:
            return store.rows(sql, *values)

        found = await self.database.store(ask)
        return int(found[0][0]) if found and found[0][0] is not None else 0

    async def word(self, sql: str, *values: object) -> str:
        """A question that has one text for an answer."""

        def ask(store: Store) -> Sequence[tuple[Any, ...]]:
            return store.rows(sql, *values)

        found = await self.database.store(ask)
        return str(found[0][0]) if found else ""

    async def person(self, name: str) -> int:
        """Who somebody is now: by their phone, or as a registered relative."""
        if name in self.phones:
            return await self.number("SELECT person_id FROM follower WHERE openid = ?", self.phones[name])
        return self.relatives[name]

    async def with_file(self, number: int, data: bytes, work: Callable[[Unit], object]) -> None:
        """A file is sealed under its number, then written down."""
        await self.seal(number, data)
        await self.write(work)

    async def seal(self, number: int, data: bytes) -> None:
        """A file of its own in the folder."""
        folder, sealer = self.running.settings.media.path, self.database.sealer
        await asyncio.to_thread(media.write_file, folder, sealer, number, data)

    def photo(self, name: str) -> bytes:
        """A picture of the book."""
        return (BOOK / f"{name}.jpg").read_bytes()
