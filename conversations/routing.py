"""Which talk an event belongs to, before any state is known: intents by rule (C1, Q1)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from care.remembered import remembered
from conversations.events import Arrival, Click, Followed, Noted, Notice, Scanned, Text, Unfollowed
from settings import subjects


class Intent(StrEnum):
    """What a person wants, as far as a rule can tell."""

    WELCOME = "welcome"
    COMPLAINT = "complaint"
    CONTACT = "contact"
    THANKS = "thanks"
    CLOSING = "closing"
    HUMAN = "human"
    CALL = "call"
    ASK = "ask"
    ENQUIRY = "enquiry"
    VERDICT = "verdict"
    VERDICT_YES = "verdict_yes"
    VERDICT_NO = "verdict_no"
    VERDICT_CALL = "verdict_call"
    WITHDRAW = "withdraw"
    PROGRESS = "progress"
    BIND = "bind"
    LETTER = "letter"
    SURVEY = "survey"
    NOTHING = "nothing"
    GREETING = "greeting"
    CLOCK = "clock"
    IDENTITY = "identity"
    OFFTOPIC = "offtopic"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    REQUEST = "request"
    HAZARD = "hazard"
    LEAVE = "leave"
    VISIT = "visit"
    TOUR = "tour"
    LEAD = "lead"
    PRIVATE = "private"
    RIGHTS = "rights"
    STOP = "stop"
    UNBIND = "unbind"
    BEREAVED = "bereaved"
    WRONG = "wrong"


COLLEAGUE: Final = "colleague"
"""Whatever a colleague says from her own WeChat: her flow reads it, no other one does (F39)."""
STAFF_BIND: Final = "staff_bind"
"""The one-time code of a colleague, in whatever talk the phone is."""
Words = Callable[[str], object]
"""A pure predicate: true if the stripped sentence means exactly this intent."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How people come to a talk besides what the rules below find. It stands in the file of the flow that it begins."""

    intent: str
    words: Words | None = None
    key: str = ""
    """The key of a menu button of ours."""
    button: str = ""
    """What that button is called, for colleagues."""
    scene: str = ""
    """With what the scene of a QR code of ours begins whose scan means this."""


@cache
def openings() -> tuple[Opening, ...]:
    """Those of all flows."""
    return tuple(subjects.declared("conversations.flows", Opening))


@cache
def menu() -> Mapping[str, Opening]:
    """Those with a button, by its key."""
    return {opening.key: opening for opening in openings() if opening.key}


def _by_scene(scene: str) -> str:
    """What the scan of a code of ours means, also when it makes somebody follow."""
    found = (opening.intent for opening in openings() if opening.scene and scene.startswith(opening.scene))
    return next(found, Intent.WELCOME)


@cache
def _by_words() -> tuple[tuple[Words, str], ...]:
    return tuple((opening.words, opening.intent) for opening in openings() if opening.words is not None)


_COMPLAINT: Final = re.compile(
    r"投诉|举报|讨个?说法|讨公道|要个说法|维权|告你们|起诉|找媒体|曝光|(?<!\d)12345(?!\d)|虐待|打骂|殴打|黑心|太过分|欺负(?:老人|我|她|他)|"
    r"把我?(?:妈|爸|奶奶|爷爷|姥姥|外婆|外公|老伴|母亲|父亲|老人)[^，。,.!！?？]{0,6}(?:摔|打|弄伤|烫|饿|丢|弄丢|捆|绑)"
)
_NO_COMPLAINT: Final = re.compile(
    r"(?:怎么|如何|哪里|在哪|可以|能不能|去哪儿?)[^，。]{0,4}投诉[^，。]{0,6}[?？吗呢]|不(?:是|想|要|用)(?:来)?投诉|听说|(?:在|想)考虑|想了解"
)
_CLOSING: Final = re.compile(
    r"^(?:好了?|好的|嗯+|行|可以|说完了|没有了|就这些|返回|上一步|跳过|取消|退出|稍后)[。.!！]*$"
)
_HUMAN: Final = re.compile(
    r"^(?:转?人工|找人工|人工客服|转客服|找客服|找人|客服|(?:我要?|我想)?(?:找|见)(?:一下)?(?:你们)?(?:院长|领导|主管|负责人|经理))[。.!！]*$"
)
_CALL: Final = re.compile(
    r"^(?:请|麻烦)?(?:你们)?(?:给我|跟我)?(?:打(?:个|一个)?电话|回(?:个|一个)?电话?|来(?:个|一个)?电话|通(?:个|一个)?电话)(?:给我)?(?:吧|好吗|可以吗|"
    r"谢谢)?[。.!！?？]*$"
)
_CONTACT: Final = re.compile(r"^(?:联系我们|联系电话|电话(?:是)?多少|你们电话|联系方式)[?？。]*$")
_QUESTION: Final = re.compile(
    r"[?？]|[吗呢]|(?<![那这要什怎])么|几[点时个楼号]|多少|多久|怎|哪|(?<!没)(?<!没有)什么|(?<!没)(?<!没有)啥|"
    r"能不能|能否|可不可以|可以.{0,8}[吗不]|有没有|是不是|是否|如何|想问|请问|想了解"
)
_THANKS: Final = re.compile(
    r"^(?:(?:好的?|好嘞|行|嗯+|明白了?|知道了|收到|太好了|放心了)[，,。!！\s]*)?"
    r"(?:谢谢.{0,4}|多谢.{0,3}|(?:非常)?感谢.{0,4}|收到.{0,2}|辛苦.{0,4}|🌹+|\[玫瑰\]|\[抱拳\]|👍+|\[强\])[。.!！~]*$"
)


_WHOLE: Final = (
    (_CLOSING, Intent.CLOSING),
    (_HUMAN, Intent.HUMAN),
    (_CALL, Intent.CALL),
    (_CONTACT, Intent.CONTACT),
    (_THANKS, Intent.THANKS),
)
"""What is meant by a message that says nothing else, in this order."""


def understand(event: Arrival) -> str:
    """The intent of an event; pure, so that it is found before the transaction begins."""
    match event:
        case Followed(scene) | Scanned(scene):
            return _by_scene(scene)
        case Click(key):
            button = menu().get(key)
            return Intent.ASK if button is None else button.intent
        case Unfollowed() | Notice():
            return Intent.NOTHING
        case Text(body):
            return of_words(body)
        case Noted(body) if body.endswith("请来电"):
            return Intent.CALL
        case _:
            return Intent.ASK


@remembered
def of_words(body: str) -> str:
    """The intent of a sentence."""
    words = body.strip()
    for meant, intent in _by_words():
        if meant(words):
            return intent
    if _COMPLAINT.search(words) and not _NO_COMPLAINT.search(words):
        return Intent.COMPLAINT
    return next((intent for pattern, intent in _WHOLE if pattern.match(words)), Intent.ASK)


def is_question(body: str) -> bool:
    """Whether words ask for something that the knowledge may answer; to an open complaint other words are added, not
    answered.
    """
    return _QUESTION.search(body) is not None
