"""没事了: somebody takes back what they never said as a cry. Where something rings, the alarm is told before any talk is
asked (A18).
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import say
from conversations.engine import END, Flow, Step, finish
from conversations.events import Click, Message
from conversations.routing import Intent, Opening

ALONE: Final = frozenset(
    {
        "没事了",
        "没事啦",
        "没事儿了",
        "发错了",
        "点错了",
        "按错了",
        "打错了",
        "误触",
        "刚才发错了",
        "刚才点错了",
        "刚才按错了",
    }
)
"""What is meant by a message that says nothing else, whatever rings."""


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Nothing:
    """It ends with its first answer and remembers nothing."""


flow = Flow("calmed", version=1, states=S, start=S.ONCE, slots=Nothing, idle=timedelta(minutes=15))


OPENING: Final = Opening(Intent.WRONG, lambda words: words.strip(" 。.!！~，,") in ALONE)


@flow.enters(on=Intent.WRONG)
def nothing(_: Message | Click) -> Step[Nothing]:
    """A short sentence and no promise."""
    return finish(Nothing(), say("alarm.no_matter"))


@flow.state(S.ONCE, to=(END,))
def once(data: Nothing, _: Message) -> Step[Nothing]:
    """Never waited in."""
    return finish(data, say("alarm.no_matter"))
