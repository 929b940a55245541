"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from services.outgoing import outbox
from services.subject import Job, Running, Subject


async def _give_up(running: Running, now: datetime) -> None:
    await running.database.store(lambda store: outbox.give_up_parked(store, now))


SUBJECT: Final = Subject(
    name="outgoing",
    jobs=(Job("parked", 60.0, _give_up, "等了七天还发不出的，改成请打电话"),),
    actions={"reach": "送达"},
    things={"outbox": "消息"},
)
