"""Business time: the only place that reads the wall clock; everything else is given `now`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

LOOK: Final = 0.2
"""Seconds between two looks at the file of a clock."""
Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""


def wall() -> datetime:
    """The machine's own time, in UTC."""
    return datetime.now(UTC)


def shifted(offset_file: Path) -> Clock:
    """A clock that adds the seconds written in `offset_file`, looked at every 0.2 s; a missing file adds nothing.

    A file without a number is one that somebody is writing: until it is written the clock goes on as before.
    """
    offset, look_at = timedelta(0), 0.0

    def now() -> datetime:
        nonlocal offset, look_at
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + LOOK
            try:
                offset = timedelta(seconds=float(offset_file.read_text()))
            except FileNotFoundError:
                offset = timedelta(0)
            except (ValueError, OSError):
                pass
        return wall() + offset

    return now


def chosen(offset_file: str, *, on_loopback: bool) -> Clock:
    """The clock of a process: a file moves it only where the platform is a stand-in on this machine."""
    return shifted(Path(offset_file)) if on_loopback and offset_file else wall
