"""问卷: the questionnaire in the chat, one question at a time, for those who open no pages; 稍后 pauses it, any mark goes
on (M2, M3).
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from care import surveys
from conversations.effects import KeepSurvey, Say, StartSurvey, say
from conversations.engine import END, Flow, Step, finish, goto, stay
from conversations.events import Click, Done, Message, Refused, Reply, Skipped, Text
from conversations.routing import Intent, Opening, of_words


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    MARK = "mark"
    WISH = "wish"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What has been answered; `marks` holds a number for each question that is through, 0 = 不清楚."""

    campaign: str = ""
    items: tuple[str, ...] = ()
    marks: tuple[int, ...] = ()


WORDS: Final = {
    "很满意": 5,
    "满意": 4,
    "一般": 3,
    "不满意": 2,
    "很不满意": 1,
    "好": 5,
    "不好": 2,
    "不清楚": 0,
    "不知道": 0,
}
TRIES: Final = 4
"""Signs of a word that was meant as a mark: 还可以吧."""
_MARK: Final = re.compile(r"^([1-5])\s*分?$")
flow = Flow(
    "survey", version=1, states=S, start=S.MARK, slots=Sheet, idle=timedelta(hours=2), later=timedelta(hours=20)
)


_SURVEY: Final = re.compile(r"^(?:填|答|做)?(?:一下)?(?:满意度)?(?:问卷|调查表|满意度调查)[。.!！]*$")
OPENING: Final = Opening(Intent.SURVEY, _SURVEY.match)


@flow.enters(on=Intent.SURVEY)
def begin(_: Message | Click) -> Step[Sheet]:
    """Is there one, and has this person answered it?"""
    return goto(S.MARK, Sheet(), StartSurvey())


@flow.on_done(of=StartSurvey)
def started(data: Sheet, event: Done) -> Step[Sheet]:
    """The first question, and how it goes."""
    data = replace(data, campaign=event.ref, items=event.known)
    return stay(data, say("survey.begins", count=str(len(event.known))), ask(data))


@flow.on_refused(of=StartSurvey)
def none(data: Sheet, event: Refused) -> Step[Sheet]:
    """Nothing to answer now."""
    return finish(data, say("survey.done" if event.why == "done" else "survey.none"))


@flow.state(S.MARK, to=(S.WISH, END), skippable=True)
def marked(data: Sheet, event: Reply) -> Step[Sheet]:
    """1 to 5, or the word; 跳过 and 不清楚 are no answer and count nowhere."""
    if isinstance(event, Text) and of_words(event.body) == Intent.SURVEY:
        return stay(data, ask(data))
    mark = 0 if isinstance(event, Skipped) else given(event)
    if mark is None or not data.items:
        return stay(data, say("survey.in_numbers"))
    data = replace(data, marks=(*data.marks, mark))
    return stay(data, ask(data)) if len(data.marks) < len(data.items) else goto(S.WISH, data)


@flow.state(S.WISH, to=(END,), ask="survey.wish", skippable=True)
def wished(data: Sheet, event: Reply) -> Step[Sheet]:
    """One thing that should be better, in words, or nothing."""
    wish = event.body.strip() if isinstance(event, Text) and event.body.strip() not in {"没有", "没了", "无"} else ""
    marks = tuple((item, mark) for item, mark in zip(data.items, data.marks, strict=False) if mark)
    return finish(data, KeepSurvey(data.campaign, marks, wish))


@flow.on_done(of=KeepSurvey)
def kept(data: Sheet, _: Done) -> Step[Sheet]:
    """Thanks; who marked low may ask for a call."""
    low = any(0 < mark <= 2 for mark in data.marks)
    return finish(data, say("survey.thanks_low" if low else "survey.thanks"))


@flow.on_refused(of=KeepSurvey)
def twice(data: Sheet, event: Refused) -> Step[Sheet]:
    """The page was quicker, or there is nothing to answer any more."""
    return finish(data, say("survey.done" if event.why == "done" else "survey.none"))


@flow.silence
def paused(data: Sheet) -> Step[Sheet]:
    """What was said so far is let go: half a sheet is none."""
    return finish(data, say("survey.let_go"))


@flow.claims
def takes(data: Sheet, event: Message) -> bool:
    """Marks and short tries at one belong to it, and the wish in free words; a question, a complaint, a letter, a photo
    is a new matter.
    """
    if not isinstance(event, Text):
        return False
    intent = of_words(event.body)
    if data.items and len(data.marks) == len(data.items):
        return intent in {Intent.ASK, Intent.SURVEY, Intent.CLOSING, Intent.THANKS}
    return (
        given(event) is not None
        or intent in {Intent.SURVEY, Intent.CLOSING}
        or (intent == Intent.ASK and len(event.body.strip()) <= TRIES)
    )


def ask(data: Sheet) -> Say:
    """The next question."""
    number = len(data.marks)
    item = surveys.items().get(data.items[number]) if number < len(data.items) else None
    return say(
        "survey.item",
        number=str(number + 1),
        of=str(len(data.items)),
        name=item.name if item else "",
        help=item.help if item else "",
    )


def given(event: Message) -> int | None:
    """The mark of a message, 0 for 不清楚; None for anything else."""
    if not isinstance(event, Text):
        return None
    words = event.body.strip(" 。.!！")
    match = _MARK.match(words)
    return int(match[1]) if match else WORDS.get(words)
