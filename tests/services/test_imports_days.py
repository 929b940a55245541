"""The edges of what a sheet may say of days, numbers, beds and names: the last that is taken, the first that is asked
(N3, H1).
"""

from datetime import date, timedelta

import pytest

from care import lunar
from care.identity import SIGNS, WEIGHTS
from services.imports import moon, values
from services.imports.book import NO_VALUE
from services.imports.values import Bed, Kin, Read
from tests.imports.messy import number

TODAY = date(2026, 11, 29)
NEW_YEAR = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1900-01-01", "1900-01-01"),
        ("1899-12-31", ""),
        ("2026-11-29", "2026-11-29"),
        ("2026-11-30", ""),
        ("26.11.29", "1926-11-29"),
        ("13/12/1941", "1941-12-13"),
        ("12/13/1941", "1941-12-13"),
        ("12/12/1941", "1941-12-12"),
        ("13/13/1941", ""),
        ("12/11/1941", ""),
        ("1941", ""),
        ("1890", ""),
        ("2100", ""),
        ("15156.5", "1941-06-29"),
        ("999", ""),
        ("1000", "1902-09-26"),
        ("2101", "1905-10-01"),
        ("0100-01-01", ""),
        ("1941-06-30 08:15", "1941-06-30"),
        ("1941-06-30 08:15:30", "1941-06-30"),
    ],
)
def test_n3_h1_a_birthday_lies_between_1900_and_today_and_is_read_only_where_it_is_sure(written: str, day: str) -> None:
    assert values.day(written, TODAY, birth=True).value == day


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("1899-12-31", "不像是生日"),
        ("2026-11-30", "不像是生日"),
        ("12/11/1941", "分不清是 12 月 11 日还是 11 月 12 日"),
        ("11/12/1941", "分不清是 11 月 12 日还是 12 月 11 日"),
        ("79999", "不像是生日"),
        ("80000", "不是日期"),
        ("13/13/1941", "没有这一天"),
        ("1941", "少了哪一天"),
        ("1890", "少了哪一天"),
        ("2100", "少了哪一天"),
        ("999", "不是日期"),
    ],
)
def test_n3_why_a_birthday_is_asked_is_said_in_its_own_words(written: str, why: str) -> None:
    assert why in values.day(written, TODAY, birth=True).why


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1980-01-01", "1980-01-01"),
        ("1979-12-31", ""),
        ("2028-12-31", "2028-12-31"),
        ("2029-01-01", ""),
        ("27.3.1", "2027-03-01"),
        ("28.3.1", ""),
        ("99.3.1", "1999-03-01"),
        ("30000", "1982-02-18"),
        ("29219", ""),
        ("29221", "1980-01-01"),
    ],
)
def test_n3_a_day_of_moving_in_lies_between_1980_and_two_years_ahead(written: str, day: str) -> None:
    assert values.day(written, TODAY).value == day


@pytest.mark.parametrize(
    ("words", "told", "kept"),
    [
        ("农历1900年三月初三", "", "1900-03-03-lunar"),
        ("农历九五年十月十一", "", ""),
        ("农历一九二〇年十月十一", "", "1920-10-11-lunar"),
        ("农历一九零一年一月初十", "", "1901-01-10-lunar"),
        ("农历1941年十二月二十一", "", "1941-12-21-lunar"),
        ("农历1941年十一月卅", "", ""),
        ("农历1941年八月三十", "", "1941-08-30-lunar"),
        ("农历1940年九月廿", "", "1940-09-20-lunar"),
        ("农历1940年九月十", "", "1940-09-10-lunar"),
        ("农历1940年九月十九", "", "1940-09-19-lunar"),
        ("农历1940年九月初九生", "", "1940-09-09-lunar"),
        ("阴历1941闰6月29日", "", "1941-06-29-lunar-leap"),
        ("1941-06-29-lunar-leap", "", "1941-06-29-lunar-leap"),
        ("农历19410803", "", "1941-08-03-lunar"),
        ("农历八月初三", "1941-09-21", "1941-08-03-lunar"),
        ("农历八月初三", "1941-09-25", "1941-08-03-lunar"),
        ("农历八月初三", "1941-09-20", ""),
        ("农历八月初三", "1941-09-26", ""),
    ],
)
def test_h1_a_lunar_day_is_read_in_every_way_of_writing_it_and_two_days_off_its_papers_at_most(
    words: str, told: str, kept: str
) -> None:
    read = moon.birthday(words, told)
    assert read is not None
    assert read.value == kept
    assert (read.why == "") == (kept != "")


def test_h1_a_lunar_day_far_from_its_papers_is_asked_with_the_year_of_the_papers() -> None:
    assert lunar.solar(1941, 8, 3, leap=False) == date(1941, 9, 23)
    for away in (-3, 3):
        read = moon.birthday("农历八月初三", (date(1941, 9, 23) + timedelta(days=away)).isoformat())
        assert read == Read(why="没写哪一年", guess="农历1941年八月初三", hint="照身份证上的年份")
    none = moon.birthday("农历闰二月三十", "1941-09-23")
    assert none is not None
    assert "没有这一天" in none.why
    assert moon.written("1941-08-03") == "1941-08-03", "a day by the sun goes out as it is"
    assert moon.written("1941-06-29-lunar-leap") == "农历1941年闰六月廿九"


def test_n3_an_identity_number_that_is_nearly_one_says_what_it_lacks() -> None:
    hers = number(date(1941, 6, 30), "女", 7)
    for written, why in (
        (hers + "1", "有 19 位，要 18 位"),
        (hers[:-1], "只有 17 位，要 18 位"),
        ("11010519410230" + "123X"[:3], "只有 17 位"),
        (1e14, "丢位"),
        (hers[:15] + "AB", "不是身份证号"),
        ("1E+17", "丢位"),
        (99_999_999_999_999.0, "只有 14 位"),
    ):
        assert why in values.identity(written).why
    assert values.identity(hers[:17] + "Y").why.startswith("有 18 位")
    head = "99000119410230" + "001"
    total = sum(int(sign) * weight for sign, weight in zip(head, WEIGHTS, strict=True))
    assert values.identity(head + SIGNS[total % 11]).why == "里面的生日没有这一天"
    assert [values.sex_in(number(date(1941, 6, 30), sex, 7)) for sex in ("男", "女")] == ["男", "女"]
    assert values.identity(hers[:17] + ("x" if hers[17] == "X" else hers[17])).value == hers


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", Read()),
        ("8613912346021", Read("13912346021")),
        ("0571-88001234", Read("0571-88001234")),
        ("1.39E+10", Read(why=values.LOST)),
        ("13912346021，0571", Read(why="写了不止一个号码", guess="13912346021", hint="先用第一个")),
        ("139123460211", Read(why="有 12 位，手机是 11 位")),
        ("1391234602", Read(why="只有 10 位")),
        ("12912346021", Read(why="有 11 位，手机是 11 位")),
        ("没有", Read(why="不是电话号码")),
    ],
)
def test_n3_a_telephone_that_is_none_says_how_long_it_is(written: str, read: Read) -> None:
    assert values.phone(written) == read


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("306", Bed("", "306", "")),
        ("306 1", Bed("", "306", "1")),
        ("306——1", Bed("", "306", "1")),
        ("A栋 3楼 306室 1床", Bed("A栋", "306", "1")),
        ("B12 2床", Bed("", "B12", "2")),
        ("6", None),
        ("306-1-2", None),
    ],
)
def test_n3_a_place_is_read_as_people_write_it(written: str, place: Bed | None) -> None:
    assert values.bed(written) == place
    assert place is None or place.words.replace(" ", "") == f"{place.building}{place.room}" + (
        f"-{place.bed}" if place.bed else ""
    )


@pytest.mark.parametrize(
    ("written", "kin"),
    [
        ("李静", Kin("李静")),
        ("李静女儿", Kin("李静", "女儿")),
        ("李静外孙女", Kin("李静", "外孙女")),
        ("李静女儿 13912346021", Kin("李静", "女儿", "13912346021")),
        ("女儿", Kin("女儿")),
        ("李静 13912346021", Kin("李静", "", "13912346021")),
        ("李静-女儿", Kin("李静", "女儿")),
        ("李静（女儿", Kin("李静", "女儿")),
        ("李静、李强", Kin("李静")),
        ("李子", Kin("李子")),
    ],
)
def test_n3_a_relatives_cell_is_a_name_a_tie_and_a_number(written: str, kin: Kin) -> None:
    assert values.kin(written) == kin


def test_n3_a_word_that_is_near_one_is_guessed_and_one_near_two_is_not() -> None:
    assert values.chosen("", values.SEXES, "看不懂") == Read()
    assert values.chosen("住院中", values.STATUSES, "看不懂").guess == "住院"
    assert values.chosen("医院", values.STATUSES, "看不懂") == Read(why="看不懂", guess="住院", hint="有点像")
    assert values.chosen("院", values.STATUSES, "看不懂").guess == "", "one sign is in too many words"
    assert values.chosen("护理", values.LEVELS, "看不懂").guess == "", "which care nobody knows"


def test_n3_a_cell_is_read_as_words_and_a_broken_one_says_so() -> None:
    assert values.text(306.0) == "306"
    assert values.text(306.5) == "306.5"
    assert values.text(1e15) == "1000000000000000.0", "a float of that size has lost its last digits"
    assert values.text(999_999_999_999_999.0) == "999999999999999"
    assert values.text(-1e15) == "-1000000000000000.0"
    assert [values.text(one) for one in (None, NO_VALUE)] == ["", ""]
    assert "没存下结果" in values.broken(NO_VALUE)
    assert values.broken(" #REF! ") == "公式出错了（#REF!）"
    assert [values.broken(one) for one in (None, 3, "#", "王桂兰")] == ["", "", "", ""]
