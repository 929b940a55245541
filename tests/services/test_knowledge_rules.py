"""What an entry of the knowledge may hold to the last sign, and which missed questions are one: pure (Q3, A8)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from care.errors import Invalid
from services.knowledge import knowledge, missed
from services.knowledge.missed import Missed

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "answer", "asked", "why"),
    [
        ("问" * 40, "答" * 500, ["说" * 60], ""),
        (f" {'问' * 40} ", f" {'答' * 500} ", [], ""),
        ("问" * 41, "答", [], "问题最多 40 个字，现在 41 个"),
        ("问", "答" * 501, [], "回答最多 500 个字，现在 501 个"),
        ("问", "答", ["说", "说" * 61], "每种问法最多 60 个字"),
        (" ", "答", [], "都要写"),
        ("问", " ", [], "都要写"),
        ("问", "{床位费} 元", [], ""),
        ("问", "{床位费", [], "没有成对"),
        ("问", "{} 元", [], "（空）"),
        ("问", "{床位费:3} 元", [], "床位费"),
        ("问", "{床位费!r} 元", [], "床位费"),
        ("问", "{1床} 元", [], "1床"),
        ("问", "{" + "床" * 16 + "}", [], ""),
        ("问", "{" + "床" * 17 + "}", [], "床"),
        ("问", "99 元", [], ""),
        ("问", "100 元", [], "不要写死数目"),
        ("问", "打 12345 或 12356", [], ""),
        ("问", "{费100} 元", [], ""),
    ],
)
def test_q3_an_entry_is_as_long_as_it_may_be_and_holds_no_number_that_grows_old(
    question: str, answer: str, asked: list[str], why: str
) -> None:
    said = ""
    try:
        knowledge._check(question, answer, asked)
    except Invalid as error:
        said = str(error)
    assert (why in said) if why else not said


def _missed(number: int, text: str, **more: Any) -> Missed:
    return Missed((number,), text, (), 1, NOW, None, 0.0, **more)


def test_a8_questions_of_one_meaning_are_one_group_under_the_newest_words() -> None:
    same = "探视时间是几点到几点"
    found = missed.grouped(
        [_missed(4, same), _missed(3, "停车场在哪里"), _missed(2, same), _missed(1, same, wrong=True)]
    )
    assert [(one.messages, one.text, one.also, one.times, one.wrong) for one in found] == [
        ((4, 2), same, (), 2, False),
        ((3,), "停车场在哪里", (), 1, False),
        ((1,), same, (), 1, True),
    ], "what was answered wrongly is another thing"
    assert found[0].ids == "4,2"


def test_a8_a_group_shows_three_other_ways_of_asking() -> None:
    ways = [f"探视时间是几点到几点{end}" for end in ("", "呀", "呢", "啊", "吗", "")]
    (group,) = missed.grouped([_missed(9 - at, words) for at, words in enumerate(ways)])
    assert (group.text, group.also, group.times) == (ways[0], tuple(ways[1:4]), 6)


def test_a8_what_lacks_a_blank_goes_with_what_lacks_the_same() -> None:
    price, other = "床位费一个月多少钱", "探视时间是几点到几点"
    found = missed.grouped(
        [
            _missed(4, price, lacks=("床位费",)),
            _missed(3, other, lacks=("床位费",)),
            _missed(2, price, lacks=("护理费",)),
            _missed(1, price),
        ]
    )
    assert [one.messages for one in found] == [(4, 3), (2,), (1,)]
    assert [one.lacks for one in found] == [("床位费",), ("护理费",), ()]


def test_a8_likeness_counts_a_concept_twice_and_half_is_not_enough() -> None:
    assert (missed._weight("=探视"), missed._weight("探视")) == (2.0, 1.0)
    group = missed._Group(_missed(1, "甲"), frozenset({"甲乙", "丙丁"}), ["甲"], [1])
    for parts, alike in (
        ({"甲乙", "别的"}, False),
        ({"甲乙"}, True),
        ({"甲乙", "丙丁", "戊己"}, True),
        ({"戊己"}, False),
    ):
        assert missed._alike(group, _missed(2, "乙"), frozenset(parts)) == alike
