"""The questionnaire as data and its figures (M1, M3, M4)."""

import pytest

from care import surveys

DIMENSIONS = {
    "服务态度",
    "服务质量",
    "及时性",
    "专业技能",
    "安全保障",
    "沟通交流",
    "服务流程",
    "餐饮",
    "环境设施",
    "精神关怀",
    "尊重与隐私",
    "总体",
}


def test_m3_every_dimension_is_asked_within_half_a_year_and_each_sheet_is_eight_taps() -> None:
    assert {item.dimension for item in surveys.items().values()} == DIMENSIONS
    asked = [surveys.of_month(month) for month in range(1, 7)]
    assert {len(sheet) for sheet in asked} == {7}
    assert set().union(*asked) == set(surveys.items())
    assert all(sheet[-1] == "overall" for sheet in asked)
    in_turn = [{item for item in sheet if not surveys.items()[item].core} for sheet in asked]
    assert in_turn == [
        {"communication", "skill"},
        {"process", "meals"},
        {"environment", "company"},
        {"respect", "communication"},
        {"skill", "process"},
        {"meals", "environment"},
    ], "in the order of the paper; what was asked comes again when all had their turn"


@pytest.mark.parametrize(
    ("given", "before", "expected"),
    [
        ([5, 5, 4, 4], [], (4, None, None, False)),
        ([5, 5, 4, 4, 2], [], (5, 80.0, None, False)),
        ([4, 4, 4, 4, 3], [], (5, 76.0, None, True)),
        ([5] * 5, [5] * 4, (5, 100.0, None, False)),
        ([4] * 9 + [5], [5] * 5, (10, 82.0, -18.0, True)),
        ([5] * 5, [4] * 5, (5, 100.0, 20.0, False)),
        ([4] * 3 + [5] * 17, [5] * 20, (20, 97.0, -3.0, False)),
        ([4] * 5 + [5] * 15, [5] * 20, (20, 95.0, -5.0, True)),
    ],
)
def test_m4_scores_of_a_hundred_with_n_and_nothing_under_five(
    given: list[int], before: list[int], expected: tuple[object, ...]
) -> None:
    found = surveys.score(surveys.items()["overall"], given, before)
    assert (found.n, found.score, found.change, found.asks_why) == expected
    assert found.marks == (tuple(given.count(mark) for mark in (5, 4, 3, 2, 1)) if len(given) >= 5 else ())
