"""回访: how often somebody is asked how life is, how the body is, and whether they are content (V1, V2; S1)."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

RESIDENT: Final = timedelta(days=30)
"""Residents once a month."""
FAMILY: Final = timedelta(days=90)
"""Families once a quarter."""
A_DAY: Final = 8
"""So many are put before colleagues on one day; the rest stays due and waits its turn (F46)."""
AGAIN: Final = timedelta(days=2)
"""Nobody answered: asked again so much later."""


class Manner(StrEnum):
    """How they talked. The words are stored."""

    FACE = "face"
    PHONE = "phone"
    WECHAT = "wechat"


class Outcome(StrEnum):
    """What came of it. The words are stored."""

    TALKED = "talked"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"


class Content(StrEnum):
    """Whether they are content, in their own words' sense. The words are stored."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


MANNERS: dict[Manner, str] = {Manner.FACE: "当面", Manner.PHONE: "电话", Manner.WECHAT: "微信里"}
OUTCOMES: dict[Outcome, str] = {Outcome.TALKED: "谈了", Outcome.NO_ANSWER: "没人接", Outcome.DECLINED: "不想谈"}
CONTENT: dict[Content, str] = {Content.GOOD: "满意", Content.FAIR: "一般", Content.BAD: "不满意"}


def first_due(number: int, since: date, every: timedelta) -> date:
    """When somebody who was never asked comes first: spread over the first cycle by the number of the row, so that a
    home that moves in has not everybody on one day (F29).
    """
    return since + timedelta(days=number % every.days)


def next_due(last: date, outcome: Outcome, every: timedelta) -> date:
    """When somebody is asked again."""
    return last + (AGAIN if outcome is Outcome.NO_ANSWER else every)
