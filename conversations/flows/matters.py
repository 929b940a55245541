"""建议、表扬、代办、报修、请假、探视、参观 …: what somebody is to do becomes a task under the name of its matter, and who wrote
hears whose it is and until when (A12, A17).

An elder hears only who is told; who thanks waits for nothing; of a resident nothing is confirmed to who is not bound.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final, TypeVar

from conversations.effects import AskHuman, FileMatter, Quiet, Say, say
from conversations.engine import END, Flow, Step, finish
from conversations.events import Done, Message
from conversations.routing import Intent


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of it, until it is known when somebody answers."""

    matter: str = ""
    who: str = ""
    how: str = "new"


F = TypeVar("F", bound=Filed)
flow = Flow("matter", version=1, states=S, start=S.ONCE, slots=Filed, idle=timedelta(minutes=15))
INTENTS: Final = (
    Intent.SUGGESTION,
    Intent.PRAISE,
    Intent.REQUEST,
    Intent.HAZARD,
    Intent.LEAVE,
    Intent.VISIT,
    Intent.TOUR,
    Intent.LEAD,
    Intent.PRIVATE,
    Intent.RIGHTS,
    Intent.STOP,
    Intent.UNBIND,
)
"""Each is a line of `care/matters.toml`."""


def begins(intent: str) -> Callable[[Message], Step[Filed]]:
    """The entry of one matter."""

    def begin(_: Message) -> Step[Filed]:
        return finish(Filed(), FileMatter(intent))

    return begin


for _intent in INTENTS:
    flow.enters(on=_intent)(begins(_intent))


PROMISED: Final = {
    "added": "matter.added",
    "chooses": "matter.chooses",
    "enquiry": "matter.enquiry",
    "more": "matter.enquiry_more",
}
"""What is said to who waits for an answer, where it is not the first word of a matter of a family."""


def to_elder(event: Done) -> Say:
    """One short sentence: who is told, or for who talks one that can be heard."""
    if event.how in {"aloud", "noted"}:
        return say("desk.elder" if event.how == "aloud" else "alarm.noted")
    return say("matter.elder", who="".join(event.known[1:2]))


def filed(data: F, event: Done) -> Step[F]:
    """The task is there; whoever waits for an answer is promised one. Other talks say it alike."""
    matter, who = (*event.known, "", "")[:2]
    match event.how:
        case "silent":
            return finish(data, Quiet("a colleague is in the talk, and nobody waits for an answer"))
        case "elder" | "aloud" | "noted":
            return finish(data, to_elder(event))
        case "praise":
            return finish(data, say("matter.praise", who=who))
        case _:
            return finish(replace(data, matter=matter, who=who, how=event.how), AskHuman("unanswered"))


def promised(data: F, event: Done) -> Step[F]:
    """Its name, whose it is, and until when; a moment that has passed is not told."""
    if event.how == "attended":
        return finish(data, Quiet("a colleague is in the talk, and the row has a clock"))
    if data.how == "mourning":
        return finish(data, say("matter.mourning"))
    if event.due_at is None:
        return finish(data, say("matter.late", matter=data.matter, who=data.who))
    if data.how == "guest":
        return finish(data, say("matter.who_asks", who=data.who, by=event.due_at))
    key = PROMISED.get(data.how, "matter.filed")
    return finish(data, say(key, matter=data.matter, who=data.who, by=event.due_at))


flow.on_done(of=FileMatter)(filed)
flow.on_done(of=AskHuman)(promised)


@flow.state(S.ONCE, to=(END,))
def once(data: Filed, _: Message) -> Step[Filed]:
    """Never waited in."""
    return finish(data, AskHuman("unanswered"))
