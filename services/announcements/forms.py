"""What is filled in about an announcement; each form is the command of one service."""

from datetime import datetime

from services.form import Form


class Announce(Form, frozen=True, kw_only=True):
    """The words, to whom, how urgent, when; without a moment at once, without a zone by the clock of the home."""

    words: str
    urgent: bool = False
    whom: str = "family"
    floor: str = ""
    resident: int = 0
    at: datetime | None = None
    repeat: str = "once"
    group: int = 0
    offer: bool = False
    """Activities and offers: only to who wants to hear of them, and by a mass send alone (B2)."""
    called: bool = False
    """Bad news of one resident was told by telephone before."""
    named: bool = False
    """A resident's name may be read by everybody."""


class MakeGroup(Form, frozen=True, kw_only=True):
    """A group of people, by its name."""

    name: str = ""


class DropGroup(Form, frozen=True, kw_only=True):
    """Nothing but what it was drawn from."""


class PutPerson(Form, frozen=True, kw_only=True):
    """In which groups somebody is, and whether they want to hear of activities and offers."""

    groups: frozenset[int] = frozenset()
    wants: bool = False


class Decide(Form, frozen=True, kw_only=True):
    """Nothing but what the buttons were drawn from; which one it was is in the address."""
