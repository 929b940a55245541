"""The clocks of a promise: when it is due, how far it is, and whose time is believed (C4, C9, Q4)."""

from datetime import UTC, datetime, timedelta

import pytest

from care import sla
from care.severity import Level
from care.sla import Figures, Mark

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
FIGURES = Figures(timedelta(minutes=60), timedelta(minutes=15), timedelta(hours=24), timedelta(minutes=60))


def test_c4_c9_the_clocks_run_from_the_first_word() -> None:
    assert sla.first_feedback_due(NOON, Level.S1, FIGURES) == NOON + timedelta(minutes=15)
    assert sla.first_feedback_due(NOON, Level.S2, FIGURES) == NOON + timedelta(hours=1)
    assert sla.result_due(NOON, FIGURES) == NOON + timedelta(hours=24)
    assert sla.reply_due(NOON, FIGURES) == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("minutes", "mark"),
    [(-5, Mark.FRESH), (29, Mark.FRESH), (30, Mark.HALF), (48, Mark.NEAR), (60, Mark.BREACHED), (600, Mark.BREACHED)],
)
def test_q4_a_promise_is_marked_at_50_and_80_per_cent(minutes: int, mark: Mark) -> None:
    assert sla.mark(NOON, NOON + timedelta(hours=1), NOON + timedelta(minutes=minutes)) is mark
    assert sla.mark(NOON, NOON, NOON) is Mark.BREACHED


def test_c4_a_wrong_clock_of_the_sender_is_not_believed() -> None:
    assert sla.said_at(NOON - timedelta(minutes=3), NOON) == NOON - timedelta(minutes=3)
    assert sla.said_at(NOON - timedelta(days=3), NOON) == NOON
    assert sla.said_at(NOON + timedelta(minutes=1), NOON) == NOON
