"""What carries out an effect works with: the open transaction, the home, and the message that is handled in it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from care.accusations import Accusation
from care.states import AWAY
from conversations import events
from conversations.events import Done, Refused
from services.house import House
from storage.store import Store


class Context(msgspec.Struct):
    """One message, or the silence after one, in its transaction. Times are aware; the person is locked."""

    store: Store
    house: House
    home_id: int
    person_id: int
    now: datetime
    said_at: datetime
    inbox_id: int | None
    attended: bool
    kind: str = "guest"
    event: events.Message | None = None
    accused: Accusation | None = None
    """Whom this message accuses, until it is written down (`services.accusations.accusations.mark`)."""
    status: str = ""
    """How it stands with the elder who speaks (`Talk.status`)."""
    called: bool = False
    """Whether a cry of theirs is not over."""
    part: bool = False
    """Whether it is one of several things that the message says: its words are in the record with the whole."""
    untied: bool = True
    """Whether the person may have accused somebody before, outside of any complaint."""

    @property
    def elder(self) -> bool:
        """Whether the person lives in the house."""
        return self.kind == "elder"

    @property
    def away(self) -> bool:
        """Whether it is an elder who is not in the house: nobody comes to them, and no bell is there (F3)."""
        return self.elder and self.status in AWAY


Executor = Callable[[Context, Any], Done | Refused | None]
"""Carries out one effect in the open transaction; None when nothing comes back to the flow."""
