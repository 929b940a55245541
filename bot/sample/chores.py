"""What colleagues have to do, what they note about residents, and what the desk says every day."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final

from bot.sample.stage import Act, Stage
from care.errors import NotFound
from care.matters import MACHINE
from services.access import Viewer
from services.talks import canned
from services.talks.forms import WriteCanned
from services.tasks import notes, tasks
from services.tasks.forms import ActOnTask, AddNote, AddTask
from storage.unit import Unit

SAYS: Final = "-12 09:30"
"""When the desk wrote its sentences down."""
EVENINGS: Final = range(-13, 0)
LEADS: Final = ("he", "shen")
"""Who looks in the evening at what came in by itself: the supervisor, and the director at what is for him alone."""
FILED: Final = "SELECT id FROM task WHERE made_by = ? AND ended_at IS NULL AND made_at < ? ORDER BY id"
DUE: Final = "SELECT id FROM task WHERE made_by = ? AND ended_at IS NULL AND due_at < ? ORDER BY id"
NOW: Final = "now -2"
"""When what is due today has been done."""


def acts(book: Mapping[str, Any], stage: Stage) -> Iterable[Act]:
    """Tasks, notes and sentences of the book; a book without them has none."""
    for one in book.get("tasks", ()):
        task = Chore(stage, one)
        yield Act(stage.moment(one["at"]), f"task {one['what']}", task.begin)
        if "done" in one:
            yield Act(stage.moment(one["done"]), f"done {one['what']}", task.end)
    for one in book.get("notes", ()):
        yield Act(stage.moment(one["at"]), f"note {one['words']}", Remark(stage, one).write)
    if "tasks" in book:
        for day in EVENINGS:
            yield Act(stage.moment(f"{day} 20:40"), f"tasks of {day}", partial(ticks, stage, FILED))
        yield Act(stage.moment(NOW), "tasks of today", partial(ticks, stage, DUE))
    if "canned" in book:
        yield Act(stage.moment(SAYS), "canned", Sentences(stage, book["canned"]).write)


async def ticks(stage: Stage, which: str, at: datetime) -> None:
    """What the machine filed is ticked off: it was answered or done in the course of the day."""
    for login in LEADS:
        who = stage.who(login)
        for (number,) in await stage.database.store(lambda store: store.rows(which, MACHINE, at)):
            with suppress(NotFound):
                await stage.write(partial(_ticked, who=who, number=number, at=at))


def _ticked(db: Unit, who: Viewer, number: int, at: datetime) -> int:
    return tasks.done(db, who, number, ActOnTask(), at).id


class Chore:
    """One task, from its first word to its end."""

    def __init__(self, stage: Stage, told: Mapping[str, Any]) -> None:
        self._stage, self._told, self._number = stage, told, 0

    async def begin(self, at: datetime) -> None:
        """Written in one line."""
        told, stage = self._told, self._stage
        due = stage.moment(told["due"]).replace(tzinfo=None) if "due" in told else None
        form = AddTask(
            what=told["what"], whom=told["whom"], due=due, resident=stage.home.residents.get(told.get("place", ""), 0)
        )
        who = stage.who(told["by"])
        self._number = await stage.write(lambda db: tasks.add(db, who, form, at).id)

    async def end(self, at: datetime) -> None:
        """Done by who wrote it."""
        who, number = self._stage.who(self._told["by"]), self._number
        await self._stage.write(lambda db: tasks.done(db, who, number, ActOnTask(), at).id)


class Remark:
    """A line about a resident."""

    def __init__(self, stage: Stage, told: Mapping[str, Any]) -> None:
        self._stage, self._told = stage, told

    async def write(self, at: datetime) -> None:
        """From the console."""
        told, stage = self._told, self._stage
        form = AddNote(words=told["words"], inside=told.get("inside", False))
        who, resident = stage.who(told["by"]), stage.home.residents[told["place"]]
        await stage.write(lambda db: notes.add(db, who, resident, form, at).id)


class Sentences:
    """常用语 of the house."""

    def __init__(self, stage: Stage, told: Iterable[Mapping[str, str]]) -> None:
        self._stage, self._told = stage, told

    async def write(self, at: datetime) -> None:
        """One after the other, by who leads."""
        who = self._stage.who("he")
        for one in self._told:
            await self._stage.write(partial(canned.write, viewer=who, form=WriteCanned(words=one["words"]), now=at))
