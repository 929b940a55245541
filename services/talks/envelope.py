"""What comes in and what comes of it: a push understood, the stored answer, the receipt."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from care.accusations import Accusation
from care.triage import CALM, Triage
from conversations import events
from conversations.events import Arrival, Notice, Unfollowed
from understanding import cascade

SILENT: Final = (Notice, Unfollowed)
"""What nobody is answered to."""


class Answer(msgspec.Struct, frozen=True):
    """A stored passive reply: its words and its CreateTime (s since 1970), so that every redelivery gets the same."""

    text: str
    at: int


class Envelope(msgspec.Struct, frozen=True):
    """A verified push, understood. `key` makes it unique within its account (wechat.md 3); times are aware."""

    home_id: int
    account_id: int
    openid: str
    key: str
    kind: str
    event: Arrival
    intent: str
    raw: bytes
    created_at: datetime
    arrived_at: datetime
    heard: Triage = CALM
    meant: Triage | None = None
    """What the words alone mean, whoever is accused by them."""
    accused: Accusation | None = None
    """Whom the words accuse, read before the transaction."""
    in_complaint: Callable[[], Accusation | None] = lambda: None
    """The same for words of a running complaint, where any grievance counts; asked only within one."""
    read: cascade.Reading | None = None
    """The words as they were read, for what they mean from who says them; None for what has no words."""
    corrected: Callable[[cascade.Decision], cascade.Decision] = lambda decision: decision
    """What colleagues have taught of these very words."""
    look_up: Callable[[cascade.Decision | None], events.Asked | None] = lambda _: None
    """What the knowledge says to the words, when it is known what they mean; asked only when no talk takes them, since
    most messages belong to one.
    """
    look_up_part: Callable[[str], events.Asked | None] = lambda _: None
    """The same for one of several things that the message asks."""


class Receipt(msgspec.Struct, frozen=True):
    """What came of a push: its row, the answer (None = `success`), whether it had been here before, whether the answer
    left otherwise.
    """

    answer: Answer | None
    repeat: bool = False
    inbox_id: int = 0
    elsewhere: bool = False
