"""What a relative does not want, and between which hours of her own a machine may write to her (N7). Answers to her
own words, urgent announcements and alarms are never among it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from care.quiet_hours import Quiet, next_allowed


class Declined(StrEnum):
    """What may be declined. The words are stored."""

    GREETING = "greeting"
    NEWS = "news"
    SURVEY = "survey"
    REMINDER = "reminder"
    CARDS = "cards"
    """Template messages and SMS: what cannot wait is said to her on the telephone."""


NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Declined.GREETING.value: "节日、生日的问候",
        Declined.NEWS.value: "一般的通知（活动、菜单、表扬）",
        Declined.SURVEY.value: "满意度问卷",
        Declined.REMINDER.value: "探视、就医前一天的提醒",
        Declined.CARDS.value: "卡片和短信（要紧的事打电话说）",
    }
)
"""As the form asks: what is NOT sent."""
SHORT: Final[Mapping[str, str]] = MappingProxyType(
    {
        Declined.GREETING.value: "问候",
        Declined.NEWS.value: "一般通知",
        Declined.SURVEY.value: "问卷",
        Declined.REMINDER.value: "提醒",
        Declined.CARDS.value: "卡片和短信",
    }
)
ALL_THE_SAME: Final = "您问的、反映的，照样答复；要紧的通知和紧急的事，照样告诉您。"
NOT_WANTED: Final = "对方说过不要这一类"
BY_TELEPHONE: Final = "对方要我们打电话说"
FROM: Final = range(6, 13)
UNTIL: Final = range(14, 23)
"""Hours of the relative's own zone that may be chosen."""
_OF_OCCASION: Final = {"survey": Declined.SURVEY, "visit": Declined.REMINDER}
_OF_ITS_OWN: Final = frozenset({"offer", "letter"})
"""Asked for by a consent of its own (B2), or at an hour of its own."""


def read(stored: str | None) -> frozenset[str]:
    """What is declined; "" and None are nothing. A word of a newer release is kept."""
    return frozenset((stored or "").split())


def stored(declined: Iterable[str]) -> str | None:
    """The same as it is kept, in the order of the form; None for nothing."""
    wanted = set(declined)
    return " ".join(one.value for one in Declined if one.value in wanted) or None


def why_not(declined: frozenset[str], occasion: str) -> str:
    """Why nothing of an occasion (`survey`, `visit`, a festival …) is said to this person; "" where it is."""
    if occasion in _OF_ITS_OWN:
        return ""
    return NOT_WANTED if _OF_OCCASION.get(occasion, Declined.GREETING).value in declined else ""


def opens(at: datetime, zone: tzinfo, begins: int | None, ends: int | None) -> datetime:
    """The next moment within her own hours, in UTC; `at` itself where nothing was chosen, or when it is one."""
    own = within(Quiet(family=()), begins, ends)
    return next_allowed(at, zone, "family", own) if own.family else at


def within(quiet: Quiet, begins: int | None, ends: int | None) -> Quiet:
    """The silent hours of a home with those of one relative: before `begins` and from `ends` on machines are silent as
    well. Hours 6 … 22 of the relative's own zone; None where nothing was chosen.
    """
    if begins is None and ends is None:
        return quiet
    night = (time(0 if ends is None else ends), time(0 if begins is None else begins))
    return quiet if night[0] == night[1] else replace(quiet, family=(*quiet.family, night))


def hours(begins: int | None, ends: int | None) -> str:
    """9 点到 20 点发, 9 点以后发, 20 点以前发."""
    if begins is None or ends is None:
        return f"{begins} 点以后发" if begins is not None else f"{ends} 点以前发"
    return f"{begins} 点到 {ends} 点发"


def told(declined: frozenset[str], begins: int | None, ends: int | None) -> str:
    """One line for colleagues; "" where nothing was said."""
    parts = [f"不要{'、'.join(SHORT[one.value] for one in Declined if one.value in declined)}"] if declined else []
    if begins is not None or ends is not None:
        parts.append(f"只在 {hours(begins, ends)}")
    return " · ".join(parts)
