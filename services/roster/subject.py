"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from services.roster import spans, today
from services.subject import Job, Running, Subject
from storage import tables
from storage.unit import Unit


async def go_on(running: Running, now: datetime) -> None:
    """The days go on, a colleague leaves, the clock of the home is set: the spans follow."""

    def stale(db: Unit) -> bool:
        return bool(spans.differs(db, db.get_one(tables.Home, running.home_id), now))

    def renew(db: Unit) -> None:
        home = db.lock_row(select(tables.Home).where(tables.Home.id == running.home_id))
        if home is not None:
            spans.renew(db, home, now)

    if await running.database.read(stale):
        await running.database.write(renew)


SUBJECT: Final = Subject(
    name="roster",
    jobs=(Job("roster", 20.0, go_on, "按排班写好往后 28 天谁在哪里"),),
    actions={
        "rota_put": "排班",
        "rota_replace": "换人",
        "rota_remove": "撤下一班",
        "rota_swap": "对调两班",
        "rota_ask": "请人顶班",
        "rota_yes": "答应顶班",
        "rota_no": "顶不了班",
        "rota_copy": "照抄前七天",
        "edit_post": "改岗位",
        "end_post": "撤岗位",
        "edit_shift": "改班次",
        "end_shift": "停用班次",
    },
    things={"duty_post": "岗位", "duty_shift": "班次"},
    topics=("roster",),
    today=today.lines,
)
