"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from services.promises import clocks
from services.subject import Job, Running, Subject


async def _look(running: Running, now: datetime) -> None:
    await running.database.store(lambda store: clocks.look_at_promises(store, running.house, now))


SUBJECT: Final = Subject(
    name="promises",
    jobs=(Job("promises", 5.0, _look, "看每一个时限，到了就提醒，超了就记下"),),
    actions={"breach": "超时"},
    things={"promise": "时钟"},
    promises={"reply": "回复", "call": "回电"},
    topics=("promises",),
)
