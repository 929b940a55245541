"""Identity numbers, birthdays and phones as people write them (A1)."""

from datetime import date

import pytest

from care import identity
from care.errors import Invalid
from care.states import Sex

TODAY = date(2026, 11, 22)


def right(number: str) -> str:
    """The number with the sign that belongs at its end."""
    return number + identity.SIGNS[sum(int(n) * w for n, w in zip(number, identity.WEIGHTS, strict=True)) % 11]


def test_a1_a_number_says_the_day_and_the_sex_and_shows_only_its_ends() -> None:
    number = right("51010419441212284")
    read = identity.read(f" {number[:6]} {number[6:]} ", TODAY)
    assert (read.born, read.sex, read.number) == (date(1944, 12, 12), Sex.FEMALE, number)
    assert read.masked == f"5101**********{number[-4:]}"
    man = identity.read(right("11010119491231003"), TODAY)
    assert man.sex is Sex.MALE
    with_x = next(one for one in (right(f"110101194912310{n:02d}") for n in range(100)) if one.endswith("X"))
    assert identity.read(with_x.lower(), TODAY).number == with_x


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("1.10101E+17", "科学记数"),
        ("110101491231003", "18 位，这里是 15 位"),
        ("51010419441312284X", "没有这一天"),
        (right("51010418801212284"), "出生年份 1880"),
        (right("51010420271212284"), "出生年份 2027"),
    ],
)
def test_a1_a_number_that_cannot_be_is_told_and_never_mended(typed: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        identity.read(typed, TODAY)


def test_a1_one_wrong_sign_is_found() -> None:
    number = right("51010419441212284")
    wrong = number[:15] + str((int(number[15]) + 1) % 10) + number[16:]
    with pytest.raises(Invalid, match="最后一位对不上"):
        identity.read(wrong, TODAY)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1944-10-14", "1944-10-14"),
        ("19441014", "1944-10-14"),
        ("1944/1/4", "1944-01-04"),
        ("1944.10.14", "1944-10-14"),
        ("1944年10月14日", "1944-10-14"),
        ("阳历1944年10月14日生", "1944-10-14"),
        ("农历1944年10月14日", "1944-10-14-lunar"),
        ("1944-10-14-lunar", "1944-10-14-lunar"),
        ("1941-06-30-lunar-leap", "1941-06-30-lunar-leap"),
        ("农历1941年闰6月3日", "1941-06-03-lunar-leap"),
    ],
)
def test_a1_a_birthday_is_read_as_people_write_it(typed: str, kept: str) -> None:
    assert identity.birthday(typed, TODAY) == kept


@pytest.mark.parametrize(
    "typed", ["民国三十年", "三月初二", "1944101", "194410145", "1944-13-01", "1944-02-30", "1850-01-01"]
)
def test_a1_a_birthday_that_is_not_understood_is_asked_for_not_guessed(typed: str) -> None:
    with pytest.raises(Invalid):
        identity.birthday(typed, TODAY)


def test_a1_phones_are_read_with_their_signs_and_wrong_ones_are_told() -> None:
    for typed in ("138 0000 2107", "+86-138-0000-2107", "8613800002107"):
        assert identity.phone(typed) == "13800002107"
    assert identity.phone("0571-88000101") == "057188000101"
    assert identity.phone("88000101") == "88000101"
    for wrong in ("1381234567", "12345678901", "O1380000210"):
        with pytest.raises(Invalid, match="看着不对"):
            identity.phone(wrong)


def test_a1_number_and_form_must_say_the_same_and_a_lunar_day_only_be_near() -> None:
    number = identity.read(right("51010419441212284"), TODAY)
    identity.agrees(number, "", "")
    identity.agrees(number, "1944-12-12", "女")
    identity.agrees(number, "1944-10-27-lunar", "女")
    for born, sex, why in (
        ("1944-12-12", "男", "这里选的是男"),
        ("1944-12-21", "女", "1944-12-12"),
        ("1940-10-27-lunar", "", "生日"),
    ):
        with pytest.raises(Invalid, match=why):
            identity.agrees(number, born, sex)


@pytest.mark.parametrize(
    ("typed", "calendar", "why"),
    [
        ("0000-01-01", "lunar", "出生年份 0 不像"),
        ("9999-12-31", "solar", "出生年份 9999 不像"),
        ("1945-02-29", "solar", "没有 1945 年 2 月 29 日这一天"),
        ("1944-04-31", "lunar", "没有农历 1944 年 4 月 31 日这一天"),
        ("1944.闰5.5", "solar", "没有农历 1944 年闰 5 月 5 日这一天"),
        ("2026-12-31", "solar", "在今天以后"),
    ],
)
def test_a1_a_birthday_that_never_was_is_told_in_the_words_of_who_typed_it(typed: str, calendar: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        identity.birthday(typed, date(2026, 11, 29), lunar=calendar == "lunar")
    assert why in refused.value.sentence
    assert "-lunar" not in refused.value.sentence


@pytest.mark.parametrize(
    ("born", "today", "alive"),
    [
        ("19010101", date(2026, 1, 1), True),
        ("19001231", date(2026, 1, 1), False),
        ("20261122", TODAY, True),
        ("20261123", TODAY, False),
    ],
)
def test_a1_somebody_of_125_years_may_live_here_and_nobody_who_is_not_born(born: str, today: date, alive: bool) -> None:
    number = right(f"510104{born}284")
    if alive:
        assert identity.read(number, today).born == date.fromisoformat(born)
        assert identity.birthday(born, today) == date.fromisoformat(born).isoformat()
    else:
        with pytest.raises(Invalid):
            identity.read(number, today)
        with pytest.raises(Invalid):
            identity.birthday(born, today)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("86001234", "86001234"),
        ("+86 571 8800 0101", None),
        ("1113800002107", None),
        ("(0571)8800-0101", "057188000101"),
    ],
)
def test_a1_the_number_of_the_country_is_cut_off_a_whole_number_alone(typed: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(Invalid):
            identity.phone(typed)
    else:
        assert identity.phone(typed) == number


def test_a1_what_was_typed_is_told_with_its_first_twenty_signs() -> None:
    for refuses in (identity.phone, lambda text: identity.birthday(text, TODAY)):
        with pytest.raises(Invalid) as told:
            refuses(f" {'一二三四五' * 4}六")
        assert f"「{'一二三四五' * 4}」" in told.value.sentence


@pytest.mark.parametrize(("year", "near"), [(1942, False), (1943, True), (1944, True), (1945, True), (1946, False)])
def test_a1_a_lunar_birthday_may_lie_a_year_beside_that_of_the_number(year: int, near: bool) -> None:
    number = identity.read(right("51010419441212284"), TODAY)
    if near:
        identity.agrees(number, f"{year}-10-27-lunar", "")
    else:
        with pytest.raises(Invalid, match=f"{year}-10-27。"):
            identity.agrees(number, f"{year}-10-27-lunar", "")
