"""The lunar calendar as far as a care home needs it: days of lunar months and solar terms, from 1901 to 2099."""

from datetime import date
from typing import Final

from borax.calendars.lunardate import LCalendars, LunarDate, TermUtils

from care.errors import JiashuError

FIRST, LAST = date(1901, 1, 1), date(2099, 12, 31)
TERMS: Final = [
    "小寒",
    "大寒",
    "立春",
    "雨水",
    "惊蛰",
    "春分",
    "清明",
    "谷雨",
    "立夏",
    "小满",
    "芒种",
    "夏至",
    "小暑",
    "大暑",
    "立秋",
    "处暑",
    "白露",
    "秋分",
    "寒露",
    "霜降",
    "立冬",
    "小雪",
    "大雪",
    "冬至",
]
"""The terms of a solar year in their order, two in each month."""


class OutOfCalendar(JiashuError):
    """日历只算得到 1901 年到 2099 年，请换一个日期。"""


def leap_month(year: int) -> int:
    """The number of the month that a lunar year has twice; 0 = none. Raises OutOfCalendar."""
    return int(LCalendars.leap_month(_known(year)))


def days_in(year: int, month: int, *, leap: bool = False) -> int:
    """29 or 30. Raises OutOfCalendar."""
    return int(LCalendars.ndays(_known(year), month, int(leap)))


def solar(year: int, month: int, day: int, *, leap: bool = False) -> date:
    """The solar day of a lunar one; 三十 in a month of 29 days is 廿九 (domain.md 5). Raises OutOfCalendar."""
    found: date = LunarDate(_known(year), month, min(day, days_in(year, month, leap=leap)), int(leap)).to_solar_date()
    return found


def of(day: date) -> tuple[int, int, int, bool]:
    """The lunar year, month, day of a solar day, and whether the month is a leap one. Raises OutOfCalendar."""
    found = LunarDate.from_solar_date(_known(day.year), day.month, day.day)
    return int(found.year), int(found.month), int(found.day), bool(found.leap)


def term(year: int, name: str) -> date:
    """The day of a solar term in a solar year. Raises OutOfCalendar."""
    found: date = TermUtils.nth_term_day(_known(year), TERMS.index(name))
    return found


def term_of(day: date) -> str:
    """The solar term that begins on this day; "" on most days. Raises OutOfCalendar."""
    near = TERMS[2 * day.month - 2 : 2 * day.month]
    return next((name for name in near if term(day.year, name) == day), "")


def _known(year: int) -> int:
    if not FIRST.year - 1 <= year <= LAST.year:
        raise OutOfCalendar
    return year
