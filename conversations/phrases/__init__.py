"""The words of the machine: filled and told in the reader's time zone, at the moment they are sent.

Each subject has its file `<subject>.toml` in this folder. {home} {phone} {urgent} {robot} {duty} {notice}
{clock} {today} are always there.
Plain words, short sentences, no exclamation marks to people in distress (design.md 2; domain.md 6e).
"""

import string
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path

from conversations.effects import Value

WEEKDAYS = "一二三四五六日"
NOON, DAWN = 12, 5
PARTS_OF_DAY = ((5, "夜里"), (8, "早上"), (11, "上午"), (13, "中午"), (18, "下午"), (22, "晚上"), (24, "夜里"))
"""Until which hour, and how that part of the day is called."""
NEAR = {0: "", 1: "明天 ", 2: "后天 ", -1: "昨天 "}


class UnknownPhrase(KeyError):
    """话术里没有这一句。"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the present moment, the time zone, and what every phrase may name."""

    now: datetime
    zone: tzinfo
    always: Mapping[str, str]
    elder: bool = False
    away: bool = False
    """Whether it is an elder who is not in the house: nobody comes to them, and no bell is there (F3)."""
    own: Mapping[str, str] = field(default_factory=dict)
    """The home's own words, by key; checked when they were set (`own`)."""


@cache
def book() -> Mapping[str, str]:
    """All phrases by `section.name`."""
    return read(Path(__file__).parent)


def read(folder: Path) -> dict[str, str]:
    """The phrases of a folder. Raises ValueError when two files have one phrase."""
    found: dict[str, str] = {}
    for file in sorted(folder.glob("*.toml")):
        for section, phrases in tomllib.loads(file.read_text(encoding="utf-8")).items():
            for name, text in phrases.items():
                if f"{section}.{name}" in found:
                    message = f"{file.name}: there is a phrase {section}.{name} already"
                    raise ValueError(message)
                found[f"{section}.{name}"] = text
    return found


@cache
def blanks(key: str) -> frozenset[str]:
    """The names that a phrase needs. Raises UnknownPhrase."""
    if key not in book():
        raise UnknownPhrase(key)
    return blanks_of(book()[key])


@lru_cache(maxsize=1024)
def blanks_of(text: str) -> frozenset[str]:
    """The names that a text needs."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def render(key: str, params: Mapping[str, Value], reader: Reader) -> str:
    """The phrase as the reader sees it; an elder reads the one of that name with `_elder`, where there is one: shorter,
    without numbers of cases and words to send back (C-12). One who is not in the house reads the one with `_away`,
    where there is one. The home's own words go before ours.

    Raises UnknownPhrase, or KeyError for an unfilled blank.
    """
    variants = (f"{key}_away",) * reader.away + (f"{key}_elder",) * reader.elder
    key = next((one for one in variants if one in book()), key)
    if key not in book():
        raise UnknownPhrase(key)
    return fill(reader.own.get(key) or book()[key], params, reader).strip()


def fill(text: str, params: Mapping[str, Value], reader: Reader) -> str:
    """A text with its blanks filled. Raises KeyError for an unfilled one."""
    filled = {name: _tell(_value(name, params, reader), reader) for name in blanks_of(text)}
    return text.format_map(filled)


def _value(name: str, params: Mapping[str, Value], reader: Reader) -> Value:
    if name in params:
        return params[name]
    if name not in {"clock", "today"}:
        return reader.always[name]
    local = reader.now.astimezone(reader.zone)
    return clock(local) if name == "clock" else f"{local.month}月{local.day}日，星期{WEEKDAYS[local.weekday()]}"


def clock(local: datetime) -> str:
    """The time of day as it is spoken: 夜里 2 点 20 分，天还没亮; 下午 3 点."""
    part = next(name for until, name in PARTS_OF_DAY if local.hour < until)
    hour = local.hour - 12 if local.hour > NOON else local.hour or 12
    told = f"{part} {hour} 点" + (f" {local.minute} 分" if local.minute else "")
    return f"{told}，天还没亮" if local.hour < DAWN else told


def _tell(value: Value, reader: Reader) -> str:
    if isinstance(value, datetime):
        return moment(value, reader.now, reader.zone)
    return "" if value is None else value


def moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """A moment in words: 16:56, 明天 09:10, 11月24日 周二 09:10, 2027年1月3日 周日 09:10. Both moments are aware."""
    local = at.astimezone(zone)
    clock = f"{local.hour:02}:{local.minute:02}"
    near = NEAR.get(local.toordinal() - now.astimezone(zone).toordinal())
    return f"{day_of(local, now.astimezone(zone))} {clock}" if near is None else near + clock


def day_of(day: date, today: date) -> str:
    """A day in words: 11月24日 周二, in another year 2027年1月3日 周日."""
    return f"{date_of(day, today)} 周{WEEKDAYS[day.weekday()]}"


def date_of(day: date, today: date) -> str:
    """11月24日, in another year 2027年1月3日 (C-11)."""
    return f"{day.year}年{day.month}月{day.day}日" if day.year != today.year else f"{day.month}月{day.day}日"


@lru_cache(maxsize=64)
def always(
    home: str,
    phone: str,
    *,
    elder: bool = False,
    away: bool = False,
    robot: str = "小安",
    duty: str = "",
    url: str = "",
) -> Mapping[str, str]:
    """What every phrase may name, for reading alone; only who is in the house is sent to the bell. Without an address
    of the house the notice is told at the desk.
    """
    by_phone = f"急事请打 {phone}。" if phone else "急事请直接打院里的电话。"
    urgent = "急就打 120。" if away else "急就按床头铃。" if elder else by_phone
    told = f'先看一眼<a href="{url.rstrip("/")}/p/notice">我们怎么用您的信息</a>。' if url else ""
    said = {"home": home, "phone": phone or "（请到前台）", "robot": robot, "urgent": urgent, "duty": duty}
    choose = f'不要哪些、几点发，<a href="{url.rstrip("/")}/p/preferences">您自己也能选</a>。' if url else ""
    return said | {"notice": told, "choose": choose}


def unsaid(named: Collection[str]) -> list[str]:
    """Phrases that no code names, neither themselves nor the one whose words for elders they are."""
    return sorted(key for key in book() if not {key, plain(key)} & set(named))


def plain(key: str) -> str:
    """The name that code says, of a phrase or of its words for elders and for who is away."""
    return key.removesuffix("_elder").removesuffix("_away")
