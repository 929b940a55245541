"""The table of jobs: a name, an interval, and the one service function that is called with the time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Job:
    """An interval job; `run` gets the present moment and does everything in its own transactions."""

    name: str
    seconds: float
    run: Callable[[datetime], Awaitable[object]]
    everywhere: bool = False
    """Each process does it for itself; the others run where the database says `leads`."""
