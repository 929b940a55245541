"""An order to ring a colleague, our number of a call as the company is told, and which telephones rested long enough
(F1, F41).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care.chain import RESTS
from services.ports import CallText
from storage.tables.complaints_calls import ComplaintCall
from storage.tables.emergencies_chain import AlarmCall
from storage.unit import Unit

SILENT: Final = timedelta(seconds=45)
"""A call of which nothing was reported for so long is over: whoever ordered it went on without it."""
STALE: Final = timedelta(seconds=60)
"""An order that nobody carried out for so long is not rung any more."""
SIGNS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST: Final = 13
"""Signs of the largest number."""


@dataclass(frozen=True, slots=True)
class Order:
    """A number to ring, and the words for the blanks of the text."""

    own: str
    number: str
    text: CallText
    words: dict[str, str]


def name_of_call(number: int) -> str:
    """Our number of a call as the company is told: at most 13 signs, of the 15 that it keeps."""
    text = ""
    while number:
        number, sign = divmod(number, len(SIGNS))
        text = SIGNS[sign] + text
    return text


def number_of(own: str) -> int:
    """The number of a call by what the company was told; 0 for what is none."""
    return int(own, len(SIGNS)) if len(own) <= MOST and own.isascii() and own.isalnum() else 0


def digest(db: Unit, number: str) -> str:
    """What stands for a number where it is compared: nobody reads it out of the database."""
    return db.sealer.sign("phone", number).hex()


def rung_lately(db: Unit, home_id: int, now: datetime) -> frozenset[str]:
    """Digests of the numbers that were rung within the last minute: the company refuses a second ring."""
    call, other = AlarmCall, ComplaintCall
    rows = db.scalars(
        select(call.digest).where(call.home_id == home_id, call.asked_at > now - RESTS, call.number.is_not(None))
    )
    others = db.scalars(select(other.digest).where(other.home_id == home_id, other.asked_at > now - RESTS))
    return frozenset(rows) | frozenset(others)


def rested(db: Unit, home_id: int, now: datetime, number: str) -> bool:
    """Whether a number may be rung again."""
    return digest(db, number) not in rung_lately(db, home_id, now)
