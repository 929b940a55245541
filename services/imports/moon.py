"""Birthdays by the lunar calendar as sheets have them: 农历八月初三, 阴历1941年闰六月廿九. They stay lunar, so that the
greeting falls on the right day of each year (H1).
"""

import re
from datetime import date, timedelta
from typing import Final

from care import lunar, occasions
from care.errors import Invalid
from services.imports.values import Read

SAYS: Final = re.compile(r"农历|阴历|旧历|闰|正月|冬月|腊月|月初|月廿|-lunar")
"""By these a day is one of the moon; 八月三日 alone is asked."""
_ONES: Final = "一二三四五六七八九"
_MONTHS: Final = {name: number for number, name in enumerate(("正", *"二三四五六七八九十", "冬", "腊"), 1)} | {
    "一": 1,
    "十一": 11,
    "十二": 12,
}
_SHAPE: Final = re.compile(
    r"(?:(?P<year>\d{2}|\d{4}|[〇零一二三四五六七八九]{4})年?)?(?P<leap>闰)?"
    r"(?P<month>十[一二]|[正一二三四五六七八九十冬腊]|\d{1,2})月"
    r"(?P<day>初[一二三四五六七八九十]|[二三]十[一二三四五六七八九]?|[十廿][一二三四五六七八九]?|\d{1,2})[日号]?"
)
_PLAIN: Final = re.compile(r"(?P<year>\d{4})[-/.年]?(?P<month>\d{1,2})[-/.月]?(?P<day>\d{1,2})日?")
NEAR: Final = timedelta(days=2)


def birthday(words: str, told: str) -> Read | None:
    """A lunar birthday as it is kept (`1941-08-03-lunar`), or why not; None for what is no lunar one. `told`: the day
    that the identity number tells, of which a year that was not written is taken.
    """
    if not SAYS.search(words) or "民国" in words:
        return None
    bare, leap = re.sub(r"农历|阴历|旧历|生日?|\s|-lunar|-leap", "", words), "-leap" in words or "闰" in words
    found = _SHAPE.fullmatch(bare) or _PLAIN.fullmatch(bare.replace("闰", ""))
    if found is None:
        return Read(why="看不懂这个农历日子。请写成 农历1941年八月初三")
    month, day = _month(found["month"]), _day(found["day"])
    if found["year"]:
        return _kept(_year(found["year"]), month, day, leap=leap)
    if not told:
        return Read(why="没写哪一年。请写成 农历1941年八月初三")
    return _of_year(date.fromisoformat(told), month, day, leap=leap)


def _of_year(told: date, month: int, day: int, *, leap: bool) -> Read:
    """The lunar year in which the day is nearest to the one that papers tell."""
    near: list[tuple[timedelta, Read]] = []
    for year in (told.year - 1, told.year):
        read = _kept(year, month, day, leap=leap)
        if read.value:
            near.append((abs(lunar.solar(year, month, day, leap=leap) - told), read))
    if not near:
        return Read(why="农历没有这一天。请核对月份和闰月")
    away, read = min(near, key=lambda one: one[0])
    if away <= NEAR:
        return read
    return Read(why="没写哪一年", guess=written(read.value), hint="照身份证上的年份")


def _kept(year: int, month: int, day: int, *, leap: bool) -> Read:
    kept = f"{year:04d}-{month:02d}-{day:02d}-lunar{'-leap' * leap}"
    try:
        occasions.born(kept)
    except Invalid:
        return Read(why="农历没有这一天。请核对月份和闰月")
    return Read(kept) if year >= 1900 else Read(why=f"读成农历 {year} 年，不像是生日")


def written(kept: str) -> str:
    """农历1941年八月初三: a kept birthday as a sheet has it; a solar one as it is."""
    if "lunar" not in kept:
        return kept
    return occasions.born(kept).words.replace("农历", f"农历{kept[:4]}年")


def _year(text: str) -> int:
    if text.isdecimal() and text.isascii():
        return int(text) + (1900 if len(text) == 2 else 0)
    return int("".join(str("〇一二三四五六七八九".index(sign.replace("零", "〇"))) for sign in text))


def _month(text: str) -> int:
    return int(text) if text.isascii() else _MONTHS[text]


def _day(text: str) -> int:
    if text.isascii():
        return int(text)
    if text == "初十":
        return 10
    if text.startswith("初"):
        return 1 + _ONES.index(text[1])
    tens, ones = text.replace("二十", "廿").replace("三十", "卅")[0], text[-1]
    return {"十": 10, "廿": 20, "卅": 30}[tens] + (1 + _ONES.index(ones) if ones in _ONES else 0)
