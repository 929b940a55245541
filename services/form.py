"""A form as a value: what somebody filled in, and the revision of what it was drawn from (architecture, Writes)."""

from datetime import date, timedelta
from typing import Final

import msgspec

from care.errors import Invalid
from conversations.phrases import date_of

YEAR: Final = timedelta(days=366)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The root of all forms; each is the command of one service. `drawn`: a digest of the fields that the form edits,
    as they were when it was drawn; None = they are read in this transaction.
    """

    drawn: str | None = None


def coming(day: date, today: date, what: str) -> date:
    """A day that is told to somebody lies ahead, and not further than a year. Raises Invalid with a sentence (C-4)."""
    if day < today:
        raise Invalid(why=f"{what}（{date_of(day, today)}）已经过了，请选今天或以后的日子。")
    if day > today + YEAR:
        raise Invalid(why=f"{what}在一年以后，像是选错了年份，请看一下。")
    return day
