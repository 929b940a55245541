"""A home's own words for a sentence of the machine: what they may be, and what they look like on a phone.

Colleagues write blanks by their Chinese names; what is kept has those of the code. What is required cannot be lost: the
promised time, the number of a case, the words to send back, an apology.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from care.errors import Invalid
from conversations import phrases
from conversations.effects import Value

BYTES: Final = 2000
"""Of one message with its example: the platform takes 2048."""
SIGNS: Final = 300
FOR_ELDERS: Final = 60
"""So many signs may words for an elder have, or as many as ours."""
FOR_BOTH: Final = 90
"""The same for what elders read as well as families: an elder hears or reads it in large type."""
_BOTH: Final = frozenset({"desk", "engine", "receive", "promise", "letters", "speaker"})
_FAMILIES: Final = frozenset(
    {"desk.elder", "desk.elder_night", "desk.night", "desk.closed"}
    | {"letters.here", "letters.here_of", "letters.unbound"}
    | {"letters.week_here", "letters.week_late", "letters.hospital_here"}
)
ALWAYS: Final = frozenset({"home", "robot", "duty", "phone", "urgent"})
"""What every phrase may name."""
POLITE: Final = frozenset({"home", "robot", "duty", "called", "name", "elder", "category"})
"""What may be left out: nothing is promised by it."""
LOCKED: Final = {
    "alarm": "紧急时的话不改：有几句是录好的声音，一个字不一样就没有声音了；也一个字不能错。",
    "enquiry.answer": "这里说的是知识库里的答案，请到「知识库」改。",
}
"""Sections and sentences that stay as they are, and why."""
SORRY: Final = ("对不起", "抱歉", "道歉", "致歉")
DOUBTFUL: Final = ("一定", "保证", "绝对", "马上", "立刻", "随时")
"""What a home can seldom keep; it is said, and not forbidden."""
_WORDS_BACK: Final = re.compile(r"「([^「」{}]{1,8})」")
_DIGITS: Final = re.compile(r"(?<![A-Za-z0-9.:-])\d{1,2}(?![A-Za-z0-9.:-])")
_LENGTH: Final = re.compile(r"(?:\d+|[一二两三四五六七八九十半]+)\s*个?(?:小时|分钟|钟头)")
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")


@cache
def moments() -> Mapping[str, str]:
    """When each phrase is said, by its key; a section alone names a part of the page."""
    told = _told()
    return {key.removesuffix("._"): words for key, words in told.items() if not key.startswith("blanks.")}


@cache
def names() -> Mapping[str, str]:
    """What a blank is called by colleagues, by its name in the code."""
    return {key.removeprefix("blanks."): words for key, words in _told().items() if key.startswith("blanks.")}


@cache
def _codes() -> Mapping[str, str]:
    return {word: name for name, word in names().items()}


@cache
def _told() -> Mapping[str, str]:
    return phrases.read(Path(__file__).parents[1] / "moments")


def is_for_elders(key: str) -> bool:
    """Whether an elder reads it."""
    return key.endswith(("_elder", "_away")) or key in {
        "desk.elder",
        "matter.elder",
        "desk.elder_night",
        "binding.elder",
        "binding.shared",
        "alarm.coming",
        "alarm.coming_aloud",
    }


def is_for_both(key: str) -> bool:
    """Whether elders read it in the words of families: there is no other for them."""
    return (
        key.partition(".")[0] in _BOTH and key not in _FAMILIES and f"{key}_elder" not in phrases.book()
    ) and not is_for_elders(key)


def is_for_colleagues(key: str) -> bool:
    """Whether colleagues alone read it, on their own phones."""
    return key.partition(".")[0] in {"colleague", "staff"}


def moment_of(key: str) -> str:
    """When it is said; words for elders are said at the moment of those for families."""
    return moments().get(key) or moments()[phrases.plain(key)]


def locked(key: str) -> str:
    """Why a phrase stays as it is; empty when it may be changed."""
    return LOCKED.get(key) or LOCKED.get(key.partition(".")[0], "")


def needed(key: str) -> list[str]:
    """The blanks that own words must have, in the order of ours."""
    return [name for name in in_order(phrases.book()[key]) if name not in POLITE]


def offered(key: str) -> list[str]:
    """The blanks that own words may have: those of ours, then what may always be named."""
    ours = in_order(phrases.book()[key])
    return [*ours, *sorted(ALWAYS - set(ours) - ({"phone"} if is_for_elders(key) else set()))]


def in_order(text: str) -> list[str]:
    """The blanks of a text as they come. Raises ValueError for braces that are no blanks."""
    found: list[str] = []
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise ValueError(name)
        if name not in found:
            found.append(name)
    return found


def shown(text: str) -> str:
    """A text with the Chinese names of its blanks."""
    return re.sub(r"\{(\w+)\}", lambda match: "{" + names().get(match[1], match[1]) + "}", text)


def kept(text: str) -> str:
    """A text as it is kept, from what a colleague wrote."""
    plain = "\n".join(line.strip() for line in text.replace("\r\n", "\n").strip().split("\n"))
    plain = plain.replace("｛", "{").replace("｝", "}")
    return re.sub(r"\{\s*([^{}]*?)\s*\}", lambda match: "{" + _codes().get(match[1], match[1] or "?") + "}", plain)


def check(key: str, text: str) -> str:
    """The words as they are kept. Raises Invalid with what to write; NotFound is the caller's for a key of nobody."""
    if why := locked(key):
        raise Invalid(why=why)
    words = kept(text)
    if why := "".join(one for ok, one in looked(key, words) if not ok):
        raise Invalid(why=why)
    return words


def looked(key: str, words: str) -> list[tuple[bool, str]]:
    """What is looked at before own words are said, each with whether it holds and the sentence."""
    ours, elder = phrases.book()[key], is_for_elders(key)
    if not words:
        return [(False, "请写一句话；想用原来的，请按「换回原来的话」。")]
    if _CONTROL.search(words) or "<" in words or ">" in words:
        return [(False, "里面有手机上显示不出来的符号（看不见的字符，或 < >），请去掉。")]
    try:
        blanks = set(in_order(words))
    except ValueError:
        return [(False, "大括号里的空写得不对，请删掉它，再点下面的空插进去。")]
    if unknown := blanks - set(offered(key)):
        named = "、".join(_braced(name) for name in sorted(unknown))
        return [(False, f"这一句里没有 {named} 这个空，请点下面的空插进去。")]
    found = [
        (name in blanks, f"留着 {_braced(name)}" if name in blanks else f"少了 {_braced(name)}，请点下面的空插进去。")
        for name in needed(key)
    ]
    found += _as_ours(ours, words)
    if said := _LENGTH.search(words) if not _LENGTH.search(ours) else None:
        found.append((False, f"写死了「{said[0]}」：时限改了，这句话就不对了。请用 {{几点前}} 这样的空，或去掉。"))
    most, why = _most(key)
    if len(words) > most:
        found.append((False, f"{why}最多 {most} 个字，现在 {len(words)} 个。"))
    if elder and ("！" in words or "!" in words):
        found.append((False, "给老人的话不用感叹号。"))
    size = len(example(key, words).encode())
    found.append(
        (size <= BYTES, "一条发得完" if size <= BYTES else f"太长了，一条发不完：约 {size} 字节，最多 {BYTES}。")
    )
    return found


def _most(key: str) -> tuple[int, str]:
    """How many signs own words may have, and why so few."""
    ours = len(phrases.book()[key])
    if is_for_elders(key):
        return max(FOR_ELDERS, ours), "给老人的话要短："
    return (max(FOR_BOTH, ours), "老人也会看到这一句，要短：") if is_for_both(key) else (SIGNS, "")


def _as_ours(ours: str, words: str) -> list[tuple[bool, str]]:
    """What the other side answers with, and an apology, where ours has them."""
    found = []
    back, digits = _WORDS_BACK.findall(ours), sorted(set(_DIGITS.findall(ours)))
    if back:
        lost = [one for one in back if one not in _WORDS_BACK.findall(words)]
        named = "」「".join(lost or back)
        found.append((not lost, f"少了「{named}」：对方照着它回，机器人才听得懂。" if lost else f"留着「{named}」"))
    if digits:
        lost = [one for one in digits if one not in _DIGITS.findall(words)]
        named = "、".join(lost or digits)
        found.append((not lost, f"少了数字 {named}：对方照着它回。" if lost else f"留着数字 {named}"))
    if any(word in ours for word in SORRY):
        sorry = any(word in words for word in SORRY)
        found.append((sorry, "留着一句道歉" if sorry else "少了一句道歉（对不起、抱歉）。"))
    return found


def _braced(name: str) -> str:
    return "{" + names().get(name, name) + "}"


def doubts(key: str, words: str) -> list[str]:
    """Words that a home can seldom keep, where ours do not say them."""
    ours = phrases.book()[key]
    return [word for word in DOUBTFUL if word in words and word not in ours]


EXAMPLES: Final[Mapping[str, str]] = {
    "called": "王奶奶",
    "category": "餐饮",
    "choose": "您自己也能选。",
    "choices": "1 怎么办入住\n2 伙食怎么样",
    "count": "8",
    "day": "12月3日",
    "days": "3",
    "department": "膳食部",
    "desk": "客服陈晓雯",
    "done_by": "12月1日",
    "elder": "王桂兰",
    "finding": "周三晚饭送到时凉了，保温车坏了一天",
    "help": "咸淡、软硬、热不热",
    "lead": "护理主管何志远",
    "length": "320",
    "lines": "王桂兰，11月29日：打开家书",
    "link": "打开家书",
    "measures": "换了保温车，晚饭提前十分钟出餐",
    "month": "11",
    "most": "3",
    "name": "李静",
    "notice": "您的姓名和关系只用来核实身份。",
    "number": "C261129-03",
    "of": "8",
    "opens": "明天 08:30",
    "question": "伙食怎么样",
    "room": "303",
    "scopes": "日常、照片",
    "status": "请假",
    "text": "早中晚三餐，菜单每周一换。",
    "what": "306 王桂兰 看看空调",
    "today": "今天几号",
    "who": "306 王桂兰",
    "why": "姓名和绑定单上写的不一样",
}
_OF_SURVEY: Final = {"name": "饭菜", "number": "3"}


@dataclass(frozen=True, slots=True)
class Example:
    """For whom an example is: the home as families know it, and the moment of now."""

    reader: phrases.Reader
    replies: timedelta = timedelta(hours=1)


_ANY: Final = Example(
    phrases.Reader(
        datetime(2026, 11, 29, 8, 32, tzinfo=UTC),
        ZoneInfo("Asia/Shanghai"),
        phrases.always("青禾颐养院", "0571-88000101"),
    )
)


def example(key: str, words: str, shows: Example = _ANY) -> str:
    """A phrase with these words as the phone shows it."""
    reader = shows.reader
    due = (reader.now + shows.replies).replace(second=0, microsecond=0)
    unnamed = {name: _braced(name) for name in phrases.blanks_of(words) if name not in reader.always}
    params: dict[str, Value] = {**unnamed, **EXAMPLES, "by": due, "at": due}
    if key.startswith("survey."):
        params |= _OF_SURVEY
    return phrases.fill(words, params, reader).strip()
