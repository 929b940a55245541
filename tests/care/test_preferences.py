"""What a relative does not want, and her own hours (N7)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from care import preferences
from care.preferences import Declined
from care.quiet_hours import USUAL, is_quiet, next_allowed

HOME = ZoneInfo("Asia/Shanghai")
PARIS = ZoneInfo("Europe/Paris")


def at(hour: int, minute: int = 0, zone: ZoneInfo = HOME) -> datetime:
    return datetime(2026, 12, 1, hour, minute, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "asked", "told"),
    [
        (None, None, at(22), datetime(2026, 12, 2, 8, tzinfo=HOME)),
        (10, None, at(22), datetime(2026, 12, 2, 10, tzinfo=HOME)),
        (10, None, at(8, 30), at(10)),
        (None, 19, at(19), datetime(2026, 12, 2, 8, tzinfo=HOME)),
        (9, 20, at(20, 30), datetime(2026, 12, 2, 9, tzinfo=HOME)),
        (6, 22, at(7), at(8)),
        (6, 22, at(12), at(12)),
        (12, 14, at(12), at(12)),
    ],
)
def test_n7_hours_of_ones_own_are_added_to_the_night_of_the_home(
    begins: int | None, ends: int | None, asked: datetime, told: datetime
) -> None:
    assert next_allowed(asked, HOME, "family", preferences.within(USUAL, begins, ends)) == told


def test_n7_they_are_hours_of_where_she_lives_and_not_of_an_elder() -> None:
    own = preferences.within(USUAL, 12, None)
    assert is_quiet(at(10, zone=PARIS), PARIS, "family", own)
    assert not is_quiet(at(12, zone=PARIS), PARIS, "family", own)
    assert not is_quiet(at(10), HOME, "elder", own)


def test_n7_what_is_declined_is_kept_in_order_and_a_newer_word_breaks_nothing() -> None:
    assert preferences.stored({"survey", "greeting"}) == "greeting survey"
    assert preferences.stored(()) is None
    assert preferences.read(None) == preferences.read("") == frozenset()
    assert preferences.told(preferences.read("survey parrots"), None, None) == "不要问卷"


@pytest.mark.parametrize(
    ("occasion", "topic"),
    [
        ("spring-festival", Declined.GREETING),
        ("birthday", Declined.GREETING),
        ("survey", Declined.SURVEY),
        ("visit", Declined.REMINDER),
    ],
)
def test_n7_an_occasion_is_declined_by_its_own_word_alone(occasion: str, topic: Declined) -> None:
    assert preferences.why_not(frozenset({topic.value}), occasion) == preferences.NOT_WANTED
    assert preferences.why_not(frozenset(one.value for one in Declined if one is not topic), occasion) == ""


@pytest.mark.parametrize("occasion", ["offer", "letter"])
def test_n7_what_has_a_consent_or_an_hour_of_its_own_is_not_declined_here(occasion: str) -> None:
    assert preferences.why_not(frozenset(one.value for one in Declined), occasion) == ""


def test_n7_colleagues_read_one_line() -> None:
    assert preferences.told(frozenset({"greeting", "news"}), 9, None) == "不要问候、一般通知 · 只在 9 点以后发"
    assert preferences.told(frozenset(), None, 20) == "只在 20 点以前发"
    assert preferences.told(frozenset(), 9, 20) == "只在 9 点到 20 点发"
    assert preferences.told(frozenset(), None, None) == ""


def test_n7_what_is_planned_for_an_hour_that_is_not_hers_is_planned_for_the_next_one_that_is() -> None:
    assert preferences.opens(at(19, 30), HOME, None, 18) == datetime(2026, 12, 2, tzinfo=HOME)
    assert preferences.opens(at(19, 30), HOME, 10, 18) == datetime(2026, 12, 2, 10, tzinfo=HOME)
    assert preferences.opens(at(9), HOME, 10, None) == at(10)
    assert preferences.opens(at(11), HOME, 10, 18) == preferences.opens(at(11), HOME, None, None) == at(11)
