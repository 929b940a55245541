"""招呼、你是谁、院外的事: one sentence, no promise and no clock (A15); beside a colleague the machine says nothing.

What is not the house's business is never answered. Of an elder it goes to the carers as a wish: they sit down with her.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import AskHuman, Beside, FileMatter, Quiet, say
from conversations.engine import END, Flow, Step, finish
from conversations.events import Done, Message
from conversations.events import said as said_in
from conversations.flows import matters, talks
from conversations.routing import Intent, is_question


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Aside:
    """What it was."""

    what: str = "greeting"


flow = Flow("aside", version=1, states=S, start=S.ONCE, slots=Aside, idle=timedelta(minutes=15))
_OURS: Final = re.compile(
    r"[妈爸爹娘爷奶姥婆]|外公|公公|老[人伴爷太头]|父亲|母亲|家[父母]|护[工士理]|院[里长方]|你们[院这那]|投诉|住进|床位|合同|床头|\d{7}|去世|走了|没了|过世|讣告"
)
"""Signs that somebody may mean the house or a resident: such words are never refused, a colleague looks at them."""
LONGEST_GREETING: Final = 8


@flow.enters(on=Intent.GREETING)
def greeting(event: Message) -> Step[Aside]:
    """你好, 在吗, ？: greeted, and nobody is asked to answer. A longer question is more than a greeting."""
    words = said_in(event)
    if len(words) > LONGEST_GREETING and (is_question(words) or _OURS.search(words)):
        return finish(Aside("ours"), AskHuman("unanswered"))
    return finish(Aside("greeting"), Beside())


@flow.enters(on=Intent.IDENTITY)
def identity(_: Message) -> Step[Aside]:
    """Who asks what the machine is hears the truth."""
    return finish(Aside("identity"), Beside())


@flow.enters(on=Intent.OFFTOPIC)
def offtopic(event: Message) -> Step[Aside]:
    """Never answered; the way to a person is said. Of one's own people nothing is surely beside the point."""
    if _OURS.search(said_in(event)):
        return finish(Aside("ours"), AskHuman("unanswered"))
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
