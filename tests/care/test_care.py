"""Severity by rule (domain.md 6b) and the clocks (C4, C9, Q4)."""

from datetime import UTC, datetime, timedelta

import pytest

from care import sla
from care.errors import Invalid, JiashuError, NotFound
from care.severity import Level, assess
from care.sla import Figures, Mark

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
FIGURES = Figures(timedelta(minutes=60), timedelta(minutes=15), timedelta(hours=24), timedelta(minutes=60))


@pytest.mark.parametrize(
    ("words", "category", "level"),
    [
        ("你们把我妈摔了，我要投诉", "人身安全", Level.S1),
        ("护工打我妈", "虐待忽视", Level.S1),
        ("把老人绑在床上", "虐待忽视", Level.S1),
        ("给错药了", "人身安全", Level.S1),
        ("我妈的钱不见了", "财物诈骗", Level.S2),
        ("照片发到群里了，隐私呢", "隐私泄露", Level.S2),
        ("夜里按铃没人来", "护理质量", Level.S2),
        ("忘了给药", "用药与病情", Level.S2),
        ("护工态度很差", "服务态度", Level.S3),
        ("电话打不通", "沟通", Level.S3),
        ("饭菜太凉了", "餐饮", Level.S3),
        ("卫生间有异味", "环境设施", Level.S3),
        ("押金不退", "收费合同", Level.S3),
        ("同屋打呼", "同住矛盾", Level.S3),
        ("天天没活动", "活动探视", Level.S4),
        ("我要投诉", "待定", Level.S3),
        ("好几位老人吃了饭都拉肚子", "人身安全", Level.S1),
    ],
)
def test_c5_the_worst_rule_decides(words: str, category: str, level: Level) -> None:
    found = assess([words])
    assert (found.category, found.level) == (category, level)
    assert found.why or category == "待定"


def test_c5_injury_and_authority_raise_one_level() -> None:
    assert assess(["饭菜太凉了，我要打12345"]).level is Level.S2
    assert assess(["态度差，老人住院了，律师会联系你们"]).level is Level.S1
    assert assess(["护工打我妈，我报警"]).level is Level.S1


def test_c14_a_wish_not_to_be_named_and_a_lawyer_are_heard() -> None:
    found = assess(["别说是我说的", "律师会来"])
    assert found.hide_name
    assert found.cautious
    assert not assess(["饭凉"]).hide_name


def test_c4_c9_the_clocks_run_from_the_first_word() -> None:
    assert sla.first_feedback_due(NOON, Level.S1, FIGURES) == NOON + timedelta(minutes=15)
    assert sla.first_feedback_due(NOON, Level.S2, FIGURES) == NOON + timedelta(hours=1)
    assert sla.result_due(NOON, FIGURES) == NOON + timedelta(hours=24)
    assert sla.reply_due(NOON, FIGURES) == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("minutes", "mark"), [(-5, Mark.FRESH), (29, Mark.FRESH), (30, Mark.HALF), (48, Mark.NEAR), (60, Mark.BREACHED), (600, Mark.BREACHED)]
)
def test_q4_a_promise_is_marked_at_50_and_80_per_cent(minutes: int, mark: Mark) -> None:
    assert sla.mark(NOON, NOON + timedelta(hours=1), NOON + timedelta(minutes=minutes)) is mark
    assert sla.mark(NOON, NOON, NOON) is Mark.BREACHED


def test_c4_a_wrong_clock_of_the_sender_is_not_believed() -> None:
    assert sla.said_at(NOON - timedelta(minutes=3), NOON) == NOON - timedelta(minutes=3)
    assert sla.said_at(NOON - timedelta(days=3), NOON) == NOON
    assert sla.said_at(NOON + timedelta(minutes=1), NOON) == NOON


def test_errors_speak_chinese_and_carry_facts() -> None:
    assert str(Invalid(why="请先写几个字再发。")) == "请先写几个字再发。"
    assert NotFound().status == 404
    assert "请再试一次" in JiashuError().sentence


@pytest.mark.parametrize("words", ["我妈昨天在卫生间滑了一下，膝盖都青了，没人告诉我", "在走廊滑倒了", "头磕破了一块"])
def test_c5_a_fall_is_never_a_matter_of_the_building(words: str) -> None:
    found = assess([words])
    assert (found.category, found.level) == ("人身安全", Level.S1)
