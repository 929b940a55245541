"""Phone numbers of the mainland as people write them: mobiles and landlines (libraries take wrong ones for good)."""

import re
import unicodedata
from typing import Final

from care.words import clear

MOBILE: Final = re.compile(r"1[3-9]\d{9}")
LANDLINE: Final = re.compile(r"(010|02\d|0[3-9]\d{2})([2-9]\d{6,7})(?:(?:转|x|#)(\d{1,6}))?")
_BETWEEN: Final = re.compile(r"[\s().·・-]+")
_ABROAD: Final = re.compile(r"^(?:\+|00)86")
LAST: Final = 4


def read(text: str) -> str | None:
    """The number in one form, 13912346021 or 0571-88001234; None for what is none. A letter O is not taken for a 0."""
    given = unicodedata.normalize("NFKC", clear(text)).strip().lower().replace("分机", "转")
    for dash in "‐‑‒–—―−":
        given = given.replace(dash, "-")
    given = _ABROAD.sub("", _BETWEEN.sub("", given))
    if MOBILE.fullmatch(given):
        return given
    line = LANDLINE.fullmatch(given)
    if line is None:
        return None
    return f"{line[1]}-{line[2]}" + (f"-{line[3]}" if line[3] else "")


def masked(number: str) -> str:
    """139****6021; the last four are how a colleague and a relative recognise it."""
    digits = "".join(filter(str.isdigit, number))
    return f"{digits[:3]}****{digits[-LAST:]}" if len(digits) > LAST else digits
