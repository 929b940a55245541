"""What this subject gives to the house."""

from datetime import datetime
from functools import partial
from typing import Final

from services.greetings import occasions
from services.subject import Job, Running, Subject

AT_ONCE: Final = 200
"""Rows of one transaction."""


async def plan_ahead(running: Running, now: datetime) -> None:
    """Plan the occasions of the next days that nobody has planned yet."""
    wanted = await running.database.read(lambda db: occasions.missing(db, running.house, running.home_id, now))
    if wanted:
        for at in range(0, len(wanted), AT_ONCE):
            some = wanted[at : at + AT_ONCE]
            write = partial(occasions.plan, house=running.house, home_id=running.home_id, wishes=some)
            await running.database.write(write)


async def _release(running: Running, now: datetime) -> None:
    due = await running.database.read(lambda db: occasions.due(db, running.home_id, now))
    await running.each(due, lambda db, number: occasions.release(db, running.house, number, now))


SUBJECT: Final = Subject(
    name="greetings",
    jobs=(
        Job("days", 300.0, plan_ahead, "排好今后三十天的祝福和提醒"),
        Job("greetings", 5.0, _release, "到点发祝福和提醒"),
    ),
    actions={"book_visit": "登记探视", "plan_held": "先不发", "plan_cancelled": "取消问候", "plan_planned": "照发"},
    things={"plan": "日程"},
    topics=("days",),
)
