"""What this subject gives to the house."""

from datetime import datetime
from functools import partial
from typing import Final

from services.greetings import occasions
from services.subject import Job, Running, Subject
from storage.queries import greetings as queries

AT_ONCE: Final = 200
"""Rows of one transaction."""
LOOKED_AT: Final = 500
"""Residents that are looked at together: what it costs and holds in memory does not grow with the house."""


async def plan_ahead(running: Running, now: datetime) -> None:
    """Plan the occasions of the next days that nobody has planned yet."""
    house, home, after = running.house, running.home_id, 0
    while True:
        look = partial(queries.residents, home_id=home, after=after, limit=LOOKED_AT)
        if not (some := await running.database.read(look)):
            return
        after = some[-1]
        asked = partial(occasions.missing, house=house, home_id=home, now=now, residents=some)
        wanted = await running.database.read(asked)
        for at in range(0, len(wanted), AT_ONCE):
            write = partial(occasions.plan, house=house, home_id=home, wishes=wanted[at : at + AT_ONCE])
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
