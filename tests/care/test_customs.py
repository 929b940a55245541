"""How somebody keeps festivals, as the family says: nobody is greeted who was not asked (H1)."""

from datetime import date, timedelta

import pytest

from care import customs, lunar
from care.customs import NOTHING, Customs
from care.errors import Invalid

BOTH = ("xiaonian-north", "xiaonian-south")


@pytest.mark.parametrize(
    ("told", "festival", "sex", "chosen", "greeted"),
    [
        (NOTHING, "spring-festival", "女", (), True),
        (Customs(plain=True), "spring-festival", "女", (), False),
        (NOTHING, "xiaonian-north", "女", BOTH[:1], True),
        (NOTHING, "xiaonian-north", "女", BOTH, False),
        (Customs(xiaonian="south"), "xiaonian-north", "女", BOTH, False),
        (Customs(xiaonian="south"), "xiaonian-south", "女", BOTH, True),
        (Customs(xiaonian="none"), "xiaonian-north", "女", BOTH[:1], False),
        (NOTHING, "mothers-day", "女", (), False),
        (Customs(parents="yes"), "mothers-day", "女", (), True),
        (Customs(parents="yes"), "mothers-day", "男", (), False),
        (Customs(parents="no"), "fathers-day", "男", (), False),
        (Customs(parents="yes"), "fathers-day", "男", (), True),
        (NOTHING, "christmas", "男", (), False),
        (Customs(christmas=True), "christmas", "男", (), True),
    ],
)
def test_h1_who_is_greeted_on_which_day(
    told: Customs, festival: str, sex: str | None, chosen: tuple[str, ...], greeted: bool
) -> None:
    assert (customs.why_not(told, festival, sex, chosen) == "") is greeted


def test_h1_what_was_said_is_kept_and_words_of_a_newer_release_are_left_out() -> None:
    told = Customs("south", "yes", christmas=True)
    assert customs.read(customs.written(told)) == told
    assert customs.written(NOTHING) is None
    assert customs.read(None) == NOTHING
    assert customs.read('{"xiaonian": "north", "moon": true}') == Customs("north")
    assert [name for name, _ in told.told] == ["小年", "母亲节、父亲节", "圣诞节"]
    with pytest.raises(Invalid, match="没有这个选项"):
        customs.written(Customs("east"))


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2040])
def test_h1_each_solar_term_is_found_on_its_day_and_on_no_other(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    found = [lunar.term_of(day) for day in days]
    assert [name for name in found if name] == lunar.TERMS
