"""What of a message the linear model weighs: its characters one to four in a row, and how they sound, two and three in
a row, since recognisers and hasty fingers write another character of the same sound (E2).

A sound has no tone, and sounds that dialects do not tell apart are one (zh z, ch c, sh s, n l, h f, -ng -n).
"""

import re
from functools import cache
from typing import Final
from zlib import crc32

from care.names import sounds

LONGEST: Final = 4
"""Characters of the longest piece."""
LONGEST_SOUND: Final = 3
EDGE: Final = "\u0002"
"""Stands where a message begins and ends."""
_DIGITS: Final = re.compile(r"\d{3,}")
NUMBER: Final = "\u0003"
"""Stands for a number of three digits and more: a telephone, a room, a price."""
_FIRST_SOUND: Final = 0xE000
"""Sounds are kept as signs of the private area, so that a piece of them is a piece of a string."""


@cache
def _heard() -> dict[int, str]:
    """Each character, as the sign of its sound."""
    known = {sign: _dull(syllable) for sign, syllable in sounds().items()}
    numbers = {syllable: chr(_FIRST_SOUND + n) for n, syllable in enumerate(sorted(set(known.values())))}
    return {ord(sign): numbers[syllable] for sign, syllable in known.items()}


def _dull(syllable: str) -> str:
    """A syllable as those hear it who tell few sounds apart."""
    for sharp, dull in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f")):
        if syllable.startswith(sharp):
            syllable = dull + syllable[len(sharp) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


def pieces(words: str) -> set[str]:
    """The pieces of a message in its plain form (`text.plain`)."""
    line = f"{EDGE}{_DIGITS.sub(NUMBER, words)}{EDGE}"
    heard = line.translate(_heard())
    last = len(line)
    found = {line[at : at + size] for size in range(1, LONGEST + 1) for at in range(last - size + 1)}
    found.update(heard[at : at + size] for size in range(2, LONGEST_SOUND + 1) for at in range(last - size + 1))
    return found


def code(piece: str) -> int:
    """The number under which a piece is kept (CRC-32 of its UTF-8)."""
    return crc32(piece.encode("utf-8", "surrogatepass"))


def codes(words: str) -> set[int]:
    """The codes of the pieces of a message in its plain form, each grown by a character from the one before."""
    line = f"{EDGE}{_DIGITS.sub(NUMBER, words)}{EDGE}"
    said = [sign.encode("utf-8", "surrogatepass") for sign in line]
    heard = [sign.encode("utf-8", "surrogatepass") for sign in line.translate(_heard())]
    found, last = set[int](), len(said)
    for at in range(last):
        known = 0
        for sign in said[at : at + LONGEST]:
            known = crc32(sign, known)
            found.add(known)
        known = crc32(heard[at])
        for sign in heard[at + 1 : at + LONGEST_SOUND]:
            known = crc32(sign, known)
            found.add(known)
    return found


def context(who: str, open_: str) -> tuple[str, ...]:
    """Who speaks and what the talk waits for, as pieces that no message contains."""
    return (f"\u0004{who}", f"\u0005{open_}")
