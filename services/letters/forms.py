"""What is filled in in a letter; each form is the command of one service."""

from collections.abc import Mapping
from datetime import date

from services.form import Form


class WriteLetter(Form, frozen=True, kw_only=True):
    """The letter of a day: chips by field, one sentence, a note that the family does not see; `taps`: what it cost.

    `notes`: lines of colleagues that are in the sentence now. `alone`: only the resident is in the photos that come
    with it. `of_body`: the writer says that the sentence tells of the body; words that do so count as well (C-2).
    """

    day: date | None = None
    ticked: Mapping[str, frozenset[str]] = {}
    sentence: str = ""
    notes: frozenset[int] = frozenset()
    of_body: bool = False
    note: str = ""
    temperature: str = ""
    taps: int = 0
    alone: bool = False


class Sentence(Form, frozen=True, kw_only=True):
    """A sentence while it is written: who will read it?"""

    sentence: str = ""
    of_body: bool = False


class SayWho(Form, frozen=True, kw_only=True):
    """Who is in a photo: one of the words of `care.pictures.COMPANY`, and which other residents (F32)."""

    company: str = ""
    people: frozenset[int] = frozenset()


class WriteWeekly(Form, frozen=True, kw_only=True):
    """The letter of a week, or about somebody in hospital: ticks by field, words for the family, the plan of next week.

    `day`: the Sunday of the week; of a stay in hospital the day of writing. `kind`: what it was drawn as.
    """

    day: date | None = None
    kind: str = ""
    ticked: Mapping[str, frozenset[str]] = {}
    sentence: str = ""
    plan: str = ""


class LetGo(Form, frozen=True, kw_only=True):
    """What was said in the call to the family (F12)."""

    called: str


class WithdrawLetter(Form, frozen=True, kw_only=True):
    """Nothing but what it was drawn from."""
