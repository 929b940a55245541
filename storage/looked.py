"""Who looked at what, and who tried to log in: noted by the doors in reading units, which cannot write, and fetched by
the job that writes it into the audit (S4).

One look of one colleague at one subject within ten minutes is one row: an open page asks again at each message, and a
thousand rows about one afternoon at one desk would hide what matters. Nothing waits for it: a page is shown first, its
row follows within about a second.
"""

import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

WITHIN: Final = timedelta(minutes=10)
"""How long a look at the same subject is the same look; counted from the first, so that a long one has a row each ten
minutes.
"""
MOST: Final = 10_000
"""Looks that wait while nothing can be written; more are told to the log alone."""


class Look(NamedTuple):
    """Somebody saw something, or tried to, in the words of an audit row. Two that are equal are the same look."""

    home_id: int
    actor: str
    """`staff:id`, or `machine` for who is not known."""
    subject: str
    action: str = "view"
    detail: str | None = None


class Looked:
    """The looks of one process that are not written yet, and those of the last ten minutes. For any thread."""

    def __init__(self) -> None:
        self._waiting: dict[Look, float] = {}
        self._known: dict[Look, datetime] = {}
        self._lock = threading.Lock()

    def note(self, looks: Iterable[Look]) -> list[Look]:
        """Remember looks until they are taken; gives those for which there is no room."""
        left = []
        with self._lock:
            for look in looks:
                if len(self._waiting) < MOST or look in self._waiting:
                    self._waiting.setdefault(look, time.monotonic())
                else:
                    left.append(look)
        return left

    def take(self, now: datetime) -> list[tuple[Look, datetime]]:
        """What is to be written, each with its moment (aware, by the clock of `now`)."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            self._known = {look: at for look, at in self._known.items() if timedelta(0) <= now - at < WITHIN}
            new = [look for look in waiting if look not in self._known]
            machine = time.monotonic()
            found = [(look, now - timedelta(seconds=machine - waiting[look])) for look in new]
            self._known |= dict.fromkeys(new, now)
            return found

    def back(self, found: Iterable[tuple[Look, datetime]], now: datetime) -> None:
        """It could not be written: keep it for the next time, with its moment."""
        with self._lock:
            machine = time.monotonic()
            for look, at in found:
                self._known.pop(look, None)
                self._waiting[look] = machine - (now - at).total_seconds()
