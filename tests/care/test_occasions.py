"""Festivals and birthdays, held against two other libraries (domain.md 5, H1, B1)."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sxtwl
from hypothesis import given
from hypothesis import strategies as st
from lunar_python import Lunar, LunarYear, Solar

from bot import days
from care import lunar, occasions
from care.errors import Invalid
from care.occasions import Birthday

FIRST, LAST = date(2020, 1, 1), date(2035, 12, 31)
LEAP_MONTHS = {2020: 4, 2023: 2, 2025: 6, 2028: 5, 2031: 3, 2033: 11}
ON_LUNAR_DAYS = {
    "laba": (12, 8),
    "xiaonian-north": (12, 23),
    "xiaonian-south": (12, 24),
    "spring-festival": (1, 1),
    "lantern": (1, 15),
    "dragon-boat": (5, 5),
    "qixi": (7, 7),
    "zhongyuan": (7, 15),
    "mid-autumn": (8, 15),
    "double-ninth": (9, 9),
}
QINGMING, WINTER = 7, 0
"""Numbers of the terms in sxtwl."""


def each_day() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def by_sxtwl() -> set[tuple[date, str]]:
    """Every festival by the sky: each day asks what it is."""
    found: set[tuple[date, str]] = set()
    for day in each_day():
        told = sxtwl.fromSolar(day.year, day.month, day.day)
        if not told.isLunarLeap():
            found |= {
                (day, name)
                for name, place in ON_LUNAR_DAYS.items()
                if (told.getLunarMonth(), told.getLunarDay()) == place
            }
        if told.hasJieQi() and told.getJieQi() in {QINGMING, WINTER}:
            found.add((day, "qingming" if told.getJieQi() == QINGMING else "winter-solstice"))
        tomorrow = told.after(1)
        if (tomorrow.getLunarMonth(), tomorrow.getLunarDay(), tomorrow.isLunarLeap()) == (1, 1, False):
            found.add((day, "chuxi"))
    return found


def by_lunar_python() -> set[tuple[date, str]]:
    """The same by the other library, from its lunar dates to the sun."""
    found: set[tuple[date, str]] = set()
    for year in range(FIRST.year - 1, LAST.year + 1):
        for name, (month, day) in ON_LUNAR_DAYS.items():
            found.add((_date(Lunar.fromYmd(year, month, day).getSolar()), name))
        found.add((_date(Lunar.fromYmd(year + 1, 1, 1).getSolar().next(-1)), "chuxi"))
        terms = Lunar.fromYmd(year, 6, 1).getJieQiTable()
        found |= {(_date(terms["清明"]), "qingming"), (_date(terms["DONG_ZHI"]), "winter-solstice")}
    return {(day, name) for day, name in found if FIRST <= day <= LAST}


def _date(solar: Solar) -> date:
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def test_h1_sixteen_years_of_festivals_agree_with_two_other_libraries() -> None:
    moving = {*ON_LUNAR_DAYS, "qingming", "winter-solstice", "chuxi"}
    ours = {(one.day, one.id) for one in occasions.between(FIRST, LAST) if one.id in moving}
    assert len(ours) > 200
    assert ours == by_sxtwl() == by_lunar_python()


@pytest.mark.slow
def test_h1_each_day_of_sixteen_years_is_the_same_lunar_day_in_all_three() -> None:
    """The third library is slow: it is asked where a month begins and ends."""
    for day in each_day():
        sky = sxtwl.fromSolar(day.year, day.month, day.day)
        year, month, number, leap = sky.getLunarYear(), sky.getLunarMonth(), sky.getLunarDay(), sky.isLunarLeap()
        assert lunar.solar(year, month, number, leap=leap) == day
        assert lunar.of(day) == (year, month, number, leap)
        if number in {1, 29, 30}:
            other = Solar.fromYmd(day.year, day.month, day.day).getLunar()
            told = (other.getYear(), abs(other.getMonth()), other.getDay(), other.getMonth() < 0)
            assert told == (year, month, number, leap)


def test_h1_leap_months_of_the_years_that_matter() -> None:
    found = {year: lunar.leap_month(year) for year in range(2020, 2036) if lunar.leap_month(year)}
    assert found == LEAP_MONTHS == {year: LunarYear.fromYear(year).getLeapMonth() for year in LEAP_MONTHS}


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2027-05-09", "mothers-day"),
        ("2028-05-14", "mothers-day"),
        ("2027-06-20", "fathers-day"),
        ("2028-06-18", "fathers-day"),
        ("2027-03-08", "womens-day"),
        ("2027-05-01", "labour-day"),
        ("2027-10-01", "national-day"),
        ("2027-01-01", "new-year"),
        ("2028-01-25", "chuxi"),
        ("2027-12-22", "winter-solstice"),
        ("2028-12-21", "winter-solstice"),
        ("2028-04-04", "qingming"),
    ],
)
def test_h1_days_from_the_papers_of_the_home(day: str, name: str) -> None:
    assert name in {one.id for one in occasions.between(date.fromisoformat(day), date.fromisoformat(day))}


def test_h1_a_home_does_not_greet_on_days_of_the_dead_nor_by_default_on_small_ones() -> None:
    quiet = {one.id for one in occasions.between(date(2027, 1, 1), date(2027, 12, 31)) if not one.greet}
    assert quiet == {"qingming", "zhongyuan", "hanyi", "qixi", "laba", "longtaitou", "christmas"}


@pytest.mark.parametrize(
    ("born", "year", "expected"),
    [
        (
            Birthday(11, 20, 1947, is_lunar=True),
            2026,
            ["2026-01-08", "2026-12-28"],
        ),  # a lunar birthday may come twice in a solar year
        (Birthday(11, 20, 1947, is_lunar=True), 2028, []),  # or not at all
        (Birthday(6, 15, 1941, is_lunar=True, is_leap=True), 2025, ["2025-08-08"]),  # the leap month is there again
        (Birthday(6, 15, 1941, is_lunar=True, is_leap=True), 2026, ["2026-07-28"]),  # it is not: the ordinary month
        (
            Birthday(6, 15, 1941, is_lunar=True),
            2025,
            ["2025-07-09"],
        ),  # born in the ordinary month: the first of the two
        (Birthday(6, 30, 1941, is_lunar=True), 2027, ["2027-08-01"]),  # 三十 in a month of 29 days
        (Birthday(2, 29, 1940), 2027, ["2027-02-28"]),
        (Birthday(2, 29, 1940), 2028, ["2028-02-29"]),
        (Birthday(3, 8, 2027), 2027, []),  # the day of birth itself is no birthday
    ],
)
def test_b1_a_birthday_falls_where_the_family_keeps_it(born: Birthday, year: int, expected: list[str]) -> None:
    assert [one.day.isoformat() for one in occasions.birthdays(born, date(year, 1, 1), date(year, 12, 31))] == expected


@pytest.mark.parametrize(
    ("born", "year", "note"),
    [
        (Birthday(2, 29, 1940), 2027, "2月29日；今年没有 29 日，过 28 日"),
        (Birthday(2, 29, 1940), 2028, "2月29日"),
        (Birthday(6, 15, 1941, is_lunar=True, is_leap=True), 2025, "农历闰六月十五"),
        (Birthday(6, 15, 1941, is_lunar=True, is_leap=True), 2026, "农历闰六月十五；今年没有闰六月，过平月"),
        (Birthday(6, 30, 1941, is_lunar=True), 2027, "农历六月三十；这个月只有廿九"),
        (Birthday(12, 1, 1941, is_lunar=True), 2027, "农历腊月初一"),
        (Birthday(1, 10, 1941, is_lunar=True), 2027, "农历正月初十"),
        (Birthday(1, 20, 1941, is_lunar=True), 2027, "农历正月二十"),
        (Birthday(1, 21, 1941, is_lunar=True), 2027, "农历正月廿一"),
        (Birthday(1, 19, 1941, is_lunar=True), 2027, "农历正月十九"),
    ],
)
def test_b1_the_plan_says_which_day_the_family_keeps_and_why_it_is_another(
    born: Birthday, year: int, note: str
) -> None:
    (found,) = occasions.birthdays(born, date(year, 2, 1), date(year, 12, 31))[:1] or occasions.birthdays(
        born, date(year, 1, 1), date(year, 12, 31)
    )
    assert found.note == note


@given(month=st.integers(1, 12), day=st.integers(1, 30), leap=st.booleans(), is_lunar=st.booleans())
def test_b1_everybody_has_one_birthday_in_each_year_of_their_calendar(
    month: int, day: int, leap: bool, is_lunar: bool
) -> None:
    day = day if is_lunar else min(day, 28)
    found = occasions.birthdays(
        Birthday(month, day, is_lunar=is_lunar, is_leap=leap and is_lunar), date(2020, 1, 1), date(2045, 12, 31)
    )
    periods = [one.period for one in found]
    assert len(set(periods)) == len(periods)
    years = sorted(int(period[:4]) for period in periods)
    assert years == list(range(years[0], years[-1] + 1))
    assert years[0] in {2019, 2020}
    assert years[-1] in {2044, 2045}


def lines(first: str, last: str, birthday: str | None = None) -> list[dict[str, object]]:
    out = io.StringIO()
    assert days.run(first, last, birthday, out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_h1_the_command_tells_day_occasion_greet_and_note() -> None:
    assert [line["occasion"] for line in lines("2027-02-05", "2027-02-06")] == ["chuxi", "spring-festival"]
    told = lines("2027-08-01", "2027-08-01", "1941-06-30-lunar")
    assert told == [
        {"date": "2027-08-01", "occasion": "birthday", "greet": True, "note": "农历六月三十；这个月只有廿九"}
    ]
    assert lines("2025-08-08", "2025-08-08", "1941-06-15-lunar-leap")[0]["occasion"] == "birthday"


@pytest.mark.parametrize(
    ("first", "last", "birthday", "says"),
    [
        ("2027-02-30", "2027-03-01", None, "看不懂日期"),
        ("2027-03-01", "2027-02-01", None, "对调"),
        ("1850-01-01", "1850-02-01", None, "1901"),
        ("2027-01-01", "2027-02-01", "1941-02-30", "看不懂生日"),
        ("2027-01-01", "2027-02-01", "1942-06-10-lunar-leap", "闰月"),
        ("2027-01-01", "2027-02-01", "1941-13-10-lunar", "月份"),
        ("2027-01-01", "2027-02-01", "昨天", "看不懂生日"),
    ],
)
def test_h1_a_day_that_never_was_gets_a_sentence(first: str, last: str, birthday: str | None, says: str) -> None:
    with pytest.raises((Invalid, lunar.OutOfCalendar), match=says):
        lines(first, last, birthday)


def test_b1_days_are_named_as_people_say_them() -> None:
    assert [occasions.day_words(day) for day in (1, 10, 11, 20, 21, 29, 30)] == [
        "初一",
        "初十",
        "十一",
        "二十",
        "廿一",
        "廿九",
        "三十",
    ]
    assert Birthday(12, 8, is_lunar=True).words == "农历腊月初八"
    assert Birthday(3, 8).words == "3月8日"
    assert not Birthday(3, 8).year, "nobody said which year"
    assert occasions.BY_ID["spring-festival"].period(2027) == "2027-lunar"
    assert occasions.BY_ID["national-day"].period(2027) == "2027"


def test_h1_a_solar_term_outside_of_the_tables_is_said_and_not_guessed() -> None:
    with pytest.raises(lunar.OutOfCalendar):
        lunar.term(lunar.LAST.year + 1, "清明")


def test_fault_t_who_was_born_in_a_leap_month_reads_which_month_is_missing_this_year() -> None:
    born = Birthday(6, 15, 1941, is_lunar=True, is_leap=True)
    notes = [day.note for day in occasions.birthdays(born, date(2025, 1, 1), date(2026, 12, 31))]
    assert ["今年没有闰六月，过平月" in note for note in notes] == [False, True]


@pytest.mark.parametrize(
    ("festival", "year", "day"),
    [
        ("mothers-day", 2022, date(2022, 5, 8)),
        ("mothers-day", 2026, date(2026, 5, 10)),
        ("mothers-day", 2027, date(2027, 5, 9)),
        ("fathers-day", 2025, date(2025, 6, 15)),
        ("fathers-day", 2026, date(2026, 6, 21)),
    ],
)
def test_h1_a_sunday_of_a_month_is_counted_from_its_first_day_on(festival: str, year: int, day: date) -> None:
    assert occasions.BY_ID[festival].day(year) == day


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("1941-01-01-lunar", True),
        ("1941-12-30-lunar", True),
        ("1941-00-01-lunar", False),
        ("1941-13-01-lunar", False),
        ("1941-06-00-lunar", False),
        ("1941-06-31-lunar", False),
        ("1941-06-01-lunar-leap", True),
        ("1941-05-01-lunar-leap", False),
        ("1941-01-31", True),
        ("1941-02-29", False),
        ("1941-00-01", False),
    ],
)
def test_b1_the_first_and_the_last_day_of_a_year_are_days_and_none_beyond_them(text: str, there: bool) -> None:
    if there:
        year, month, day = (int(part) for part in text.split("-")[:3])
        found = occasions.born(text)
        assert (found.year, found.month, found.day) == (year, month, day)
        assert (found.is_lunar, found.is_leap) == ("lunar" in text, "leap" in text)
    else:
        with pytest.raises(Invalid):
            occasions.born(text)


def test_b1_what_is_planned_of_a_lunar_festival_is_planned_once_in_each_lunar_year() -> None:
    lunar_ones = {"laba", "xiaonian-north", "xiaonian-south", "chuxi", "spring-festival", "lantern", "dragon-boat"}
    lunar_ones |= {"longtaitou", "hanyi", "qixi", "zhongyuan", "mid-autumn", "double-ninth"}
    for one in occasions.FESTIVALS:
        assert one.period(2027) == ("2027-lunar" if one.id in lunar_ones else "2027"), one.id


@pytest.mark.parametrize(
    ("first", "last", "known"),
    [
        (date(1901, 1, 1), date(1901, 1, 31), True),
        (date(1900, 12, 31), date(1901, 1, 31), False),
        (date(2098, 12, 1), date(2098, 12, 31), True),
        (date(2099, 12, 1), date(2100, 1, 1), False),
    ],
)
def test_b1_days_beyond_the_tables_are_said_and_not_guessed(first: date, last: date, known: bool) -> None:
    asked: list[Callable[[], list[occasions.Day]]] = [
        lambda: occasions.between(first, last),
        lambda: occasions.birthdays(Birthday(1, 15, 1890), first, last),
    ]
    for found in asked:
        if known:
            assert all(first <= day.day <= last for day in found())
        else:
            with pytest.raises(lunar.OutOfCalendar):
                found()


def test_b1_a_birthday_has_the_cycle_of_its_own_calendar() -> None:
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert [day.period for day in occasions.birthdays(Birthday(6, 15, 1941), *year)] == ["2026"]
    assert [day.period for day in occasions.birthdays(Birthday(6, 15, 1941, is_lunar=True), *year)] == ["2026-lunar"]
    assert [day.period for day in occasions.birthdays(Birthday(12, 15, 1941, is_lunar=True), *year)] == ["2025-lunar"]
