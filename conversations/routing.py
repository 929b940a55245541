"""Which talk an event belongs to, before any state is known: intents by rule (C1, Q1)."""

import re
from enum import StrEnum
from typing import Final

from conversations.events import Arrival, Click, Followed, Notice, Other, Scanned, Text, Unfollowed


class Intent(StrEnum):
    """What a person wants, as far as a rule can tell."""

    WELCOME = "welcome"
    COMPLAINT = "complaint"
    CONTACT = "contact"
    THANKS = "thanks"
    CLOSING = "closing"
    HUMAN = "human"
    ASK = "ask"
    ENQUIRY = "enquiry"
    NOTHING = "nothing"


MENU: Final = {"COMPLAINT": Intent.COMPLAINT, "HUMAN": Intent.HUMAN, "CONTACT": Intent.CONTACT}
_COMPLAINT: Final = re.compile(
    r"投诉|举报|讨个?说法|讨公道|要个说法|维权|告你们|起诉|找媒体|曝光|12345|虐待|打骂|殴打|黑心|太过分|欺负(?:老人|我|她|他)|"
    r"把我?(?:妈|爸|奶奶|爷爷|姥姥|外婆|外公|老伴|母亲|父亲|老人)[^，。,.!！?？]{0,6}(?:摔|打|弄伤|烫|饿|丢|弄丢|捆|绑)"
)
_NO_COMPLAINT: Final = re.compile(
    r"(?:怎么|如何|哪里|在哪|可以|能不能|去哪儿?)[^，。]{0,4}投诉[^，。]{0,6}[?？吗呢]|不(?:是|想|要|用)(?:来)?投诉|听说|(?:在|想)考虑|想了解"
)
_CLOSING: Final = re.compile(r"^(?:好了?|好的|嗯+|行|可以|说完了|没有了|就这些|返回|上一步|跳过|取消|退出|稍后)[。.!！]*$")
_HUMAN: Final = re.compile(r"^(?:转?人工|找人工|人工客服|转客服|找客服|找人|客服)[。.!！]*$")
_CONTACT: Final = re.compile(r"^(?:联系我们|联系电话|电话(?:是)?多少|你们电话|联系方式)[?？。]*$")
_THANKS: Final = re.compile(r"^(?:谢谢.{0,4}|多谢.{0,3}|感谢.{0,4}|收到.{0,2}|辛苦.{0,4}|🌹+|\[玫瑰\]|\[抱拳\]|👍+|\[强\])[。.!！~]*$")


def understand(event: Arrival) -> Intent:
    """The intent of an event; pure, so that it is found before the transaction begins."""
    match event:
        case Followed():
            return Intent.WELCOME
        case Click(key):
            return MENU.get(key, Intent.ASK)
        case Unfollowed() | Notice():
            return Intent.NOTHING
        case Scanned():
            return Intent.WELCOME
        case Text(body):
            return of_words(body)
        case Other():
            return Intent.ASK
        case _:
            return Intent.ASK


def of_words(body: str) -> Intent:
    """The intent of a sentence."""
    words = body.strip()
    if _COMPLAINT.search(words) and not _NO_COMPLAINT.search(words):
        return Intent.COMPLAINT
    for pattern, intent in ((_CLOSING, Intent.CLOSING), (_HUMAN, Intent.HUMAN), (_CONTACT, Intent.CONTACT), (_THANKS, Intent.THANKS)):
        if pattern.match(words):
            return intent
    return Intent.ASK
