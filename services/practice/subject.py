"""What this subject gives to the house."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from services.practice import going_over
from services.subject import Job, Running, Subject


async def _go_over(running: Running, now: datetime) -> None:
    """Once a second, and nearly always nothing: the director has gone over, everything of practice is to go."""
    stands, database, home = running.house.practice, running.database, running.home_id
    if stands is None or not stands.closing:
        return
    if not await database.read(lambda db: going_over.due(db, home, now)):
        return
    lying = await database.read(lambda db: going_over.files(db, running.settings.media.path))
    await asyncio.to_thread(_remove, lying)
    await database.write(lambda db: going_over.unbind(db, home))
    while await database.write(lambda db: going_over.discard(db, home)):
        pass
    await database.write(lambda db: going_over.end(db, home, now))


def _remove(lying: Sequence[Path]) -> None:
    for path in lying:
        path.unlink(missing_ok=True)


SUBJECT: Final = Subject(
    name="practice",
    jobs=(Job("practice", 1.0, _go_over, "转正式以后，清掉练习里说过的"),),
    actions={
        "begin_practice": "开始练习",
        "close_practice": "结束练习，转正式",
        "unbind_practice": "解开练习里的绑定",
        "end_practice": "练习清空，正式开始",
    },
)
