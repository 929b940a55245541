"""What may stand in words and numbers that people write (S11): what XML and the platform refuse is taken out before it
is kept or sent (W4).
"""

import re
from typing import Final

FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""Control signs but tab and line ends, the two illegal signs, halves of a pair: text processors paste them."""
UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Signs that nobody sees: no width, another direction, an empty letter. Telephones copy them with a number, sheets with
a name; two names that look alike would be two.
"""
_POINTS: Final = "[\u00b7\u2022\u2027\u2219\u22c5\u2024\u30fb\uff0e\uff65.]"
BETWEEN: Final = re.compile(rf"(?<=[\u3400-\u9fff])\s?{_POINTS}\s?(?=[\u3400-\u9fff])")
"""The point between the parts of a name, as keyboards and sheets write it: 阿依古丽·买买提."""
DIGITS: Final = 19
"""Fewer digits fit in 63 bits."""


def legal(text: str) -> str:
    """The text without them."""
    return FORBIDDEN.sub("", text)


def clear(text: str) -> str:
    """The text as everybody sees it, with one point between the parts of a name."""
    return BETWEEN.sub("·", UNSEEN.sub("", text))


def named(text: str) -> str:
    """A name in its one form; "" for what nobody can read as one."""
    name = " ".join(clear(text).split())
    return name if any(sign.isalpha() for sign in name) else ""


def whole(text: str) -> int | None:
    """The number that somebody wrote, 0 to 10^18 - 1: in an address, a question, a form. None for anything else, also
    for digits of other scripts and for more of them than any row of ours can have (S11).
    """
    return int(text) if text.isdecimal() and text.isascii() and len(text) < DIGITS else None
