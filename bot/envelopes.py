"""A message as the writer takes it: of a push and what was read in it, or of a page of ours."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from bot.pushes import Push
from conversations import events
from conversations.answers import Knowledge
from conversations.routing import understand
from services.knowledge import shelves
from services.practice.practice import OPENID
from services.talks.envelope import Envelope
from services.talks.reading import Reading
from understanding.cascade import Decision


@dataclass(slots=True)
class Account:
    """The account that a webhook serves."""

    id: int
    home_id: int
    practises: bool = False
    """Whether its people are simulated phones (F54)."""

    def takes(self, push: Push) -> bool:
        """Whether somebody may be among its people: a push that waited in the spool may be of the other kind."""
        return push.openid.startswith(OPENID) == self.practises


QUESTION: Final = Decision("faq")
"""What a part of a message means that is taken for a question."""


def noted(account: Account, openid: str, key: str, words: str, at: datetime) -> Envelope:
    """Words from a page of ours, as the writer takes them."""
    event = events.Noted(words)
    return Envelope(
        home_id=account.home_id,
        account_id=account.id,
        openid=openid,
        key=key,
        kind="noted",
        event=event,
        intent=understand(event),
        raw=b"",
        created_at=at,
        arrived_at=at,
    )


def envelope(account: Account, knowledge: Knowledge, push: Push, arrived_at: datetime, found: Reading) -> Envelope:
    """A push with what was read in it, as the writer takes it."""
    return Envelope(
        home_id=account.home_id,
        account_id=account.id,
        openid=push.openid,
        key=push.key,
        kind=push.kind,
        event=push.event,
        intent=found.intent,
        raw=push.raw,
        created_at=push.created_at,
        arrived_at=arrived_at,
        heard=found.heard,
        meant=found.meant,
        accused=found.accused,
        in_complaint=found.in_complaint,
        read=found.read,
        corrected=partial(shelves.corrected, knowledge, found.words),
        look_up=partial(shelves.ask, knowledge, found.words, arrived_at, meaning=found.meaning),
        look_up_part=partial(shelves.ask, knowledge, at=arrived_at, decision=QUESTION),
    )
