"""Messages that are read as the webhook reads them, or as a test says."""

from msgspec.structs import replace

from conversations import events
from services.talks.reading import read
from tests.conftest import HomeUnderTest
from understanding import cascade
from understanding.classes import SCORES


async def says(home: HomeUnderTest, what: events.Arrival | str, openid: str = "daughter", intent: str = "") -> str:
    """What the machine answers; `intent`: what the words are taken to mean, whatever the model makes of them."""
    event = events.Text(what) if isinstance(what, str) else what
    found = read(event, home.house.names)
    scores = tuple(9.0 if name == intent else -1.0 if name == "other" else -9.0 for name in SCORES)
    reading = cascade.Reading(found.words, scores) if intent else found.read
    pushed = replace(home.envelope(event, openid), heard=found.heard, meant=found.meant, read=reading)
    receipt = await home.database.receive(pushed)
    return receipt.answer.text if receipt.answer else ""
