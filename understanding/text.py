"""A message in one form before it is read (fault A19): one script, one width, no sign that nobody sees."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from care.words import UNSEEN

HEAD: Final = 800
TAIL: Final = 400
"""Signs of a long message that the models read: its beginning and its end. Rules read all of it."""
_EMOJI: Final = {
    "🆘": "救命",
    "🚑": "救护车",
    "🔥": "着火",
    "🩸": "血",
    "🤮": "吐",
    "🤒": "发烧",
    "🤕": "头伤",
    "👌": "好的",
    "👍": "好的",
}
_KEYCAP: Final = re.compile("(\\d)\u20e3")
_TAGS: Final = re.compile(
    r"<\w{1,20}>[ -;=-~]{0,80}</\w{1,20}>|<!\[cdata\[|<[!?/]?-{0,2}[ -;=?-~]{0,80}>?|[-?]{0,2}>|\]\]>", re.IGNORECASE
)
"""What a damaged push, or somebody who plays with one, leaves among the words (fault W1)."""
_LONE: Final = re.compile(r"(?<![a-zA-Z0-9])[a-zA-Z](?![a-zA-Z0-9])")
"""A letter that stands alone among what was left."""
_CODE: Final = re.compile(r"(?<![a-z0-9])(?:[a-z0-9]{4}[ -]?[a-z0-9]{4}|[a-z0-9]{6,40})(?![a-z0-9])")
"""With letters and digits in it: a code of a printed sheet, the number of a parcel. It says nothing (fault A19)."""
_BLANK: Final = re.compile(r"\s+")
_SENTENCE: Final = re.compile(r"[。！？!?；;\n…]+")
_CLAUSE: Final = re.compile(r"[，。！？；、,.!?;\s…~～（）()]+")


@cache
def _forms() -> dict[int, str]:
    kept = tomllib.loads(Path(__file__).with_name("signs.toml").read_text(encoding="utf-8"))
    found = {ord(sign): plain for plain, signs in kept.items() for sign in signs}
    return found | {ord(sign): words for sign, words in _EMOJI.items()}


@cache
def _repeated() -> re.Pattern[str]:
    """One sign four times and more."""
    return re.compile(r"(.)\1{3,}")


def plain(text: str) -> str:
    """Simplified script, half width, lower case, without unseen signs; time grows with the length alone."""
    clear = unicodedata.normalize("NFKC", UNSEEN.sub("", text))
    if "<" in clear or "]]>" in clear:
        clear = _LONE.sub(" ", _TAGS.sub(" ", clear))
    clear = _CODE.sub(_said, _KEYCAP.sub(r"\1", clear).translate(_forms()).lower())
    return _repeated().sub(r"\1\1\1", _BLANK.sub(" ", clear)).strip()


def _said(code: re.Match[str]) -> str:
    """A word, or nothing for a code."""
    signs = code[0]
    return " " if any(map(str.isdigit, signs)) and any(map(str.isalpha, signs)) else signs


def has_words(words: str) -> bool:
    """Whether a text in its plain form has a letter or a character: numbers and marks alone report nothing."""
    return any(sign.isalpha() for sign in words)


def ends(words: str) -> str:
    """What of a long text a model reads."""
    return words if len(words) <= HEAD + TAIL else f"{words[:HEAD]} {words[-TAIL:]}"


def sentences(words: str) -> list[str]:
    """The sentences of a text, without their marks."""
    return [one.strip() for one in _SENTENCE.split(words) if one.strip()]


def clauses(words: str) -> list[str]:
    """The clauses of a text, without their marks."""
    return [one for one in _CLAUSE.split(words) if one]
