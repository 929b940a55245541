"""What colleagues have to do, what they note about residents, and what the desk says every day."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final

from bot.sample.play import Act, Play
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


def acts(book: Mapping[str, Any], play: Play) -> Iterable[Act]:
    """Tasks, notes and sentences of the book; a book without them has none."""
    for one in book.get("tasks", ()):
        task = Chore(play, one)
        yield Act(play.moment(one["at"]), f"task {one['what']}", task.begin)
        if "done" in one:
            yield Act(play.moment(one["done"]), f"done {one['what']}", task.end)
    for one in book.get("notes", ()):
        yield Act(play.moment(one["at"]), f"note {one['words']}", Remark(play, one).write)
    if "tasks" in book:
        for day in EVENINGS:
            yield Act(play.moment(f"{day} 20:40"), f"tasks of {day}", partial(ticks, play, FILED))
        yield Act(play.moment(NOW), "tasks of today", partial(ticks, play, DUE))
    if "canned" in book:
        yield Act(play.moment(SAYS), "canned", Sentences(play, book["canned"]).write)


async def ticks(play: Play, which: str, at: datetime) -> None:
    """What the machine filed is ticked off: it was answered or done in the course of the day."""
    for login in LEADS:
        who = play.who(login)
        for (number,) in await play.database.store(lambda store: store.rows(which, MACHINE, at)):
            with suppress(NotFound):
                await play.write(partial(_ticked, who=who, number=number, at=at))


def _ticked(db: Unit, who: Viewer, number: int, at: datetime) -> int:
    return tasks.done(db, who, number, ActOnTask(), at).id


class Chore:
    """One task, from its first word to its end."""

    def __init__(self, play: Play, told: Mapping[str, Any]) -> None:
        self._play, self._told, self._number = play, told, 0

    async def begin(self, at: datetime) -> None:
        """Written in one line."""
        told, play = self._told, self._play
        due = play.moment(told["due"]).replace(tzinfo=None) if "due" in told else None
        form = AddTask(
            what=told["what"], whom=told["whom"], due=due, resident=play.home.residents.get(told.get("place", ""), 0)
        )
        who = play.who(told["by"])
        self._number = await play.write(lambda db: tasks.add(db, who, form, at).id)

    async def end(self, at: datetime) -> None:
        """Done by who wrote it."""
        who, number = self._play.who(self._told["by"]), self._number
        await self._play.write(lambda db: tasks.done(db, who, number, ActOnTask(), at).id)


class Remark:
    """A line about a resident."""

    def __init__(self, play: Play, told: Mapping[str, Any]) -> None:
        self._play, self._told = play, told

    async def write(self, at: datetime) -> None:
        """From the console."""
        told, play = self._told, self._play
        form = AddNote(words=told["words"], inside=told.get("inside", False))
        who, resident = play.who(told["by"]), play.home.residents[told["place"]]
        await play.write(lambda db: notes.add(db, who, resident, form, at).id)


class Sentences:
    """常用语 of the house."""

    def __init__(self, play: Play, told: Iterable[Mapping[str, str]]) -> None:
        self._play, self._told = play, told

    async def write(self, at: datetime) -> None:
        """One after the other, by who leads."""
        who = self._play.who("he")
        for one in self._told:
            await self._play.write(partial(canned.write, viewer=who, form=WriteCanned(words=one["words"]), now=at))
