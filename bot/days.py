"""`jiashu calendar`: the festivals of a time, and a birthday, as lines of JSON."""

import json
import re
from datetime import date
from typing import TextIO

from care import lunar, occasions
from care.errors import Invalid

_BORN = re.compile(r"(\d{4})-(\d{2})-(\d{2})(-lunar(-leap)?)?", re.ASCII)


def run(first: str, last: str, birthday: str | None, target: TextIO) -> int:
    """One line a day of note, by date, both ends included. Raises Invalid and lunar.OutOfCalendar."""
    start, end = _day(first), _day(last)
    if end < start:
        raise Invalid(why="--to 早于 --from，请对调。")
    found = occasions.between(start, end)
    if birthday is not None:
        found = sorted([*found, *occasions.birthdays(born(birthday), start, end)], key=lambda one: one.day)
    for one in found:
        told = {"date": one.day.isoformat(), "occasion": one.id, "greet": one.greet, "note": one.note}
        target.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 0


def born(text: str) -> occasions.Birthday:
    """`1941-06-30`, `1941-06-30-lunar` or `1941-06-30-lunar-leap`. Raises Invalid for a day that never was."""
    match = _BORN.fullmatch(text)
    wrong = Invalid(why=f"看不懂生日 {text}。请写 1941-06-30，农历写 1941-06-30-lunar，闰月写 1941-06-30-lunar-leap。")
    if match is None:
        raise wrong
    year, month, day = (int(part) for part in match.groups()[:3])
    is_lunar, leap = match[4] is not None, match[5] is not None
    if is_lunar:
        there = 1 <= month <= 12 and 1 <= day <= 30 and (not leap or lunar.leap_month(year) == month)  # noqa: PLR2004  (months, days)
        if not there:  # 三十 is taken in a short month as well: families count it so, and papers are not exact
            raise Invalid(why=f"农历没有 {text} 这一天，请核对月份和闰月。")
    else:
        try:
            date(year, month, day)
        except ValueError:
            raise wrong from None
    return occasions.Birthday(month, day, year, is_lunar, leap)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(why=f"看不懂日期 {text}。请写成 2027-01-31 这样。") from None
