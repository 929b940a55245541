"""The words around a letter: its address, the shelf, the next evening, the temperature: pure (F16, F20)."""

from datetime import UTC, datetime

import pytest

from care.errors import Invalid
from services.letters import letters, pulled
from settings import Home

HOME = Home(name="青禾颐养院", phone="0571-8800-0101")


def test_f16_a_letter_has_an_address_where_the_house_has_one() -> None:
    for address in ("https://jia.example", "https://jia.example/"):
        assert letters.link(address, 7) == '<a href="https://jia.example/p/letters/7">打开家书</a>'
        assert pulled.shelf_link(address) == '<a href="https://jia.example/p/letters">以前的家书</a>'
    assert "还没有配好" in letters.link("", 7)
    assert pulled.shelf_link("") == "以前的家书"


def test_f16_the_next_letter_comes_this_evening_or_tomorrow() -> None:
    morning = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    this = pulled._next_release(HOME, morning)
    assert this.astimezone(HOME.zone).date() == morning.astimezone(HOME.zone).date()
    assert pulled._next_release(HOME, this) > this, "at that very moment it is out"
    assert (pulled._next_release(HOME, this) - this).days == 1


@pytest.mark.parametrize(
    ("text", "degrees"), [("36.5", 36.5), (" 36.5℃ ", 36.5), ("", None), (" ", None), ("37", 37.0)]
)
def test_f20_a_temperature_is_a_number_or_nothing(text: str, degrees: float | None) -> None:
    assert letters._degrees(text) == degrees


def test_f20_a_temperature_in_words_is_asked_for_as_a_number() -> None:
    with pytest.raises(Invalid, match="体温请写数字"):
        letters._degrees("正常")
