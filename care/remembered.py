"""What was said of a short text is remembered: 「你好」 and 「怎么收费」 come a thousand times a week, and a message is looked
at by the loop and by the writer.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

T = TypeVar("T")
SHORT: Final = 64
"""Signs of a text that is remembered, at most: a longer one hardly comes twice."""
MOST: Final = 512
"""Texts of which it is remembered, the latest."""


def remembered(of: Callable[[str], T]) -> Callable[[str], T]:
    """A function of a text alone that asks itself once of each short one. What it gives must not be changed."""
    known = lru_cache(MOST)(of)

    @wraps(of)
    def said(text: str) -> T:
        return known(text) if len(text) <= SHORT else of(text)

    return said
