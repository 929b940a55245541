"""Signs that may stand in words: what XML and the platform refuse is taken out before it is kept or sent (W4)."""

import re
from typing import Final

FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""Control signs but tab and line ends, the two illegal signs, halves of a pair: text processors paste them."""


def legal(text: str) -> str:
    """The text without them."""
    return FORBIDDEN.sub("", text)
