"""The monthly questionnaire as data, and what its answers come to (M1, M3, M4, domain.md 6c)."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

TURN: Final = 2
"""Items in turn beside the five of every month: with the sending that makes eight taps."""
FEWEST: Final = 5
"""Under this many answers nothing is told: five people can be guessed (domain.md 6c)."""
LOW, DROP = 80.0, 5.0
"""A score below, or a drop of this much, asks for its cause."""
BEST: Final = 5
MARKS: Final = {5: "很满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}


@dataclass(frozen=True, slots=True)
class Item:
    """One question."""

    id: str
    name: str
    help: str
    dimension: str
    core: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """What came of one item: n answers, of 100, how many gave each mark; `score` is None under five answers."""

    item: Item
    n: int
    score: float | None
    marks: tuple[int, ...] = ()
    before: float | None = None

    @property
    def change(self) -> float | None:
        """Against the questionnaire before."""
        return None if self.score is None or self.before is None else self.score - self.before

    @property
    def asks_why(self) -> bool:
        """Whether somebody must look for the cause (M4)."""
        return self.score is not None and (self.score < LOW or (self.change is not None and self.change <= -DROP))


@cache
def items() -> dict[str, Item]:
    """All questions by id, in the order of the paper."""
    found = tomllib.loads(Path(__file__).with_name("surveys.toml").read_text(encoding="utf-8"))["item"]
    return {one["id"]: Item(**one) for one in found}


def of_month(month: int) -> tuple[str, ...]:
    """The questions of a month (1 … 12): the core, two in turn, 总体 last; after half a year every one was asked."""
    turn = [item.id for item in items().values() if not item.core]
    chosen = {turn[(month - 1) * TURN % len(turn)], turn[((month - 1) * TURN + 1) % len(turn)]}
    return tuple(item.id for item in items().values() if item.core or item.id in chosen)


def score(item: Item, given: Sequence[int], before: Sequence[int] = ()) -> Score:
    """Mean of 5 as of 100; 不清楚 is no answer and stands in neither."""
    marks = tuple(sum(mark == one for one in given) for mark in sorted(MARKS, reverse=True))
    if len(given) < FEWEST:
        return Score(item, len(given), None)
    return Score(item, len(given), _of_100(given), marks, _of_100(before) if len(before) >= FEWEST else None)


def _of_100(given: Sequence[int]) -> float:
    return round(sum(given) / len(given) / BEST * 100, 1)
