"""What search is built on: keyed hashes of characters and of two characters side by side, so that the index itself says
nothing (P2).

Chinese has no blanks between words and names have two or three characters: pairs find every part of a text from two
characters on.
"""

import re
import unicodedata
from typing import Final

from storage.seal import Sealer

LONGEST: Final = 2000
"""Characters of one text that are looked at."""
_RUN: Final = re.compile(r"\w+")


def normal(text: str) -> str:
    """Full and half width, capitals and small letters alike; what is no word is one blank."""
    return " ".join(_RUN.findall(unicodedata.normalize("NFKC", text[:LONGEST]).casefold()))


def grams(text: str, *, singles: bool = False) -> set[str]:
    """The pairs of a text, within each word; with `singles` each character as well."""
    found: set[str] = set()
    for run in normal(text).split(" "):
        found.update(run[at : at + 2] for at in range(len(run) - 1))
        if singles:
            found.update(run)
    return found


def digest(sealer: Sealer, home_id: int, kind: str, gram: str) -> int:
    """63 bits of a keyed hash: the same pair looks different in another home and another kind."""
    return int.from_bytes(sealer.sign("gram", home_id, kind, gram)[:8], "big") >> 1
