"""Which entry of the knowledge a question means: what words it shares with the ways of asking, what a trained head
says of the entries that came with the product, and how near the encoder puts it to each way of asking.

Pure: numbers in, chances out. "Not ours" is a class of the head, so that a question of another trade finds nothing.
`Finder` alone needs the encoder; it lives in the reading process, and without it the rest stands.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import mul
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from understanding.linear import WEIGHTS, Linear
from understanding.text import ends, plain

if TYPE_CHECKING:
    from understanding.second import Vectors

FILE: Final = WEIGHTS / "answers.msgpack"
NOT_OURS: Final = "none"
"""The class of what no entry answers."""
BEST: Final = 3
"""So many of the nearest ways of asking speak for an entry together."""
LIKELY: Final = 8
"""Entries that are weighed: those that any of the three parts puts first."""


class Heads(msgspec.Struct, frozen=True):
    """The head that reads pieces alone, the one that reads the vector beside them, and what each number of the vector
    adds to each class (float16, numbers × classes). Made by `python -m training.answers`.
    """

    inline: Linear
    second: Linear
    matrix: bytes


class Meaning(msgspec.Struct, frozen=True):
    """What is known of a question besides its words: the margin of each class, and by entry how near its nearest way of
    asking is and the mean of the best three. `again`: read with the encoder.
    """

    margins: tuple[float, ...]
    near: dict[str, tuple[float, float]] = {}
    again: bool = False


class Combiner(msgspec.Struct, frozen=True):
    """What each part adds to the log-odds that an entry is the right one."""

    bias: float
    head: float
    rival: float
    strange: float
    foreign: float
    lexical: float
    lexical_rival: float
    near: float = 0.0
    mean: float = 0.0
    near_rival: float = 0.0


class Limits(msgspec.Struct, frozen=True):
    """From which chance an entry is the answer, is offered, and is offered beside another one."""

    answer: float
    offer: float
    beside: float


class Way(msgspec.Struct, frozen=True):
    """One way of joining the parts: `known` for entries of the head, `own` for what a home has written itself."""

    known: Combiner
    own: Combiner
    limits: Limits


class Ways(msgspec.Struct, frozen=True):
    """Without the encoder, and with it (`answers.toml`)."""

    inline: Way
    second: Way


class Ranked(msgspec.Struct, frozen=True):
    """An entry with the chance that it is the right one."""

    id: str
    chance: float


class Encoder(Protocol):
    """Gives a vector for each text (`second.Second`)."""

    def vectors(self, texts: Sequence[str]) -> "Vectors":
        """One row a text."""
        ...


@cache
def ways() -> Ways:
    """The numbers of `answers.toml`."""
    return msgspec.convert(
        tomllib.loads(Path(__file__).with_name("answers.toml").read_text(encoding="utf-8")), Ways, strict=False
    )


@cache
def heads() -> Heads:
    """The heads that came with the product."""
    return msgspec.msgpack.decode(FILE.read_bytes(), type=Heads)


def inline(text: str) -> Meaning:
    """What the pieces alone say."""
    return Meaning(tuple(heads().inline.score(ends(plain(text)))))


def rank(lexical: Mapping[str, float], known: Iterable[str], meaning: Meaning, *, foreign: bool) -> list[Ranked]:
    """The entries by their chance, best first. `lexical`: the score of each entry that shares words with the question;
    `known`: the entries that still mean what the head has learned; `foreign`: the words are those of another trade, or
    about one person.
    """
    of_head = set(known)
    found = parts(lexical, of_head, meaning, heads().inline.classes, foreign=foreign)
    return weigh(found, of_head, _way(meaning))


def parts(
    lexical: Mapping[str, float], known: set[str], meaning: Meaning, classes: Sequence[str], *, foreign: bool
) -> dict[str, tuple[float, ...]]:
    """What speaks for each likely entry, in the order of `Combiner`."""
    margin = dict(zip(classes, meaning.margins, strict=True))
    by_margin, by_word = _two(margin), _two(lexical)
    by_near = _two({one: near for one, (near, _) in meaning.near.items()})
    likely = {
        *sorted(known & margin.keys(), key=lambda one: (-margin[one], one))[:LIKELY],
        *sorted(lexical, key=lambda one: (-lexical[one], one))[:LIKELY],
        *sorted(meaning.near, key=lambda one: (-meaning.near[one][0], one))[:LIKELY],
    }
    found: dict[str, tuple[float, ...]] = {}
    for one in likely:
        near, mean = meaning.near.get(one, (0.0, 0.0))
        found[one] = (
            1.0,
            margin.get(one, 0.0) if one in known else 0.0,
            _other(by_margin, one),
            margin[NOT_OURS],
            1.0 if foreign else 0.0,
            lexical.get(one, 0.0),
            _other(by_word, one),
            near,
            mean,
            _other(by_near, one),
        )
    return found


def weigh(found: Mapping[str, Sequence[float]], known: set[str], way: Way) -> list[Ranked]:
    """The chances, best first."""
    of_head, own = msgspec.structs.astuple(way.known), msgspec.structs.astuple(way.own)
    ranked = []
    for one, values in found.items():
        odds = sum(map(mul, of_head if one in known else own, values))
        ranked.append(Ranked(one, round(1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))), 4)))
    return sorted(ranked, key=lambda one: (-one.chance, one.id))


def limits(meaning: Meaning) -> Limits:
    """Those that belong to how the question was read."""
    return _way(meaning).limits


def _way(meaning: Meaning) -> Way:
    return ways().second if meaning.again else ways().inline


def _two(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    """The best two."""
    return sorted(scores.items(), key=lambda one: -one[1])[:2]


def _other(best: Sequence[tuple[str, float]], than: str) -> float:
    """The best score of another one."""
    return next((score for name, score in best if name != than), 0.0)


class Finder:
    """Reads questions with the encoder. It keeps the vectors of a home's ways of asking until they change."""

    def __init__(self, encoder: Encoder) -> None:
        import numpy as np

        self._encoder = encoder
        kept = heads()
        self._matrix = np.frombuffer(kept.matrix, dtype=np.float16).astype(np.float32)
        self._matrix = self._matrix.reshape(-1, len(kept.second.classes))
        self._rows: dict[str, list[int]] = {}
        self._known: dict[str, Vectors] = {}
        self._kept: Vectors | None = None

    @property
    def knows(self) -> bool:
        """Whether there is a way of asking to be near to."""
        return self._kept is not None

    def learn(self, asked: Sequence[tuple[str, str]]) -> None:
        """The ways of asking: the id of an entry and words, for each. Only words that are new are read."""
        import numpy as np

        self.read([text for _, text in asked])
        words = [plain(text) for _, text in asked]
        self._known = {one: self._known[one] for one in words}
        self._rows = {}
        for row, (name, _) in enumerate(asked):
            self._rows.setdefault(name, []).append(row)
        self._kept = np.stack([self._known[one] for one in words]) if words else None

    def read(self, texts: Sequence[str]) -> None:
        """Read ways of asking ahead; they count when they are learned."""
        new = sorted({plain(one) for one in texts} - self._known.keys(), key=len)
        for at in range(0, len(new), 16):
            batch = new[at : at + 16]
            self._known |= dict(zip(batch, self._encoder.vectors(batch), strict=True))

    def meaning(self, text: str) -> Meaning:
        """What a question means, of everything that was learned."""
        read = ends(plain(text))
        vector = self._encoder.vectors([read])[0]
        margins = [
            one + float(more) for one, more in zip(heads().second.score(read), vector @ self._matrix, strict=True)
        ]
        if self._kept is None:
            return Meaning(tuple(margins), again=True)
        return Meaning(tuple(margins), nearest((self._kept @ vector).tolist(), self._rows), again=True)


def nearest(cosines: Sequence[float], rows: Mapping[str, Sequence[int]]) -> dict[str, tuple[float, float]]:
    """By entry, the nearest of its ways of asking and the mean of the best three."""
    found = {}
    for name, numbers in rows.items():
        best = sorted((cosines[row] for row in numbers), reverse=True)[:BEST]
        found[name] = (best[0], sum(best) / len(best))
    return found
