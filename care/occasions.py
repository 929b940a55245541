"""The days on which a home greets, and those on which it must not: computed for any year, never a stored list
(domain.md 5, H1, B1).
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from care import lunar
from care.errors import Invalid


@dataclass(frozen=True, slots=True)
class Festival:
    """One festival. `greet` is the default of a new home; `day` gives its day in a solar or a lunar year."""

    id: str
    name: str
    greet: bool
    note: str
    day: Callable[[int], date]
    is_lunar: bool = False

    def period(self, year: int) -> str:
        """The festival's own cycle, never its date: what was planned once is not planned again when
        a date is mended.
        """
        return f"{year}-lunar" if self.is_lunar else str(year)


@dataclass(frozen=True, slots=True)
class Day:
    """A festival or a birthday on its day."""

    day: date
    id: str
    name: str
    greet: bool
    note: str
    period: str


@dataclass(frozen=True, slots=True)
class Birthday:
    """When somebody was born, in the calendar that the family counts by; the year may be unknown (0)."""

    month: int
    day: int
    year: int = 0
    is_lunar: bool = False
    is_leap: bool = False

    @property
    def words(self) -> str:
        """As a family says it: 农历六月三十, 3月8日."""
        if not self.is_lunar:
            return f"{self.month}月{self.day}日"
        return f"农历{'闰' if self.is_leap else ''}{MONTHS[self.month - 1]}{day_words(self.day)}"


MONTHS: Final = ("正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "腊月")
_DIGITS: Final = "一二三四五六七八九十"


def day_words(day: int) -> str:
    """初一 … 三十."""
    if day in (10, 20, 30):
        return {10: "初十", 20: "二十", 30: "三十"}[day]
    return ("初", "十", "廿")[day // 10] + _DIGITS[day % 10 - 1]


def _on(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int) -> Callable[[int], date]:
    return lambda year: lunar.solar(year, month, day)


def _sunday(month: int, nth: int) -> Callable[[int], date]:
    def day(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=calendar.SUNDAY - first.weekday() + 7 * (nth - 1))

    return day


_BORN: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(-lunar(-leap)?)?", re.ASCII)


def born(text: str) -> Birthday:
    """`1941-06-30`, `1941-06-30-lunar` or `1941-06-30-lunar-leap`. Raises Invalid for a day that never was."""
    match = _BORN.fullmatch(text)
    wrong = Invalid(why=f"看不懂生日 {text}。请写 1941-06-30，农历写 1941-06-30-lunar，闰月写 1941-06-30-lunar-leap。")
    if match is None:
        raise wrong
    year, month, day = (int(part) for part in match.groups()[:3])
    is_lunar, leap = match[4] is not None, match[5] is not None
    if is_lunar:
        # months, days
        there = 1 <= month <= 12 and 1 <= day <= 30 and (not leap or lunar.leap_month(year) == month)
        if not there:  # 三十 is taken in a short month as well: families count it so, and papers are not exact
            raise Invalid(why=f"农历没有 {text} 这一天，请核对月份和闰月。")
    else:
        try:
            date(year, month, day)
        except ValueError:
            raise wrong from None
    return Birthday(month, day, year, is_lunar, leap)


FESTIVALS: Final = (
    Festival("new-year", "元旦", True, "短短一句。", _on(1, 1)),
    Festival("laba", "腊八", False, "喝腊八粥；糖尿病老人少放糖。", _lunar(12, 8), is_lunar=True),
    Festival(
        "xiaonian-north", "小年（北方）", True, "按老人家的习惯，北方多是腊月廿三。", _lunar(12, 23), is_lunar=True
    ),
    Festival(
        "xiaonian-south", "小年（南方）", True, "按老人家的习惯，南方多是腊月廿四。", _lunar(12, 24), is_lunar=True
    ),
    Festival(
        "chuxi",
        "除夕",
        True,
        "团圆。请家属来吃年夜饭；没人接的老人列一张陪伴单。",
        lambda year: lunar.solar(year + 1, 1, 1) - timedelta(days=1),
        is_lunar=True,
    ),
    Festival("spring-festival", "春节", True, "一年里最要紧的问候；请孙辈录一句拜年。", _lunar(1, 1), is_lunar=True),
    Festival("lantern", "元宵节", True, "汤圆容易噎，切小、有人看着。", _lunar(1, 15), is_lunar=True),
    Festival("longtaitou", "龙抬头", False, "二月二，讲究理发；想理的记下来。", _lunar(2, 2), is_lunar=True),
    Festival("womens-day", "妇女节", True, "只给女性：「奶奶、阿姨，节日好」。", _on(3, 8)),
    Festival(
        "qingming",
        "清明",
        False,
        "不说快乐。只给家属一句平实的话：要外出祭扫先登记；亲人刚走的家庭不发，多陪一会儿。",
        lambda year: lunar.term(year, "清明"),
    ),
    Festival("labour-day", "劳动节", True, "也谢谢同事。", _on(5, 1)),
    Festival("mothers-day", "母亲节", True, "只给问过、愿意过的老人；提醒子女录一句话。", _sunday(5, 2)),
    Festival("fathers-day", "父亲节", True, "只给问过、愿意过的老人；提醒子女录一句话。", _sunday(6, 3)),
    Festival("dragon-boat", "端午节", True, "说「端午安康」。粽子粘、糖多，少吃慢咽。", _lunar(5, 5), is_lunar=True),
    Festival("qixi", "七夕", False, "只给都住在院里、愿意过的夫妻。", _lunar(7, 7), is_lunar=True),
    Festival("zhongyuan", "中元节", False, "不问候。要祭拜的照实回答，不用明火。", _lunar(7, 15), is_lunar=True),
    Festival("hanyi", "寒衣节", False, "不问候。要祭拜的照实回答，不用明火。", _lunar(10, 1), is_lunar=True),
    Festival("mid-autumn", "中秋节", True, "月饼糖油重，切小块分着吃；请家属来。", _lunar(8, 15), is_lunar=True),
    Festival("national-day", "国庆节", True, "短短一句。", _on(10, 1)),
    Festival(
        "double-ninth", "重阳节", True, "老年节，老人自己的大日子；登高改成院子里走走。", _lunar(9, 9), is_lunar=True
    ),
    Festival(
        "winter-solstice",
        "冬至",
        True,
        "说「冬至安康」；江浙沪这天也祭祖，语气平和。",
        lambda year: lunar.term(year, "冬至"),
    ),
    Festival("christmas", "圣诞节", False, "只给说过要过的老人，说「圣诞平安」。", _on(12, 25)),
)
USUAL: Final = frozenset({"spring-festival", "mid-autumn", "double-ninth"})
"""H1 names these three; a home may choose others."""
FOR_WOMEN: Final = frozenset({"womens-day"})
FOR_FAMILIES: Final = frozenset({"qingming"})
"""Of 清明 nothing is said to an elder unless the family wishes it, and that is a person's to say."""
BY_HAND: Final = frozenset({"zhongyuan", "hanyi", "qixi"})
"""Days of the dead, and that of couples: a machine does not know whose partner is there today."""
ALONE: Final = frozenset({"chuxi", "spring-festival", "lantern", "dragon-boat", "mid-autumn", "double-ninth"})
"""Days on which families come together: somebody sits with those to whom nobody comes."""
BY_ID: Final = {festival.id: festival for festival in FESTIVALS}


def between(first: date, last: date) -> list[Day]:
    """All festivals from `first` to `last`, both included, by date. Raises lunar.OutOfCalendar."""
    _within(first, last)
    found = [
        Day(day, festival.id, festival.name, festival.greet, festival.note, festival.period(year))
        for festival in FESTIVALS
        for year in range(first.year - 1, last.year + 1)
        if (year >= first.year or festival.is_lunar) and first <= (day := festival.day(year)) <= last
    ]
    order = [festival.id for festival in FESTIVALS]
    return sorted(found, key=lambda one: (one.day, order.index(one.id)))


def birthdays(born: Birthday, first: date, last: date) -> list[Day]:
    """The birthdays in these days, one for each year of the family's own calendar; none before the first birthday
    (domain.md 5, a to d).
    """
    _within(first, last)
    return [
        Day(day, "birthday", "生日", True, note, f"{year}-lunar" if born.is_lunar else str(year))
        for year, day, note in _each(born, first.year - 1, last.year)
        if first <= day <= last and (not born.year or year > born.year)
    ]


def _each(born: Birthday, first: int, last: int) -> Iterator[tuple[int, date, str]]:
    for year in range(first, last + 1):
        if born.is_lunar:
            leap = born.is_leap and lunar.leap_month(year) == born.month
            note = born.words
            if born.is_leap and not leap:
                note += f"；今年没有闰{MONTHS[born.month - 1]}，过平月"
            if born.day > lunar.days_in(year, born.month, leap=leap):
                note += "；这个月只有廿九"
            yield year, lunar.solar(year, born.month, born.day, leap=leap), note
        else:
            short = born.day > calendar.monthrange(year, born.month)[1]
            yield (
                year,
                date(year, born.month, 28 if short else born.day),
                born.words + ("；今年没有 29 日，过 28 日" if short else ""),
            )


def _within(first: date, last: date) -> None:
    if first < lunar.FIRST or last > lunar.LAST:
        raise lunar.OutOfCalendar
