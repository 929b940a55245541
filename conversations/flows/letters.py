"""今天的家书: pull first; a tap on the menu always works, whatever the platform lets us push (practice.md F16)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import AskHuman, FileMatter, ShowLetters, say
from conversations.engine import END, Flow, Step, finish
from conversations.events import Click, Done, Message, Refused, Text
from conversations.flows import matters
from conversations.flows.matters import Filed
from conversations.routing import Intent, Opening


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Wanted(Filed):
    """`asked`: how it goes with somebody was asked in words, and no button was pressed."""

    asked: bool = False


OVER: Final = "over"
"""Among what is known: that there is no letter of today, and none will come."""
flow = Flow("letters", version=1, states=S, start=S.ONCE, slots=Wanted, idle=timedelta(minutes=15))


_LETTER: Final = re.compile(
    r"^(?:看|打开|看看)?(?:今天的?|今日的?|最近的?|昨天的?)?家书(?:呢|在哪|到了吗)?[。.!！?？]*$"
)
OPENING: Final = Opening(Intent.LETTER, _LETTER.match, key="LETTER", button="今天的家书")
SAID: Final = {
    "ready": "letters.ready",
    "earlier": "letters.earlier",
    "before": "letters.before",
    "none": "letters.none",
    "not_begun": "letters.not_begun",
}


@flow.enters(on=Intent.LETTER)
def begin(event: Message | Click) -> Step[Wanted]:
    """The newest ones."""
    asked = isinstance(event, Text) and _LETTER.match(event.body.strip()) is None
    return finish(Wanted(asked=asked), ShowLetters())


@flow.on_done(of=ShowLetters)
def shown(data: Wanted, event: Done) -> Step[Wanted]:
    """Today's, else the last ones and when the next may be read; nothing is made up. Who asked how it goes when there
    is none of today any more is answered by a colleague.
    """
    if event.how == "quiet":
        return finish(data, say("letters.quiet", link=event.ref))
    if data.asked and OVER in event.known:
        key = "letters.earlier" if event.how == "earlier" else "letters.tomorrow"
        return finish(data, say(key, lines=event.ref, by=event.due_at), FileMatter(Intent.PRIVATE))
    return finish(data, say(SAID.get(event.how, "letters.none"), lines=event.ref, by=event.due_at))


flow.on_done(of=FileMatter)(matters.filed)


@flow.on_done(of=AskHuman)
def promised(data: Wanted, event: Done) -> Step[Wanted]:
    """Under the name of the matter where one was filed."""
    if data.matter:
        return matters.promised(data, event)
    return finish(data, say("engine.human", by=event.due_at) if event.due_at else say("desk.overdue"))


REFUSED: Final = {"room": "letters.room", "shared": "letters.shared"}
"""Why a phone of the house shows none."""


@flow.on_refused(of=ShowLetters)
def unbound(data: Wanted, refused: Refused) -> Step[Wanted]:
    """Nobody learns whether anybody lives here; a device of a room has no letters."""
    return finish(data, say(REFUSED.get(refused.why, "letters.unbound")))


@flow.state(S.ONCE, to=(END,))
def once(data: Wanted, _: Message) -> Step[Wanted]:
    """Never waited in."""
    return finish(data, AskHuman("unanswered"))
