"""咨询: a question that the house's knowledge answers, a choice of at most three, or a colleague under a promised time
(Q2, Q3, Q4, Q6).
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import AskHuman, Quiet, say
from conversations.engine import END, Flow, Step, finish, goto
from conversations.events import Asked, Done, Message, Option, Text
from conversations.routing import Intent


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    CHOOSE = "choose"


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered, with the answers as they were true then."""

    options: tuple[Option, ...] = ()


NUMBERS: Final = {
    "是": 0,
    "是的": 0,
    "对": 0,
    "1": 0,
    "一": 0,
    "第一": 0,
    "2": 1,
    "二": 1,
    "第二": 1,
    "3": 2,
    "三": 2,
    "第三": 2,
}
NONE: Final = re.compile(r"^(?:都不是|不是|没有|0|4|其他|别的)$")

flow = Flow("enquiry", version=1, states=S, start=S.CHOOSE, slots=Offer, idle=timedelta(minutes=15))


@flow.enters(on=Intent.ENQUIRY)
def begin(event: Asked) -> Step[Offer]:
    """What is sure is answered at once; else up to three are offered by number."""
    if event.sure:
        return told(Offer(), event.options[0])
    if len(event.options) == 1:
        return goto(S.CHOOSE, Offer(event.options), say("enquiry.this", question=event.options[0].question))
    lines = "\n".join(f"{number} {option.question}" for number, option in enumerate(event.options, 1))
    return goto(S.CHOOSE, Offer(event.options), say("enquiry.which", choices=lines))


@flow.claims
def is_choice(data: Offer, event: Message) -> bool:
    """A number, 都不是, or the words of a choice; everything else is a new matter."""
    return isinstance(event, Text) and (chosen(data, event.body) is not None or bool(NONE.match(bare(event.body))))


@flow.state(S.CHOOSE, to=(END,))
def choose(data: Offer, event: Message) -> Step[Offer]:
    """The choice is answered; none of them is a colleague's."""
    option = chosen(data, event.body) if isinstance(event, Text) else None
    return told(data, option) if option else finish(data, AskHuman("enquiry"))


@flow.on_done(of=AskHuman)
def promised(data: Offer, event: Done) -> Step[Offer]:
    """Honest about not knowing; how to reach the person is asked once and blocks nothing (practice.md Q2)."""
    if event.how == "attended":
        return finish(data, Quiet("a colleague is in the talk, and the row has a clock"))
    if event.how == "overdue":
        return finish(data, say("desk.overdue"))
    return finish(data, say("desk.again" if event.how == "again" else "enquiry.ask_colleague", by=event.due_at))


@flow.silence
def nothing_chosen(data: Offer) -> Step[Offer]:
    """An offer is no answer (practice.md C13): who chose nothing hears from a colleague."""
    return finish(data, AskHuman("enquiry"))


def told(data: Offer, option: Option) -> Step[Offer]:
    """The answer; one with an unfilled blank is never spoken, one that belongs to a human is said and handed on."""
    if option.answer is None:
        return finish(data, AskHuman("enquiry"))
    said = say("enquiry.answer", text=option.answer)
    return finish(data, said, AskHuman("enquiry")) if option.human else finish(data, said)


def chosen(data: Offer, body: str) -> Option | None:
    """The option that a number or its own words name."""
    words = bare(body)
    place = NUMBERS.get(words.removesuffix("个"))
    if place is not None and place < len(data.options):
        return data.options[place]
    return next((option for option in data.options if words and words == bare(option.question)), None)


def bare(text: str) -> str:
    """Words without the marks around them."""
    return re.sub(r"[\s，。！？、,.!?~（）()]+", "", text)
