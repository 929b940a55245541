"""A linear reading of a message: every class gets the sum of the weights of the pieces that stand in it.

Of each piece a few weights are kept, one byte each, so that a message costs some hundred additions and no library. A
piece is known by its CRC-32 alone: a table of numbers is a sixth of a dictionary of strings. A common piece has a
weight for nearly every class: its weights are added at once, as one large number with a field for each class. A score
is a margin (about -1 … 1); `danger` compares the kinds of danger with everything else.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from operator import add
from pathlib import Path
from typing import Final

import msgspec

from understanding.classes import CLASSES, MARK, SCORES
from understanding.features import code, codes, context

WEIGHTS: Final = Path(__file__).parent / "weights"
SHARP: Final = 5.0
"""How much a step of the margin weighs in a comparison of many classes (`danger`)."""
RARITY: Final = 0.06
"""The unit of the byte that says how rare a piece is."""
ZERO: Final = 128
"""The byte of a weight of nothing."""
ENTRY: Final = 2
"""Bytes of an entry before its pairs: how rare the piece is, and how many pairs."""
MANY: Final = 24
"""Pairs of an entry from which on it is kept as one number once it was met: a twelfth of the entries have so many, and
nine tenths of the additions are theirs.
"""
FIELD: Final = 32
"""Bits of a class in such a number: the sum of a message of 1,200 signs needs 29."""
HALF: Final = 1 << (FIELD - 1)
DANGERS: Final = tuple(number for number, label in enumerate(CLASSES) if label.startswith(MARK))
CALM: Final = tuple(number for number, label in enumerate(CLASSES) if not label.startswith(MARK))


class Linear(msgspec.Struct, frozen=True, dict=True):
    """The weights. `codes`: of each piece its code (uint32, little-endian); `entries`, in the same order: how rare it
    is, how many pairs, then pairs of a class and its weight, a byte each; `unit`: what one step of such a byte weighs;
    `beside`: what who speaks and what the talk waits for add to every class.
    """

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    unit: float
    codes: bytes
    entries: bytes
    beside: dict[str, tuple[float, ...]]

    @cached_property
    def _table(self) -> "tuple[array[int], array[int]]":
        """Open addressing: the codes by their lowest bits, and where the entry of each begins, plus one; 0 is free."""
        known = memoryview(self.codes).cast("I")
        size = 1 << (2 * len(known)).bit_length()
        marks, starts = array("I", bytes(4 * size)), array("I", bytes(4 * size))
        entries, at, mask = self.entries, 0, size - 1
        for one in known:
            slot = one & mask
            while starts[slot]:
                slot = (slot + 1) & mask
            marks[slot], starts[slot] = one, at + 1
            at += ENTRY + 2 * entries[at + 1]
        return marks, starts

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """Of entries with many pairs that were met, where each begins and its weights as one number."""
        return {}

    def _number(self, start: int) -> int:
        first = start + ENTRY - 1
        pairs = self.entries[first : first + 2 * self.entries[start]]
        number = sum((weight - ZERO) << (FIELD * label) for label, weight in zip(pairs[::2], pairs[1::2], strict=True))
        self._numbers[start] = number
        return number

    def _fields(self, number: int) -> "memoryview[int]":
        """The sum of each class in a number, each more by HALF."""
        size = len(self.classes)
        raised = number + HALF * (((1 << (FIELD * size)) - 1) // ((1 << FIELD) - 1))
        return memoryview(raised.to_bytes(FIELD // 8 * size, "little")).cast("I")

    def score(self, words: str) -> list[float]:
        """The margin of each class for a message in its plain form, whoever said it."""
        totals = [0] * len(self.classes)
        square = many = 0
        (marks, starts), entries, numbers = self._table, self.entries, self._numbers
        mask = len(marks) - 1
        for one in codes(words):
            slot = one & mask
            while (start := starts[slot]) and marks[slot] != one:
                slot = (slot + 1) & mask
            if not start:
                continue
            rare = entries[start - 1]
            square += rare * rare
            if entries[start] >= MANY:
                many += rare * (numbers.get(start) or self._number(start))
                continue
            first = start + ENTRY - 1
            end = first + 2 * entries[start]
            for label, weight in zip(entries[first:end:2], entries[first + 1 : end : 2], strict=True):
                totals[label] += rare * (weight - ZERO)
        scale = self.unit / math.sqrt(square) if square else 0.0
        return [
            bias + scale * (total + field - HALF)
            for bias, total, field in zip(self.bias, totals, self._fields(many), strict=True)
        ]

    def said_by(self, scores: Sequence[float], who: str, open_: str) -> list[float]:
        """The margins when it is known who speaks and what the talk waits for."""
        found = list(scores)
        for name in context(who, open_):
            found = list(map(add, found, self.beside.get(name, ()))) if name in self.beside else found
        return found

    def opened(self, spoken: Sequence[float], open_: str) -> list[float]:
        """Margins of who speaks, when it is known what the talk waits for: for what is wanted, and not for a danger,
        which an open question makes no smaller.
        """
        nothing, waits = (self.beside.get(context("", name)[1]) for name in ("", open_))
        if nothing is None or waits is None:
            return list(spoken)
        return [score + more - less for score, more, less in zip(spoken, waits, nothing, strict=True)]


def packed(pieces: Mapping[str, tuple[int, Sequence[tuple[int, int]]]]) -> tuple[bytes, bytes]:
    """`codes` and `entries` of pieces, of each how rare it is and its pairs of a class and a byte; of two pieces with
    one code the first is kept.
    """
    found, entries = array("I"), bytearray()
    seen = set[int]()
    for name, (rare, pairs) in pieces.items():
        number = code(name)
        if number not in seen:
            seen.add(number)
            found.append(number)
            entries += bytes([rare, len(pairs), *(value for pair in pairs for value in pair)])
    return found.tobytes(), bytes(entries)


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
    if found.classes != SCORES:
        raise ValueError(f"{file.name} is of other classes: make understanding")
    return found
