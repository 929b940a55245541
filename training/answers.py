"""`python -m training.answers`: train the heads of the knowledge, set how the parts are joined, print every figure.

Lines of `understanding/data/train` whose intent the knowledge may answer, whole voices apart: what is measured is how a
voice is read that training has not. `--measure FILE` reads questions that are not ours, one a line, with what is
committed and trains nothing.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from conversations.answers import Knowledge, is_foreign, starter
from training import lines as reading
from training.fit import SEED, Cut, cut
from training.lines import DATA, Line
from training.measure import wilson
from understanding import answers
from understanding.answers import NOT_OURS, Combiner, Heads, Limits, Meaning, Way
from understanding.linear import ZERO, Linear, packed
from understanding.second import READS, SIZE, installed
from understanding.text import ends, plain

MOST: Final = 24_000
"""Pieces that a head keeps."""
FOLDS: Final = 5
LOUD: Final = 2.0
"""How loud the vector is beside the pieces, above what the reading of a message has."""
STRANGE: Final = {
    "offtopic": 4000,
    "other": 4000,
    "lead": 600,
    "tour": 300,
    "human": 400,
    "private": 600,
    "request": 400,
    "complaint": 500,
    "letter": 300,
    "leave": 200,
    "visit": 200,
    "progress": 100,
}
"""Intents whose lines no entry answers, and how many lines of each are learned."""
WRONG, ANSWERED, OFFERED = 0.009, 0.018, 0.075
"""Shares that the limits keep to: questions answered wrongly; of what is not ours, answered, and offered."""
CLASSES: Final = (*sorted(entry.id for entry in starter()), NOT_OURS)
OURS: Final = set(CLASSES[:-1])
NAMES: Final = Combiner.__struct_fields__
NUMBER: Final = {name: number for number, name in enumerate(CLASSES)}
Rows = Any


@dataclass(frozen=True)
class Asked:
    """A line, the entries that answer it ("" for none), and whether it is a way of asking that the product knows."""

    line: Line
    right: tuple[str, ...]
    known: bool = False


def asked() -> list[Asked]:
    """The lines, and the ways of asking beside them."""
    read = [line for folder in ("train", "answers") for line in reading.read(DATA / folder)]
    every = [line for line in read if not line.rings and line.intent]
    ours = [line for line in every if line.entry]
    strange: list[Line] = []
    for intent, most in STRANGE.items():
        others = [line for line in every if line.intent == intent and not line.entry]
        strange += others[:: max(1, len(others) // most)][:most]
    ways = [(entry.id, text) for entry in starter() for text in (entry.question, *entry.asked)]
    twice = set(reading.near(ours, [text for _, text in ways]))
    found = [Asked(line, tuple(line.entry.split(","))) for line in reading.unlike(ours) if line not in twice]
    found += [Asked(line, ()) for line in reading.unlike(strange)]
    own = [Asked(Line("ways", "family", "", "faq", "no", "", name, name, text), (name,), True) for name, text in ways]
    return found + own


def vectors(texts: Sequence[str]) -> Rows:
    """The encoder's vectors, in small batches of one length."""
    encoder, read = installed(), [ends(plain(text))[:READS] for text in texts]
    order = sorted(range(len(read)), key=lambda at: len(read[at]))
    found = np.zeros((len(read), SIZE), dtype=np.float32)
    for at in range(0, len(order), 16):
        found[order[at : at + 16]] = encoder.encode([read[one] for one in order[at : at + 16]])
    return found


def head(lines: Sequence[Asked], seen: Rows | None = None) -> tuple[Linear, Rows | None]:
    """A head on all pieces, then one on those that weigh most; and what it gives to a vector."""
    only = [one.line for one in lines]
    first = cut(only)
    weights, _ = _svm(first, lines, seen)
    loud = np.abs(weights[:, : len(first.names)]).max(axis=0) * first.rare
    kept = np.sort(np.argsort(-loud, kind="stable")[:MOST])
    by = cut(only, [first.names[number] for number in kept])
    weights, bias = _svm(by, lines, seen)
    words, beside = len(by.names), len(by.beside)
    matrix = None if seen is None else (weights[:, words + beside :].T * 0.4 * LOUD).astype(np.float16)
    return _packed(by, weights[:, :words], bias), matrix


def _svm(by: Cut, lines: Sequence[Asked], seen: Rows | None) -> tuple[Rows, Rows]:
    model = LinearSVC(C=1.0, random_state=SEED, max_iter=2000)
    rows = by.rows([one.line for one in lines], None if seen is None else seen * LOUD)
    model.fit(rows, [NUMBER[one.right[0] if one.right else NOT_OURS] for one in lines])
    weights, bias = np.zeros((len(CLASSES), rows.shape[1])), np.full(len(CLASSES), -2.0)
    weights[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return weights, bias


def _packed(by: Cut, weights: Rows, bias: Rows) -> Linear:
    unit = float(np.quantile(np.abs(weights).max(axis=0), 0.999)) / (ZERO - 1)
    steps = np.clip(np.round(weights / unit), -ZERO + 1, ZERO - 1).astype(int)
    pieces = {}
    for number, name in enumerate(by.names):
        labels = np.nonzero(np.abs(steps[:, number]) >= 3)[0]
        pieces[name] = int(by.rare[number]), [(int(one), int(steps[one, number]) + ZERO) for one in labels]
    return Linear(CLASSES, tuple(float(one) for one in bias), unit, *packed(pieces), {})


def meanings(model: Linear, matrix: Rows | None, lines: Sequence[Asked], seen: Rows, ways: Rows) -> list[Meaning]:
    """What the product would know of each line."""
    rows: dict[str, list[int]] = {}
    names = [entry.id for entry in starter() for _ in (entry.question, *entry.asked)]
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    found = []
    for one, vector in zip(lines, seen, strict=True):
        margins = model.score(ends(plain(one.line.text)))
        if matrix is None:
            found.append(Meaning(tuple(margins)))
            continue
        more = vector @ matrix.astype(np.float32)
        found.append(
            Meaning(
                tuple(float(a + b) for a, b in zip(margins, more, strict=True)),
                answers.nearest((ways @ vector).tolist(), rows),
                again=True,
            )
        )
    return found


Parts = list[dict[str, tuple[float, ...]]]
"""What speaks for each likely entry, for each line."""


def joined(lines: Sequence[Asked], found: Parts, *, again: bool) -> Way:
    """How the parts are joined: by what made an entry the right one."""
    values = np.array([row for one in found for row in one.values()])
    right = np.array([name in line.right for line, one in zip(lines, found, strict=True) for name in one])

    def fitted(skip: set[str]) -> Combiner:
        used = [at for at, name in enumerate(NAMES) if name != "bias" and name not in skip]
        model = LogisticRegression(C=10.0, max_iter=2000).fit(values[:, used], right)
        weights = dict.fromkeys(NAMES, 0.0) | {"bias": float(model.intercept_[0])}
        weights |= {NAMES[at]: float(weight) for at, weight in zip(used, model.coef_[0], strict=True)}
        return msgspec.convert({name: round(weight, 3) for name, weight in weights.items()}, Combiner)

    unread = set() if again else {"near", "mean", "near_rival"}
    way = Way(fitted(unread), fitted(unread | {"head", "rival", "strange"}), Limits(1, 1, 1))
    return msgspec.structs.replace(way, limits=_limits(lines, ranked(found, way)))


def ranked(found: Parts, way: Way) -> list[list[answers.Ranked]]:
    """The entries of each line by their chance."""
    return [answers.weigh(one, OURS, way) for one in found]


def spoken_for(lines: Sequence[Asked], known: Sequence[Meaning]) -> Parts:
    """What speaks for the entries in each line."""
    words = Knowledge(starter())
    found = []
    for one, meaning in zip(lines, known, strict=True):
        text = one.line.text
        lexical = {hit.entry.id: hit.score for hit in words.hits(text, answers.LIKELY)}
        found.append(answers.parts(lexical, OURS, meaning, CLASSES, foreign=is_foreign(text)))
    return found


def _limits(lines: Sequence[Asked], found: Sequence[list[answers.Ranked]]) -> Limits:
    """As low as the shares allow."""
    best = np.array([one[0].chance if one else 0.0 for one in found])
    ours = np.array([bool(one.right) for one in lines])
    false = np.array([bool(one.right) and found[n][0].id not in one.right for n, one in enumerate(lines)])
    strange = np.array([one.line.intent == "offtopic" for one in lines])
    answer = 1.0
    for limit in np.arange(0.95, 0.3, -0.005):
        if false[best >= limit].sum() > WRONG * ours.sum() or (best[strange] >= limit).mean() > ANSWERED:
            break
        answer = round(float(limit), 3)
    offer = answer
    for limit in np.arange(answer, 0.02, -0.005):
        if ((best[strange] >= limit) & (best[strange] < answer)).mean() > OFFERED:
            break
        offer = round(float(limit), 3)
    return Limits(answer, offer, round(offer / 4, 3))


def figures(title: str, lines: Sequence[Asked], found: Sequence[list[answers.Ranked]], limits: Limits) -> list[str]:
    """Right, offered, human, wrong; of what is not ours, answered, offered, left alone."""
    counted: dict[str, int] = {}
    for one, entries in zip(lines, found, strict=True):
        counted[_came(one, entries, limits)] = counted.get(_came(one, entries, limits), 0) + 1
    whole = sum(counted.values())
    words = (
        ("right", "offered", "human", "in vain", "wrong")
        if lines and lines[0].right
        else (
            "answered",
            "offered",
            "left alone",
        )
    )
    return [f"{title}:", *(f"  {word:<11} {wilson(counted.get(word, 0), whole)}" for word in words)]


def _came(one: Asked, entries: Sequence[answers.Ranked], limits: Limits) -> str:
    best = entries[0].chance if entries else 0.0
    if best < limits.offer:
        return "human" if one.right else "left alone"
    if best >= limits.answer:
        return ("right" if entries[0].id in one.right else "wrong") if one.right else "answered"
    offers = [entry.id for entry in entries[:3] if entry.chance >= limits.beside]
    return "offered" if not one.right or set(offers) & set(one.right) else "in vain"


def show(lines: Sequence[Asked], found: Sequence[list[answers.Ranked]], limits: Limits) -> None:
    """All figures of one way."""
    groups = {
        "questions that one of the forty answers": [n for n, a in enumerate(lines) if a.right and a.right[0][0] == "f"],
        "questions that another entry answers": [n for n, a in enumerate(lines) if a.right and a.right[0][0] == "m"],
        "not ours (offtopic)": [n for n, a in enumerate(lines) if not a.right and a.line.intent == "offtopic"],
        "of other intents": [n for n, a in enumerate(lines) if not a.right and a.line.intent != "offtopic"],
    }
    for title, chosen in groups.items():
        print("\n".join(figures(title, [lines[n] for n in chosen], [found[n] for n in chosen], limits)))


def train() -> None:
    """Make the heads and `answers.toml`."""
    lines = asked()
    measured = [number for number, one in enumerate(lines) if not one.known]
    print(f"{len(measured)} lines, {len(lines) - len(measured)} ways of asking, {len(CLASSES) - 1} entries", flush=True)
    seen = vectors([one.line.text for one in lines])
    ways = seen[len(measured) :]
    voices = {voice: at % FOLDS for at, voice in enumerate(sorted({one.line.voice for one in lines}))}
    first: list[Meaning | None] = [None] * len(measured)
    second: list[Meaning | None] = [None] * len(measured)
    for fold in range(FOLDS):
        rest = [n for n, one in enumerate(lines) if one.known or voices[one.line.voice] != fold]
        apart = [n for n in measured if voices[lines[n].line.voice] == fold]
        for into, with_vectors in ((first, False), (second, True)):
            model, matrix = head([lines[n] for n in rest], seen[rest] if with_vectors else None)
            for n, one in zip(
                apart, meanings(model, matrix, [lines[n] for n in apart], seen[apart], ways), strict=True
            ):
                into[n] = one
        print(f"fold {fold + 1} of {FOLDS}", flush=True)
    kept = [lines[n] for n in measured]
    found = {}
    for name, known in (("inline", first), ("second", second)):
        values = spoken_for(kept, [one for one in known if one is not None])
        found[name] = joined(kept, values, again=name == "second")
        print(f"\n== {name}, each voice read by a head that has not seen it")
        show(kept, ranked(values, found[name]), found[name].limits)
    inline, _ = head(lines)
    again, matrix = head(lines, seen)
    answers.FILE.write_bytes(msgspec.msgpack.encode(Heads(inline, again, np.asarray(matrix).tobytes())))
    _written(found)


def _written(found: dict[str, Way]) -> None:
    out = [
        "# How the parts of an answer are joined, and from which chance on it is said: `python -m training.answers`.",
        "# `known`: entries that came with the product; `own`: those that a home has written itself.",
    ]
    for name, way in found.items():
        for part in ("known", "own", "limits"):
            out += ["", f"[{name}.{part}]"]
            out += [f"{key} = {value}" for key, value in msgspec.structs.asdict(getattr(way, part)).items()]
    Path(answers.__file__).with_name("answers.toml").write_text("\n".join(out) + "\n", encoding="utf-8")


def measure(file: Path) -> None:
    """Questions that are not ours, with what is committed."""
    texts = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    lines = [Asked(Line("", "family", "", "offtopic", "no", "", "", "", text), ()) for text in texts]
    entries = [(entry.id, text) for entry in starter() for text in (entry.question, *entry.asked)]
    kept, seen, ways = answers.heads(), vectors(texts), vectors([text for _, text in entries])
    matrix = np.frombuffer(kept.matrix, dtype=np.float16).reshape(SIZE, -1)
    for name, known in (
        ("inline", meanings(kept.inline, None, lines, seen, ways)),
        ("second", meanings(kept.second, matrix, lines, seen, ways)),
    ):
        way = getattr(answers.ways(), name)
        print("\n".join(figures(f"{file.name}, {name}", lines, ranked(spoken_for(lines, known), way), way.limits)))


if __name__ == "__main__":
    if "--measure" in sys.argv:
        measure(Path(sys.argv[-1]))
    else:
        train()
