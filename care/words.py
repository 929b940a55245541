"""What may stand in words and numbers that people write (S11): what XML and the platform refuse is taken out before it
is kept or sent (W4).
"""

import re
from typing import Final

FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""Control signs but tab and line ends, the two illegal signs, halves of a pair: text processors paste them."""
DIGITS: Final = 19
"""Fewer digits fit in 63 bits."""


def legal(text: str) -> str:
    """The text without them."""
    return FORBIDDEN.sub("", text)


def whole(text: str) -> int | None:
    """The number that somebody wrote, 0 to 10^18 - 1: in an address, a question, a form. None for anything else, also
    for digits of other scripts and for more of them than any row of ours can have (S11).
    """
    return int(text) if text.isdecimal() and text.isascii() and len(text) < DIGITS else None
