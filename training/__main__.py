"""`make understanding`: read and check the data, train, set the limits, write the weights, print every figure.

The lines of `data/kept` are read after everything else has been written, and only measured. `--measure` trains nothing.
"""

import csv
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import msgspec
import numpy as np
from sklearn.linear_model import LogisticRegression

from care import accusations
from services.talks.reading import settle
from training import lines as reading
from training import measure
from training.fit import LOUD, Fitted, fit, whole
from training.lines import DATA, Line
from understanding import cascade
from understanding.classes import SCORES
from understanding.judge import FILE as JUDGE
from understanding.judge import Judge, Judges, size
from understanding.linear import WEIGHTS, danger
from understanding.second import READS, Second, Weights, installed
from understanding.text import ends, plain

FOLDS: Final = 3
PROCESSES: Final = 2
NOBODY: Final = accusations.Names()
PLAIN: Final = "p00"
"""What somebody types who tries it for the first time, by a writer who saw none of it: short sentences of every kind,
of which a third stand in any training.
"""
KNOWN: list[Any] = []
"""The lines and their vectors, as the processes inherit them."""
WHO: Final = ("elder", "family", "stranger")
GIVEN: Final = "g00"
"""The voice of the lines that were there before the others."""
RUNG: Final = 0.002
"""Share of ordinary talk of voices that training has not that may ring; of contrasts: RUNG_CONTRAST."""
RUNG_CONTRAST: Final = 0.08
ASKED: Final = 0.015
SHOWN: Final = 0.08
MISSED: Final = 0.015
"""Share of emergencies below the limit under which no second reading is made."""
CERTAIN: Final = 0.0008
"""Share of ordinary talk that may ring by the inline reading alone."""


def vectors(lines: Sequence[Line]) -> Any:
    """The encoder's vectors, in small batches."""
    encoder = installed()
    texts = [ends(plain(line.text))[:READS] for line in lines]
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    found = np.zeros((len(texts), 512), dtype=np.float32)
    for at in range(0, len(order), 16):
        chosen = order[at : at + 16]
        found[chosen] = encoder.encode([texts[number] for number in chosen])
    return found


def sized(lines: Sequence[Line]) -> Any:
    """The lengths as the judge weighs them."""
    return np.array([[size(plain(line.text))] for line in lines])


def asked(lines: Sequence[Line], scores: Any) -> Any:
    """What the judge weighs, one row a line."""
    said = np.array([[(line.who or "family") == who for who in WHO] for line in lines], dtype=float)
    return np.hstack([scores, np.array([[danger(row)] for row in scores.tolist()]), said, sized(lines)])


def judge(lines: Sequence[Line], scores: Any) -> tuple[Judge, Any]:
    """The judge of margins that voices got from a model that had not seen them; and the log-odds of each line by one
    that had not seen it either.
    """
    rows, ring = asked(lines, scores), np.array([line.rings for line in lines])
    found = np.zeros(len(lines))
    for apart in folds(lines):
        found[apart] = LogisticRegression(max_iter=2000).fit(rows[~apart], ring[~apart]).decision_function(rows[apart])
    model = LogisticRegression(max_iter=2000).fit(rows, ring)
    weights = [float(one) for one in model.coef_[0]]
    many = len(SCORES)
    return Judge(
        float(model.intercept_[0]),
        tuple(weights[:many]),
        weights[many],
        dict(zip(WHO, weights[many + 1 : many + 4], strict=True)),
        weights[-1],
    ), found


def folds(lines: Sequence[Line]) -> list[Any]:
    """Whole voices together: what is measured is how a voice is read that training has not."""
    voices = sorted({line.voice for line in lines})
    place = {voice: number % FOLDS for number, voice in enumerate(voices)}
    return [np.array([place[line.voice] == fold for line in lines]) for fold in range(FOLDS)]


def limits(lines: Sequence[Line], found: Any, *, certain: bool) -> cascade.Limits:
    """The limits by what lines of other voices got, for each kind of speaker."""
    by: dict[str, dict[str, float]] = {"ring": {}, "ask": {}, "show": {}}
    for who in WHO:
        said = np.array([(line.who or "family") == who and line.voice != GIVEN for line in lines])
        ordinary = found[said & np.array([line.kind == "plain" and not line.rings for line in lines])]
        contrast = found[said & np.array([line.kind == "trap" and not line.rings for line in lines])]
        by["ring"][who] = max(
            np.quantile(ordinary, 1 - (CERTAIN if certain else RUNG)),
            np.quantile(contrast, 1 - RUNG_CONTRAST / (2 if certain else 1)),
        )
        by["ask"][who] = min(np.quantile(ordinary, 1 - ASKED), by["ring"][who])
        by["show"][who] = min(np.quantile(ordinary, 1 - SHOWN), by["ask"][who])
    calm = np.quantile(found[np.array([line.rings for line in lines])], MISSED)
    return cascade.Limits(
        round(float(calm), 3), *({who: round(float(one), 3) for who, one in limit.items()} for limit in by.values())
    )


def _of_all() -> tuple[Fitted, Fitted]:
    """The two models of the product."""
    lines, seen = KNOWN
    inline = fit(lines)
    return inline, fit(lines, seen, inline.names)


def _of_others(apart: Any) -> tuple[Any, Any]:
    """The margins of some voices by models of the others."""
    lines, seen = KNOWN
    rest = [line for line, out in zip(lines, apart, strict=True) if not out]
    kept = [line for line, out in zip(lines, apart, strict=True) if out]
    alone = fit(rest)
    return alone.scores(kept), fit(rest, seen[~apart], alone.names).scores(kept, seen[apart])


def train() -> None:
    """Make the weights and the limits."""
    first_of_all = sorted(reading.read(DATA / "train"), key=lambda line: line.voice not in LOUD)
    lines = reading.unlike(first_of_all)
    strange = set(_near_the_independent(lines))
    lines = [line for line in lines if line not in strange]
    lines = whole(lines)
    lines += reading.meanwhile(lines)
    families, voices = {line.family for line in lines}, {line.voice for line in lines}
    print(f"{len(lines)} lines, {len(families)} families, {len(voices)} voices")
    seen = vectors(lines)
    first, second = (np.zeros((len(lines), len(SCORES))) for _ in range(2))
    KNOWN[:] = [lines, seen]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as pool:
        whole_ones = pool.submit(_of_all)
        for apart, (one, two) in zip(folds(lines), pool.map(_of_others, folds(lines)), strict=True):
            first[apart], second[apart] = one, two
        inline, again = whole_ones.result()
    WEIGHTS.mkdir(exist_ok=True)
    (WEIGHTS / "inline.msgpack").write_bytes(msgspec.msgpack.encode(inline.linear))
    (WEIGHTS / "second.msgpack").write_bytes(
        msgspec.msgpack.encode(Weights(again.linear, np.asarray(again.matrix, dtype=np.float16).tobytes()))
    )
    one, two = judge(lines, first), judge(lines, second)
    JUDGE.write_bytes(msgspec.msgpack.encode(Judges(one[0], two[0])))
    chosen = {
        "inline": limits(lines, one[1], certain=True),
        "alone": limits(lines, one[1], certain=False),
        "second": limits(lines, two[1], certain=False),
    }
    (WEIGHTS / "thresholds.toml").write_text(_toml(chosen), encoding="utf-8")
    print("\n== voices of the training, each read by a model that has not seen it")
    found, reread = [], 0
    sure, surer = chosen["inline"], chosen["second"]
    for at, line in enumerate(lines):
        doubtful = sure.calm <= one[1][at] < max(sure.ring.values())
        reread += doubtful
        scores, odds, by = (second, two[1], surer) if doubtful else (first, one[1], sure)
        who = line.who or "family"
        found.append(cascade.weigh(plain(line.text), scores[at].tolist(), odds[at], by, who, line.open))
    talk = [
        sure.calm <= odds < max(sure.ring.values())
        for odds, line in zip(one[1], lines, strict=True)
        if line.kind == "plain"
    ]
    print(f"of ordinary talk {sum(talk)} of {len(talk)} reach the encoder")
    print(f"{len(lines)} lines; the encoder read {reread} of them")
    print("\n".join([*measure.dangers(lines, found), *measure.intents(lines, found)]))


def _near_the_independent(lines: Sequence[Line]) -> list[Line]:
    """Lines that stand in the independent set, or nearly: it is never trained on."""
    file = Path(os.environ.get("JIASHU_INTENTS", ""))
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as source:
        texts = [row["text"] for row in csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return reading.near(lines, texts)


def _toml(chosen: dict[str, cascade.Limits]) -> str:
    out = ["# Log-odds of a danger: made by `make understanding`, with the weights.", ""]
    for name, found in chosen.items():
        out += [f"[{name}]", f"calm = {found.calm}"]
        for word in ("ring", "ask", "show"):
            by = getattr(found, word)
            out.append(f"{word} = {{ " + ", ".join(f"{who} = {limit}" for who, limit in by.items()) + " }")
        out.append("")
    return "\n".join(out)


def decided(lines: Sequence[Line], second: Second | None) -> tuple[list[cascade.Decision], int]:
    """What the product decides on each line, and how many reached the encoder."""
    found, again = [], 0
    for line in lines:
        read = cascade.read(line.text)
        if second is not None and read.is_doubtful:
            again += 1
            read = cascade.reread(read, tuple(second.score(read.words)))
        decision, heard = settle(read, accusations.read(line.text, NOBODY), line.who or "family", line.open)
        found.append(msgspec.structs.replace(decision, level=heard.level) if heard.rings else decision)
    return found, again


def show(lines: Sequence[Line], name: str) -> None:
    """All figures of a set."""
    for title, second in ((f"{name}, inline alone", None), (f"{name}, with the second reading", Second())):
        found, again = decided(lines, second)
        print(f"\n== {title}: {len(lines)} lines; the encoder read {again} of them")
        print("\n".join(measure.dangers(lines, found)))
        print("\n".join(measure.intents(lines, found)))


if __name__ == "__main__":
    if "--measure" not in sys.argv:
        train()
    kept, seen_too = reading.read(DATA / "kept"), [line.text for line in reading.read(DATA / "train")]
    known = set(reading.near(kept, seen_too))
    print(f"\n{len(known)} kept lines stand in the training too, or nearly, and are not measured in the first two")
    left = [line for line in kept if line not in known]
    show([line for line in left if line.voice != PLAIN], "kept")
    show([line for line in left if line.voice == PLAIN], "plain words")
    show([line for line in kept if line.voice == PLAIN], "plain words, those of the training among them")
