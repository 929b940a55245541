"""Training: the linear model that reads inline, and the one that reads with the encoder's vector beside the pieces.
Seeded; a minute on one core.
"""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import sparse
from sklearn.svm import LinearSVC

from training.lines import Line, labelled
from understanding.classes import CLASSES, MARK, SCORES
from understanding.features import context, pieces
from understanding.linear import RARITY, ZERO, Linear, packed
from understanding.text import ends, plain

SEED: Final = 20261129
MOST: Final = 120_000
"""Pieces that are kept: those that weigh most."""
STRENGTH: Final = 0.5
"""Inverse of the penalty on weights."""
BESIDE: Final = 0.25
"""How loud context is beside the words."""
VECTOR: Final = 0.4
"""How loud the encoder's vector is beside the pieces."""
LOUD: Final = (
    {"h00": 10.0, "g00": 0.5, "s00": 3.0}
    | dict.fromkeys((f"b{number:02d}" for number in range(8)), 2.0)
    | dict.fromkeys((f"e{number:02d}" for number in range(8)), 1.5)
)
"""How much a line of a voice counts: most the own list of the house of what must ring and what must not, then plain
words (s, b of danger and e of every day), of which every home hears many and a writer with a voice writes few.
"""
LEAST: Final = 4
"""Steps of a byte below which a weight is not kept."""
Rows = Any
NUMBER: Final = {label: number for number, label in enumerate(CLASSES)}
RING: Final = np.array([label.startswith(MARK) for label in CLASSES])


@dataclass(frozen=True)
class Cut:
    """The pieces that are weighed, how rare each is in bytes, and the context."""

    names: tuple[str, ...]
    rare: Rows
    beside: tuple[str, ...]

    def rows(self, lines: Sequence[Line], vectors: Rows | None = None) -> Rows:
        """One row a line: its pieces with length 1, the context, and a vector where there is one."""
        place = {name: number for number, name in enumerate(self.names)}
        data: list[float] = []
        columns: list[int] = []
        starts = [0]
        for line in lines:
            known = [place[piece] for piece in pieces(ends(plain(line.text))) if piece in place]
            values = self.rare[known]
            length = float(np.sqrt((values * values).sum())) or 1.0
            data += (values / length).tolist()
            columns += known
            starts.append(len(columns))
        words = sparse.csr_matrix((data, columns, starts), shape=(len(lines), len(self.names)), dtype=np.float32)
        beside = np.array([[name in context(line.who, line.open) for name in self.beside] for line in lines])
        parts = [words, sparse.csr_matrix(beside * BESIDE)]
        if vectors is not None:
            parts.append(sparse.csr_matrix(vectors * VECTOR))
        return sparse.hstack(parts, format="csr", dtype=np.float32)


def cut(lines: Sequence[Line], names: Sequence[str] | None = None) -> Cut:
    """The pieces that stand in several lines, or the named ones."""
    many = Counter(piece for line in lines for piece in pieces(ends(plain(line.text))))
    kept = sorted(piece for piece, count in many.items() if count > 1) if names is None else list(names)
    rare = np.array([np.log(len(lines) / (1 + many[piece])) + 1 for piece in kept])
    beside = sorted({name for line in lines for name in context(line.who, line.open)})
    return Cut(tuple(kept), np.clip(np.round(rare / RARITY), 1, 255), tuple(beside))


def svm(rows: Rows, lines: Sequence[Line]) -> tuple[Rows, Rows]:
    """Weights (classes × columns) and biases of one against the rest, and last of any danger against the rest; a class
    without lines never wins.
    """
    model, alarm = (LinearSVC(C=STRENGTH, random_state=SEED, max_iter=2000) for _ in range(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = [LOUD.get(line.voice, 1.0) for line in lines]
        model.fit(rows, [NUMBER[line.label] for line in lines], sample_weight=weights)
        alarm.fit(rows, [line.rings for line in lines], sample_weight=weights)
    found = np.zeros((len(SCORES), rows.shape[1]))
    bias = np.full(len(SCORES), -3.0)
    found[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    found[-1], bias[-1] = alarm.coef_[0], alarm.intercept_[0]
    return found, bias


def whole(lines: Sequence[Line]) -> list[Line]:
    """The lines with a class for each: what was labelled for danger alone gets the likeliest class that agrees with
    its label, by a model of the others.
    """
    known = [line for line in lines if line.label]
    unknown = [line for line in lines if not line.label]
    if not unknown:
        return known
    by = cut(known)
    weights, bias = svm(by.rows(known), known)
    for line, row in zip(unknown, by.rows(unknown) @ weights.T + bias, strict=True):
        known.append(labelled(line, CLASSES[int(np.where(line.rings == RING, row[: len(CLASSES)], -np.inf).argmax())]))
    return known


@dataclass(frozen=True)
class Fitted:
    """A model, its pieces, and what it gives to an encoder's vector (512 × classes; None without one)."""

    linear: Linear
    names: tuple[str, ...]
    matrix: Rows | None = None

    def scores(self, lines: Sequence[Line], vectors: Rows | None = None) -> Rows:
        """The margins of each line, as the product weighs a danger by them: whatever is open."""
        found = np.array(
            [self.linear.said_by(self.linear.score(ends(plain(line.text))), line.who, "") for line in lines]
        )
        return found if self.matrix is None or vectors is None else found + vectors @ self.matrix


def fit(lines: Sequence[Line], vectors: Rows | None = None, names: Sequence[str] | None = None) -> Fitted:
    """Train on all pieces, keep those that weigh most, train again on them; on the named pieces alone at once."""
    if names is None:
        first = cut(lines)
        weights, _ = svm(first.rows(lines, vectors), lines)
        loud = np.abs(weights[:, : len(first.names)]).max(axis=0) * first.rare
        names = [first.names[number] for number in np.sort(np.argsort(-loud, kind="stable")[:MOST])]
    by = cut(lines, names)
    weights, bias = svm(by.rows(lines, vectors), lines)
    words, beside = len(by.names), len(by.beside)
    return Fitted(
        _packed(by, weights[:, :words], weights[:, words : words + beside], bias),
        by.names,
        None if vectors is None else (weights[:, words + beside :].T * VECTOR).astype(np.float16),
    )


def _packed(by: Cut, weights: Rows, beside: Rows, bias: Rows) -> Linear:
    """The weights as bytes."""
    unit = float(np.quantile(np.abs(weights).max(axis=0), 0.999)) / (ZERO - 1)
    steps = np.clip(np.round(weights / unit), -ZERO + 1, ZERO - 1).astype(int)

    def pairs(number: int) -> list[tuple[int, int]]:
        kept = np.nonzero(np.abs(steps[:, number]) >= LEAST)[0]
        return [(int(label), int(steps[label, number]) + ZERO) for label in kept]

    return Linear(
        SCORES,
        tuple(float(one) for one in bias),
        unit,
        *packed({name: (int(by.rare[number]), pairs(number)) for number, name in enumerate(by.names)}),
        {name: tuple((beside[:, at] * BESIDE).tolist()) for at, name in enumerate(by.beside)},
    )
