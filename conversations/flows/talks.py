"""服务台: everything that is not a talk of its own: welcome, contact, thanks, and a human with an honest promise (Q4, Q7,
C13).
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import AskHuman, Quiet, say
from conversations.engine import END, D, Flow, Step, finish
from conversations.events import Click, Done, Followed, Message, Scanned
from conversations.routing import Intent, Opening


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Nothing:
    """These talks end with their first answer and remember nothing."""


flow = Flow("desk", version=1, states=S, start=S.ONCE, slots=Nothing, idle=timedelta(minutes=15))


_CLOCK: Final = re.compile(
    r"^(?:请问|麻烦问一下|问一下|问下|那个|哎|喂|小安|姑娘|孩子|你说|[，,\s])*+"
    r"(?:(?:现在|这会儿?|这阵|眼下)(?:是|到)?(?:几点钟?|几时|什么时间|啥时间|什么时候|啥辰光|几点几分)|"
    r"(?:今天|今儿个?|今朝|今日)(?:是|又是)?(?:几号|几月几号|几月几日|星期几|礼拜几|周几|什么日子|啥日子|几月|礼拜天还是礼拜一)|"
    r"(?:几点钟?|几点几分|啥辰光|几号|星期几|礼拜几|周几)(?=了|啦|咯|喽))(?:了|啦|咯|喽|呀|啊|呢)*"
    r"[\s，,?？。.!！]*(?:天.{0,4}亮.{0,3}|该(?:吃[药饭]|睡觉?|起床?)了[吧吗]?)?[\s?？。.!！]*$"
)
_BEGINS: Final = re.compile(
    r"^(?:小安|姑娘|孩子|闺女|喂|哎|诶|[，,\s])*+我?(?:想|要|得)?(?:跟|和|同|给|对)(?:你|您|你们)(?:说|讲|唠|摆)(?:个|件|一个|一件|点|一声|句)?(?:事儿?|话|悄悄话)?"
    r"(?:[，,\s]*你?(?:可|千万)?(?:别|不要|莫|勿)(?:往外|跟|和|对|告诉|让)?[^，,]{0,5}(?:说|讲|传|告诉)(?:出去|别人|人)?)?[\s。.!！…]*$"
)
"""「我跟你说个事，你可别往外传」: nothing has been told yet."""
SHORT: Final = 40
"""Signs of such a message, at most: what is longer is not looked at."""


def begins(words: str) -> bool:
    """Whether somebody says that there is something to tell, and nothing else."""
    return len(words) <= SHORT and _BEGINS.match(words) is not None


def asks_the_hour(words: str) -> bool:
    """Whether somebody asks for the hour or the day, and nothing else."""
    return len(words) <= SHORT and _CLOCK.match(words) is not None


OPENINGS: Final = (
    Opening(Intent.GREETING, begins),
    Opening(Intent.CLOCK, asks_the_hour),
    Opening(Intent.HUMAN, key="HUMAN", button="找人"),
    Opening(Intent.CONTACT, key="CONTACT", button="联系我们"),
    Opening(Intent.ASK, key="NURSE", button="叫护士"),
)


@flow.enters(on=Intent.WELCOME)
def welcome(event: Followed | Scanned) -> Step[Nothing]:
    """In the passive reply: three customer messages in one minute would be lost to a slow queue (wechat.md 11, 3)."""
    return finish(Nothing(), say("desk.welcome" if isinstance(event, Followed) else "desk.welcome_back"))


@flow.enters(on=Intent.CONTACT)
def contact(_: Message | Click) -> Step[Nothing]:
    """The hotline, at any hour (Q7)."""
    return finish(Nothing(), say("desk.contact"))


@flow.enters(on=Intent.CLOCK)
def clock(_: Message) -> Step[Nothing]:
    """几点了, 今天几号: asked again within the hour it is told again as kindly (F37)."""
    return finish(Nothing(), say("desk.clock"))


@flow.enters(on=Intent.THANKS)
def thanks(_: Message) -> Step[Nothing]:
    """Gratitude closes itself (practice.md C13)."""
    return finish(Nothing(), say("desk.thanks"))


@flow.enters(on=Intent.CLOSING)
def closing(_: Message) -> Step[Nothing]:
    """A word of the talk, said outside it: nobody is asked for it."""
    return finish(Nothing(), say("desk.closing"))


@flow.enters(on=Intent.HUMAN)
def human(_: Message | Click) -> Step[Nothing]:
    """The person asks for a person."""
    return finish(Nothing(), AskHuman("asked"))


@flow.enters(on=Intent.CALL)
def call(_: Message) -> Step[Nothing]:
    """The person wants to be called: a promise that no message keeps."""
    return finish(Nothing(), AskHuman("call"))


@flow.enters(on=Intent.ASK)
def ask(_: Message | Click) -> Step[Nothing]:
    """What no rule answers is never guessed: a colleague is asked."""
    return finish(Nothing(), AskHuman("unanswered"))


WITHOUT_A_TIME: Final = {
    "overdue": "desk.overdue",
    "elder": "desk.elder",
    "elder_night": "desk.elder_night",
    "alarm.heard": "alarm.heard",
    "alarm.heard_hurt": "alarm.heard_hurt",
    "alarm.on_the_way": "alarm.on_the_way",
    "alarm.coming_aloud": "alarm.coming_aloud",
    "alarm.known": "alarm.known",
    "alarm.listens": "alarm.listens",
}
"""What is said where no time is told."""


def promised(data: D, event: Done) -> Step[D]:
    """The promise is a row with a clock; while a colleague is in the talk the machine is silent.

    Other talks say it alike.
    """
    if event.how == "attended":
        return finish(data, Quiet("a colleague is in the talk, and the row has a clock"))
    if event.how == "call":
        return finish(data, say("desk.call", by=event.due_at))
    if event.how in WITHOUT_A_TIME:
        return finish(data, say(WITHOUT_A_TIME[event.how]))
    if event.how == "closed":
        return finish(data, say("desk.closed", opens=event.ref, by=event.due_at))
    if event.how == "night":
        return finish(data, say("desk.night", by=event.due_at))
    return finish(data, say("desk.again" if event.how == "again" else "desk.promise", by=event.due_at))


flow.on_done(of=AskHuman)(promised)


@flow.state(S.ONCE, to=(END,))
def once(data: Nothing, _: Message) -> Step[Nothing]:
    """Never waited in; an old snapshot that ended here is answered like a new question."""
    return finish(data, AskHuman("unanswered"))
