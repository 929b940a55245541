"""What this subject gives to the house."""

import logging
from datetime import datetime
from typing import Final

from services.emergencies import alarms, auditor, calls, chain, receivers
from services.subject import Job, Running, Subject
from settings.clock import wall

log = logging.getLogger("jiashu.alarms")


async def _still_calling(running: Running, now: datetime) -> None:
    await running.database.store(lambda store: alarms.still_calling(store, running.house, now))


async def _go_on(running: Running, now: datetime) -> None:
    """A look that writes nothing while nothing rings."""
    house, home = running.house, running.home_id
    if not await running.database.read(lambda db: chain.is_due(db, home, now)):
        return
    await running.database.write(lambda db: calls.silent(db, house, home, now))
    numbers = await running.database.read(lambda db: chain.under_way(db, home, now))
    await running.each(numbers, lambda db, number: chain.advance(db, house, number, now, wall()))


async def _audit(running: Running, now: datetime) -> None:
    found = await running.database.write(lambda db: auditor.go_round(db, running.home_id, now, wall()))
    if found:
        log.error("the alarm chain is late", extra={"action": "chain_late", "what": " ".join(found)})


async def _tidy(running: Running, now: datetime) -> None:
    await running.database.write(lambda db: receivers.tidy(db, running.home_id, now))


SUBJECT: Final = Subject(
    name="emergencies",
    jobs=(
        Job("alarms", 5.0, _still_calling, "没人去的紧急，再安慰一句"),
        Job("chain", 1.0, _go_on, "没人去的紧急，按顺序打电话叫人"),
        Job("chain-audit", auditor.EVERY, _audit, "查报警链有没有走慢"),
        Job("takeovers", 20.0, _tidy, "退出登录的，不算在接班"),
    ),
    actions={
        "alarm": "报警",
        "going": "我去",
        "arrived": "已到",
        "false": "误报",
        "muted": "静音",
        "undone": "撤销",
        "arrived_before": "已到（之后又喊了）",
        "unreadable": "来信损坏",
        "take_note": "知道了",
        "calmed": "说没事了",
        "said_again": "又说了同一件事",
        "ring_phone": "打电话叫人",
        "not_arrived": "三分钟没到，往上叫",
        "cannot_come": "走不开",
        "take_over": "接班",
        "heard_sound": "听到报警声",
        "end_duty": "交班",
        "try_group": "试群机器人",
    },
    things={"alarm": "报警", "unreadable": "损坏的来信", "takeover": "接班"},
    topics=("duty",),
)
