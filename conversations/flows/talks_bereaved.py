"""A death was told: one sentence, and then silence until a colleague has spoken (F59). Everything that is said is heard
and kept; no clock, no greeting, no thanks of a machine.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Final

from conversations.effects import Effect, Quiet, say
from conversations.engine import END, Entry, Flow, Step, finish, goto, stay
from conversations.events import Done, Message, Skipped
from conversations.routing import Intent


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing has to be remembered but that the talk is silent."""


@dataclass(frozen=True, slots=True)
class Mourn(Effect):
    """Have somebody call at once: Done.how told with the name as ref, silent when it was said before, attended while a
    colleague is in the talk.
    """

    answers: ClassVar[bool] = True


flow = Flow(Intent.BEREAVED.value, version=1, states=S, start=S.SILENT, slots=Nothing, idle=timedelta(days=7))
WHY: Final = "a person has been asked to call, and speaks first"


@flow.enters(on=Intent.BEREAVED)
def told(_: Entry) -> Step[Nothing]:
    """Whatever is said after it comes here as well."""
    return goto(S.SILENT, Nothing(), Mourn())


@flow.on_done(of=Mourn)
def called(data: Nothing, event: Done) -> Step[Nothing]:
    """Said once."""
    if event.how == "attended":
        return finish(data, Quiet("a colleague is in the talk"))
    if event.how == "told":
        return stay(data, say("bereaved.call", name=event.ref))
    return stay(data, Quiet(WHY))


@flow.state(S.SILENT, to=(END,))
def silent(data: Nothing, _: Message | Skipped) -> Step[Nothing]:
    """A word of the engine's own, such as 返回, is no more than any other."""
    return stay(data, Mourn())


@flow.silence
def waits(data: Nothing) -> Step[Nothing]:
    """Only a colleague's words end it."""
    return stay(data, Quiet(WHY))


@flow.claims
def nothing(_data: Nothing, _: Message) -> bool:
    """What is no word of mourning, such as the answer to an open question, has its own talk."""
    return False


@flow.cancel
def nothing_to_cancel(data: Nothing) -> Step[Nothing]:
    """取消 cancels no call."""
    return stay(data, Quiet(WHY))
