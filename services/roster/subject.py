"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from services.roster import days, spans, today
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


async def fill_years(running: Running, now: datetime) -> None:
    """The days of this year and the next, as soon as the published list has them."""
    today = now.astimezone(running.house.home.zone).date()

    def fill(db: Unit, year: int) -> None:
        home = db.lock_row(select(tables.Home).where(tables.Home.id == running.home_id))
        if home is not None and year in days.to_fill(db, home.id, today):
            days.fill(db, home.id, year, now)

    wanted = await running.database.read(lambda db: days.to_fill(db, running.home_id, today))
    await running.each(wanted, fill)


SUBJECT: Final = Subject(
    name="roster",
    jobs=(
        Job("roster", 20.0, go_on, "按排班写好往后 28 天谁在哪里"),
        Job("calendar", 30.0, fill_years, "填今年和明年的放假和调休"),
    ),
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
        "fill_year": "填一年的放假日",
        "check_year": "对过一年的放假日",
        "set_day": "改一天",
        "set_hours": "改服务时间",
    },
    things={"duty_post": "岗位", "duty_shift": "班次"},
    topics=("roster", "calendar"),
    today=today.lines,
)
