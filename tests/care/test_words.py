"""Signs that nobody sees come with copied numbers and names; two that look alike are one (F12, A1)."""

from datetime import date

import pytest

from care import identity, phones
from care.words import clear, named
from services.imports import values


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("王\u200b桂兰\ufeff", "王桂兰"),
        ("\u202e兰桂王", "兰桂王"),
        ("  王  桂兰 ", "王 桂兰"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 ・ 买买提", "阿依古丽·买买提"),
        ("J. Smith", "J. Smith"),
        ("\u200b\u3164\u2800", ""),
        ("👵🏽", ""),
        ("——", ""),
    ],
)
def test_f12_two_names_that_look_alike_are_one_and_what_nobody_can_read_is_none(typed: str, kept: str) -> None:
    assert named(typed) == kept


def test_what_looks_like_a_day_or_a_number_keeps_its_points() -> None:
    assert clear("1944.10.14") == "1944.10.14"
    assert clear("2.5 片，3·5") == "2.5 片，3·5"


def test_a1_a_number_copied_from_a_telephone_is_the_number() -> None:
    copied = "\u202d139\u00a01234\u00a06021\u202c"
    assert phones.read(copied) == identity.phone(copied) == values.phone(copied).value == "13912346021"
    assert identity.read("\u200b11010519491231002X\ufeff", date(2026, 11, 29)).born == date(1949, 12, 31)
    assert values.identity("11010519491231002X\u200b").value == "11010519491231002X"
