"""`make understanding`: read and check the data, train, set the limits, write the weights, print every figure.

The lines of `data/kept` are read after everything else has been written, and only measured. `--measure` trains nothing.
"""

import csv
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import msgspec
import numpy as np

from training import lines as reading
from training import measure
from training.fit import fit, whole
from training.lines import DATA, Line
from understanding import cascade
from understanding.classes import CLASSES
from understanding.linear import CALM, DANGERS, SHARP, WEIGHTS
from understanding.second import READS, Second, Weights, installed
from understanding.text import ends, plain

FOLDS: Final = 6
WHO: Final = ("elder", "family", "stranger")
RUNG: Final = 0.002
"""Share of ordinary talk of voices that training has not that may ring; of contrasts: RUNG_CONTRAST."""
RUNG_CONTRAST: Final = 0.07
ASKED: Final = 0.012
SHOWN: Final = 0.06
MISSED: Final = 0.006
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


def odds(scores: Any) -> Any:
    """The log-odds of a danger, row by row."""
    sharp = SHARP * scores
    most = sharp.max(axis=1, keepdims=True)
    every = np.exp(sharp - most)
    return np.log(every[:, list(DANGERS)].sum(axis=1)) - np.log(every[:, list(CALM)].sum(axis=1))


def folds(lines: Sequence[Line]) -> list[Any]:
    """Whole voices together: what is measured is how a voice is read that training has not."""
    voices = sorted({line.voice for line in lines})
    place = {voice: number % FOLDS for number, voice in enumerate(voices)}
    return [np.array([place[line.voice] == fold for line in lines]) for fold in range(FOLDS)]


def limits(lines: Sequence[Line], found: Any, certain: bool) -> cascade.Limits:
    """The limits by what lines of other voices got."""
    ordinary = np.array([line.kind == "plain" and not line.rings for line in lines])
    contrast = np.array([line.kind == "trap" and not line.rings for line in lines])
    ring = max(
        np.quantile(found[ordinary], 1 - (CERTAIN if certain else RUNG)),
        np.quantile(found[contrast], 1 - (RUNG_CONTRAST / (3 if certain else 1))),
    )
    ask = np.quantile(found[ordinary], 1 - ASKED)
    show = np.quantile(found[ordinary], 1 - SHOWN)
    danger_of = np.array([line.rings for line in lines])
    calm = np.quantile(found[danger_of], MISSED)

    def same(limit: float) -> dict[str, float]:
        return {who: round(float(limit), 3) for who in WHO}

    return cascade.Limits(round(float(calm), 3), same(ring), same(min(ask, ring)), same(min(show, ask)))


def train() -> None:
    """Make the weights and the limits."""
    lines = reading.unlike(reading.read(DATA / "train"))
    strange = set(_near_the_independent(lines))
    lines = [line for line in lines if line not in strange]
    lines = whole(lines)
    print(
        f"{len(lines)} lines, {len({line.family for line in lines})} families, {len({line.voice for line in lines})} voices"
    )
    seen = vectors(lines)
    first = second = np.zeros((len(lines), len(CLASSES)))
    first, second = first.copy(), second.copy()
    for apart in folds(lines):
        rest, kept = (
            [line for line, out in zip(lines, apart, strict=True) if not out],
            [line for line, out in zip(lines, apart, strict=True) if out],
        )
        first[apart] = fit(rest).scores(kept)
        second[apart] = fit(rest, seen[~apart]).scores(kept, seen[apart])
    WEIGHTS.mkdir(exist_ok=True)
    inline, again = fit(lines), fit(lines, seen)
    (WEIGHTS / "inline.msgpack").write_bytes(msgspec.msgpack.encode(inline.linear))
    (WEIGHTS / "second.msgpack").write_bytes(
        msgspec.msgpack.encode(Weights(again.linear, np.asarray(again.matrix, dtype=np.float16).tobytes()))
    )
    chosen = {"inline": limits(lines, odds(first), certain=True), "second": limits(lines, odds(second), certain=False)}
    (WEIGHTS / "thresholds.toml").write_text(_toml(chosen), encoding="utf-8")
    print("\n== voices of the training, each read by a model that has not seen it")
    found, reread = [], 0
    for line, one, two in zip(lines, first, second, strict=True):
        doubtful = chosen["inline"].calm <= odds(one[None])[0] < max(chosen["inline"].ring.values())
        reread += doubtful
        scores, by = (two, chosen["second"]) if doubtful else (one, chosen["inline"])
        found.append(cascade.weigh(plain(line.text), scores.tolist(), by, line.who or "family", line.open))
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
        if second is not None and cascade.is_doubtful(read):
            again += 1
            read = cascade.Reading(read.words, tuple(second.score(read.words)), again=True)
        found.append(cascade.decide(read, line.who or "family", line.open))
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
    for folder in ("kept",):
        show(reading.read(DATA / folder), folder)
