"""Which colleagues have a talk or a case open, and who of them is writing (D12).

Kept in memory alone and told as hints of ids, so that every process hears it by the way of all changes; what a
process that ended has told fades by itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "here:"
READS, WRITES, STOPS, LEFT = "reads", "writes", "stops", "left"
SAYS: Final = frozenset({WRITES, STOPS})
"""What a page says of itself; the other two are said by its stream."""
HERE_FOR: Final = 45.0
WRITES_FOR: Final = 8.0
"""Seconds without a word after which somebody is not here, or not writing, any more."""


@dataclass(frozen=True, slots=True)
class Here:
    """A colleague at a talk or a case."""

    staff_id: int
    writes: bool


def hint(topic: str, staff_id: int, what: str) -> str:
    """What is told to all processes."""
    return PREFIX + ":".join((topic, str(staff_id), what))


class Presence:
    """Who is where, as far as this process has heard."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, dict[int, tuple[float, float]]] = {}
        self._shown: dict[str, list[Here]] = {}

    def hear(self, one: str) -> tuple[str, int]:
        """Take in a hint; gives the topic and the colleague that it is about."""
        topic, staff, what = one.removeprefix(PREFIX).rsplit(":", 2)
        there, now, staff_id = self._until.setdefault(topic, {}), self._clock(), int(staff)
        writes = there.pop(staff_id, (0.0, 0.0))[1]
        if what != LEFT:
            writes = {WRITES: now + WRITES_FOR, STOPS: 0.0}.get(what, writes)
            there[staff_id] = (now + HERE_FOR, writes)
        return topic, staff_id

    def at(self, topic: str) -> list[Here]:
        """Who is at a topic now, in the order in which they were heard of."""
        now = self._clock()
        there = {staff: until for staff, until in self._until.get(topic, {}).items() if until[0] > now}
        self._until[topic] = there
        if not there:
            del self._until[topic]
        return [Here(staff, writes > now) for staff, (_, writes) in there.items()]

    def changed(self, topic: str) -> bool:
        """Whether its picture is another one than at the last question."""
        found, before = self.at(topic), self._shown.pop(topic, [])
        if found:
            self._shown[topic] = found
        return sorted(found, key=str) != sorted(before, key=str)
