"""Every figure that `docs/understanding.md` tells, with its n and its 95 % interval (Wilson)."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from training.lines import Line
from understanding.cascade import Decision
from understanding.classes import KINDS

Z: Final = 1.96
SAME: Final = (
    {"greeting", "thanks", "closing", "offtopic", "other"},
    {"request", "hazard"},
    {"private", "letter"},
    {"human", "call", "contact"},
    {"lead", "tour", "faq"},
    {"complaint", "suggestion"},
)
"""Intents whose ends are near enough that one for the other harms nobody; told apart in the strict figure."""


def wilson(hits: int, of: int) -> str:
    """A share with its interval."""
    if not of:
        return "n = 0"
    p = hits / of
    middle = (p + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z * math.sqrt(p * (1 - p) / of + Z * Z / (4 * of * of)) / (1 + Z * Z / of)
    return f"{100 * p:5.1f} % ({100 * max(0.0, middle - half):.1f} … {100 * min(1.0, middle + half):.1f}), n = {of}"


def table(title: str, groups: dict[str, list[bool]]) -> list[str]:
    """Lines of a table: a share for each group."""
    return [title, *(f"  {name:<12} {wilson(sum(found), len(found))}" for name, found in sorted(groups.items()))]


def dangers(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[str]:
    """How emergencies are heard, and what is rung, asked, shown of the rest."""
    pairs = list(zip(lines, decisions, strict=True))
    heard: dict[str, list[bool]] = defaultdict(list)
    rung: dict[str, list[bool]] = defaultdict(list)
    voices: dict[str, list[bool]] = defaultdict(list)
    for line, found in pairs:
        if line.rings:
            heard[line.kind].append(found.level <= 1 or found.ask or found.show)
            rung[line.kind].append(found.level <= 1)
            voices[line.voice].append(found.level <= 1 or found.ask or found.show)
    out = [
        f"emergencies heard (rung, asked, shown)  {_share(heard)}",
        f"emergencies rung                        {_share(rung)}",
        *table("heard by kind", {KINDS.get(kind, kind or "?"): found for kind, found in heard.items()}),
        *table("rung by kind", {KINDS.get(kind, kind or "?"): found for kind, found in rung.items()}),
        *table("heard by voice", voices),
    ]
    for name, chosen in (
        ("contrasts", lambda line: line.kind == "trap"),
        ("ordinary talk", lambda line: line.kind == "plain"),
        ("all calm messages", lambda line: line.danger in {"no", "look"}),
    ):
        out += _false(name, [found for line, found in pairs if not line.rings and chosen(line)])
    return out


def _share(groups: dict[str, list[bool]]) -> str:
    found = [one for group in groups.values() for one in group]
    return wilson(sum(found), len(found))


def _false(name: str, found: Sequence[Decision]) -> list[str]:
    tests: tuple[tuple[str, Callable[[Decision], bool]], ...] = (
        ("rung", lambda one: one.level <= 1),
        ("asked", lambda one: one.ask),
        ("shown", lambda one: one.show and not one.ask),
    )
    return [f"{name}: {word:<6} {wilson(sum(map(test, found)), len(found))}" for word, test in tests]


def intents(lines: Sequence[Line], decisions: Sequence[Decision]) -> list[str]:
    """How often the intent of a calm message is right: strictly, and among ends that harm nobody."""
    pairs = [(line, found) for line, found in zip(lines, decisions, strict=True) if not line.rings and line.intent]
    strict = [line.intent == found.intent for line, found in pairs]
    near = [
        line.intent == found.intent or any({line.intent, found.intent} <= group for group in SAME)
        for line, found in pairs
    ]
    wrong = Counter((line.intent, found.intent) for (line, found), right in zip(pairs, near, strict=True) if not right)
    return [
        f"intent, strictly           {wilson(sum(strict), len(strict))}",
        f"intent, or an equal end    {wilson(sum(near), len(near))}",
        "most confused: " + ", ".join(f"{a} → {b} {n}" for (a, b), n in wrong.most_common(25)),
        *mistakes(pairs),
    ]


def mistakes(pairs: Sequence[tuple[Line, Decision]]) -> list[str]:
    """The dangerous ones, each of its own kind of line."""
    calm = {"faq", "thanks", "closing", "greeting"}
    kinds: dict[str, tuple[Callable[[Line], bool], Callable[[Decision], bool]]] = {
        "a grave complaint answered by knowledge or thanks": (
            lambda line: line.kind == "grave",
            lambda one: one.intent in calm and one.level > 1 and not one.ask,
        ),
        "one resident's state answered by knowledge": (
            lambda line: line.intent == "private",
            lambda one: one.intent == "faq",
        ),
        "a death answered by anything else": (
            lambda line: line.intent == "bereaved",
            lambda one: one.intent != "bereaved" and one.level > 1,
        ),
        "not ours answered by knowledge": (lambda line: line.intent == "offtopic", lambda one: one.intent == "faq"),
    }
    out = []
    for name, (chosen, bad) in kinds.items():
        which = [found for line, found in pairs if chosen(line)]
        out.append(f"{name:<50} {wilson(sum(map(bad, which)), len(which))}")
    return out
