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
DAY: Final = 86_400
"""The same for an alarm that a colleague raised: there is no message of it anywhere else."""
_last: Final[dict[str, "asyncio.Task[None]"]] = {}
"""The newest act on each alarm that is being written down."""


def write_down(database: Database, alarm: Alarm, work: Callable[[Unit], None], tries: int = TRIES) -> None:
    """Into the database now, or as soon as it is back and the message itself is in it; the acts on one alarm in their
    order. `tries`: seconds in which it is tried.
    """
    before = _last.get(alarm.ref)

    async def write() -> None:
        if before is not None:
            await asyncio.wait({before})
        for _ in range(tries):
            if await _written(database, alarm, work):
                return
            await asyncio.sleep(1)
        log.error("an act on an alarm could not be written down", extra={"action": "alarm_act"})

    def ended(task: "asyncio.Task[None]") -> None:
        if _last.get(alarm.ref) is task:
            del _last[alarm.ref]

    _last[alarm.ref] = task = asyncio.create_task(write())
    task.add_done_callback(ended)


async def _written(database: Database, alarm: Alarm, work: Callable[[Unit], None]) -> bool:
    """Whether it is written down, or never will be; else it is tried again."""
    try:
        await database.write(work)
    except (NotFound, Conflict) as error:
        if isinstance(error, Conflict) or not alarm.uncommitted:
            log.warning(
                "an alarm was over, or somebody was first, before the act was written down",
                extra={"action": "alarm_act"},
            )
            return True
        return False
    except Busy:
        return False
    except Exception:
        log.exception("an act on an alarm could not be written down yet", extra={"action": "alarm_act"})
        return False
    return True
