"""`jiashu calendar`: the festivals of a time, and a birthday, as lines of JSON."""

import json
from datetime import date
from typing import TextIO

from care import occasions
from care.errors import Invalid


def run(first: str, last: str, birthday: str | None, target: TextIO) -> int:
    """One line a day of note, by date, both ends included. Raises Invalid and lunar.OutOfCalendar."""
    start, end = _day(first), _day(last)
    if end < start:
        raise Invalid(why="--to 早于 --from，请对调。")
    found = occasions.between(start, end)
    if birthday is not None:
        found = sorted([*found, *occasions.birthdays(occasions.born(birthday), start, end)], key=lambda one: one.day)
    for one in found:
        told = {"date": one.day.isoformat(), "occasion": one.id, "greet": one.greet, "note": one.note}
        target.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(why=f"看不懂日期 {text}。请写成 2027-01-31 这样。") from None
