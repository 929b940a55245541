"""Template messages: what a home may bind to one, and what the platform takes for each kind of value (wechat.md 5a).

A value that breaks the rule of its kind makes the platform refuse the whole message (47003), and a test account does
not say so: everything is checked here before it leaves.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HAN: Final = "\u4e00-\u9fff"
RULES: Final = {
    "thing": r".{1,20}",
    "short_thing": r".{1,5}",
    "const": r".{1,20}",
    "phrase": rf"[{HAN}]{{1,5}}",
    "character_string": rf"[^{HAN}]{{1,32}}",
    "number": r"[0-9]{1,32}(\.[0-9]+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "amount": r"[^0-9\s]?[0-9]{1,10}(\.[0-9]{1,2})?元?",
    "time": r"([0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 )?[0-9]{2}:[0-9]{2}",
    "date": r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日( [0-9]{2}:[0-9]{2})?",
    "phone_number": r"[0-9+\-]{1,17}",
    "car_number": r".{1,8}",
    "name": rf"[{HAN}·]{{1,10}}|[A-Za-z .·]{{1,20}}",
}
"""What a value must be, by the kind that its key begins with."""
CUTS: Final = {"thing": 20, "const": 20, "short_thing": 5}
"""Kinds whose value may be cut, with the most signs."""
KEY: Final = re.compile(r"([a-z_]+?)(\d{1,3})", re.ASCII)
FIELD: Final = re.compile(r"([^\n:：{}]{1,20})[:：]\s*\{\{(\w{1,40})\.DATA\}\}")
VALUES: Final = {
    "elder": "老人姓名",
    "home": "院名",
    "phone": "院里电话",
    "at": "时间",
    "matter": "什么事",
    "state": "状态（四字以内）",
    "number": "编号",
}
"""What we can put into a field, and how it is called on the page."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One reason to send by a template, that a home binds to a template of its own."""

    word: str
    name: str
    about: str
    """Which template of the public library fits, in words for the administrator."""
    values: tuple[str, ...] = ("home", "phone", "at", "matter", "state")
    """What such a message has to put into fields."""


KINDS: Final = (
    Kind(
        "matter",
        "事情有了答复",
        "例如「服务处理结果」：投诉的结果、阶段答复、同事的回复，窗口关了也能告诉家属。",
        ("home", "phone", "at", "matter", "state", "number"),
    ),
    Kind("notice", "要紧的通知", "例如「服务通知」「停水停电通知」：停水、停电、封控、涨价，人人都要知道的事。"),
    Kind(
        "visit",
        "探视提醒",
        "例如「探视预约通知」：来的前一天提醒。",
        ("elder", "home", "phone", "at", "matter", "state"),
    ),
    Kind(
        "care",
        "就医提醒",
        "例如「复诊提醒」「就诊提醒」：去医院的前一天提醒家属，看完了告诉情况。",
        ("elder", "home", "phone", "at", "matter", "state"),
    ),
    Kind(
        "letter",
        "家书到了",
        "例如「家书送达提醒」：两天没来信的家属，也知道今天的家书到了；只发给愿意收的，按她选的几天一次、几点。",
        ("elder", "home", "at", "matter", "state"),
    ),
)
BY_WORD: Final = {kind.word: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Field:
    """A line of a template: how it is called, its key, and of which kind it is ("" for one that we do not know)."""

    name: str
    key: str
    kind: str


def fields_of(content: str) -> list[Field]:
    """The lines of a template as the platform lists it; `first` and `remark` are shown no more since 2023."""
    found = []
    for name, key in FIELD.findall(content):
        read = KEY.fullmatch(key)
        kind = "thing" if key.startswith("keyword") else read[1] if read else ""
        if key not in {"first", "remark"}:
            found.append(Field(name.strip(), key, kind if kind in RULES else ""))
    return found


def cleaned(kind: str, value: str) -> str:
    """A value without what the platform does not take; "" where nothing that fits is left."""
    text = unicodedata.normalize("NFC", value)
    text = " ".join("".join(sign for sign in text if _plain(sign)).split())
    if kind in CUTS and len(text) > CUTS[kind]:
        text = text[: CUTS[kind] - 1] + "…" if CUTS[kind] > 5 else text[: CUTS[kind]]
    return text if text and re.fullmatch(RULES[kind], text) else ""


def _plain(sign: str) -> bool:
    """No emoji, no control sign; a blank is one."""
    return sign.isspace() or (ord(sign) < 0x10000 and unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "So"})


def filled(lines: Mapping[str, str], values: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The data of a template; `lines` say for each key which value goes there. Where one does not fit, why not."""
    data: dict[str, str] = {}
    for key, word in lines.items():
        read = KEY.fullmatch(key)
        kind = read[1] if read and read[1] in RULES else "thing"
        value = cleaned(kind, values.get(word, ""))
        if not value:
            return {}, f"模板要的「{VALUES.get(word, word)}」填不进去"
        data[key] = value
    return data, ""
