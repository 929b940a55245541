"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from services.announcements import announcements
from services.subject import Job, Running, Subject

AT_ONCE: Final = 100
"""People of one announcement in one look: an alarm between them never waits for the rest."""


async def _release(running: Running, now: datetime) -> None:
    database, house = running.database, running.house
    for number in await database.read(lambda db: announcements.due(db, running.home_id, now)):
        await database.write(lambda db, n=number: announcements.begin(db, n, now))  # type: ignore[misc]
        there = await database.read(lambda db, n=number: announcements.left(db, n, AT_ONCE))  # type: ignore[misc]
        await running.each(
            there,
            lambda db, person, n=number: announcements.say_to(db, house, n, person, now),  # type: ignore[misc]
        )
        if len(there) >= AT_ONCE:
            continue
        if not await database.read(lambda db, n=number: announcements.left(db, n, 1)):  # type: ignore[misc]
            await database.write(lambda db, n=number: announcements.end(db, house, n, now))  # type: ignore[misc]


SUBJECT: Final = Subject(
    name="announcements",
    jobs=(Job("announcements", 2.0, _release, "到点发通知"),),
    actions={
        "write_announcement": "写通知",
        "change_announcement": "改通知",
        "announcement_planned": "放行通知",
        "announcement_held": "通知先不发",
        "announcement_cancelled": "取消通知",
        "make_group": "建名单",
        "drop_group": "去掉名单",
        "put_person": "改名单里的人",
    },
    things={"announcement": "通知", "group": "名单"},
    topics=("announcements",),
)
