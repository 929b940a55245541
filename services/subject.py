"""What a subject gives to the house, in one value: its file `services/<subject>/subject.py` has it (engineering 8, 9).

Whoever needs all of them asks `subjects()`: a new subject edits none of its users.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from care.errors import Busy
from conversations.effects import Effect
from services.access import Viewer
from services.context import Executor
from services.house import House
from settings import Settings
from settings import subjects as folders
from storage.database import Database
from storage.unit import Unit

log = logging.getLogger("jiashu.jobs")


@dataclass(frozen=True, slots=True)
class Running:
    """What a job works with: the open database, the home, its settings."""

    database: Database
    house: House
    home_id: int
    settings: Settings

    async def each(self, numbers: Sequence[int], work: Callable[[Unit, int], object]) -> None:
        """One short transaction for each number; one that raises is logged and holds up no other. Raises Busy."""
        for number in numbers:
            try:
                await self.database.write(lambda db, number=number: work(db, number))  # type: ignore[misc]
            except Busy:
                raise
            except Exception:
                log.exception("a row could not be released", extra={"action": "release", "row": number})

    async def portions(self, numbers: Sequence[int], most: int, work: Callable[[Unit, Sequence[int]], object]) -> None:
        """Transactions of so many numbers each; those of one that raises are done one by one. Raises Busy."""
        for begin in range(0, len(numbers), most):
            some = numbers[begin : begin + most]
            try:
                await self.database.write(lambda db, some=some: work(db, some))  # type: ignore[misc]
            except Busy:
                raise
            except Exception:
                log.exception("a portion failed, and is done one by one", extra={"action": "release"})
                await self.each(some, lambda db, number: work(db, [number]))


@dataclass(frozen=True, slots=True)
class Job:
    """A job at an interval; `run` gets the present moment (aware) and does everything in its own transactions."""

    name: str
    seconds: float
    run: Callable[[Running, datetime], Awaitable[object]]
    title: str
    """What it does, for the administrator."""
    everywhere: bool = False
    """Each process does it for itself; the others run where the database says `leads`."""


@dataclass(frozen=True, slots=True)
class Command:
    """What an operator asks of the house from a shell, beside the running service or without it (I13): the form, whose
    name is the command's, and what carries it out in its own transactions and gives the lines to print. Raises
    JiashuError with the sentence to print.
    """

    form: type[msgspec.Struct]
    run: Callable[[Running, Any, datetime], Awaitable[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class TodayLine:
    """A line that a subject adds to 今日: a tag with its look (`bad` is red), what it is, what to do, and where."""

    look: str
    tag: str
    title: str
    text: str
    page: str
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One subject: what carries out its effects, its jobs, and the words by which its stored words are shown."""

    name: str
    executors: Mapping[type[Effect], Executor] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()
    actions: Mapping[str, str] = field(default_factory=dict)
    """Words of the audit, as the auditor reads them."""
    things: Mapping[str, str] = field(default_factory=dict)
    """What these are done to: the part of an audit's subject before its colon."""
    promises: Mapping[str, str] = field(default_factory=dict)
    """Kinds of promised times."""
    commands: tuple[Command, ...] = ()
    topics: tuple[str, ...] = ()
    """Names of changes that every open page may hear of; they say nothing of whom."""
    today: Callable[[Unit, Viewer, datetime], Sequence[TodayLine]] | None = None
    """What of it a viewer must see on 今日 now, beside what waits with a clock."""


@cache
def subjects() -> tuple[Subject, ...]:
    """All subjects, by name."""
    return tuple(folders.declared("services", Subject))


@cache
def commands() -> Mapping[str, Command]:
    """The commands of all subjects by the name of their form."""
    return {command.form.__name__: command for subject in subjects() for command in subject.commands}


@cache
def topics() -> frozenset[str]:
    """The names of changes of all subjects."""
    return frozenset(topic for subject in subjects() for topic in subject.topics)


def gathered(part: Callable[[Subject], Mapping[str, str]]) -> dict[str, str]:
    """The words of all subjects. Raises ValueError when two subjects have one word."""
    found: dict[str, str] = {}
    for subject in subjects():
        for word, shown in part(subject).items():
            if found.setdefault(word, shown) != shown:
                message = f"{subject.name}: {word} is another subject's word"
                raise ValueError(message)
    return found


def today(db: Unit, viewer: Viewer, now: datetime) -> list[TodayLine]:
    """The lines of all subjects, the red ones first."""
    found = [line for subject in subjects() if subject.today is not None for line in subject.today(db, viewer, now)]
    return sorted(found, key=lambda line: line.look != "bad")
