"""Business time: the only place that reads the wall clock; everything else is given `now`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""


def wall() -> datetime:
    """The machine's own time, in UTC."""
    return datetime.now(UTC)


def shifted(offset_file: Path) -> Clock:
    """A clock that adds the seconds written in `offset_file`, read anew each time; a missing file adds nothing."""

    def now() -> datetime:
        try:
            seconds = float(offset_file.read_text().strip() or 0)
        except FileNotFoundError:
            seconds = 0.0
        return wall() + timedelta(seconds=seconds)

    return now
