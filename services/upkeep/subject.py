"""What this subject gives to the house."""

import asyncio
from datetime import datetime
from typing import Final

from services.subject import Job, Running, Subject
from services.upkeep import audit_chain, audit_looks, stoplist


async def _link(running: Running, now: datetime) -> None:
    while await running.database.store(lambda store: audit_chain.link(store, now)) == audit_chain.BATCH:
        pass


async def _write_looks(running: Running, now: datetime) -> None:
    await audit_looks.write_down(running.database, now)


async def _note_head(running: Running, now: datetime) -> None:
    found = await running.database.store(lambda store: audit_chain.head(store, now))
    if found is not None:
        await asyncio.to_thread(audit_chain.write_head, running.settings.audit_head, found)


async def note_stops(running: Running, _now: object = None) -> None:
    """Write down outside the database to whom machines must not write any more."""
    found = await running.database.store(stoplist.entries)
    await asyncio.to_thread(stoplist.keep, running.settings.stop_list, running.database.sealer, found)


SUBJECT: Final = Subject(
    name="upkeep",
    jobs=(
        Job("looks", 1.0, _write_looks, "记下谁看过什么", everywhere=True),
        Job("ledger", 60.0, _link, "把审计记录串成链"),
        Job("head", 3600.0, _note_head, "把审计链的末端写到文件"),
        Job("stops", 5.0, note_stops, "把停发名单写到文件"),
    ),
    actions={"begin_epoch": "从备份恢复", "confirm_epoch": "恢复后开始发送"},
    things={"downtime": "停机", "epoch": "恢复", "home": "院", "page": "页面"},
)
