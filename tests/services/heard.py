"""Messages whose reading a test chooses, so that no story depends on what training made of its words."""

from collections.abc import Sequence
from typing import Final

import pytest
from msgspec.structs import replace

from care.triage import NURSE
from conversations import events
from services.talks.reading import CALLS
from tests.conftest import HomeUnderTest
from understanding import cascade
from understanding.cascade import Limits, Reading, Thresholds
from understanding.classes import CLASSES, MARK, SCORES
from understanding.judge import Judge, Judges
from understanding.linear import SHARP

__all__ = ["ASKED", "RINGS", "SHOWN", "SURE", "says", "sounds", "unweighted"]
SHOWN: Final = 0.5
ASKED: Final = 1.2
SURE: Final = 2.6
RINGS: Final = 4.0
FAR: Final = -60.0


class _Unweighted:
    """A model to which speaker and open question are the same."""

    def said_by(self, scores: Sequence[float], _who: str, _open: str) -> list[float]:
        return list(scores)

    def opened(self, spoken: Sequence[float], _open: str) -> list[float]:
        return list(spoken)

    def score(self, _words: str) -> list[float]:
        return [0.0] * len(SCORES)


@pytest.fixture
def unweighted(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = ("elder", "family", "stranger")
    limits = Limits(-3.0, dict.fromkeys(everybody, 3.0), dict.fromkeys(everybody, 1.0), dict.fromkeys(everybody, 0.0))
    monkeypatch.setattr(cascade, "inline", _Unweighted)
    monkeypatch.setattr(cascade, "thresholds", lambda: Thresholds(limits, limits, limits))
    judge = Judge(0.0, (0.0,) * len(SCORES), 1.0, {}, 0.0)
    monkeypatch.setattr(cascade, "judges", lambda: Judges(judge, judge))


def sounds(words: str, odds: float, kind: str = "brain", intent: str = "askback") -> Reading:
    """Words that sound like a danger with these odds, and like this intent if they are none."""
    scores = [FAR] * len(SCORES)
    scores[CLASSES.index(intent)] = 0.0
    scores[CLASSES.index(MARK + kind)] = odds / SHARP
    return Reading(words, tuple(scores))


async def says(
    home: HomeUnderTest,
    words: str,
    odds: float = FAR,
    openid: str = "grandma",
    *,
    kind: str = "brain",
    intent: str = "other",
    event: events.Arrival | None = None,
) -> str:
    """What the machine answers to words of which the test says how they sound."""
    envelope = home.envelope(event or events.Text(words), openid)
    if event == CALLS:
        envelope = replace(envelope, heard=NURSE)
    if words:
        envelope = replace(envelope, read=sounds(words, odds, kind, intent))
    receipt = await home.database.receive(envelope)
    return receipt.answer.text if receipt.answer else ""
