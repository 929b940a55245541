"""Fault S3: no text may hold the loop of everybody. Ten times the text costs at most twelve times the time, for every pattern there is."""

import gc
import re
import time
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from care import accusation, harm, severity, triage
from conversations import answers, routing
from conversations.events import Text
from tests.care.worst_texts import Family, families, jumbled, mixed, patterns, words

SHORT, LONG = 300, 2_000
"""Each family is read at the first length and ten times it; what was slowest there at the second and ten times that."""
MOST: Final = 12.0
FLOOR: Final = 40e-6
"""Seconds that a short text is taken to cost at least: below, the clock says nothing."""
MIXED, JUMBLED, SLOWEST = 500, 40, 8
KNOWLEDGE: Final = answers.Knowledge(answers.starter())
COLLEAGUES: Final = accusation.Names(
    accusation.Colleague(number, name, "carer", frozenset("3")) for number, name in enumerate(("周敏", "林可", "唐雨", "陈晓雯", "欧阳雪"))
)
HARM: Final = patterns(harm) | patterns(accusation)
TRIAGE, ROUTING, ANSWERS, SEVERITY = patterns(triage), patterns(routing), patterns(answers), patterns(severity)


@pytest.fixture(autouse=True)
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def cost(read: Callable[[str], object], text: str, times: int) -> float:
    """Seconds of this process for one reading, the best of some."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        read(text)
        best = min(best, time.process_time() - begun)
    return best


def growth(read: Callable[[str], object], family: Family, length: int) -> float:
    """How many times as long ten times the text takes; measured again, more often, before anybody is blamed."""
    short, long = family.text(length), family.text(10 * length)
    ratio = cost(read, long, 1) / max(cost(read, short, 2), FLOOR)
    for times in (3, 7, 15):
        if ratio <= MOST:
            break
        ratio = min(ratio, cost(read, long, min(times, 5)) / max(cost(read, short, times), FLOOR))
        if ratio > 3 * MOST and times >= 7:
            break
    return ratio


def too_slow(read: Callable[[str], object], tried: list[Family]) -> list[str]:
    """The families whose time grows faster than their text."""
    seconds: list[tuple[float, Family]] = []
    for family in tried:
        if growth(read, family, SHORT) > MOST:
            return [f"{family.name}: {family.text(40)!r}"]  # one is enough, and the next ones would take minutes
        seconds.append((cost(read, family.text(10 * SHORT), 1), family))
    seconds.sort(key=lambda pair: -pair[0])
    return [f"{family.name}: {family.text(40)!r}" for _, family in seconds[:SLOWEST] if growth(read, family, LONG) > MOST]


def every(found: dict[str, "re.Pattern[str]"], *more: str) -> list[Family]:
    return [*families(found, more), *mixed(found, MIXED), *jumbled(found, JUMBLED, SHORT)]


def test_fault_s3_the_text_of_the_fault() -> None:
    assert growth(triage.triage, Family("the fault", "断了", tail="怕"), 205) <= MOST


@pytest.mark.slow
def test_fault_s3_triage_is_linear_in_the_text() -> None:
    assert too_slow(triage.triage, every(TRIAGE)) == []


def test_fault_s3_routing_is_linear_in_the_text() -> None:
    assert too_slow(lambda text: routing.understand(Text(text)), every(ROUTING)) == []


def test_fault_s3_answers_are_linear_in_the_text() -> None:
    known = [phrase for entry in KNOWLEDGE.entries for phrase in entry.asked[:2]]
    assert too_slow(KNOWLEDGE.find, every(ANSWERS, *known)) == []


def test_fault_s3_severity_is_linear_in_the_text() -> None:
    tried = [*families(SEVERITY)[::8], *mixed(SEVERITY, MIXED)[::4], *jumbled(SEVERITY, JUMBLED, SHORT)]
    assert too_slow(lambda text: severity.assess([text]), tried) == []


@pytest.mark.slow
def test_fault_s3_whom_words_accuse_is_read_in_linear_time() -> None:
    called = ("小周", "周姐", "护士长", "三楼护工")
    tried = [*families(HARM, called)[::12], *mixed(HARM, MIXED)[::4], *jumbled(HARM, JUMBLED, SHORT)]
    assert too_slow(lambda text: accusation.read(text, COLLEAGUES, complaint=True), tried) == []


@pytest.mark.parametrize("name", [*TRIAGE, *ROUTING, *ANSWERS, *SEVERITY])
def test_fault_s3_the_words_of_a_pattern_are_its_words(name: str) -> None:
    pattern = {**TRIAGE, **ROUTING, **ANSWERS, **SEVERITY}[name]
    said = words(pattern)
    assert said, name
    assert sum(pattern.search(word) is not None for word in said) > len(said) / 2, name


def test_fault_s3_patterns_are_found_wherever_they_stand() -> None:
    assert len(TRIAGE) >= len(triage._RULES) + 8
    assert {place.split("[")[0] for place in TRIAGE} >= {"care.triage._RULES", "care.triage._IDIOMS", "care.triage._HERE"}
