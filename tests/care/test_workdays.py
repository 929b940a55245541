"""Time that runs only while the desk is there: over lunch, night, weekends, holidays and days made up for them (N8)."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care import sla
from care.sla import Figures
from care.states import DayKind
from care.workdays import Desk, Hours, Workdays, minute_of, spans_of, words_of

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = {**{str(n): spans_of("08:30-12:00 13:30-17:30") for n in range(1, 6)}, "holiday": spans_of("09:00-12:00")}
NATIONAL = Workdays({date(2026, 10, 1): DayKind.HOLIDAY, date(2026, 10, 10): DayKind.MAKEUP}, frozenset({2026}))
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def hours(days: Workdays = NATIONAL) -> Hours:
    return Hours(Desk(OFFICE, days), ZONE)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-23T09:00", "2026-11-23T10:00"),  # a Monday morning
        ("2026-11-23T11:00", "2026-11-23T12:00"),  # the last moment before lunch is still a moment of the desk
        ("2026-11-23T11:30", "2026-11-23T14:00"),  # over lunch
        ("2026-11-23T17:00", "2026-11-24T09:00"),  # half an hour is left of the day
        ("2026-11-23T22:10", "2026-11-24T09:30"),  # at night nobody is there
        ("2026-11-27T17:30", "2026-11-30T09:30"),  # over a weekend
        ("2026-10-01T08:00", "2026-10-01T10:00"),  # a holiday has hours of its own
        ("2026-10-10T09:00", "2026-10-10T10:00"),  # a Saturday that is made up
        ("2026-10-17T09:00", "2026-10-19T09:30"),  # and one that is not
    ],
)
def test_n8_an_answer_is_promised_in_the_time_of_the_desk(asked: str, due: str) -> None:
    assert hours().after(at(asked), HOUR) == at(due)


def test_n8_a_desk_that_is_never_shut_loses_no_minute_at_midnight() -> None:
    whole = Hours(Desk({str(n): spans_of("00:00-24:00") for n in range(1, 8)}, NATIONAL), ZONE)
    assert whole.after(at("2026-11-23T23:30"), HOUR) == at("2026-11-24T00:30")
    assert whole.open_until(at("2026-11-23T23:59")) == whole.open_until(at("2026-11-24T00:01"))


def test_n8_a_home_that_has_not_said_its_hours_promises_as_before() -> None:
    assert Hours().after(at("2026-11-23T23:30"), HOUR) == at("2026-11-24T00:30")


def test_n8_a_year_that_nobody_knows_is_not_guessed_but_for_days_the_law_names() -> None:
    unknown = Workdays()
    assert unknown.kind(date(2027, 1, 1)) is DayKind.HOLIDAY
    assert unknown.kind(date(2027, 2, 8)) is None  # the Monday of the spring festival
    assert NATIONAL.kind(date(2026, 1, 1)) is None  # a known year is what its days say
    assert not unknown.rests(date(2027, 2, 8))
    assert unknown.rests(date(2027, 2, 7))


def test_n8_who_is_there_now_until_when_and_when_again() -> None:
    assert hours().open_until(at("2026-11-23T09:00")) == at("2026-11-23T12:00")
    assert hours().open_until(at("2026-11-23T12:30")) is None
    assert hours().next_open(at("2026-11-23T12:30")) == at("2026-11-23T13:30")
    assert hours().next_open(at("2026-11-28T12:30")) == at("2026-11-30T08:30")


def test_n8_q4_complaints_and_elders_run_by_night_and_answers_by_desk() -> None:
    figures = Figures(HOUR, timedelta(minutes=15), 24 * HOUR, HOUR, hours=hours())
    night = at("2026-11-23T22:10")
    assert sla.reply_due(night, figures) == at("2026-11-24T09:30")
    assert sla.reply_due(night, figures, elder=True) == night + timedelta(minutes=15)
    assert sla.result_due(night, figures) == night + 24 * HOUR
    friday = at("2026-11-27T17:29")
    assert sla.binding_due(friday, figures) == at("2026-11-30T09:29")
    assert sla.binding_due(at("2026-11-23T09:00"), figures) == at("2026-11-24T09:00")


@given(st.integers(0, 60 * 24 * 40), st.integers(1, 300))
def test_n8_a_promise_never_ends_while_nobody_is_there_and_never_before_its_length(minute: int, length: int) -> None:
    asked = at("2026-09-20T00:00") + timedelta(minutes=minute)
    due = hours().after(asked, timedelta(minutes=length))
    assert due - asked >= timedelta(minutes=length)
    assert hours().open_until(due - timedelta(seconds=1)) is not None


def test_n8_a_clock_is_read_as_people_type_it() -> None:
    assert [minute_of(text) for text in ("8:30", "8：30", "0830", "830", " 8 ", "24:00")] == [510] * 4 + [480, 1440]
    for wrong in ("早上", "25:00", "8:75", "24:30"):
        with pytest.raises(ValueError, match=re.escape(wrong)):
            minute_of(wrong)


def test_n8_hours_are_stored_as_they_are_read_and_nonsense_is_refused() -> None:
    assert words_of(spans_of("08:30-12:00 13:30-24:00")) == "08:30-12:00 13:30-24:00"
    for wrong in ("8-12", "12:00-08:00", "08:00-12:00 11:00-13:00", "08:00-25:00"):
        with pytest.raises(ValueError, match=r"\d"):
            spans_of(wrong)


@pytest.mark.parametrize(
    ("now", "until", "again"),
    [
        ("2026-11-23T08:29:59", None, "2026-11-23T08:30"),
        ("2026-11-23T08:30", "2026-11-23T12:00", "2026-11-23T08:30"),
        ("2026-11-23T11:59:59", "2026-11-23T12:00", "2026-11-23T11:59:59"),
        ("2026-11-23T12:00", None, "2026-11-23T13:30"),
        ("2026-11-23T17:30", None, "2026-11-24T08:30"),
    ],
)
def test_n8_the_desk_is_there_from_its_first_minute_and_not_in_the_minute_after_the_last(
    now: str, until: str | None, again: str
) -> None:
    assert hours().open_until(at(now)) == (at(until) if until else None)
    assert hours().next_open(at(now)) == at(again)


def test_n8_spans_that_touch_are_one_and_the_days_that_are_made_up_are_worked_like_a_monday() -> None:
    assert spans_of("08:00-12:00 12:00-13:00") == ((480, 720), (720, 780))
    touching = Hours(Desk({"1": spans_of("08:00-12:00 12:00-13:00")}), ZONE)
    assert touching.open_until(at("2026-11-23T09:00")) == at("2026-11-23T13:00")
    monday, saturday, sunday = date(2026, 11, 23), date(2026, 11, 28), date(2026, 11, 29)
    for kind in (DayKind.MAKEUP, DayKind.WORKDAY):
        desk = Desk({"1": ((480, 720),), "2": ((540, 720),), "6": ((600, 660),)}, Workdays({saturday: kind}))
        assert desk.on(saturday) == desk.on(monday) == ((480, 720),)
        assert desk.on(sunday) == ()
        tuesday = Desk(desk.hours, Workdays({date(2026, 11, 24): kind}))
        assert tuesday.on(date(2026, 11, 24)) == ((540, 720),), "a weekday keeps its own hours"
        assert tuesday.on(saturday) == ((600, 660),)
        friday = Desk({"1": ((480, 720),), "5": ((540, 720),)}, Workdays({date(2026, 11, 27): kind}))
        assert friday.on(date(2026, 11, 27)) == ((540, 720),)


def test_n8_the_house_rests_on_weekends_and_holidays_that_are_not_made_up() -> None:
    friday, saturday, sunday = (date(2026, 11, day) for day in (27, 28, 29))
    assert [Workdays().rests(day) for day in (friday, saturday, sunday)] == [False, True, True]
    assert not Workdays({saturday: DayKind.MAKEUP}).rests(saturday)
    assert Workdays({friday: DayKind.HOLIDAY}).rests(friday)
    assert not NATIONAL.rests(date(2026, 10, 10))


def test_n8_somebody_is_looked_for_over_two_months_and_no_longer() -> None:
    july = at("2026-07-01T09:00")
    for days, there in ((58, True), (59, False)):
        only = date(2026, 7, 1) + timedelta(days=days)
        desk = Hours(Desk({"holiday": ((480, 1020),)}, Workdays({only: DayKind.HOLIDAY}, frozenset({2026}))), ZONE)
        assert (desk.next_open(july) is not None) is there


def test_n8_a_desk_that_is_there_until_midnight_is_there_until_midnight() -> None:
    late = Hours(Desk({"1": spans_of("08:00-24:00")}), ZONE)
    assert late.open_until(at("2026-11-23T23:00")) == at("2026-11-24T00:00")
    assert late.open_until(at("2026-11-24T00:00")) is None
    assert late.after(at("2026-11-23T23:30"), HOUR) == at("2026-11-30T08:30")


def test_n8_when_the_last_known_span_is_over_nobody_is_there() -> None:
    only = date(2026, 7, 1)
    once = Hours(Desk({"holiday": spans_of("08:00-17:00")}, Workdays({only: DayKind.HOLIDAY}, frozenset({2026}))), ZONE)
    assert once.open_until(at("2026-07-01T16:59")) == at("2026-07-01T17:00")
    assert (once.open_until(at("2026-07-01T17:00")), once.next_open(at("2026-07-01T17:00"))) == (None, None)
    assert once.after(at("2026-07-01T16:30"), HOUR) == at("2026-07-01T17:30"), "a promise has a time all the same"


def test_n8_whatever_days_were_asked_before_each_is_answered_as_if_it_were_the_first() -> None:
    """The presences of some days are kept, and no more of them."""
    asked = hours()
    for n in [*range(40), 3, 0]:
        then = at("2026-09-20 22:10") + timedelta(days=n)
        found = asked.open_until(then), asked.next_open(then), asked.after(then, HOUR)
        alone = hours()
        assert found == (alone.open_until(then), alone.next_open(then), alone.after(then, HOUR)), then
