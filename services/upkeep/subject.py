"""What this subject gives to the house."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from services.subject import Job, Running, Subject
from services.upkeep import audit_chain, audit_heads, audit_looks, stoplist
from services.upkeep.audit_heads import Head
from storage.seal import Sealer

T = TypeVar("T")


async def _link(running: Running, now: datetime, *, everything: bool = False) -> None:
    linked, upto = 0, now + 2 * audit_chain.SETTLES if everything else now
    while (new := await running.database.store(lambda store: audit_chain.link(store, upto))) == audit_chain.BATCH:
        linked += new
    if linked + new:
        await _outside(running, now, audit_heads.renew)


async def _note_head(running: Running, now: datetime) -> None:
    mac = await _outside(running, now, audit_heads.write)
    if mac is not None:
        subject = f"home:{running.home_id}"
        await running.database.store(
            lambda store: store.audit(running.home_id, now, "machine", audit_chain.NOTED, subject, mac)
        )


async def _outside(running: Running, now: datetime, write: Callable[[Path, Sealer, Head], T]) -> T | None:
    """Tell the files outside how far the chain is; None before the first link. Raises OSError."""
    found = await running.database.store(lambda store: audit_chain.head(store, now))
    if found is None:
        return None
    return await asyncio.to_thread(write, running.settings.audit_head, running.database.sealer, found)


async def _write_looks(running: Running, now: datetime) -> None:
    await audit_looks.write_down(running.database, now)


async def wind_up(running: Running, now: datetime) -> None:
    """Before the database closes: the last looks, and their links where no other process can write any more.

    Raises Busy, OSError.
    """
    await _write_looks(running, now)
    if not running.database.shared:
        await _link(running, now, everything=True)


async def note_stops(running: Running, _now: object = None) -> None:
    """Write down outside the database to whom machines must not write any more."""
    found = await running.database.store(stoplist.entries)
    await asyncio.to_thread(stoplist.keep, running.settings.stop_list, running.database.sealer, found)


SUBJECT: Final = Subject(
    name="upkeep",
    jobs=(
        Job("looks", 1.0, _write_looks, "记下谁看过什么", everywhere=True),
        Job("ledger", 10.0, _link, "把审计记录串成链"),
        Job("head", 3600.0, _note_head, "把审计链的末端写到文件"),
        Job("stops", 5.0, note_stops, "把停发名单写到文件"),
    ),
    actions={
        "begin_epoch": "从备份恢复",
        "confirm_epoch": "恢复后开始发送",
        "note_head": "审计链末端记到外面",
        "adopt": "改机构名或公众号",
    },
    things={"downtime": "停机", "epoch": "恢复", "home": "院", "page": "页面"},
)
