"""Messages whose reading a test chooses, so that no story of who speaks depends on what training made of its words."""

from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from conversations import events
from tests.conftest import HomeUnderTest
from understanding.cascade import Reading
from understanding.classes import CLASSES, MARK, SCORES

SURE: Final = 40.0
NIGHT: Final = datetime(2026, 11, 22, 18, 18, tzinfo=UTC)
"""02:18 by the clock of the home."""
MORNING: Final = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
"""08:30."""


def means(words: str, label: str) -> Reading:
    """Words that are surely of this class and of no danger unless it is one."""
    scores = [-SURE if name.startswith(MARK) else 0.0 for name in SCORES]
    scores[CLASSES.index(label)] = SURE
    return Reading(words, tuple(scores))


async def reads(home: HomeUnderTest, words: str, label: str = "other", openid: str = "niece") -> str:
    """What the machine answers to words that mean this."""
    envelope = replace(home.envelope(events.Text(words), openid), read=means(words, label))
    receipt = await home.database.receive(envelope)
    return receipt.answer.text if receipt.answer else ""
