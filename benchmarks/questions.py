"""Answers on questions that people ask: right, offered, wrong, handed on; a histogram of scores; and the time of one
look.
"""

import statistics
import time
import tomllib
from collections import Counter
from pathlib import Path

from conversations.answers import Hit, Kind, Knowledge, starter

DATA = Path(__file__).parent.parent / "tests" / "data" / "questions.toml"


def outcome(known: Knowledge, line: dict[str, object]) -> tuple[str, Hit | None]:
    """What a line came to: right, wrong, offered, offered in vain, handed on."""
    found = known.find(str(line["text"]))
    wanted = line.get("any") or ([line["id"]] if line["id"] else [])
    assert isinstance(wanted, list)
    best = found.hits[0] if found.hits else None
    if found.kind is Kind.NOTHING:
        return "handed on", best
    if found.kind is Kind.ANSWER:
        return ("right" if best and best.entry.id in wanted else "wrong"), best
    return ("offered" if any(entry.id in wanted for entry in found.choices) else "offered in vain"), best


def report(half: str = "report") -> dict[str, Counter[str]]:
    """Print the figures of one half of the lines and give them."""
    lines = [line for line in tomllib.loads(DATA.read_text(encoding="utf-8"))["line"] if line["half"] == half]
    known = Knowledge(starter())
    figures: dict[str, Counter[str]] = {"one entry": Counter(), "several": Counter(), "none": Counter()}
    scores: dict[str, Counter[int]] = {}
    for line in lines:
        group = "several" if "any" in line else "one entry" if line["id"] else "none"
        result, best = outcome(known, line)
        figures[group][result] += 1
        kind = (
            "off-topic"
            if group == "none"
            else "right entry first"
            if best and best.entry.id in (line.get("any") or [line["id"]])
            else "another first"
        )
        scores.setdefault(kind, Counter())[int(min(0.99, best.score if best else 0.0) * 10)] += 1
    for group, counted in figures.items():
        print(
            f"answers, {group} ({sum(counted.values())}): "
            + ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
        )
    for kind, counted_scores in sorted(scores.items()):
        print(
            f"  score of the best entry, {kind:17}: "
            + " ".join(f"{counted_scores[tenth]:3d}" for tenth in range(10))
            + "   (0.0 … 0.9)"
        )
    return figures


def look_up() -> float:
    """The median time of one look over the 40 entries, in ms."""
    known, texts = (
        Knowledge(starter()),
        [line["text"] for line in tomllib.loads(DATA.read_text(encoding="utf-8"))["line"]],
    )
    taken = []
    for text in texts * 5:
        started = time.perf_counter()
        known.find(text)
        taken.append((time.perf_counter() - started) * 1000)
    print(
        f"retrieval over {len(known.entries)} entries: median {statistics.median(taken):.3f} ms, 99th percentile "
        f"{statistics.quantiles(taken, n=100)[98]:.3f} ms"
    )
    return statistics.median(taken)


if __name__ == "__main__":
    report()
    look_up()
