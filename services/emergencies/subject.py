"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from services.emergencies import alarms
from services.subject import Job, Running, Subject


async def _still_calling(running: Running, now: datetime) -> None:
    await running.database.store(lambda store: alarms.still_calling(store, running.house, now))


SUBJECT: Final = Subject(
    name="emergencies",
    jobs=(Job("alarms", 5.0, _still_calling, "没人去的紧急，再安慰一句"),),
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
    },
    things={"alarm": "报警", "unreadable": "损坏的来信"},
)
