"""What was asked back or shown to a colleague: on the talk, on the task, on 今日, and counted (F26)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import func, select

from care.states import DoubtCourse, DoubtEnd
from storage import tables
from storage.queries.sight import Sight
from storage.seal import Unreadable
from storage.tables.talks_doubts import Doubt
from storage.tables.tasks import Task
from storage.unit import Unit

ASKED: Final = {
    None: "机器人问了：要人过去吗",
    DoubtEnd.YES.value: "机器人问了要不要人去，回了要，已报警",
    DoubtEnd.NO.value: "机器人问了要不要人去，回了不要，请同事看了",
    DoubtEnd.RANG.value: "机器人问了要不要人去，又说了要紧的，已报警",
    DoubtEnd.SILENCE.value: "机器人问了要不要人去，没有回",
    DoubtEnd.OTHER.value: "机器人问了要不要人去，回了别的，请同事看了",
}
SHOWN: Final = {
    DoubtCourse.SHOWN.value: "可能要紧，请同事看一眼",
    DoubtCourse.LOOKED.value: "请没被说到的同事进去看一眼",
}
CLOSED: Final = "［打不开，请看来信］"
OTHERS: Final = "话里可能说到同事，只给主管看"


def marks(db: Unit, messages: Collection[int]) -> dict[int, str]:
    """By message, what was done with it."""
    rows = db.scalars(select(Doubt).where(Doubt.inbox_id.in_(messages)).order_by(Doubt.id)) if messages else ()
    return {
        row.inbox_id: ASKED.get(row.ended_how, "")
        if row.course == DoubtCourse.ASKED.value
        else SHOWN.get(row.course, "")
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Words:
    """One message of a task."""

    at: datetime
    words: str


def of_tasks(db: Unit, sight: Sight, tasks: Collection[int]) -> dict[int, list[Words]]:
    """What the messages of these tasks say, the first first, as far as the viewer may read them."""
    if not tasks:
        return {}
    table, inbox = Doubt, tables.Inbox
    rows = db.execute(
        select(table.task_id, inbox, sight.inbox(inbox.id))
        .join(inbox, inbox.id == table.inbox_id)
        .where(table.task_id.in_(tasks), table.course != DoubtCourse.LOOKED.value)
        .order_by(table.id)
    )
    found: dict[int, list[Words]] = {}
    for task, row, may in rows:
        found.setdefault(task or 0, []).append(Words(row.arrived_at, _said(db, row) if may else OTHERS))
    return found


def look_ins(db: Unit, tasks: Collection[int]) -> frozenset[int]:
    """Those of these tasks by which somebody looks in on who said the same once more (F28)."""
    if not tasks:
        return frozenset()
    wanted = select(Doubt.task_id).where(Doubt.task_id.in_(tasks), Doubt.course == DoubtCourse.LOOKED.value)
    return frozenset(task for task in db.scalars(wanted) if task is not None)


def _said(db: Unit, row: tables.Inbox) -> str:
    try:
        event = msgspec.json.decode(db.open(row, "event") or "{}")
    except Unreadable:
        return CLOSED
    return str(event.get("body") or event.get("heard") or "［语音］")


@dataclass(frozen=True, slots=True)
class Counted:
    """How often what was done in a time: for the budget of F26."""

    asked: int
    yes: int
    no: int
    rang: int
    silence: int
    other: int
    open: int
    rung_by_silence: int
    """Of those, elders and devices to whom somebody went."""
    shown: int
    looked: int
    tasks: int


def counted(db: Unit, home_id: int, since: datetime, until: datetime) -> Counted:
    """From … up to …."""
    mine = (Doubt.home_id == home_id, Doubt.at >= since, Doubt.at < until)
    each: dict[tuple[str, str | None], int] = {
        (course, how): many
        for course, how, many in db.execute(
            select(Doubt.course, Doubt.ended_how, func.count()).where(*mine).group_by(Doubt.course, Doubt.ended_how)
        )
    }
    asked = {how: many for (course, how), many in each.items() if course == DoubtCourse.ASKED.value}
    rung = db.scalar(
        select(func.count())
        .select_from(Doubt)
        .where(
            *mine,
            Doubt.ended_how == DoubtEnd.SILENCE.value,
            Doubt.inbox_id.in_(select(tables.Alarm.inbox_id).where(tables.Alarm.home_id == home_id)),
        )
    )
    tasks = db.scalar(
        select(func.count())
        .select_from(Task)
        .where(Task.home_id == home_id, Task.source == "look", Task.made_at >= since, Task.made_at < until)
    )
    ended = {one: asked.get(one.value, 0) for one in DoubtEnd}
    return Counted(
        asked=sum(asked.values()),
        yes=ended[DoubtEnd.YES],
        no=ended[DoubtEnd.NO],
        rang=ended[DoubtEnd.RANG],
        silence=ended[DoubtEnd.SILENCE],
        other=ended[DoubtEnd.OTHER],
        open=asked.get(None, 0),
        rung_by_silence=rung or 0,
        shown=sum(many for (course, _), many in each.items() if course == DoubtCourse.SHOWN.value),
        looked=sum(many for (course, _), many in each.items() if course == DoubtCourse.LOOKED.value),
        tasks=tasks or 0,
    )
