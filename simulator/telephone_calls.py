"""One call of the telephone company: what is asked for, what the called number does, how it may end."""

import asyncio
import json
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.telephone_gateway import Refused

TEXTS = (
    "{place}，{level}。去按 1，去不了按 2。",
    "{home} 接班试铃，听到请按 1。",
    "有一件 {level} 级投诉，编号 {number}，要马上打电话给家属。我来联系按 1，接不了按 2。",
)
"""What the account had approved. Which of them a template's number means is seen by the words that come with it."""
SPEAKS, PAUSES = 0.2, 5.0
"""Seconds for a sign that is read aloud, and for a key when the call does not say how long."""
ANSWER, HANG_UP = "answer", "hang_up"
DOES = {
    "person": "在这一页接",
    "key1": "接起来按 1",
    "key2": "接起来按 2",
    "voicemail": "接起来不按（留言信箱）",
    "silent": "响着没人接",
    "rejects": "挂断不接",
    "busy": "占线",
    "off": "关机",
    "away": "不在服务区",
    "suspended": "停机",
    "nobody": "空号",
    "limited": "运营商限呼",
    "throttled": "平台流控，不让打",
    "refuses": "平台报系统错误",
    "hangs": "平台 10 秒不应答，再响",
    "lost": "打出去，没有回执",
}
"""What a number does when it is called."""
FAILS = {
    "rejects": "200005",
    "busy": "200002",
    "off": "200010",
    "away": "200007",
    "suspended": "200011",
    "nobody": "200004",
    "limited": "200119",
}
"""Numbers that never ring."""
SCRIPTS = {"key1": (ANSWER, "1"), "key2": (ANSWER, "2"), "voicemail": (ANSWER,)}
"""Numbers that are answered by themselves."""
ENDS = {
    "200000": "用户听完语音",
    "200001": "用户提前挂机",
    "200002": "用户占线",
    "200003": "无人接听",
    "200004": "空号",
    "200005": "无法接通（拒接）",
    "200007": "不在服务区",
    "200008": "没有等到按键",
    "200010": "关机",
    "200011": "停机",
    "200119": "运营商限呼",
}
REFUSALS = {
    "isv.MOBILE_NUMBER_ILLEGAL": "号码格式非法",
    "isv.DISPLAY_NUMBER_ILLEGAL": "号显不合法",
    "isv.TTS_TEMPLATE_ILLEGAL": "TTS模板不合法",
    "isv.TEMPLATE_MISSING_PARAMETERS": "文本转语音模板参数缺失",
    "isv.INVALID_PARAMETERS": "参数异常",
    "isv.BUSINESS_LIMIT_CONTROL": "触发流控",
    "isv.AMOUNT_NOT_ENOUGH": "账户余额不足",
    "isv.OUT_OF_SERVICE": "业务停机",
    "isp.SYSTEM_ERROR": "系统错误",
}
GOING = {"dials", "rings", "answered"}


@dataclass
class Call:
    """What was asked for and what became of it: asked, dials, rings, answered, ended; or refused, or lost."""

    number: str
    caller: str
    template: str
    words: dict[str, str]
    text: str
    keys: tuple[str, ...]
    out_id: str
    hears: float
    """Seconds for which it is read aloud and a key awaited."""
    at: float
    call_id: str = ""
    state: str = "asked"
    key: str = ""
    code: str = ""
    why: str = ""
    rang_at: float = 0.0
    answered_at: float = 0.0
    ended_at: float = 0.0
    unexpected: bool = False
    acts: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    """What somebody does on the page: ANSWER, HANG_UP or a key."""

    def drawn(self) -> dict[str, Any]:
        """As JSON."""
        return {name: value for name, value in vars(self).items() if name != "acts"}


def refused(code: str, why: str = "") -> Refused:
    """A refusal of the company, in its words."""
    return Refused(code, why or REFUSALS[code])


def read(asked: Mapping[str, str], at: float) -> Call:
    """What a request asks for. Raises Refused for what the documentation does not allow."""
    number, caller, template = (asked.get(name, "") for name in ("CalledNumber", "CalledShowNumber", "StartCode"))
    if not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", number):
        raise refused("isv.MOBILE_NUMBER_ILLEGAL")
    if not re.fullmatch(r"\d{5,16}", caller):
        raise refused("isv.DISPLAY_NUMBER_ILLEGAL")
    if not re.fullmatch(r"TTS_\d{1,20}", template):
        raise refused("isv.TTS_TEMPLATE_ILLEGAL")
    keys = tuple(value for name, value in asked.items() if re.fullmatch(r"MenuKeyMap\.\d+\.Key", name))
    out_id = asked.get("OutId", "")
    try:
        words = json.loads(asked.get("StartTtsParams", "{}"))
        times, pause = int(asked.get("PlayTimes", "1")), int(asked.get("Timeout", str(int(PAUSES * 1000))))
    except ValueError as error:
        raise refused("isv.INVALID_PARAMETERS") from error
    good = isinstance(words, dict) and 1 <= times <= 3 and pause > 0 and len(out_id.encode()) <= 15
    if not good or not keys or not all(re.fullmatch(r"[0-9*#]", key) for key in keys):
        raise refused("isv.INVALID_PARAMETERS")
    words = {str(name): str(value) for name, value in words.items()}
    text = _spoken(words)
    return Call(number, caller, template, words, text, keys, out_id, (len(text) * SPEAKS + pause / 1000) * times, at)


def _spoken(words: Mapping[str, str]) -> str:
    """The approved text whose blanks these words fill."""
    for text in TEXTS:
        if {name for _, name, _, _ in string.Formatter().parse(text) if name} == set(words):
            return text.format_map(words)
    raise refused("isv.TEMPLATE_MISSING_PARAMETERS")
