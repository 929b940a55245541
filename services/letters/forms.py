"""What is filled in in a letter; each form is the command of one service."""

from collections.abc import Mapping
from datetime import date

from services.form import Form


class WriteLetter(Form, frozen=True, kw_only=True):
    """The letter of a day: chips by field, one sentence, a note that the family does not see; `taps`: what it cost."""

    day: date | None = None
    ticked: Mapping[str, frozenset[str]] = {}
    sentence: str = ""
    note: str = ""
    temperature: str = ""
    taps: int = 0


class LetGo(Form, frozen=True, kw_only=True):
    """What was said in the call to the family (F12)."""

    called: str


class WithdrawLetter(Form, frozen=True, kw_only=True):
    """Nothing but what it was drawn from."""
