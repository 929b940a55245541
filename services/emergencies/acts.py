"""An act on an alarm is true at once, on the board, and is written down as soon as the database takes it (F4)."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from care.errors import Busy, Conflict, NotFound
from services.emergencies.strip import Alarm
from storage.database import Database
from storage.unit import Unit

log = logging.getLogger("jiashu.alarms")
TRIES: Final = 600
"""Seconds in which it is tried again."""
_last: Final[dict[str, "asyncio.Task[None]"]] = {}
"""The newest act on each alarm that is being written down."""


def write_down(database: Database, alarm: Alarm, work: Callable[[Unit], None]) -> None:
    """Into the database now, or as soon as it is back and the message itself is in it; the acts on one alarm in their
    order.
    """
    before = _last.get(alarm.ref)

    async def write() -> None:
        if before is not None:
            await asyncio.wait({before})
        for _ in range(TRIES):
            try:
                await database.write(work)
            except (NotFound, Conflict) as error:
                if isinstance(error, Conflict) or not alarm.uncommitted:
                    log.warning(
                        "an alarm was over, or somebody was first, before the act was written down",
                        extra={"action": "alarm_act"},
                    )
                    return
                await asyncio.sleep(1)
            except Busy:
                await asyncio.sleep(1)
            else:
                return
        log.error("an act on an alarm could not be written down", extra={"action": "alarm_act"})

    def ended(task: "asyncio.Task[None]") -> None:
        if _last.get(alarm.ref) is task:
            del _last[alarm.ref]

    _last[alarm.ref] = task = asyncio.create_task(write())
    task.add_done_callback(ended)
