"""Which talk an event belongs to, before any state is known: intents by rule (C1, Q1)."""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from conversations.events import Arrival, Click, Followed, Noted, Notice, Scanned, Text, Unfollowed


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
    PROGRESS = "progress"
    BIND = "bind"
    LETTER = "letter"
    SURVEY = "survey"
    NOTHING = "nothing"


MENU: Final = {
    "COMPLAINT": Intent.COMPLAINT,
    "HUMAN": Intent.HUMAN,
    "CONTACT": Intent.CONTACT,
    "BIND": Intent.BIND,
    "LETTER": Intent.LETTER,
}
_BIND: Final = re.compile(r"^(?:我要|我想|申请|家属)?绑定(?:家属|老人|亲人|一下)?[。.!！?？]*$")
_LETTER: Final = re.compile(
    r"^(?:看|打开|看看)?(?:今天的?|今日的?|最近的?|昨天的?)?家书(?:呢|在哪|到了吗)?[。.!！?？]*$"
)
_SURVEY: Final = re.compile(r"^(?:填|答|做)?(?:一下)?(?:满意度)?(?:问卷|调查表|满意度调查)[。.!！]*$")
LEAST_CODE, LONGEST_CODE = 8, 24
"""Signs of an invitation code, and of one with what may stand around it."""
CODE_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without the signs that are taken for each other on paper: 0 O, 1 I L."""
_CODE: Final = re.compile(rf"^(?:绑定|绑定码|邀请码)?[\s:+]*([{CODE_SIGNS}]{{4}})[\s-]?([{CODE_SIGNS}]{{4}})$")
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
_HUMAN: Final = re.compile(r"^(?:转?人工|找人工|人工客服|转客服|找客服|找人|客服)[。.!！]*$")
_CALL: Final = re.compile(
    r"^(?:请|麻烦)?(?:你们)?(?:给我|跟我)?(?:打(?:个|一个)?电话|回(?:个|一个)?电话?|来(?:个|一个)?电话|通(?:个|一个)?电话)(?:给我)?(?:吧|好吗|可以吗|"
    r"谢谢)?[。.!！?？]*$"
)
_CONTACT: Final = re.compile(r"^(?:联系我们|联系电话|电话(?:是)?多少|你们电话|联系方式)[?？。]*$")
_PROGRESS: Final = re.compile(
    r"^(?:我的|我那个|我那件|查(?:一)?下?|问(?:一)?下?|看看)*+(?:投诉)?(?:的)?(?:处理)?(?:进展|进度|到哪(?:一?步)?了?|得?怎么样了|有结果了?|结果出来了?)(?:怎么样|如何|"
    r"呢|吗|没有?)?[?？。]*$"
)
VERDICTS: Final = {
    "1": "accepted",
    "认可": "accepted",
    "满意": "accepted",
    "2": "declined",
    "不认可": "declined",
    "不满意": "declined",
    "没好": "declined",
    "还没好": "declined",
    "3": "call",
    "请来电": "call",
    "又发生了": "call",
}
"""What is offered after a result (1 认可 2 不认可 3 请来电) and at a follow-up (1 好了 2 没好 3 又发生了)."""
LONGEST_VERDICT: Final = max(map(len, VERDICTS))
_QUESTION: Final = re.compile(
    r"[?？]|[吗呢么]|几[点时个楼号]|多少|多久|怎|哪|什么|啥|能不能|能否|可不可以|可以.{0,8}[吗不]|有没有|是不是|是否|如何|想问|请问|想了解"
)
_WIDE: Final = str.maketrans("１２３①②③", "123123")
_THANKS: Final = re.compile(
    r"^(?:谢谢.{0,4}|多谢.{0,3}|感谢.{0,4}|收到.{0,2}|辛苦.{0,4}|🌹+|\[玫瑰\]|\[抱拳\]|👍+|\[强\])[。.!！~]*$"
)


_WHOLE: Final = (
    (_CLOSING, Intent.CLOSING),
    (_HUMAN, Intent.HUMAN),
    (_CALL, Intent.CALL),
    (_CONTACT, Intent.CONTACT),
    (_THANKS, Intent.THANKS),
)
"""What is meant by a message that says nothing else, in this order."""


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
        case Noted(body) if body.endswith("请来电"):
            return Intent.CALL
        case _:
            return Intent.ASK


def of_words(body: str) -> Intent:
    """The intent of a sentence."""
    words = body.strip()
    if verdict(words) is not None:
        return Intent.VERDICT
    if _BIND.match(words) or invitation_code(words):
        return Intent.BIND
    if _LETTER.match(words):
        return Intent.LETTER
    if _SURVEY.match(words):
        return Intent.SURVEY
    if _PROGRESS.match(words) and words not in {"怎么样了", "到哪了", "到哪"}:
        return Intent.PROGRESS
    if _COMPLAINT.search(words) and not _NO_COMPLAINT.search(words):
        return Intent.COMPLAINT
    return next((intent for pattern, intent in _WHOLE if pattern.match(words)), Intent.ASK)


def is_question(body: str) -> bool:
    """Whether words ask for something that the knowledge may answer; to an open complaint other words are added, not
    answered.
    """
    return _QUESTION.search(body) is not None


def verdict(body: str) -> str | None:
    """What a short answer says to a result: accepted, declined, call; None for other words."""
    words = body.strip().rstrip("。.!！、")
    return VERDICTS.get(words.translate(_WIDE)) if len(words) <= LONGEST_VERDICT else None


def invitation_code(body: str) -> str | None:
    """The eight signs of a printed one-time code, with or without 绑定 before it; None for other words.

    A number alone is a phone.
    """
    if not LEAST_CODE <= len(body) <= LONGEST_CODE:
        return None
    match = _CODE.match(unicodedata.normalize("NFKC", body).strip().rstrip("。.!").upper())
    code = match[1] + match[2] if match else ""
    return code if not code.isdecimal() and any(sign.isdecimal() for sign in code) else None
