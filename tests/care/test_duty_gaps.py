"""Gaps of a shift are parts of time: who leaves in the middle leaves a gap behind (L6)."""

from datetime import UTC, date, datetime, timedelta

from care.duty import Span, _gaps
from care.workdays import Desk, Hours

DAY = date(2026, 12, 7)
SEAT = (1, DAY, 1)


def at(hour: int) -> datetime:
    return datetime(2026, 12, 7, hour, tzinfo=UTC)


def there(staff: int, begin: int, end: int) -> Span:
    return Span(SEAT, staff, at(begin), at(end))


def gaps(least: int, *spans: Span) -> list[tuple[int, int, int]]:
    return [(one.begins.hour, one.ends.hour, one.missing) for one in _gaps(SEAT, (at(8), at(20)), spans, least)]


def test_l6_before_and_after_who_is_there_nobody_is() -> None:
    assert gaps(1, there(1, 10, 12)) == [(8, 10, 1), (12, 20, 1)]
    assert gaps(1, there(1, 8, 20)) == []
    assert gaps(1, there(1, 7, 12), there(2, 12, 21)) == []
    assert gaps(2) == [(8, 20, 2)]
    assert gaps(2, there(1, 7, 12)) == [(8, 12, 1), (12, 20, 2)], "who came early leaves no gap before the shift"
    assert gaps(2, there(1, 12, 21)) == [(8, 12, 2), (12, 20, 1)]


def test_l6_a_gap_in_which_as_many_are_missing_is_one_gap() -> None:
    assert gaps(2, there(1, 10, 12), there(2, 12, 14)) == [(8, 10, 2), (10, 14, 1), (14, 20, 2)]


def test_n8_a_desk_that_is_closed_for_months_promises_by_the_clock() -> None:
    """Whoever waits is told a time all the same; that nobody is there is red elsewhere."""
    shut = Hours(Desk({"holiday": ((480, 1020),)}), UTC)
    assert shut.desk.is_set
    july = datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert shut.after(july, timedelta(hours=1)) == july + timedelta(hours=1)
    assert shut.next_open(july) is None
