"""A linear reading of a message: every class gets the sum of the weights of the pieces that stand in it.

Of each piece a few weights are kept, one byte each, so that a message costs some hundred additions and no library. A
score is a margin (about -1 … 1); `danger` compares the kinds of danger with everything else.
"""

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from understanding.classes import CLASSES, MARK
from understanding.features import context, pieces

WEIGHTS: Final = Path(__file__).parent / "weights"
SHARP: Final = 5.0
"""How much a step of the margin weighs in a comparison of many classes (`danger`)."""
RARITY: Final = 0.06
"""The unit of the byte that says how rare a piece is."""
ZERO: Final = 128
"""The byte of a weight of nothing."""
DANGERS: Final = tuple(number for number, label in enumerate(CLASSES) if label.startswith(MARK))
CALM: Final = tuple(number for number, label in enumerate(CLASSES) if not label.startswith(MARK))


class Linear(msgspec.Struct, frozen=True):
    """The weights. `pieces`: how rare a piece is, then pairs of a class and its weight, a byte each; `unit`: what one
    step of such a byte weighs; `beside`: what who speaks and what the talk waits for add to every class.
    """

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    unit: float
    pieces: dict[str, bytes]
    beside: dict[str, tuple[float, ...]]

    def score(self, words: str) -> list[float]:
        """The margin of each class for a message in its plain form, whoever said it."""
        totals = [0] * len(self.classes)
        square = 0
        known = self.pieces
        for piece in pieces(words):
            kept = known.get(piece)
            if kept is None:
                continue
            rare = kept[0]
            square += rare * rare
            for at in range(1, len(kept), 2):
                totals[kept[at]] += rare * (kept[at + 1] - ZERO)
        scale = self.unit / math.sqrt(square) if square else 0.0
        return [bias + scale * total for bias, total in zip(self.bias, totals, strict=True)]

    def said_by(self, scores: Sequence[float], who: str, open_: str) -> list[float]:
        """The margins when it is known who speaks and what the talk waits for."""
        added = [self.beside[name] for name in context(who, open_) if name in self.beside]
        return [score + sum(more) for score, *more in zip(scores, *added, strict=True)]


def danger(scores: Sequence[float]) -> float:
    """How much more the message is a danger than anything else, in log-odds; above 0 = rather a danger."""
    return _together(scores, DANGERS) - _together(scores, CALM)


def _together(scores: Sequence[float], of: Sequence[int]) -> float:
    most = max(scores[number] for number in of)
    return SHARP * most + math.log(sum(math.exp(SHARP * (scores[number] - most)) for number in of))


@cache
def inline() -> Linear:
    """The model that reads every message."""
    return load(WEIGHTS / "inline.msgpack")


def load(file: Path) -> Linear:
    """Weights from a file. Raises ValueError where their classes are not those of the code."""
    found = msgspec.msgpack.decode(file.read_bytes(), type=Linear)
    if found.classes != CLASSES:
        raise ValueError(f"{file.name} is of other classes: make understanding")
    return found
