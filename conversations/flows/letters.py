"""今天的家书: pull first; a tap on the menu always works, whatever the platform lets us push (practice.md F16)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import AskHuman, ShowLetters, say
from conversations.engine import END, Flow, Step, finish
from conversations.events import Click, Done, Message, Refused
from conversations.routing import Intent, Opening


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing has to be remembered."""


flow = Flow("letters", version=1, states=S, start=S.ONCE, slots=Nothing, idle=timedelta(minutes=15))


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
def begin(_: Message | Click) -> Step[Nothing]:
    """The newest ones."""
    return finish(Nothing(), ShowLetters())


@flow.on_done(of=ShowLetters)
def shown(data: Nothing, event: Done) -> Step[Nothing]:
    """Today's, else the last ones and when today's may be read; nothing is made up."""
    if event.how == "quiet":
        return finish(data, say("letters.quiet", link=event.ref))
    return finish(data, say(SAID.get(event.how, "letters.none"), lines=event.ref, by=event.due_at))


REFUSED: Final = {"room": "letters.room", "shared": "letters.shared"}
"""Why a phone of the house shows none."""


@flow.on_refused(of=ShowLetters)
def unbound(data: Nothing, refused: Refused) -> Step[Nothing]:
    """Nobody learns whether anybody lives here; a device of a room has no letters."""
    return finish(data, say(REFUSED.get(refused.why, "letters.unbound")))


@flow.state(S.ONCE, to=(END,))
def once(data: Nothing, _: Message) -> Step[Nothing]:
    """Never waited in."""
    return finish(data, AskHuman("unanswered"))
