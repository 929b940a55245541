"""What services and pages know of a database, whichever engine it is: hand in an arrival, run a transaction, ask a
question, be told.

Arrivals come first and are committed in batches, at most one message a person; every other job commits alone. While
nothing can be committed the database is *away*: what arrived waits in its order and is tried again; a job of a page
fails with Busy after 5 s, so that nobody stares at a form.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError

from care.errors import Busy
from storage.looked import Look, Looked
from storage.seal import Sealer
from storage.store import Store
from storage.unit import Unit

T = TypeVar("T")
log = logging.getLogger("jiashu.database")
BATCH: Final = 32
MOST_WAITING: Final = 5000
"""Arrivals that wait in memory while the database is away; further ones are Busy at once and live in the spool."""
PATIENCE: Final = 5.0
"""Seconds that a job waits for a database that is away."""
Listener = Callable[[frozenset[str]], None]
_AWAY: Final[list[Callable[[BaseException], bool]]] = []
_MET: Final[list[Callable[[BaseException], bool]]] = []


class Item(Protocol):
    """Something that arrived for one person; `openid` keeps a person's messages apart and in order."""

    @property
    def openid(self) -> str:
        """The sender."""


Receive = Callable[[Store, Sequence[Any]], Sequence[Any]]
"""Handles a batch in an open transaction; gives one result for each item, in order."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """An arrival and who waits for its result."""

    item: Item
    future: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True)
class Failed:
    """What a job or a message raised, on its way to the future of its caller."""

    error: Exception


class Database(ABC):
    """The database of a home in one process. Start it inside a running loop; all futures belong to that loop."""

    sealer: Sealer
    away_since: float | None
    """Monotonic; None while commits succeed. A transaction that wrote nothing proves nothing (I7)."""
    disk_full: bool = False
    """Whether it is away because the disk is full."""
    handle: Receive
    """What a batch of arrivals is given to."""
    shared: bool
    """Whether other processes use it at the same time."""
    looked: Looked
    """Who looked at what, until a job writes it down."""

    def note(self, looks: Iterable[Look]) -> None:
        """Keep looks for the audit; what finds no room is told to the log, by numbers alone."""
        for look in self.looked.note(looks):
            log.warning(
                "a look could not be kept for the audit",
                extra={"action": "unaudited", "who": look.actor, "subject": look.subject},
            )

    @abstractmethod
    async def start(self) -> None:
        """Open it. Raises DatabaseInUse or DatabaseAway."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what was begun, then let go."""

    @abstractmethod
    def listen(self, listener: Listener) -> None:
        """Be told in the loop, after each COMMIT, what it hinted at."""

    @abstractmethod
    def receive(self, item: Item) -> "asyncio.Future[Any]":
        """Hand in an arrival; the future ends after COMMIT, or with Busy when too many wait."""

    @abstractmethod
    async def write(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in its own transaction; what it raises undoes it. Raises Busy when the database is away."""

    @abstractmethod
    async def store(self, work: Callable[[Store], T]) -> T:
        """As `write`, with the raw operations only."""

    @abstractmethod
    async def read(self, work: Callable[[Unit], T]) -> T:
        """Run a question on a session that ends before the answer is used."""

    @abstractmethod
    async def leads(self) -> bool:
        """Whether this process runs what one process at a time should run: planning, clocks, releases."""

    @abstractmethod
    def heard(self, hints: frozenset[str]) -> None:
        """Another process changed something: tell the listeners of this one. `*` means anything."""

    @property
    @abstractmethod
    def checked_out(self) -> int:
        """Reading connections in use; 0 when nothing runs."""


def knows_away(test: Callable[[BaseException], bool]) -> Callable[[BaseException], bool]:
    """An engine says which errors of its driver mean that nothing can be committed now."""
    _AWAY.append(test)
    return test


def is_away(error: BaseException) -> bool:
    """Whether an error says that nothing can be committed now, and nothing about what was to be committed."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    return any(test(error) for test in _AWAY)


def knows_met(test: Callable[[BaseException], bool]) -> Callable[[BaseException], bool]:
    """An engine says which errors of its driver mean that two processes met over the same rows."""
    _MET.append(test)
    return test


def is_blameless(error: BaseException) -> bool:
    """Whether an error is no fault of what was to be committed: the database is away, or two met and everything is to
    begin again.
    """
    return is_away(error) or any(test(error) for test in _MET)


def take(arrivals: deque[Arrived]) -> list[Arrived]:
    """The next batch: at most one message a person, what is left keeps its order."""
    taken: list[Arrived] = []
    later: list[Arrived] = []
    people: set[str] = set()
    while arrivals and len(taken) < BATCH:
        entry = arrivals.popleft()
        if entry.item.openid in people:
            later.append(entry)
        else:
            people.add(entry.item.openid)
            taken.append(entry)
    arrivals.extendleft(reversed(later))
    return taken


def finish(futures: Sequence["asyncio.Future[Any]"], results: Sequence[Any]) -> None:
    """Tell those who wait, in the loop."""
    for future, result in zip(futures, results, strict=True):
        if future.done():
            continue
        if isinstance(result, Failed):
            future.set_exception(result.error)
        else:
            future.set_result(result)


def busy(cause: Exception) -> Busy:
    """Busy, with what caused it."""
    told = Busy()
    told.__cause__ = cause
    return told
