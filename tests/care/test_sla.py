"""The clocks of a promise: when it is due, how far it is, and whose time is believed (C4, C9, Q4)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

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


def test_c4_what_the_platform_says_is_believed_as_far_as_its_retries_can_explain() -> None:
    for at in (NOON, NOON - timedelta(hours=24)):
        assert sla.said_at(at, NOON) == at
    assert sla.said_at(NOON - timedelta(hours=24, seconds=1), NOON) == NOON


def test_q4_an_elder_in_the_house_is_looked_after_sooner_whichever_figure_the_home_has_chosen() -> None:
    assert sla.reply_due(NOON, FIGURES, elder=True) == NOON + timedelta(minutes=15)
    quick = Figures(timedelta(minutes=60), timedelta(minutes=15), timedelta(hours=24), timedelta(minutes=10))
    assert sla.reply_due(NOON, quick, elder=True) == NOON + timedelta(minutes=10)
    assert sla.binding_due(NOON, FIGURES) == NOON + timedelta(days=1)


def test_c8_a_plan_is_decided_within_four_hours_and_inside_the_day_while_it_runs() -> None:
    for result_at, due in (
        (None, NOON + timedelta(hours=4)),
        (NOON + timedelta(hours=9), NOON + timedelta(hours=4)),
        (NOON + timedelta(hours=2), NOON + timedelta(hours=2)),
        (NOON, NOON + timedelta(hours=4)),
        (NOON - timedelta(hours=1), NOON + timedelta(hours=4)),
    ):
        assert sla.approval_due(NOON, result_at, FIGURES) == due


def test_c11_we_ask_again_at_ten_in_the_morning_of_the_house() -> None:
    house = ZoneInfo("Asia/Shanghai")
    late = datetime(2026, 11, 22, 17, 30, 5, 7, tzinfo=UTC)  # half past one on the 23rd, in the house
    ten = [datetime(2026, 11, 23, 2, 0, tzinfo=UTC) + timedelta(days=n) for n in (3, 7, 30)]
    assert sla.follow_ups(late, Level.S1, house) == list(zip((3, 7, 30), ten, strict=True))
    assert sla.follow_ups(late, Level.S2, house) == list(zip((3, 7), ten[:2], strict=True))


def test_q4_a_promise_without_length_is_used_up() -> None:
    assert sla.share(NOON, NOON, NOON - timedelta(hours=1)) == 1.0
    assert sla.share(NOON, NOON - timedelta(seconds=1), NOON) == 1.0
    assert sla.share(NOON, NOON + timedelta(hours=1), NOON - timedelta(hours=1)) == 0.0
    assert sla.share(NOON, NOON + timedelta(hours=1), NOON + timedelta(minutes=90)) == 1.5
