"""`jiashu calendar`: the festivals of a time and a birthday, a line each, as somebody reads them on a terminal (B1)."""

import io
import json

import pytest

from bot import days
from care.errors import Invalid


def told(first: str, last: str, birthday: str | None = None) -> list[str]:
    target = io.StringIO()
    assert days.run(first, last, birthday, target) == 0
    return target.getvalue().splitlines()


def test_b1_each_day_of_note_is_a_line_in_words_that_can_be_read() -> None:
    lines = told("2027-01-01", "2027-01-15")
    assert [json.loads(line)["occasion"] for line in lines] == ["new-year", "laba"]
    assert json.loads(lines[0]) == {"date": "2027-01-01", "occasion": "new-year", "greet": True, "note": "短短一句。"}
    assert "短短一句。" in lines[0], "no signs that nobody reads"
    assert not json.loads(lines[1])["greet"]


def test_b1_a_birthday_stands_among_them_by_its_date_and_both_ends_count() -> None:
    lines = told("2027-01-01", "2027-01-15", "1941-01-07")
    assert [json.loads(line)["occasion"] for line in lines] == ["new-year", "birthday", "laba"]
    assert [json.loads(line)["date"] for line in told("2027-01-01", "2027-01-01")] == ["2027-01-01"]


def test_b1_what_is_no_day_and_a_time_that_ends_before_it_begins_are_sentences() -> None:
    with pytest.raises(Invalid, match="请对调"):
        told("2027-01-02", "2027-01-01")
    with pytest.raises(Invalid, match="看不懂日期 morgen"):
        told("morgen", "2027-01-01")
