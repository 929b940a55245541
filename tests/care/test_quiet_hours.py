"""Silent hours, in the person's own time zone (domain.md 5, F16)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.quiet_hours import is_night, is_quiet, next_allowed

HOME, AWAY = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Los_Angeles")


def at(text: str, zone: ZoneInfo = HOME) -> datetime:
    return datetime.fromisoformat(f"2026-11-22T{text}").replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "kind", "quiet", "then"),
    [
        ("06:29", "elder", True, "06:30"),
        ("06:30", "elder", False, "06:30"),
        ("12:00", "elder", True, "14:00"),
        ("14:00", "elder", False, "14:00"),
        ("20:29", "elder", False, "20:29"),
        ("07:59", "family", True, "08:00"),
        ("13:00", "family", False, "13:00"),
        ("21:29", "family", False, "21:29"),
    ],
)
def test_f16_silent_hours_of_elders_and_families(now: str, kind: str, quiet: bool, then: str) -> None:
    assert is_quiet(at(now), HOME, kind) is quiet
    assert next_allowed(at(now), HOME, kind) == at(then)


def test_f16_a_daughter_abroad_sleeps_by_her_own_clock() -> None:
    evening_at_home = at("18:00")  # two in the morning in California
    assert not is_quiet(evening_at_home, HOME, "family")
    assert is_quiet(evening_at_home, AWAY, "family")
    assert next_allowed(evening_at_home, AWAY, "family") == at("08:00", AWAY)


def test_f16_late_in_the_evening_waits_for_the_next_morning() -> None:
    assert next_allowed(at("22:00"), HOME, "family") == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert next_allowed(at("21:30"), HOME, "family") == datetime(2026, 11, 23, 0, 0, tzinfo=UTC), (
        "from the first minute"
    )
    assert next_allowed(at("20:30"), HOME, "elder") == datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert is_quiet(at("21:30"), HOME, "family")
    assert is_night(at("20:30"), HOME)
    assert is_night(at("02:14"), HOME)
    assert not is_night(at("13:00"), HOME)


@given(st.integers(0, 2 * 366 * 24 * 60), st.sampled_from(["elder", "family"]), st.sampled_from([HOME, AWAY]))
def test_f16_whenever_it_is_the_next_allowed_moment_is_allowed_and_near(
    minutes: int, kind: str, zone: ZoneInfo
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    then = next_allowed(now, zone, kind)
    assert not is_quiet(then, zone, kind)
    assert 0 <= (then - now).total_seconds() <= 11.5 * 3600
