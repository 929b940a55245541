"""The signs that spare most messages the search for harm: proven from the patterns themselves, so that a new pattern
cannot slip by (faults A10, S1).
"""

import importlib
import re
from collections.abc import Iterable
from typing import Any, Final

import pytest

from care import harm

_parser: Final[Any] = importlib.import_module("re._parser")


def needs(sequence: Iterable[Any], signs: frozenset[str]) -> bool:
    """Whether whatever this part of a parse tree takes has one of the signs."""
    for operator, given in sequence:
        match str(operator):
            case "LITERAL":
                needed = chr(given) in signs
            case "IN":
                needed = _of_class(given) <= signs
            case "BRANCH":
                needed = all(needs(one, signs) for one in given[1])
            case "SUBPATTERN":
                needed = needs(given[3], signs)
            case "MAX_REPEAT" | "MIN_REPEAT":
                needed = given[0] > 0 and needs(given[2], signs)
            case _:
                needed = False
        if needed:
            return True
    return False


def _of_class(given: Any) -> frozenset[str]:
    """The signs of a class; one that stands for everything but some, or for a range, is none of ours."""
    return frozenset(chr(value) if str(kind) == "LITERAL" else "\0" for kind, value in given)


def signs(pattern: "re.Pattern[str]") -> frozenset[str]:
    ((_, given),) = _parser.parse(pattern.pattern)
    return _of_class(given)


@pytest.mark.parametrize("words", harm.ALL, ids=lambda words: words.pattern.pattern[:12])
def test_fault_a10_no_words_of_harm_are_without_a_sign_of_it(words: harm.Words) -> None:
    assert needs(_parser.parse(words.pattern.pattern), signs(words.signs))
    assert signs(words.signs) <= signs(harm.SIGNS)


def test_fault_a10_a_pattern_of_other_signs_would_be_noticed() -> None:
    known = signs(harm.VIOLENCE.signs)
    assert needs(_parser.parse("[打掐]她|推(?:倒)?"), known)
    for other in ("[打哄晴]她", "打?她", "打|晴", "(?<=打)晴", "[^打]", "[一-龟]打?"):
        assert not needs(_parser.parse(other), known), other


def test_fault_a10_every_kind_of_harm_is_asked() -> None:
    assert {value for value in vars(harm).values() if isinstance(value, harm.Words)} == set(harm.ALL)
