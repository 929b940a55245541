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


class Decide(Form, frozen=True, kw_only=True):
    """Nothing but what the buttons were drawn from; which one it was is in the address."""
