"""Fault S3: no text may hold the loop of everybody. The time of every reader grows with its text alone; the figure is
the soak's.
"""

import gc
import re
from collections.abc import Iterator

import pytest

from tests.care.growth import FAR, LENGTHS, READERS, growth, too_slow
from tests.care.worst_texts import Family, words
from understanding.cascade import triage

PART = {"triage": 8, "routing": 8, "answers": 4, "severity": 24, "accusations": 32}
"""Of the many texts for these, one in so many is read here; all of them in `make soak PART=5`."""


@pytest.fixture(autouse=True)
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_fault_s3_the_text_of_the_fault() -> None:
    assert growth(triage, Family("the fault", "断了", tail="怕"), 205, FAR) <= FAR


@pytest.mark.slow
@pytest.mark.no_cover  # what it reads is read by others as well
@pytest.mark.parametrize("name", list(READERS))
def test_fault_s3_reading_is_linear_in_the_text(name: str) -> None:
    reader = READERS[name]
    assert too_slow(reader.read, reader.families(part=PART.get(name, 1)), FAR) == []


def test_fault_s3_a_reader_that_tries_again_at_every_sign_is_found() -> None:
    again = re.compile("(?:断了)*绝不")
    assert growth(again.search, Family("again at every sign", "断了"), LENGTHS[0], FAR) > FAR


@pytest.mark.parametrize(
    "name", [name for reader in READERS.values() for name in reader.patterns if not name.startswith("care.harm")]
)
def test_fault_s3_the_words_of_a_pattern_are_its_words(name: str) -> None:
    pattern = next(reader.patterns[name] for reader in READERS.values() if name in reader.patterns)
    said = words(pattern)
    assert said, name
    assert sum(pattern.search(word) is not None for word in said) > len(said) / 2, name


def test_fault_s3_patterns_are_found_wherever_they_stand() -> None:
    found = READERS["triage"].patterns
    assert {place.split("[")[0] for place in found} >= {"understanding.text._TAGS", "understanding.exact.MARKS"}
