"""What may still be sent to somebody, and until when, as the talk shows it (F41)."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.queries.talks import Window

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER, PAST = NOW + timedelta(hours=1), NOW - timedelta(hours=1)


def window(left: int, until: datetime | None, scene: int, scene_until: datetime | None) -> Window:
    return Window(True, left, until, scene, scene_until, PAST)


@pytest.mark.parametrize(
    ("of", "left", "beside"),
    [
        (window(3, LATER, 0, None), (3, LATER), 0),
        (window(3, LATER, 2, NOW + timedelta(minutes=1)), (3, LATER), 2),
        (window(0, LATER, 2, LATER), (2, LATER), 0),
        (window(3, PAST, 2, LATER), (2, LATER), 0),
        (window(3, NOW, 2, NOW), (0, None), 0),
        (window(3, PAST, 2, PAST), (0, None), 0),
        (window(3, LATER, 2, PAST), (3, LATER), 0),
        (window(3, LATER, 2, NOW), (3, LATER), 0),
        (window(3, None, 0, LATER), (0, None), 0),
        (window(0, None, 1, None), (0, None), 0),
    ],
)
def test_what_may_be_sent_is_what_the_48_hours_leave_else_what_a_tap_of_the_last_minute_allows(
    of: Window, left: tuple[int, datetime | None], beside: int
) -> None:
    assert of.left(NOW) == left
    assert of.beside(NOW) == beside
    assert of.known, "there is a phone"
