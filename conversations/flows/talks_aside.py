"""招呼、你是谁、院外的事: one sentence, no promise and no clock (A15); beside a colleague the machine says nothing.

What is not the house's business is never answered. Of an elder it goes to the carers as a wish: they sit down with her.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from conversations.effects import AskHuman, Beside, FileMatter, Quiet, say
from conversations.engine import END, Flow, Step, finish
from conversations.events import Done, Message
from conversations.flows import matters, talks
from conversations.routing import Intent


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Aside:
    """What it was."""

    what: str = "greeting"


flow = Flow("aside", version=1, states=S, start=S.ONCE, slots=Aside, idle=timedelta(minutes=15))


@flow.enters(on=Intent.GREETING)
def greeting(_: Message) -> Step[Aside]:
    """你好, 在吗, ？: greeted, and nobody is asked to answer."""
    return finish(Aside("greeting"), Beside())


@flow.enters(on=Intent.IDENTITY)
def identity(_: Message) -> Step[Aside]:
    """Who asks what the machine is hears the truth."""
    return finish(Aside("identity"), Beside())


@flow.enters(on=Intent.OFFTOPIC)
def offtopic(_: Message) -> Step[Aside]:
    """Never answered; the way to a person is said."""
    return finish(Aside("offtopic"), Beside())


@flow.on_done(of=Beside)
def said(data: Aside, event: Done) -> Step[Aside]:
    """The sentence, unless a colleague is in the talk."""
    if event.how == "attended":
        return finish(data, Quiet("a colleague is in the talk, and nothing was asked of the house"))
    if event.how == "elder" and data.what == "offtopic":
        return finish(data, FileMatter(Intent.REQUEST))
    match data.what:
        case "identity":
            return finish(data, say("desk.identity"))
        case "offtopic":
            return finish(data, say("desk.offtopic"))
        case _:
            return finish(data, say("desk.greeting"))


@flow.on_done(of=FileMatter)
def told(data: Aside, event: Done) -> Step[Aside]:
    """Who comes to her."""
    return finish(data, matters.to_elder(event))


flow.on_done(of=AskHuman)(talks.promised)


@flow.state(S.ONCE, to=(END,))
def once(data: Aside, _: Message) -> Step[Aside]:
    """Never waited in."""
    return finish(data, AskHuman("unanswered"))
