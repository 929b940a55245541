"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from conversations.effects import ShowLetters
from services.letters import letters, pulled, weekly, weekly_today
from services.subject import Job, Running, Subject


async def _release(running: Running, now: datetime) -> None:
    """Those of a week first: they speak for the letter of their Sunday."""
    await _release_weekly(running, now)
    due = await running.database.read(lambda db: letters.due(db, running.house, running.home_id, now))
    await running.each(due, lambda db, number: letters.release(db, running.house, number, now))


async def _release_weekly(running: Running, now: datetime) -> None:
    due = await running.database.read(lambda db: weekly.due(db, running.house, running.home_id, now))
    await running.each(due, lambda db, number: weekly.release(db, running.house, number, now))


SUBJECT: Final = Subject(
    name="letters",
    executors={ShowLetters: pulled.show},
    jobs=(Job("letters", 5.0, _release, "到傍晚放行家书"),),
    actions={
        "write_letter": "写家书",
        "let_go": "电话告知后放行",
        "withdraw_letter": "收回家书",
        "drop_photo": "拿掉照片",
        "say_who": "点照片里有谁",
        "release_letters": "发家书",
        "write_weekly": "写每周家书",
        "let_go_weekly": "电话告知后放行每周家书",
        "withdraw_weekly": "收回每周家书",
        "release_weekly": "发每周家书",
    },
    things={"letter": "家书", "weekly_letter": "每周家书"},
    topics=("letters",),
    today=weekly_today.lines,
)
