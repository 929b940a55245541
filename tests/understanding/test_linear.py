"""The linear model adds what it says it adds: a common piece at once, a rare one pair by pair."""

import math
from functools import cache

from hypothesis import given
from hypothesis import strategies as some

from understanding.features import codes
from understanding.linear import ENTRY, MANY, ZERO, Linear, inline

SIGNS = "我你他妈爸摔倒了疼血药吃饭起不来谢谢什么时候电话的不是在有人，。 abc123"


@cache
def begins_of() -> dict[int, int]:
    """Where the entry of each piece begins."""
    begins, at, model = dict[int, int](), 0, inline()
    for one in memoryview(model.codes).cast("I"):
        begins.setdefault(one, at)
        at += ENTRY + 2 * model.entries[at + 1]
    return begins


def added(model: Linear, words: str) -> list[float]:
    """The margins by the plain sum."""
    begins = begins_of()
    totals, square = [0] * len(model.classes), 0
    for start in (begins[one] for one in codes(words) if one in begins):
        rare, many = model.entries[start], model.entries[start + 1]
        square += rare * rare
        for pair in range(start + ENTRY, start + ENTRY + 2 * many, 2):
            totals[model.entries[pair]] += rare * (model.entries[pair + 1] - ZERO)
    scale = model.unit / math.sqrt(square) if square else 0.0
    return [bias + scale * total for bias, total in zip(model.bias, totals, strict=True)]


@given(some.text(SIGNS, max_size=40))
def test_e2_a_score_is_the_sum_of_all_weights(words: str) -> None:
    model = inline()
    assert model.score(words) == added(model, words)
    assert model.score(words) == added(model, words), "and again, when its common pieces are known"


def test_e2_common_pieces_are_kept_and_rare_ones_are_not() -> None:
    model = inline()
    model.score("我妈摔倒了起不来，麻烦你们快点来人看一下")
    assert model._numbers
    assert all(model.entries[start] >= MANY for start in model._numbers)
