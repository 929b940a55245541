"""What relatives may know and how an elder agrees to it: the words, each in this one place (F13, F14, F49)."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class Frequency(StrEnum):
    """How often a letter is announced; stored, never renamed."""

    DAILY = "daily"
    WEEKLY = "weekly"
    CHANGES = "changes"


SCOPES: Final[Mapping[str, str]] = {
    "daily": "日常（吃饭、睡眠、心情、活动）",
    "health": "健康（身体变化、体温、用药）",
    "billing": "账单（费用、缴费）",
    "photos": "照片（信里老人的照片）",
    "emergency": "紧急（住院、受伤、走失，先给这位打电话）",
}
"""What has no scope here is not seen by a relative."""
LANGUAGES: Final[Mapping[str, str]] = {
    "": "普通话",
    "yue": "粤语",
    "wuu": "吴语、上海话",
    "nan": "闽南话",
    "hak": "客家话",
    "cdo": "福州话",
    "cmn-sw": "四川话、西南话",
    "bo": "藏语",
    "mn": "蒙语",
    "ug": "维吾尔语",
    "en": "英语",
    "ja": "日语",
    "ko": "韩语",
}
"""What colleagues speak with a relative on the telephone (IANA tags); what the machine writes is Chinese."""
WAYS: Final[Mapping[str, str]] = {
    "own": "本人在自己手机上点了同意",
    "voice": "读给本人听，本人说同意（有录音）",
    "paper": "签字或按手印的同意书",
    "agent": "服务协议里写明的代理人",
    "guardian": "监护人（看过证明）",
    "none": "还没有同意，只看日常",
}
GIVES: Final[Mapping[str, frozenset[str]]] = {
    "own": frozenset(SCOPES),
    "voice": frozenset(SCOPES),
    "paper": frozenset(SCOPES),
    "guardian": frozenset(SCOPES),
    "agent": frozenset(SCOPES) - {"health"},
    "none": frozenset({"daily", "emergency"}),
}
"""Which way gives what (F14): nobody's word but the elder's or the guardian's opens health; who is called in need asks
nobody's leave.
"""
HEALTH_SENTENCE: Final = "「我愿意让{name}知道我的身体情况：身体变化、体温、用药。」"
"""Health is asked by a sentence of its own, read aloud or signed on a line of its own."""
NUMBER_AGES: Final = timedelta(days=400)
"""So long a number counts that rang in the relative's hand: carriers give those that are not used to somebody else."""
PROOFS: Final[Mapping[str, str]] = {
    "card": "看过身份证",
    "elder": "老人点了头",
    "primary": "主要联系人认的",
}
PHONES: Final[Mapping[str, str]] = {
    "family": "家属的手机",
    "elder": "本人的手机",
    "shared": "两人共用",
    "room": "房间里的设备",
}
"""Whose phone it is, asked at confirmation (F3); a device of a room is a place: no name, no letter."""
FREQUENCIES: Final[Mapping[str, str]] = {
    "daily": "每天",
    "weekly": "每周（星期天）",
    "changes": "有重要变化",
}
ASKED_BY: Final[Mapping[str, str]] = {
    "elder": "老人本人",
    "guardian": "监护人",
    "director": "院长决定",
    "relative": "这位家属自己",
}
"""Who may ask that a relative knows less (F13); it stays inside."""
SUNDAY: Final = 7
HOURS: Final = range(8, 22)
"""At these hours of the relative's own clock a letter may be announced."""


def announces(frequency: str, day: date, *, changed: bool) -> bool:
    """Whether a letter of this day is announced: each one, that of Sunday, or only what changed; a change always is
    (N7).
    """
    return frequency == Frequency.DAILY or changed or (frequency == Frequency.WEEKLY and day.isoweekday() == SUNDAY)


def wants_week(frequency: str, *, changed: bool) -> bool:
    """Whether the letter of a week is announced: to whoever wants more than changes; a correction always is."""
    return frequency != Frequency.CHANGES or changed


def at_hour(now: datetime, hour: int | None, zone: ZoneInfo) -> datetime:
    """When the hour strikes next on the relative's own clock; now, where no hour was chosen."""
    if hour is None:
        return now
    local = now.astimezone(zone)
    struck = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return (struck if struck >= local else struck + timedelta(days=1)).astimezone(UTC)


def short(scope: str) -> str:
    """日常, 健康 …"""
    return SCOPES[scope].split("（")[0]


def names(scopes: Collection[str]) -> str:
    """日常、健康, in the order of the page."""
    return "、".join(short(scope) for scope in SCOPES if scope in scopes)


def in_order(scopes: Collection[str]) -> str:
    """As the column keeps them."""
    return " ".join(scope for scope in SCOPES if scope in scopes)


def wrong(scopes: Collection[str], way: str) -> str:
    """Why these scopes cannot be given in this way, as a sentence for the colleague; "" when they can."""
    if not set(scopes) <= set(SCOPES):
        return "请选家属能看什么。"
    if way not in WAYS:
        return "请选老人是怎么同意的。"
    if "health" in scopes and "health" not in GIVES[way]:
        return "健康情况要本人或监护人同意才能看：本人点、本人说，或签字；没有的话，先不要选健康。"
    beyond = set(scopes) - GIVES[way]
    if beyond:
        return f"{names(beyond)}要先有同意才能看；还没有同意，只能选{names(GIVES[way])}。"
    return ""
