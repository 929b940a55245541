"""How the time of a reader grows with its text (fault S3): one measure, for the tests and for the soak.

A time is never exact on a machine that others use as well. A test therefore asks whether ten times the text takes
`FAR` times as long, which no disturbance makes of a linear reader (a quadratic one takes a hundred times); the soak
asks for `MOST`, and measures longer.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from re import Pattern
from typing import Final

from care import accusations, harm, severity
from conversations import answers, routing
from conversations.events import Text
from settings import subjects
from tests.care.worst_texts import Family, families, jumbled, mixed, patterns
from understanding import cascade, exact, text

MOST: Final = 12.0
"""Times as long that ten times the text may take (engineering 22)."""
FAR: Final = 30.0
LENGTHS: Final = (300, 2_000)
"""Signs: each family is read at the first length and ten times it, what was slowest there at the second and ten times
that.
"""
FLOOR: Final = 40e-6
"""Seconds that a short text is taken to cost at least: below, the clock says nothing."""
PAUSE: Final = 0.05
SLOWEST: Final = 8
COLLEAGUES: Final = accusations.Names(
    accusations.Colleague(number, name, "carer", frozenset("3"))
    for number, name in enumerate(("周敏", "林可", "唐雨", "陈晓雯", "欧阳雪"))
)
KNOWLEDGE: Final = answers.Knowledge(answers.starter())


@dataclass(frozen=True)
class Reader:
    """Something that reads messages: the function, the patterns in it, and words that it knows from no pattern."""

    read: Callable[[str], object]
    patterns: Mapping[str, "Pattern[str]"]
    words: tuple[str, ...] = ()

    def families(self, *, part: int = 1) -> list[Family]:
        """The texts that are made to be slow for it; of many one in `part`."""
        found = self.patterns
        return [*families(found, self.words)[::part], *mixed(found, 500)[::part], *jumbled(found, 40, LENGTHS[0])]


FLOWS: Final = subjects.modules("conversations.flows")
READERS: Final = {
    "triage": Reader(cascade.triage, patterns(text, exact)),
    "routing": Reader(lambda text: routing.understand(Text(text)), patterns(routing, *FLOWS)),
    "answers": Reader(
        KNOWLEDGE.find, patterns(answers), tuple(phrase for entry in KNOWLEDGE.entries for phrase in entry.asked[:2])
    ),
    "severity": Reader(lambda text: severity.assess([text]), patterns(severity)),
    "accusations": Reader(
        lambda text: accusations.read(text, COLLEAGUES, complaint=True),
        patterns(harm) | patterns(accusations),
        ("小周", "周姐", "护士长", "三楼护工"),
    ),
}


def cost(read: Callable[[str], object], text: str, times: int) -> float:
    """Seconds of this process for one reading, the best of some."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        read(text)
        best = min(best, time.process_time() - begun)
    return best


def growth(read: Callable[[str], object], family: Family, length: int, most: float) -> float:
    """How many times as long ten times the text takes; measured again, more often and a moment later, before anybody is
    blamed.
    """
    times = max(1, length // len(family.body))
    short, long = family.whole(times), family.whole(10 * times)
    ratio = cost(read, long, 1) / max(cost(read, short, 2), FLOOR)
    for tries in (3, 7, 15):
        if ratio <= most:
            break
        time.sleep(tries * PAUSE)
        ratio = min(ratio, cost(read, long, min(tries, 5)) / max(cost(read, short, tries), FLOOR))
        if ratio > 3 * most and tries >= 7:
            break
    return ratio


def too_slow(read: Callable[[str], object], tried: Sequence[Family], most: float) -> list[str]:
    """The families whose time grows faster than that."""
    seconds: list[tuple[float, Family]] = []
    for family in tried:
        ratio = growth(read, family, LENGTHS[0], most)
        if ratio > most:
            return [_told(family, ratio)]  # one is enough, and the next ones would take minutes
        seconds.append((cost(read, family.text(10 * LENGTHS[0]), 1), family))
    seconds.sort(key=lambda pair: -pair[0])
    slowest = [(family, growth(read, family, LENGTHS[1], most)) for _, family in seconds[:SLOWEST]]
    return [_told(family, ratio) for family, ratio in slowest if ratio > most]


def _told(family: Family, ratio: float) -> str:
    return f"{family.name}: {family.text(40)!r} {ratio:.0f} ×"
