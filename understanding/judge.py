"""How sure a reading is of a danger: one weight for each class's margin, for who speaks and for the length, learned on
margins of voices that the model had not seen, so that a log-odd means what it says.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Final

import msgspec

from understanding.linear import WEIGHTS, danger

FILE: Final = WEIGHTS / "judge.msgpack"


class Judge(msgspec.Struct, frozen=True):
    """The weights of one reading."""

    bias: float
    margins: tuple[float, ...]
    danger: float
    who: dict[str, float]
    length: float

    def odds(self, scores: Sequence[float], who: str, words: str) -> float:
        """The log-odds of a danger."""
        found = self.bias + self.danger * danger(scores) + self.who.get(who, 0.0) + self.length * size(words)
        return found + sum(weight * score for weight, score in zip(self.margins, scores, strict=True))


class Judges(msgspec.Struct, frozen=True):
    """That of the inline reading, and that of the second one."""

    inline: Judge
    second: Judge


def size(words: str) -> float:
    """The length as the judge weighs it."""
    return math.log1p(len(words)) / 3


@cache
def judges() -> Judges:
    """Those that belong to the weights."""
    return msgspec.msgpack.decode(FILE.read_bytes(), type=Judges)
