"""What is certain by its very words (`rules.toml`): commands of one word, one-word answers, cries. Compiled once; the
time grows with the length of the text alone.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

MARKS: Final = re.compile(r"[\s。,，.!！?？~、…;；:：\"'“”()（）]+")
_ASKS: Final = re.compile(r"[?？]|[吗呢]|什么|怎么|多少|几点|哪|能不能|可不可以|有没有|是不是")
_THANKS: Final = re.compile(r"^(?:好了?的?|嗯+|哦|啊)|(?:谢谢|多谢|辛苦)(?:你们?|您|啊|了|大家)*$")
"""What may stand beside it."""
LONGEST: Final = 12
"""Signs of the longest command."""


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    """By table, each word with what it means."""
    kept = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
    return {
        name: {word: meaning for meaning, words in table.items() for word in words.split()}
        for name, table in kept.items()
    }


@cache
def _cries() -> tuple[re.Pattern[str], re.Pattern[str]]:
    def either(table: str) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(_tables()[table], key=len, reverse=True))))

    return either("idioms"), either("ring")


def bare(words: str) -> str:
    """A short message without its marks; "" for a long one."""
    return MARKS.sub("", words) if len(words) <= 2 * LONGEST else ""


def cry(words: str) -> str:
    """The words by which a message rings, whoever says it; "" for none."""
    idioms, ring = _cries()
    found = ring.search(idioms.sub(" ", words))
    return found.group() if found else ""


def asks(words: str) -> bool:
    """Whether a message asks something: then it accepts nothing."""
    return _ASKS.search(words) is not None


def look(words: str) -> str:
    """The words of an elder that a colleague looks at in the same hour; "" for none."""
    return next((word for word in _tables()["look"] if word in words), "")


def tells_death(words: str) -> bool:
    """Whether a message of a few signs has a word of dying in it."""
    return any(word in words for word in _tables()["death"])


def is_death(words: str) -> bool:
    """Whether a message says that a relative has died and nothing else: 我爸今早死了."""
    said = bare(words)
    how = next((one for one in _tables()["died"] if said.endswith(one)), "")
    if not how:
        return False
    rest = said.removesuffix(how)
    for when in _tables()["lately"]:
        rest = rest.replace(when, "")
    return rest in _tables()["kin"]


def is_menu_word(words: str) -> bool:
    """Whether an elder's message is one of the words of the elders' own menu (fault A3)."""
    return bare(words) in _tables()["menu"]


def command(words: str, open_: str) -> str:
    """The intent of a message of one word; "" where it is none."""
    said = bare(words) or words.strip()
    if open_ in {"verdict", "survey"} and said in _tables()[open_]:
        return _tables()[open_][said]
    if len(said) > LONGEST:
        return ""
    return _tables()["alone"].get(said, "") or ("bereaved" if is_death(words) else "")


def answer(words: str) -> str:
    """What a message answers to 「您现在要人过去吗？」: yes or no; "" where it is neither."""
    return _tables()["asked"].get(bare(words), "")


def takes_back(words: str) -> bool:
    """Whether somebody takes a cry for help back by these words and says nothing else but thanks."""
    return _THANKS.sub("", bare(words)) in _tables()["back"]
